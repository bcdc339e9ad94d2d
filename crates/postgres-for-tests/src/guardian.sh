# Looks after one PostgreSQL server: does what it is told, a line at a time, and answers each line with an exit status.
# When there is nobody left to tell it anything, it stops the server and removes the directory.
programs=$1
directory=$2
data=$directory/data
frozen=

control() {
    "$programs/pg_ctl" --pgdata="$data" --wait --silent "$@" </dev/null
}

finish() {
    trap '' HUP INT TERM
    [ -z "$frozen" ] || kill -CONT $frozen
    control --mode=fast --timeout=20 stop || control --mode=immediate stop
    rm -rf "$directory"
}

trap 'finish >/dev/null 2>&1' EXIT
trap exit HUP INT TERM
trap '' PIPE

while read -r command arguments; do
    case $command in
    init)
        printf '%s\n' "$arguments" | "$programs/initdb" --pgdata="$data" --pwfile=/dev/stdin --username=postgres \
            --auth=scram-sha-256 --encoding=UTF8 --locale=C --no-sync
        ;;
    start) control --log="$directory/log" --timeout=120 --options="$arguments" start ;;
    stop) control --mode="$arguments" --timeout=120 stop ;;
    freeze)
        frozen="$frozen $arguments"
        kill -STOP $arguments
        ;;
    thaw)
        kill -CONT $frozen
        frozen=
        ;;
    esac >>"$directory/guardian.log" 2>&1
    echo $?
done

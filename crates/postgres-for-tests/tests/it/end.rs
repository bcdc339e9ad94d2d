use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use url::Url;
use vardbro_postgres_for_tests::Postgres;

struct Seen {
    address: String,
    directory: PathBuf,
    pid: String,
}

impl Seen {
    fn new(url: &str, directory: &Path) -> Self {
        let url = Url::parse(url).unwrap();
        let lock = fs::read_to_string(directory.join("data/postmaster.pid")).unwrap();
        Self {
            address: format!("{}:{}", url.host_str().unwrap(), url.port().unwrap()),
            directory: directory.to_owned(),
            pid: lock.lines().next().unwrap().to_owned(),
        }
    }

    fn is_gone(&self) -> bool {
        // Empty when the process has ended and nobody has asked how.
        let command = fs::read(Path::new("/proc").join(&self.pid).join("cmdline")).unwrap_or_default();
        TcpStream::connect(&self.address).is_err() && command.is_empty() && !self.directory.exists()
    }

    fn goes(&self) -> bool {
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(60) {
            if self.is_gone() {
                return true;
            }
            sleep(Duration::from_millis(50));
        }
        false
    }
}

/// Another process that has a server.
fn another_process() -> (Child, Seen) {
    let mut process = Command::new(env!("CARGO_BIN_EXE_postgres-for-tests"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines().map(Result::unwrap);
    let (url, directory) = (lines.next().unwrap(), lines.next().unwrap());
    (process, Seen::new(&url, Path::new(&directory)))
}

#[test]
fn a_server_is_gone_when_it_has_been_dropped() {
    let Some(postgres) = Postgres::start() else { return };
    let database = postgres.database();
    let server = Seen::new(database.url(), postgres.directory());
    assert!(!server.is_gone());

    drop(postgres);

    assert!(server.is_gone());
    drop(database);
}

#[test]
fn a_paused_server_is_gone_when_it_has_been_dropped() {
    let Some(postgres) = Postgres::start() else { return };
    let database = postgres.database();
    let server = Seen::new(database.url(), postgres.directory());
    postgres.pause();

    drop(postgres);

    assert!(server.is_gone());
}

#[test]
fn a_server_goes_when_its_process_is_killed() {
    let Some(_) = Postgres::shared() else { return };
    let (mut process, server) = another_process();
    assert!(!server.is_gone());

    process.kill().unwrap();
    process.wait().unwrap();

    assert!(server.goes());
}

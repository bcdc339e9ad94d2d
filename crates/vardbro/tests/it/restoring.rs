//! A rehearsal of what docs/operating.md says of backups: they are enough to go on, and less than all of them is not.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Output, Stdio};

use serde_json::{Value, json};
use tempfile::{TempDir, tempdir};
use vardbro_postgres_for_tests::Postgres;

use crate::program::{Sandbox, command, exchange};
use crate::server::Server;

const KEYS: &str = "vardbro-keys.toml";
const PRIVATE_KEY: &str = "private.key";
const HEADS: &str = "heads.txt";

/// A machine on which the gateway is installed.
struct Machine {
    directory: TempDir,
    variables: Vec<(&'static str, String)>,
}

/// What somebody keeps elsewhere.
struct Kept {
    secret: String,
    private_key: String,
    /// Of the appointment that was made before the backup.
    appointment: String,
    patient: String,
    heads: String,
    keys: String,
}

impl Machine {
    /// `url` is the database's, where that is not SQLite.
    fn named(node: &str, url: Option<&str>) -> Self {
        let mut variables = vec![
            ("VARDBRO_ACCESS_LOG_NODE", node.to_owned()),
            ("VARDBRO_EGRESS_ALLOW_HTTP", "true".to_owned()),
            ("VARDBRO_EGRESS_ALLOW_PRIVATE_NETWORKS", "127.0.0.0/8".to_owned()),
        ];
        variables.extend(url.map(|url| ("VARDBRO_DATABASE_URL", url.to_owned())));
        Self { directory: tempdir().unwrap(), variables }
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.directory.path().join(name)
    }

    fn run(&self, arguments: &[&str], secret: (&str, &str), input: &str) -> Output {
        let mut child = command(arguments)
            .current_dir(&self.directory)
            .envs(self.variables.iter().map(|(name, value)| (*name, value)))
            .env(secret.0, secret.1)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A command that does not listen has ended by now.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        child.wait_with_output().unwrap()
    }

    /// What a command that succeeds says.
    fn does(&self, arguments: &[&str], secret: (&str, &str), input: &str) -> String {
        let output = self.run(arguments, secret, input);
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {complaint}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// One that needs no secret.
    fn says(&self, arguments: &[&str]) -> String {
        self.does(arguments, NOTHING, "")
    }

    fn serve(&self) -> Server {
        let variables: Vec<_> = self.variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
        Server::start(self.directory.path(), &variables)
    }

    /// Why it does not serve.
    fn refuses_to_serve(&self) -> String {
        let listen = ("VARDBRO_SERVER_LISTEN", "127.0.0.1:0");
        let output = self.run(&["serve"], listen, "");
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stderr).unwrap()
    }
}

const NOTHING: (&str, &str) = ("VARDBRO_CLIENT_SECRET", "");

/// A machine that works: an application, a connection, an appointment that was made through it. `back_up` is done while it serves.
fn working(machine: &Machine, cliniko: &Value, back_up: impl FnOnce()) -> Kept {
    machine.says(&["init", "--private-key-out", PRIVATE_KEY]);
    let application: Value =
        serde_json::from_str(&machine.says(&["app", "create", "Booking site", "--json"])).unwrap();
    let secret = application["client_secret"].as_str().unwrap().to_owned();
    let settings = json!({
        "api_key": cliniko["credentials"]["api_key"],
        "base_url": cliniko["native"],
        "contact_email": "it@example.com",
    });
    let add = ["connection", "add", "cliniko", "--app", "booking-site", "--name", "North", "--settings", "-"];
    machine.does(&add, ("VARDBRO_CLIENT_SECRET", &secret), &settings.to_string());

    let server = machine.serve();
    let (appointment, patient) = book(&server.origin, &secret);
    machine.says(&["audit", "verify", "--heads-out", HEADS]);
    back_up();
    Kept {
        secret,
        private_key: fs::read_to_string(machine.path(PRIVATE_KEY)).unwrap(),
        appointment,
        patient,
        heads: fs::read_to_string(machine.path(HEADS)).unwrap(),
        keys: fs::read_to_string(machine.path(KEYS)).unwrap(),
    }
}

fn call(method: &str, origin: &str, secret: &str, path: &str, body: &Value) -> (u16, Value) {
    let headers = [
        ("x-leyr-client-id", "booking-site"),
        ("x-leyr-client-secret", secret),
        ("content-type", "application/json"),
    ];
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let (status, answer) =
        exchange(method, &format!("{origin}/api/emrs/cliniko/care-units{path}"), &headers, &body);
    (status, serde_json::from_str(&answer).unwrap_or_default())
}

/// The appointment's path, and the patient's id.
fn book(origin: &str, secret: &str) -> (String, String) {
    let get = |path: &str| call("GET", origin, secret, path, &Value::Null).1;
    let post = |path: &str, body: Value| {
        let (status, answer) = call("POST", origin, secret, path, &body);
        assert_eq!(status, 201, "{answer}");
        answer
    };
    let care_unit = format!("/{}", get("")[0]["id"].as_str().unwrap());
    let slot = get(&format!("{care_unit}/timeslots"))[0].clone();
    let person = json!({"external_id": "197001019806", "first_name": "Ada", "last_name": "Berg",
        "date_of_birth": "1970-01-01", "emails": ["ada.berg@example.com"]});
    let patient = post(&format!("{care_unit}/patients"), person)["id"].as_str().unwrap().to_owned();
    let appointments = format!("{care_unit}/appointments");
    let booked = post(
        &appointments,
        json!({"start": slot["start"], "end": slot["end"], "patient_id": patient,
        "resource_id": slot["resource_id"], "healthcare_service_id": slot["healthcare_service_id"]}),
    );
    (format!("{appointments}/{}", booked[0]["id"].as_str().unwrap()), patient)
}

/// A machine with the restored database and the kept key file goes on where the old one was.
fn goes_on(machine: &Machine, kept: &Kept) {
    fs::write(machine.path(KEYS), &kept.keys).unwrap();
    fs::write(machine.path(HEADS), &kept.heads).unwrap();
    machine.does(&["doctor", "--app", "booking-site"], ("VARDBRO_CLIENT_SECRET", &kept.secret), "");
    machine.says(&["audit", "verify", "--heads", HEADS]);
    let private_key = ("VARDBRO_AUDIT_PRIVATE_KEY", kept.private_key.trim());
    let patient = format!("cliniko:{}", kept.patient);
    let rows = machine.does(&["audit", "export", "--patient", &patient], private_key, "");
    let rows: Vec<Value> = rows.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let booked = rows.iter().filter(|row| row["action"] == "book_appointment" && row["outcome"] == "201");
    assert_eq!(booked.count(), 1, "{rows:?}");
    assert!(
        rows.iter().all(|row| row["patient"] == kept.patient.as_str() && row["client_id"] == "booking-site")
    );

    let server = machine.serve();
    let (status, appointment) = call("GET", &server.origin, &kept.secret, &kept.appointment, &Value::Null);
    assert_eq!((status, &appointment["status"]), (200, &json!("booked")), "{appointment}");
    assert_eq!(call("GET", &server.origin, "vardbro_wrong", &kept.appointment, &Value::Null).0, 401);
}

/// Without the key file, or with another one, the restored database is worth nothing, and that is said.
fn needs_its_keys(machine: &Machine) {
    let complaint = machine.refuses_to_serve();
    assert!(complaint.contains("keys.file: cannot read vardbro-keys.toml"), "{complaint}");

    let stranger = Machine::named("stranger", None);
    stranger.says(&["init", "--private-key-out", PRIVATE_KEY]);
    fs::copy(stranger.path(KEYS), machine.path(KEYS)).unwrap();
    let complaint = machine.refuses_to_serve();
    assert!(complaint.contains("the key ring has no audit key"), "{complaint}");
    assert!(
        complaint.contains("put it back from its copy") && !complaint.contains("another name"),
        "{complaint}"
    );
    let doctor = machine.run(&["doctor"], NOTHING, "");
    let findings = String::from_utf8(doctor.stdout).unwrap();
    assert_eq!(doctor.status.code(), Some(1));
    assert!(findings.contains("put it back from the copy of the key file"), "{findings}");
    fs::remove_file(machine.path(KEYS)).unwrap();
}

fn clinic() -> (Sandbox, Value) {
    let mut sandbox = Sandbox::start(&["--native-only", "--json", "--only", "cliniko"]);
    let cliniko = sandbox.ready()["ehrs"]["cliniko"].clone();
    (sandbox, cliniko)
}

#[test]
fn a_copy_of_sqlite_goes_on_with_its_keys_and_not_without() {
    let (_sandbox, cliniko) = clinic();
    let old = Machine::named("old", None);
    let kept = working(&old, &cliniko, || {
        old.says(&["backup", "backup.sqlite"]);
    });
    let restored = Machine::named("new", None);
    fs::copy(old.path("backup.sqlite"), restored.path("vardbro.sqlite")).unwrap();
    drop(old);

    needs_its_keys(&restored);
    goes_on(&restored, &kept);
}

#[test]
fn a_dump_of_postgresql_goes_on_with_its_keys_and_not_without() {
    let Some(postgres) = Postgres::shared() else { return };
    let (_sandbox, cliniko) = clinic();
    let directory = tempdir().unwrap();
    let dump: &Path = &directory.path().join("vardbro.dump");
    let database = postgres.database();
    let old = Machine::named("old", Some(database.url()));
    let kept = working(&old, &cliniko, || postgres.dump(&database, dump));
    drop((old, database));
    let database = postgres.restore(dump);
    let restored = Machine::named("new", Some(database.url()));

    needs_its_keys(&restored);
    goes_on(&restored, &kept);
}

//! The operator's commands, as an operator gives them.

mod applications;
mod audit;
mod connections;
mod doctor;
mod keys;
mod mapping;
mod settings;
mod upkeep;

use std::cell::RefCell;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;
use tempfile::{TempDir, tempdir};

use crate::program::{Sandbox, command};

/// A machine with a gateway's files, on which nothing serves.
struct Place {
    directory: TempDir,
    variables: RefCell<Vec<(&'static str, String)>>,
    /// Everything that was ever said.
    said: RefCell<String>,
}

/// How a command ended.
struct Outcome {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Outcome {
    /// What it answered.
    fn json(&self) -> Value {
        assert_eq!(self.code, 0, "{}", self.stderr);
        serde_json::from_str(&self.stdout).unwrap()
    }

    /// The one line that says why it failed.
    fn complaint(&self) -> &str {
        assert_eq!(self.code, 1, "{}{}", self.stdout, self.stderr);
        assert_eq!(self.stderr.lines().count(), 1, "{}", self.stderr);
        self.stderr.strip_prefix("vardbro: ").unwrap()
    }
}

impl Place {
    /// Without anything yet. The sandboxes of this machine may be called.
    fn bare() -> Self {
        let variables = vec![
            ("VARDBRO_EGRESS_ALLOW_HTTP", "true".to_owned()),
            ("VARDBRO_EGRESS_ALLOW_PRIVATE_NETWORKS", "127.0.0.0/8".to_owned()),
        ];
        let (variables, said) = (RefCell::new(variables), RefCell::default());
        Self { directory: tempdir().unwrap(), variables, said }
    }

    /// With keys and a database.
    fn ready() -> Self {
        let place = Self::bare();
        place.does(&["init", "--private-key-out", "private.key"], "");
        place
    }

    fn set(&self, name: &'static str, value: &str) {
        self.variables.borrow_mut().retain(|(present, _)| *present != name);
        self.variables.borrow_mut().push((name, value.to_owned()));
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    /// Runs a command with this on its standard input.
    fn run(&self, arguments: &[&str], input: &str) -> Outcome {
        self.run_into(Stdio::piped(), arguments, input)
    }

    /// Runs a command whose answer cannot be written.
    fn run_unheard(&self, arguments: &[&str]) -> Outcome {
        let full = fs::File::options().write(true).open("/dev/full").unwrap();
        self.run_into(full.into(), arguments, "")
    }

    fn run_into(&self, stdout: Stdio, arguments: &[&str], input: &str) -> Outcome {
        let mut child = command(arguments)
            .current_dir(&self.directory)
            .envs(self.variables.borrow().iter().map(|(name, value)| (*name, value)))
            .stdin(Stdio::piped())
            .stdout(stdout)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // One that does not listen may have ended by now.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        let (stdout, stderr) =
            (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
        self.said.borrow_mut().push_str(&format!("{stdout}{stderr}"));
        Outcome { code: output.status.code().unwrap(), stdout, stderr }
    }

    /// One that succeeds; what it says.
    fn does(&self, arguments: &[&str], input: &str) -> String {
        let outcome = self.run(arguments, input);
        assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{arguments:?}");
        outcome.stdout
    }

    /// The rows of the access log that this asks for; they are counted beside.
    fn exports(&self, filter: &[&str], private_keys: &str) -> String {
        let Outcome { code, stdout, stderr } =
            self.run(&[&["audit", "export"], filter].concat(), private_keys);
        let rows = stdout.lines().count();
        let counted = if rows == 1 { "1 row\n".to_owned() } else { format!("{rows} rows\n") };
        assert_eq!((code, stderr), (0, counted), "{filter:?}");
        stdout
    }

    /// One that succeeds and answers as JSON.
    fn answers(&self, arguments: &[&str], input: &str) -> Value {
        self.run(&[arguments, &["--json"]].concat(), input).json()
    }

    /// A new application; its secret, also as the variable has it.
    fn application(&self, name: &str) -> String {
        let made = self.answers(&["app", "create", name], "");
        let secret = made["client_secret"].as_str().unwrap().to_owned();
        self.set("VARDBRO_CLIENT_SECRET", &secret);
        // Said here, and never again.
        self.said.borrow_mut().clear();
        secret
    }

    /// Adds a connection to the sandbox of Cliniko, with that key.
    fn add_cliniko(&self, clinic: &Clinic, key: &str, more: &[&str]) -> Outcome {
        let url = format!("base_url={}", clinic.cliniko());
        let arguments =
            ["connection", "add", "cliniko", "--set", &url, "--set", "contact_email=it@example.com"];
        self.run(&[&arguments, more].concat(), &format!("{key}\n"))
    }

    /// Whether the bytes are in the database, as it is on the disk.
    fn is_kept(&self, needle: &str) -> bool {
        let files = fs::read_dir(self.directory.path()).unwrap().map(|file| file.unwrap().path());
        let database = files.filter(|path| path.to_str().unwrap().contains("vardbro.sqlite"));
        let mut holds = database.map(|path| holds(&path, needle));
        holds.any(|holds| holds)
    }
}

fn holds(path: &Path, needle: &str) -> bool {
    fs::read(path).unwrap().windows(needle.len()).any(|bytes| bytes == needle.as_bytes())
}

/// EHRs to connect to.
struct Clinic {
    _sandbox: Sandbox,
    ehrs: Value,
}

impl Clinic {
    fn open(only: &str) -> Self {
        let mut sandbox = Sandbox::start(&["--native-only", "--json", "--only", only]);
        let ehrs = sandbox.ready()["ehrs"].clone();
        Self { _sandbox: sandbox, ehrs }
    }

    fn native(&self, ehr: &str) -> &str {
        self.ehrs[ehr]["native"].as_str().unwrap()
    }

    fn credential(&self, ehr: &str, name: &str) -> &str {
        self.ehrs[ehr]["credentials"][name].as_str().unwrap()
    }

    fn cliniko(&self) -> &str {
        self.native("cliniko")
    }

    fn key(&self) -> &str {
        self.credential("cliniko", "api_key")
    }
}

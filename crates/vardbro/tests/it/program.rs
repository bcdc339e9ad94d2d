//! Starts the program, listens to what it says, stops it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// How long anything may take before a test gives up on it.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Without the variables that whoever runs the tests may have set.
pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vardbro"));
    command.args(arguments).stdin(Stdio::null()).env_remove("RUST_LOG");
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("VARDBRO_")) {
        command.env_remove(name);
    }
    command
}

/// Runs it to its end.
pub fn run(arguments: &[&str]) -> Output {
    command(arguments).output().unwrap()
}

/// Runs it to its end with one variable set.
pub fn run_with(variable: (&str, &str), arguments: &[&str]) -> Output {
    command(arguments).env(variable.0, variable.1).output().unwrap()
}

/// A sandbox that runs until it is told to stop; dropping it kills it.
pub struct Sandbox {
    child: Child,
    stdout: BufReader<ChildStdout>,
    logs: Option<JoinHandle<String>>,
}

/// How a sandbox ended.
pub struct Ended {
    pub code: Option<i32>,
    /// What it said after it was ready.
    pub stdout: String,
    pub logs: String,
}

impl Sandbox {
    pub fn start(arguments: &[&str]) -> Self {
        let mut child = command(&["sandbox"])
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let mut stderr = child.stderr.take().unwrap();
        let logs = thread::spawn(move || {
            let mut logs = String::new();
            stderr.read_to_string(&mut logs).unwrap();
            logs
        });
        Self { child, stdout, logs: Some(logs) }
    }

    /// With a gateway on a free port, its data in `directory`.
    pub fn in_directory(directory: &Path, more: &[&str]) -> Self {
        let directory = directory.to_str().unwrap();
        Self::start(&[&["--listen", "127.0.0.1:0", "--data-dir", directory][..], more].concat())
    }

    /// The line that says that it is ready.
    pub fn ready(&mut self) -> Value {
        serde_json::from_str(&self.line()).unwrap()
    }

    pub fn line(&mut self) -> String {
        let mut line = String::new();
        let read = self.stdout.read_line(&mut line).unwrap();
        assert!(read > 0, "it ended without saying that it is ready");
        line
    }

    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    pub fn end(mut self) -> Ended {
        let deadline = Instant::now() + PATIENCE;
        let status = loop {
            match self.child.try_wait().unwrap() {
                Some(status) => break status,
                None => assert!(Instant::now() < deadline, "it does not end"),
            }
            thread::sleep(Duration::from_millis(10));
        };
        let mut stdout = String::new();
        self.stdout.read_to_string(&mut stdout).unwrap();
        Ended { code: status.code(), stdout, logs: self.logs.take().unwrap().join().unwrap() }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What Cliniko's sandbox wants to see of a client that calls it directly.
pub fn cliniko_headers(ready: &Value) -> [(&'static str, String); 2] {
    let key = ready["ehrs"]["cliniko"]["credentials"]["api_key"].as_str().unwrap();
    let authorization = format!("Basic {}", STANDARD.encode(format!("{key}:")));
    [("Authorization", authorization), ("User-Agent", "test (test@example.com)".to_owned())]
}

/// One GET; status and body.
pub fn get(url: &str, headers: &[(&str, &str)]) -> (u16, String) {
    exchange("GET", url, headers, "")
}

/// One call over a connection of its own; status and body.
pub fn exchange(method: &str, url: &str, headers: &[(&str, &str)], body: &str) -> (u16, String) {
    let mut stream = send(method, url, headers, body);
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}

/// A call whose answer has not been read yet.
pub fn send(method: &str, url: &str, headers: &[(&str, &str)], body: &str) -> TcpStream {
    let (host, path) = host_and_path(url);
    let mut stream = TcpStream::connect(host).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut request =
        format!("{method} {path} HTTP/1.0\r\nHost: {host}\r\nContent-Length: {}\r\n", body.len());
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    write!(stream, "{request}\r\n{body}").unwrap();
    stream
}

fn host_and_path(url: &str) -> (&str, &str) {
    let rest = url.strip_prefix("http://").unwrap();
    rest.find('/').map_or((rest, "/"), |slash| rest.split_at(slash))
}

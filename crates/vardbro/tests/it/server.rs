//! Starts `vardbro serve`, listens to its log, stops it.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Instant;

use serde_json::Value;
use vardbro_vault::{AuditKey, AuditPrivateKey, KeyRing, MasterKey};

use crate::program::{PATIENCE, command};

/// Puts new keys where the default configuration looks for them.
pub fn keys(directory: &Path) -> KeyRing {
    let now = jiff::Timestamp::now();
    let mut ring = KeyRing::default();
    ring.add_master(MasterKey::random(now));
    ring.add_audit(AuditKey::random(now, AuditPrivateKey::random().public()));
    put_keys(directory, &ring.expose());
    ring
}

pub fn put_keys(directory: &Path, text: &str) {
    let path = directory.join("vardbro-keys.toml");
    let mut file =
        fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path).unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

/// A server that runs until it is told to stop; dropping it kills it.
pub struct Server {
    child: Child,
    log: Receiver<Value>,
    /// Where it is reached.
    pub origin: String,
    /// What it logged before it was ready.
    pub before: Vec<Value>,
}

impl Server {
    /// In a directory that has keys, on a free port.
    pub fn start(directory: &Path, variables: &[(&str, &str)]) -> Self {
        let mut child = command(&["serve"])
            .current_dir(directory)
            .env("VARDBRO_SERVER_LISTEN", "127.0.0.1:0")
            .envs(variables.iter().copied())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let (sender, log) = channel();
        thread::spawn(move || {
            for line in stderr.lines().map(Result::unwrap) {
                let line = serde_json::from_str(&line).unwrap_or(Value::String(line));
                let _ = sender.send(line);
            }
        });
        let mut server = Self { child, log, origin: String::new(), before: Vec::new() };
        server.before = server.log_until("API started");
        server.origin = server.before.last().unwrap()["origin"].as_str().unwrap().to_owned();
        server
    }

    /// The lines up to one with that message.
    pub fn log_until(&self, message: &str) -> Vec<Value> {
        let mut lines = Vec::new();
        let deadline = Instant::now() + PATIENCE;
        while !lines.last().is_some_and(|line: &Value| line["message"] == message) {
            let left = deadline.saturating_duration_since(Instant::now());
            let line = self.log.recv_timeout(left);
            assert!(line.is_ok(), "it does not say “{message}”, but {lines:#?}");
            lines.push(line.unwrap());
        }
        lines
    }

    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// Its process id.
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// How it ended.
    pub fn end(mut self) -> Option<i32> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            assert!(Instant::now() < deadline, "it does not end");
            thread::sleep(std::time::Duration::from_millis(10));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

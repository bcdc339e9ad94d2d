//! The image's health check, and that nothing is killed before it has stopped by itself.

use std::process::Command;

use tempfile::tempdir;

use super::read;
use crate::server::{Server, keys};

/// As the Dockerfile has it, for a gateway on another port.
fn health_check(port: &str) -> bool {
    let dockerfile = read("Dockerfile");
    let line = dockerfile.lines().find_map(|line| line.trim().strip_prefix("CMD [\"bash\"")).unwrap();
    let arguments: Vec<String> = serde_json::from_str(&format!("[\"bash\"{line}")).unwrap();
    let script = arguments[2].replace("8080", port);
    assert_ne!(script, arguments[2]);
    Command::new(&arguments[0]).args([&arguments[1], &script]).output().unwrap().status.success()
}

#[test]
fn the_images_health_check_tells_a_gateway_that_answers_from_one_that_does_not() {
    let directory = tempdir().unwrap();
    keys(directory.path());
    let server = Server::start(directory.path(), &[]);
    let port = server.origin.rsplit(':').next().unwrap().to_owned();

    assert!(health_check(&port));
    drop(server);
    assert!(!health_check(&port));
}

/// In seconds.
fn after(text: &str, name: &str) -> u64 {
    let value = text.lines().find_map(|line| line.trim().strip_prefix(name)).unwrap();
    value.trim_matches(['"', 's', ' ']).parse().unwrap()
}

#[test]
fn whoever_supervises_it_waits_longer_than_it_takes_to_stop() {
    let grace = after(&read("crates/vardbro/src/config/vardbro.toml"), "shutdown_grace = ");

    assert!(after(&read("deploy/vardbro.service"), "TimeoutStopSec=") > grace);
    assert!(after(&read("deploy/compose.yaml"), "stop_grace_period:") > grace);
}

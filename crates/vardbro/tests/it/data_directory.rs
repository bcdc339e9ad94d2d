use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::Value;
use tempfile::tempdir;

use crate::program::Sandbox;

#[test]
fn a_second_start_has_the_same_credentials() {
    let directory = tempdir().unwrap();
    let mut first = Sandbox::in_directory(directory.path(), &["--json"]);
    let before = first.ready();
    first.signal("TERM");
    assert_eq!(first.end().code, Some(0));

    let after = Sandbox::in_directory(directory.path(), &["--json"]).ready();

    assert_eq!(after["client_id"], before["client_id"]);
    assert_eq!(after["client_secret"], before["client_secret"]);
}

#[test]
fn two_starts_at_once_have_the_same_credentials() {
    let directory = tempdir().unwrap();
    let data = directory.path().join("made/on/the/way");
    let mut starts: Vec<_> = (0..3).map(|_| Sandbox::in_directory(&data, &["--json"])).collect();

    let ready: Vec<Value> = starts.iter_mut().map(Sandbox::ready).collect();

    for other in &ready[1..] {
        assert_eq!(other["client_secret"], ready[0]["client_secret"]);
        assert_ne!(other["api"], ready[0]["api"]);
    }
}

#[test]
fn the_credentials_are_for_their_owner_only_and_the_secret_is_not_in_the_database() {
    let directory = tempdir().unwrap();
    let mut sandbox = Sandbox::in_directory(directory.path(), &["--json"]);
    let ready = sandbox.ready();
    let secret = ready["client_secret"].as_str().unwrap().as_bytes();

    let file = directory.path().join("sandbox.json");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    for entry in fs::read_dir(directory.path()).unwrap() {
        let path = entry.unwrap().path();
        let holds = fs::read(&path).unwrap().windows(secret.len()).any(|bytes| bytes == secret);
        assert_eq!(holds, path == file, "{}", path.display());
    }
}

use std::path::Path;

use jiff::Timestamp;
use tempfile::tempdir;
use vardbro_vault::{AuditKey, AuditPrivateKey, MasterKey};

use super::super::{Environment, load_with_files};

fn ring() -> String {
    let mut ring = super::KeyRing::default();
    ring.add_master(MasterKey::random(Timestamp::UNIX_EPOCH));
    ring.add_audit(AuditKey::random(Timestamp::UNIX_EPOCH, AuditPrivateKey::random().public()));
    ring.expose().to_string()
}

/// What is wrong with a configuration file of this text and a variable.
fn faults(file: &Path, text: &str, keys: Option<&str>) -> Option<String> {
    std::fs::write(file, text).unwrap();
    let environment = Environment::of(keys.map(|keys| ("VARDBRO_KEYS".into(), keys.into())));
    load_with_files(Some(file), &environment).err().map(|faults| faults.to_string())
}

#[test]
fn keys_come_from_a_file_or_from_a_variable() {
    let directory = tempdir().unwrap();
    let (file, keys) = (directory.path().join("vardbro.toml"), directory.path().join("keys.toml"));
    let text = format!("[keys]\nfile = {keys:?}\n");

    let missing = faults(&file, &text, None).unwrap();
    assert!(
        missing.ends_with("No such file or directory (os error 2); `vardbro init` makes it"),
        "{missing}"
    );
    assert!(missing.starts_with(&format!(
        "{}:2:8: keys.file: cannot read {}: ",
        file.display(),
        keys.display()
    )));
    assert_eq!(faults(&file, &text, Some(&ring())), None);

    std::fs::write(&keys, ring()).unwrap();
    assert_eq!(faults(&file, &text, None), None);
    assert_eq!(
        faults(&file, &text, Some("porridge = 1")).unwrap(),
        "VARDBRO_KEYS: keys.file: VARDBRO_KEYS cannot be used: line 1: unknown field `porridge`, expected `master` or `audit`"
    );
}

#[test]
fn a_server_needs_a_key_of_each_kind() {
    let directory = tempdir().unwrap();
    let file = directory.path().join("vardbro.toml");
    let whole = ring();
    let (master, audit) = whole.split_at(whole.find("[[audit]]").unwrap());
    for (keys, lacking) in [(master, "audit"), (audit, "master")] {
        assert_eq!(
            faults(&file, "", Some(keys)).unwrap(),
            format!(
                "VARDBRO_KEYS: keys.file: VARDBRO_KEYS holds no {lacking} key; `vardbro key new {lacking}` makes one"
            )
        );
    }
}

#[test]
fn all_files_are_looked_at_and_what_is_wrong_already_is_not() {
    let directory = tempdir().unwrap();
    let file = directory.path().join("vardbro.toml");
    let nowhere = "[server]\ntls_certificate = \"/nowhere/chain.pem\"\ntls_key = \"/nowhere/key.pem\"\n[keys]\nfile = \"/nowhere/keys.toml\"\n";

    let both = faults(&file, nowhere, None).unwrap();
    let one = faults(&file, &nowhere.replace("\"/nowhere/key.pem\"", "7"), None).unwrap();

    assert_eq!(both.lines().count(), 2, "{both}");
    assert!(both.contains(":2:19: server.tls_certificate: cannot read /nowhere/chain.pem: "), "{both}");
    assert!(both.contains(":5:8: keys.file: cannot read /nowhere/keys.toml: "), "{both}");
    assert!(one.contains(":3:11: server.tls_key must be the path of a file\n"), "{one}");
    assert_eq!(one.lines().count(), 2, "{one}");
}

#[test]
fn a_default_that_cannot_be_used_is_told_without_a_place() {
    let directory = tempdir().unwrap();
    let file = directory.path().join("vardbro.toml");

    let faults = faults(&file, "", None).unwrap();

    assert!(faults.starts_with("keys.file: cannot read vardbro-keys.toml: "), "{faults}");
}

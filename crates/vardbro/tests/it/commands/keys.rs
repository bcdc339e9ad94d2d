use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::{Value, json};

use super::{Clinic, Place};
use crate::program::exchange;
use crate::server::Server;

const KEYS: &str = "vardbro-keys.toml";

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// The id of the first key of a kind that is in use, or not.
fn key(place: &Place, kind: &str, in_use: bool) -> String {
    let listed = place.answers(&["key", "list"], "");
    let mut keys = listed["keys"].as_array().unwrap().iter();
    let found = keys.find(|key| key["kind"] == kind && key["in_use"] == in_use).unwrap();
    found["id"].as_str().unwrap().to_owned()
}

#[test]
fn one_command_makes_what_a_first_start_needs_and_changes_nothing_the_second_time() {
    let place = Place::bare();
    assert!(place.run(&["app", "list"], "").complaint().contains("vardbro init"));
    assert!(place.run(&["doctor"], "").stdout.contains("vardbro init"));

    let made = place.answers(&["init", "--private-key-out", "private.key"], "");
    let keys = fs::read(place.path(KEYS)).unwrap();
    let again = place.answers(&["init"], "");

    assert!(made["master_key"].is_object() && made["audit_key"]["private_key"].is_null(), "{made}");
    assert_eq!((&again["master_key"], &again["audit_key"]), (&Value::Null, &Value::Null));
    assert_eq!(fs::read(place.path(KEYS)).unwrap(), keys);
    assert_eq!((mode(&place.path(KEYS)), mode(&place.path("private.key"))), (0o600, 0o600));
    assert!(place.run(&["key", "new", "audit", "--private-key-out", "private.key"], "").code == 1);
    place.does(&["doctor"], "");
}

#[test]
fn a_master_key_is_retired_once_nothing_is_wrapped_with_it() {
    let (place, clinic) = (Place::ready(), Clinic::open("cliniko"));
    place.application("App");
    assert_eq!(place.add_cliniko(&clinic, clinic.key(), &["--app", "app", "--name", "North"]).code, 0);
    let old = key(&place, "master", true);
    assert!(place.run(&["key", "retire", &old], "").complaint().contains("key new master"));

    place.does(&["key", "new", "master"], "");
    place.does(&["connection", "check", "cliniko/North"], "");
    let retired = place.answers(&["key", "retire", &old], "");

    assert_eq!(retired, json!({"retired": old, "rewrapped": 1}));
    assert!(!fs::read_to_string(place.path(KEYS)).unwrap().contains(&old));
    place.does(&["connection", "check", "cliniko/North"], "");
    assert!(place.run(&["key", "retire", &old], "").complaint().contains("no key"));
    assert_eq!(mode(&place.path(KEYS)), 0o600);
}

#[test]
fn an_audit_key_that_no_row_names_is_retired_and_the_one_in_use_is_not() {
    let place = Place::ready();
    let old = key(&place, "audit", true);
    assert!(place.run(&["key", "retire", &old], "").complaint().contains("key new audit"));

    let made = place.answers(&["key", "new", "audit"], "");
    place.does(&["key", "retire", &old], "");

    let private = made["private_key"].as_str().unwrap();
    assert!(private.starts_with("vardbro_audit_"));
    assert!(!fs::read_to_string(place.path(KEYS)).unwrap().contains(private));
    assert_eq!(key(&place, "audit", true), made["id"].as_str().unwrap());
}

#[test]
fn a_key_that_nobody_was_told_is_not_taken_into_use() {
    let place = Place::bare();
    assert!(place.run_unheard(&["init"]).complaint().contains("cannot say"));
    assert!(!place.path(KEYS).exists());
    place.does(&["init", "--private-key-out", "private.key"], "");
    let keys = fs::read(place.path(KEYS)).unwrap();

    for unheard in [
        &["key", "new", "audit"][..],
        &["key", "new", "audit", "--private-key-out", "newer.key"],
        &["key", "new", "master"],
    ] {
        assert!(place.run_unheard(unheard).complaint().contains("cannot say"));
        assert_eq!(fs::read(place.path(KEYS)).unwrap(), keys);
    }
    place.does(&["key", "new", "audit", "--private-key-out", "newer.key"], "");
}

#[test]
fn a_lost_key_file_is_not_replaced_by_a_new_one_without_a_word() {
    let place = Place::ready();
    place.application("App");
    let lost = key(&place, "master", true);
    fs::remove_file(place.path(KEYS)).unwrap();

    for replacing in [&["init"][..], &["key", "new", "master"], &["key", "new", "audit"]] {
        let refused = place.run(replacing, "");
        assert!(refused.complaint().contains(&lost), "{}", refused.stderr);
        assert!(refused.stderr.contains("put the key file back from its copy"), "{}", refused.stderr);
        assert!(!place.path(KEYS).exists());
    }
    place.does(&["key", "new", "master", "--anyway"], "");
    place.does(&["init", "--anyway"], "");
    assert_ne!(key(&place, "master", true), lost);
}

#[test]
fn a_key_ring_in_a_variable_is_the_operators_to_change() {
    let place = Place::ready();
    let ring = fs::read_to_string(place.path(KEYS)).unwrap();
    fs::remove_file(place.path(KEYS)).unwrap();
    place.set("VARDBRO_KEYS", &ring);
    place.application("App");
    let old = key(&place, "master", true);

    let made = place.answers(&["key", "new", "master"], "");
    let added = made["add_to_vardbro_keys"].as_str().unwrap();
    place.set("VARDBRO_KEYS", &format!("{ring}\n{added}\n"));
    let retired = place.run(&["key", "retire", &old], "");

    assert_eq!(key(&place, "master", true), made["id"].as_str().unwrap());
    assert!(retired.complaint().contains(&format!("take the key {old} out there")), "{}", retired.stderr);
    assert!(!place.path(KEYS).exists());
    let listed = place.answers(&["key", "list"], "");
    assert_eq!(listed["keys"][0]["needed_by"], json!({"client_secrets": 0}));
}

#[test]
fn keys_are_rotated_while_a_server_answers() {
    let (place, clinic) = (Place::ready(), Clinic::open("cliniko"));
    let secret = place.application("App");
    assert_eq!(place.add_cliniko(&clinic, clinic.key(), &["--app", "app", "--name", "North"]).code, 0);
    let variables = place.variables.borrow().clone();
    let variables: Vec<_> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let server = Server::start(place.directory.path(), &variables);
    let headers = [("x-leyr-client-id", "app"), ("x-leyr-client-secret", secret.as_str())];
    let get = |path: &str| {
        let (status, answer) =
            exchange("GET", &format!("{}/api/emrs/cliniko/care-units{path}", server.origin), &headers, "");
        assert_eq!(status, 200, "{answer}");
        serde_json::from_str::<Value>(&answer).unwrap()
    };
    let care_unit = get("")[0]["id"].as_str().unwrap().to_owned();
    let patients = format!("/{care_unit}/patients?last_name=Berg");
    get(&patients);
    let (master, audit) = (key(&place, "master", true), key(&place, "audit", true));

    place.does(&["key", "new", "master"], "");
    place.does(&["key", "new", "audit", "--private-key-out", "newer.key"], "");
    get(&patients);
    place.does(&["key", "retire", &master], "");
    get(&patients);
    let kept = place.run(&["key", "retire", &audit], "");
    place.does(&["connection", "disable", "cliniko/North"], "");
    let (refused, _) =
        exchange("GET", &format!("{}/api/emrs/cliniko/care-units", server.origin), &headers, "");
    place.does(&["connection", "enable", "cliniko/North"], "");
    get(&patients);

    assert!(kept.complaint().contains("at the earliest"), "{}", kept.stderr);
    assert_eq!(refused, 403);
    // What was read is logged a moment later, and before the end.
    server.signal("TERM");
    assert_eq!(server.end(), Some(0));
    place.does(&["audit", "verify"], "");
    let both = ["private.key", "newer.key"].map(|file| fs::read_to_string(place.path(file)).unwrap());
    let both = both.map(|key| key.trim().to_owned()).join(" ");
    let rows = place.exports(&["--app", "app"], &both);
    assert_eq!(rows.lines().count(), 4, "{rows}");
    // The log still knows who is gone.
    place.does(&["app", "delete", "app", "--yes"], "");
    assert_eq!(place.exports(&["--app", "app"], &both), rows);

    // Its rows need a key file that is lost now.
    fs::remove_file(place.path(KEYS)).unwrap();
    assert!(place.run(&["init"], "").complaint().contains(&audit));
    assert!(!place.said.borrow().contains(&secret));
}

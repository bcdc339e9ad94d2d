use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::Value;
use sqlx::SqlitePool;

use super::{Clinic, Place};

const KEYS: &str = "vardbro-keys.toml";

/// A place in which all is well: a connection that works.
fn well(clinic: &Clinic) -> Place {
    let place = Place::ready();
    place.application("App");
    assert_eq!(place.add_cliniko(clinic, clinic.key(), &["--app", "app", "--name", "North"]).code, 0);
    place
}

/// What the doctor finds in a state, as one text a finding.
fn found(place: &Place, arguments: &[&str], state: &str) -> Vec<String> {
    let outcome = place.run(&[&["doctor", "--json"], arguments].concat(), "");
    let told: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let findings = told["findings"].as_array().unwrap();
    let faults = findings.iter().any(|finding| finding["state"] == "fault");
    assert_eq!(outcome.code, i32::from(faults), "{}", outcome.stdout);
    let wanted = findings.iter().filter(|finding| finding["state"] == state);
    wanted.map(|finding| format!("{}: {}", finding["subject"], finding["what"])).collect()
}

#[track_caller]
fn one(found: Vec<String>, words: &[&str]) {
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(words.iter().all(|word| found[0].contains(word)), "{found:?}");
}

#[test]
fn nothing_is_found_where_all_is_well() {
    let clinic = Clinic::open("cliniko");
    let place = well(&clinic);

    assert_eq!(found(&place, &["--app", "app"], "fault"), [""; 0]);
    let works = found(&place, &["--app", "app"], "ok");
    assert!(works.iter().any(|finding| finding.contains("The API key works")), "{works:?}");
}

#[test]
fn a_configuration_that_is_none_is_found() {
    let place = Place::ready();
    place.write("vardbro.toml", "[server]\nporridge = 1\nlisten = 7\n");

    let faults = found(&place, &[], "fault");

    assert_eq!(faults.len(), 2, "{faults:?}");
}

#[test]
fn keys_that_others_can_read_and_keys_that_are_gone_are_found() {
    let clinic = Clinic::open("cliniko");
    let place = well(&clinic);
    fs::set_permissions(place.path(KEYS), fs::Permissions::from_mode(0o644)).unwrap();
    let readable = found(&place, &[], "warning");
    fs::remove_file(place.path(KEYS)).unwrap();
    let gone = found(&place, &[], "fault");
    place.does(&["key", "new", "master", "--anyway"], "");
    place.does(&["key", "new", "audit", "--anyway"], "");
    let strange = found(&place, &[], "fault");

    assert!(readable.iter().any(|finding| finding.contains("chmod o-rwx")), "{readable:?}");
    one(gone, &["configuration", KEYS]);
    one(strange, &["master key", "the application app", "put it back"]);
}

#[test]
fn a_database_that_is_gone_old_or_none_is_found() {
    let place = Place::ready();
    let database = place.path("vardbro.sqlite");
    fs::remove_file(&database).unwrap();
    let gone = found(&place, &[], "fault");
    fs::write(&database, "").unwrap();
    let old = found(&place, &[], "fault");
    fs::write(&database, "Not a database, but long enough to be looked at as one.\n".repeat(20)).unwrap();
    let none = found(&place, &[], "fault");

    one(gone, &["database", "vardbro init"]);
    one(old, &["database", "vardbro migrate"]);
    one(none, &["database", "vardbro.sqlite"]);
}

#[test]
fn connections_that_cannot_work_are_found() {
    let clinic = Clinic::open("cliniko");
    let place = well(&clinic);
    let app = ["--app", "app"];
    place.does(&["connection", "rotate", "cliniko/North", "--no-check"], "Swordfish-au1\n");
    let refused = found(&place, &app, "fault");
    place.does(&["connection", "rotate", "cliniko/North"], clinic.key());
    place.does(&["connection", "disable", "cliniko/North"], "");
    let disabled = found(&place, &app, "warning");
    place.does(&["connection", "enable", "cliniko/North"], "");
    place.set("VARDBRO_EGRESS_ALLOW_PRIVATE_NETWORKS", "10.0.0.0/8");
    let unreachable = found(&place, &app, "fault");
    let lost = place.answers(&["app", "rotate", "app", "--lost", "--yes"], "");
    let incomplete = found(&place, &[], "fault");

    one(refused, &["app cliniko/North", "api_key"]);
    assert!(disabled.iter().any(|finding| finding.contains("it is disabled")), "{disabled:?}");
    assert!(unreachable.iter().any(|finding| finding.contains("base_url: 127.0.0.1")), "{unreachable:?}");
    one(incomplete, &["api_key is missing", "connection rotate"]);
    assert!(!place.said.borrow().contains("Swordfish"));
    drop(lost);
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_a_newer_version_wrote_are_found_and_stop_no_other_command() {
    let place = Place::ready();
    place.application("App");
    place.application("Other");
    let database = format!("sqlite:{}", place.path("vardbro.sqlite").display());
    let database = SqlitePool::connect(&database).await.unwrap();
    let newer = "UPDATE client_secrets SET created_at = 9223372036854775807 \
                 WHERE application_id = (SELECT id FROM applications WHERE client_id = 'app')";
    sqlx::query(newer).execute(&database).await.unwrap();

    one(found(&place, &[], "fault"), &["client_secrets", "created_at", "a newer version"]);
    place.does(&["app", "list"], "");
    place.does(&["app", "disable", "app"], "");
    place.does(&["key", "new", "master"], "");
    let oldest = place.answers(&["key", "list"], "")["keys"][0]["id"].as_str().unwrap().to_owned();
    let retired = place.run(&["key", "retire", &oldest], "");
    assert!(retired.complaint().contains("a newer version"), "{}", retired.stderr);
}

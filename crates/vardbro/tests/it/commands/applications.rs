use std::time::Instant;

use serde_json::json;

use super::{Clinic, Place};
use crate::program::PATIENCE;

#[test]
fn an_application_is_made_shown_switched_and_deleted() {
    let place = Place::ready();

    let made = place.answers(&["app", "create", "Södra kliniken"], "");
    let secret = made["client_secret"].as_str().unwrap();
    let listed = place.answers(&["app", "list"], "");
    let disabled = place.answers(&["app", "disable", "sodra-kliniken"], "");
    let shown = place.answers(&["app", "show", "sodra-kliniken"], "");
    place.does(&["app", "enable", "sodra-kliniken"], "");

    assert_eq!(made["client_id"], "sodra-kliniken");
    assert_eq!(listed["applications"][0]["enabled"], true);
    assert_eq!(disabled, json!({"client_id": "sodra-kliniken", "enabled": false}));
    assert_eq!(shown["enabled"], false);
    assert!(!listed.to_string().contains(secret) && !shown.to_string().contains(secret));
    let complaint = place.run(&["app", "delete", "sodra-kliniken"], "y\n");
    assert!(complaint.complaint().contains("--yes"));
    place.does(&["app", "delete", "sodra-kliniken", "--yes"], "");
    assert!(place.run(&["app", "show", "sodra-kliniken"], "").complaint().contains("no application"));
}

#[test]
fn a_client_id_is_made_unique_and_a_given_one_is_taken_once() {
    let place = Place::ready();
    let ids = ["Clinic", "Clinic", "clinic!"].map(|name| place.answers(&["app", "create", name], ""));
    assert_eq!(ids.map(|made| made["client_id"].clone()), ["clinic", "clinic-2", "clinic-3"]);

    let taken = place.run(&["app", "create", "Other", "--client-id", "clinic"], "");

    assert!(taken.complaint().contains("--client-id"), "{}", taken.stderr);
}

#[test]
fn a_rotated_secret_is_good_until_the_overlap_ends() {
    let (place, clinic) = (Place::ready(), Clinic::open("cliniko"));
    let old = place.application("App");
    assert_eq!(place.add_cliniko(&clinic, clinic.key(), &["--app", "app", "--name", "North"]).code, 0);

    let new = place.answers(&["app", "rotate", "app", "--overlap", "1s"], "");

    let new = new["client_secret"].as_str().unwrap();
    let deadline = Instant::now() + PATIENCE;
    let ended = loop {
        let outcome = place.run(&["connection", "check", "cliniko/North"], "");
        if outcome.code != 0 {
            break outcome;
        }
        assert!(Instant::now() < deadline, "the old secret does not end");
    };
    assert!(ended.complaint().contains("has run out"), "{}", ended.stderr);
    place.set("VARDBRO_CLIENT_SECRET", new);
    place.does(&["connection", "check", "cliniko/North"], "");
    let at_once = place.answers(&["app", "rotate", "app", "--overlap", "0s"], "");
    assert!(place.run(&["connection", "check", "cliniko/North"], "").complaint().contains("has run out"));
    place.set("VARDBRO_CLIENT_SECRET", at_once["client_secret"].as_str().unwrap());
    place.answers(&["app", "rotate", "app"], "");
    // Within its overlap.
    place.does(&["connection", "check", "cliniko/North"], "");
    assert!(!place.is_kept(&old) && !place.is_kept(new));
}

#[test]
fn a_secret_that_nobody_was_told_is_not_taken_into_use() {
    let (place, clinic) = (Place::ready(), Clinic::open("cliniko"));
    assert!(place.run_unheard(&["app", "create", "App"]).complaint().contains("cannot say"));
    assert_eq!(place.answers(&["app", "list"], "")["applications"], json!([]));
    place.application("App");
    assert_eq!(place.add_cliniko(&clinic, clinic.key(), &["--app", "app", "--name", "North"]).code, 0);

    for unheard in [["--overlap", "0s"], ["--lost", "--yes"]] {
        let unheard = place.run_unheard(&[&["app", "rotate", "app"][..], &unheard].concat());
        assert!(unheard.complaint().contains("cannot say"), "{}", unheard.stderr);
        place.does(&["connection", "check", "cliniko/North"], "");
    }
}

#[test]
fn a_lost_secret_is_replaced_and_the_credentials_are_entered_again() {
    let (place, clinic) = (Place::ready(), Clinic::open("cliniko"));
    place.application("App");
    assert_eq!(place.add_cliniko(&clinic, clinic.key(), &["--app", "app", "--name", "North"]).code, 0);

    assert!(place.run(&["app", "rotate", "app", "--lost"], "").complaint().contains("--yes"));
    let rotated = place.answers(&["app", "rotate", "app", "--lost", "--yes"], "");

    assert_eq!(rotated["to_rotate"], json!(["cliniko/North"]));
    assert!(place.run(&["connection", "check", "cliniko/North"], "").complaint().contains("has run out"));
    place.set("VARDBRO_CLIENT_SECRET", rotated["client_secret"].as_str().unwrap());
    let shown = place.answers(&["connection", "show", "cliniko/North"], "");
    assert_eq!((&shown["secrets"], &shown["missing"]), (&json!([]), &json!(["api_key"])));
    place.does(&["connection", "rotate", "cliniko/North"], clinic.key());
    place.does(&["connection", "check", "cliniko/North"], "");
}

#[test]
fn a_wrong_secret_is_told_from_none_and_from_another_applications() {
    let (place, clinic) = (Place::ready(), Clinic::open("cliniko"));
    let theirs = place.application("Theirs");
    place.application("App");
    assert_eq!(place.add_cliniko(&clinic, clinic.key(), &["--app", "app", "--name", "North"]).code, 0);
    place.set("VARDBRO_CLIENT_SECRET", "");
    let check = ["connection", "check", "cliniko/North"];
    for (given, words) in [
        (String::new(), "VARDBRO_CLIENT_SECRET"),
        ("hunter2-hunter2\n".to_owned(), "begins with vardbro_"),
        (format!("{theirs}\n"), "not a client secret of the application app"),
    ] {
        let outcome = place.run(&check, &given);

        assert!(outcome.complaint().contains(words), "{}", outcome.stderr);
        assert!(!outcome.stderr.contains("hunter2") && !outcome.stderr.contains(&theirs));
    }
}

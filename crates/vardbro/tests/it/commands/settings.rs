use std::fs;

use serde_json::json;

use super::{Clinic, Place};

#[test]
fn settings_come_from_standard_input_with_the_client_secret_in_front() {
    let (place, clinic) = (Place::ready(), Clinic::open("webdoc"));
    let secret = place.application("App");
    place.set("VARDBRO_CLIENT_SECRET", "");
    let settings = json!({
        "api_url": clinic.native("webdoc"),
        "token_url": clinic.credential("webdoc", "token_url"),
        "client_id": clinic.credential("webdoc", "client_id"),
        "client_secret": clinic.credential("webdoc", "client_secret"),
        "page_size": 50,
    });
    let add = ["connection", "add", "webdoc", "--app", "app", "--name", "North", "--settings", "-"];

    place.does(&add, &format!("{secret}\n{settings}"));

    let shown = place.answers(&["connection", "show", "webdoc/North"], "");
    assert_eq!(shown["secrets"], json!(["client_secret"]));
    assert_eq!((&shown["enabled"], &shown["settings"]["page_size"]), (&json!(true), &json!("50")));
    let theirs = clinic.credential("webdoc", "client_secret");
    assert!(!place.said.borrow().contains(theirs) && !place.is_kept(theirs));
}

#[test]
fn certificates_come_from_a_file() {
    let (place, clinic) = (Place::ready(), Clinic::open("takecare"));
    place.application("App");
    let made = rcgen::generate_simple_self_signed(vec!["vardbro.example".to_owned()]).unwrap();
    let (certificate, key) = (made.cert.pem(), made.signing_key.serialize_pem());
    let mut settings = toml::Table::new();
    for (name, value) in clinic.ehrs["takecare"]["credentials"].as_object().unwrap() {
        settings.insert(name.clone(), value.as_str().unwrap().into());
    }
    settings.insert("booking_url".to_owned(), clinic.native("takecare").into());
    settings.insert("client_certificate".to_owned(), certificate.into());
    settings.insert("client_key".to_owned(), key.clone().into());
    place.write("settings.toml", &toml::to_string(&settings).unwrap());
    let add = ["connection", "add", "takecare", "--app", "app", "--name", "South"];

    place.does(&[&add[..], &["--settings", "settings.toml"]].concat(), "");

    let shown = place.answers(&["connection", "show", "takecare/South"], "");
    assert!(shown["secrets"].as_array().unwrap().contains(&json!("client_key")), "{shown}");
    let line = key.lines().nth(1).unwrap();
    assert!(!place.said.borrow().contains(line) && !place.is_kept(line));
    place.does(&["connection", "check", "takecare/South"], "");
}

#[test]
fn a_secret_on_the_command_line_is_refused_without_repeating_it() {
    let place = Place::ready();
    place.application("App");
    let add = ["connection", "add", "cliniko", "--app", "app", "--name", "North", "--set"];
    for (set, words) in [
        ("api_key=Swordfish", "api_key is secret, and everybody on this machine can read the command line"),
        ("Swordfish", "--set takes NAME=VALUE"),
    ] {
        let outcome = place.run(&[&add[..], &[set]].concat(), "");

        assert!(outcome.complaint().contains(words), "{}", outcome.stderr);
        assert!(!outcome.stderr.contains("Swordfish"), "{}", outcome.stderr);
    }
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let place = Place::ready();
    place.application("App");
    place.write(
        "settings.toml",
        "porridge = 1\ncontact_email = [\"Swordfish\"]\nbase_url = \"https://10.0.0.1\"\n",
    );
    let add = ["connection", "add", "cliniko", "--app", "app", "--name", "North"];

    let outcome = place.run(&[&add[..], &["--settings", "settings.toml", "--set", "oats=1"]].concat(), "");

    for fault in [
        "no setting porridge",
        "no setting oats",
        "contact_email must be a text",
        "api_key is missing",
        "contact_email is missing",
        "base_url: 10.0.0.1: ",
    ] {
        assert!(outcome.complaint().contains(fault), "{fault}: {}", outcome.stderr);
    }
    assert!(!outcome.stderr.contains("Swordfish"));
    assert_eq!(place.answers(&["connection", "list"], "")["connections"], json!([]));
}

#[test]
fn a_file_that_cannot_be_read_is_told_without_what_stands_there() {
    let place = Place::ready();
    place.application("App");
    place.write("settings.toml", "contact_email = \"it@example.com\"\napi_key = Swordfish\n");
    let add = ["connection", "add", "cliniko", "--app", "app", "--name", "North", "--settings"];

    let malformed = place.run(&[&add[..], &["settings.toml"]].concat(), "");
    let missing = place.run(&[&add[..], &["nowhere.toml"]].concat(), "");

    assert!(
        malformed.complaint().contains("settings.toml: this is not TOML, line 2"),
        "{}",
        malformed.stderr
    );
    assert!(!malformed.stderr.contains("Swordfish"));
    assert!(missing.complaint().contains("cannot read nowhere.toml"));
}

#[test]
fn the_settings_of_an_ehr_are_described_before_there_is_anything() {
    let place = Place::bare();

    let described = place.answers(&["connection", "settings", "takecare"], "");

    let settings = described["settings"].as_array().unwrap();
    let of = |name| settings.iter().find(|setting| setting["name"] == name).unwrap();
    assert_eq!((&of("externaluser")["secret"], &of("booking_url")["required"]), (&json!(true), &json!(true)));
    assert_eq!(fs::read_dir(place.directory.path()).unwrap().count(), 0);
}

#[test]
fn what_a_connection_may_not_do_is_found_by_the_check_and_kept() {
    let (place, clinic) = (Place::ready(), Clinic::open("webdoc"));
    place.application("App");
    let settings = json!({
        "api_url": clinic.native("webdoc"),
        "token_url": clinic.credential("webdoc", "token_url"),
        "client_id": clinic.credential("webdoc", "client_id"),
        "client_secret": clinic.credential("webdoc", "client_secret"),
        "scopes": "self-service",
    });
    let add = ["connection", "add", "webdoc", "--app", "app", "--name", "North", "--settings", "-"];

    let added = place.run(&add, &settings.to_string());

    let shown = place.answers(&["connection", "show", "webdoc/North"], "");
    assert_eq!(added.code, 0, "{}", added.stderr);
    assert!(shown["unavailable"]["create_note"].is_string(), "{shown}");
}

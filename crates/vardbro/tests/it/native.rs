use serde_json::Value;
use tempfile::tempdir;

use crate::program::{Sandbox, get};

const EHRS: [&str; 5] = ["cliniko", "kaddio", "mock", "takecare", "webdoc"];

#[test]
fn native_only_starts_the_ehrs_and_nothing_else() {
    let directory = tempdir().unwrap();
    let mut sandbox = Sandbox::in_directory(&directory.path().join("data"), &["--native-only", "--json"]);

    let ready = sandbox.ready();

    assert_eq!(ready.as_object().unwrap().keys().collect::<Vec<_>>(), ["ehrs"]);
    assert_eq!(ready["ehrs"].as_object().unwrap().keys().collect::<Vec<_>>(), EHRS);
    assert!(ready["ehrs"]["cliniko"]["native"].as_str().unwrap().ends_with("/v1"));
    assert!(ready["ehrs"]["cliniko"]["credentials"]["api_key"].as_str().unwrap().ends_with("-au1"));
    assert_eq!(ready["ehrs"]["mock"].as_object().unwrap().keys().collect::<Vec<_>>(), ["native"]);
    assert!(!directory.path().join("data").exists());
}

#[test]
fn every_ehr_answers_the_auditor_on_its_native_origin() {
    let mut sandbox = Sandbox::start(&["--native-only", "--json"]);
    let ready = sandbox.ready();

    for (code, ehr) in ready["ehrs"].as_object().unwrap() {
        let native = ehr["native"].as_str().unwrap();
        let origin = native.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
        let (status, calls) = get(&format!("{origin}/_sandbox/calls"), &[]);
        assert_eq!((status, calls.as_str()), (200, "{}"), "{code}");
        let (status, state) = get(&format!("{origin}/_sandbox/state"), &[]);
        let state: Value = serde_json::from_str(&state).unwrap();
        assert_eq!(status, 200, "{code}");
        assert!(state["patients"].as_u64().unwrap() > 0, "{code}");
    }
}

#[test]
fn only_starts_what_it_names() {
    let mut sandbox = Sandbox::start(&["--native-only", "--json", "--only", "mock"]);

    let ready = sandbox.ready();

    assert_eq!(ready["ehrs"].as_object().unwrap().keys().collect::<Vec<_>>(), ["mock"]);
}

#[test]
fn a_person_reads_the_addresses_as_text() {
    let mut sandbox = Sandbox::start(&["--native-only"]);
    assert!(sandbox.line().starts_with("The sandbox is ready."));

    sandbox.signal("TERM");
    let text = sandbox.end().stdout;

    assert!(text.contains("cliniko        http://127.0.0.1:"), "{text}");
    assert!(text.contains("api_key "), "{text}");
}

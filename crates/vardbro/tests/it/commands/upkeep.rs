use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::{Place, holds};

#[test]
fn a_database_is_brought_up_to_date_when_asked() {
    let place = Place::ready();
    fs::remove_file(place.path("vardbro.sqlite")).unwrap();
    fs::write(place.path("vardbro.sqlite"), "").unwrap();

    let pending = place.run(&["migrate", "--check"], "");
    let refused = place.run(&["app", "list"], "");
    let migrated = place.answers(&["migrate"], "");
    let again = place.answers(&["migrate", "--check"], "");

    assert!(pending.complaint().contains("run `vardbro migrate`"), "{}", pending.stderr);
    assert!(refused.complaint().contains("run `vardbro migrate`"), "{}", refused.stderr);
    assert_eq!(migrated["from"], 0);
    assert_eq!((&again["from"], &again["to"]), (&migrated["to"], &migrated["to"]));
}

#[test]
fn a_backup_is_whole_for_its_owner_only_and_writes_over_nothing() {
    let place = Place::ready();
    let secret = place.application("App");

    place.does(&["backup", "copy.sqlite"], "");
    let again = place.run(&["backup", "copy.sqlite"], "");

    assert!(again.complaint().contains("there already"), "{}", again.stderr);
    let copy = place.path("copy.sqlite");
    assert_eq!(fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!holds(&copy, &secret));
    place.does(&["app", "delete", "app", "--yes"], "");
    place.set("VARDBRO_DATABASE_URL", "sqlite:copy.sqlite");
    assert_eq!(place.answers(&["app", "show", "app"], "")["name"], "App");
    let left: Vec<_> =
        fs::read_dir(place.directory.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_str().unwrap().starts_with(".vardbro")), "{left:?}");
}

#[test]
fn a_log_that_nobody_wrote_is_verified_exported_and_pruned() {
    let place = Place::ready();
    let private = fs::read_to_string(place.path("private.key")).unwrap();

    let verified = place.answers(&["audit", "verify", "--heads-out", "heads.txt"], "");
    place.does(&["audit", "verify", "--heads", "heads.txt"], "");

    assert_eq!(verified["rows"], 0);
    assert_eq!(place.exports(&["--since", "2026-01-01"], &private), "");
    assert_eq!(place.answers(&["audit", "prune", "--yes"], "")["rows"], 0);
    assert!(place.run(&["audit", "prune"], "").complaint().contains("--yes"));
    let no_key = place.run(&["audit", "export"], "hunter2\n");
    assert!(no_key.complaint().contains("begins with vardbro_audit_"), "{}", no_key.stderr);
    assert!(!no_key.stderr.contains("hunter2"));
    let nobody = place.run(&["audit", "export", "--patient", "19700101-9806"], &private);
    assert!(nobody.complaint().contains("patient 1: name the patient as EHR:ID"), "{}", nobody.stderr);
}

#[test]
fn an_export_that_can_find_nothing_is_refused() {
    let place = Place::ready();
    let private = fs::read_to_string(place.path("private.key")).unwrap();
    let export = |filter: &[&str]| place.run(&[&["audit", "export"], filter].concat(), &private);
    place.application("App");

    for nobody in ["clinko:1", "CLINIKO:1", "NHS_NUMBER:9434765919"] {
        let refused = export(&["--patient", "cliniko:1", "--patient", nobody]);
        assert!(refused.complaint().contains("patient 2: begin with the code"), "{}", refused.stderr);
    }
    assert!(export(&["--app", "nobody"]).complaint().contains("nobody is no application"));
    let found = ["cliniko:1", "nhs_number:9434765919"]
        .map(|patient| place.exports(&["--patient", patient], &private));
    assert_eq!(found, ["", ""]);
    assert_eq!(place.exports(&["--app", "app"], &private), "");
}

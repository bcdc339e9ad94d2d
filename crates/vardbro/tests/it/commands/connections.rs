use serde_json::{Value, json};

use super::{Clinic, Place};

fn tags(place: &Place) -> Vec<(String, Value)> {
    let listed = place.answers(&["connection", "list"], "");
    let all = listed["connections"].as_array().unwrap().iter();
    all.map(|one| (one["name"].as_str().unwrap().to_owned(), one["tag"].clone())).collect()
}

#[test]
fn care_unit_ids_never_silently_come_to_mean_another_clinic() {
    let (place, clinic) = (Place::ready(), Clinic::open("cliniko"));
    place.application("App");
    let add = |name, more: &[&str]| {
        let arguments = [&["--app", "app", "--name", name, "--no-check"], more].concat();
        place.add_cliniko(&clinic, clinic.key(), &arguments)
    };

    assert_eq!(add("North", &[]).code, 0);
    assert_eq!(add("South", &[]).code, 0);
    assert!(add("South", &[]).complaint().contains("choose another name"));
    assert!(add("West", &["--plain"]).complaint().contains("--plain"));
    place.does(&["connection", "remove", "cliniko/North", "--yes"], "");
    assert_eq!(add("East", &[]).code, 0);
    assert_eq!(add("West", &["--plain"]).code, 0);
    place.does(&["connection", "rename", "cliniko/South", "Southern"], "");

    let name = str::to_owned;
    assert_eq!(
        tags(&place),
        [(name("West"), Value::Null), (name("East"), json!("east")), (name("Southern"), json!("south"))]
    );

    for gone in ["West", "East", "Southern"] {
        place.does(&["connection", "remove", &format!("cliniko/{gone}"), "--yes"], "");
    }
    assert_eq!(add("South", &[]).code, 0);
    assert_eq!(tags(&place), [(name("South"), json!("south-2"))]);
    assert_eq!(add("East", &["--tag", "east"]).code, 0);
    assert_eq!(tags(&place)[0], (name("East"), json!("east")));
}

#[test]
fn a_connection_that_does_not_work_is_kept_and_disabled_unless_the_operator_says_otherwise() {
    let (place, clinic) = (Place::ready(), Clinic::open("cliniko"));
    place.application("App");
    let wrong = "Swordfish-of-Nobody-au1";

    let refused = place.add_cliniko(&clinic, wrong, &["--app", "app", "--name", "North"]);
    let anyway = place.add_cliniko(&clinic, wrong, &["--app", "app", "--name", "South", "--enable-anyway"]);
    let checked = place.run(&["connection", "check", "cliniko/South"], "");

    assert!(refused.complaint().contains("was added and is disabled"), "{}", refused.stderr);
    assert_eq!(anyway.code, 0);
    assert!(checked.complaint().contains("api_key"), "{}", checked.stderr);
    let enabled = |name| place.answers(&["connection", "show", name], "")["enabled"].clone();
    assert_eq!((enabled("cliniko/North"), enabled("cliniko/South")), (json!(false), json!(true)));
    assert!(!place.said.borrow().contains(wrong) && !place.is_kept(wrong));
}

#[test]
fn new_credentials_replace_the_old_ones_only_if_they_work() {
    let (place, clinic) = (Place::ready(), Clinic::open("cliniko"));
    place.application("App");
    assert_eq!(place.add_cliniko(&clinic, clinic.key(), &["--app", "app", "--name", "North"]).code, 0);
    let rotate = ["connection", "rotate", "cliniko/North"];

    let refused = place.run(&rotate, "Swordfish-au1\n");
    let still = place.run(&["connection", "check", "cliniko/North"], "");
    place.does(&[&rotate[..], &["--no-check"]].concat(), "Swordfish-au1\n");
    let broken = place.run(&["connection", "check", "cliniko/North"], "");
    place.does(&rotate, clinic.key());
    let whole = place.run(&["connection", "check", "cliniko/North"], "");

    assert!(refused.complaint().contains("stays as it was"), "{}", refused.stderr);
    assert_eq!((still.code, broken.code, whole.code), (0, 1, 0));
    assert!(place.run(&rotate, "\n").complaint().contains("api_key is missing"));
    assert!(!place.said.borrow().contains("Swordfish") && !place.said.borrow().contains(clinic.key()));
    assert!(!place.is_kept(clinic.key()));
}

#[test]
fn other_settings_replace_the_old_ones_only_if_they_work() {
    let (place, clinic) = (Place::ready(), Clinic::open("cliniko"));
    place.application("App");
    assert_eq!(place.add_cliniko(&clinic, clinic.key(), &["--app", "app", "--name", "North"]).code, 0);
    let set = |change| place.run(&["connection", "set", "cliniko/North", change], "");
    let shown = || place.answers(&["connection", "show", "cliniko/North"], "")["settings"].clone();

    assert!(set("contact_email=nobody").complaint().contains("contact_email"));
    assert!(set("base_url=http://127.0.0.1:1/v1").complaint().contains("stays as it was"));
    assert!(set("base_url=https://169.254.169.254/").complaint().contains("base_url: 169.254.169.254"));
    assert_eq!(set("contact_email=ops@example.com").code, 0);
    assert_eq!(shown()["contact_email"], "ops@example.com");
    place.does(&["connection", "set", "cliniko/North", "time_zone=Europe/Stockholm"], "");
    place.does(&["connection", "set", "cliniko/North", "--unset", "time_zone"], "");
    assert_eq!(shown(), json!({"base_url": clinic.cliniko(), "contact_email": "ops@example.com"}));
    let needed = place.run(&["connection", "set", "cliniko/North", "--unset", "contact_email"], "");
    assert!(needed.complaint().contains("contact_email is missing"), "{}", needed.stderr);
}

#[test]
fn a_name_that_two_applications_use_is_told_apart_by_the_application_or_the_id() {
    let (place, clinic) = (Place::ready(), Clinic::open("cliniko"));
    for app in ["one", "two"] {
        place.application(app);
        let added =
            place.add_cliniko(&clinic, clinic.key(), &["--app", app, "--name", "North", "--no-check"]);
        assert_eq!(added.code, 0, "{}", added.stderr);
    }

    let ambiguous = place.run(&["connection", "disable", "cliniko/North"], "");
    place.does(&["connection", "disable", "cliniko/North", "--app", "two"], "");
    let one = place.answers(&["connection", "list", "--app", "one"], "");
    let id = one["connections"][0]["id"].as_str().unwrap();
    let shown = place.answers(&["connection", "show", id], "");

    assert!(ambiguous.complaint().contains(id), "{}", ambiguous.stderr);
    assert_eq!((&shown["app"], &shown["enabled"]), (&json!("one"), &json!(true)));
    assert!(place.run(&["connection", "show", "cliniko/East"], "").complaint().contains("no connection"));
    place.does(&["connection", "enable", "cliniko/North", "--app", "two"], "");
}

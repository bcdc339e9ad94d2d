use super::{Clinic, Place};

/// A place with a connection to Cliniko, and the id of its short note.
fn connected(clinic: &Clinic) -> (Place, String) {
    let place = Place::ready();
    place.application("App");
    assert_eq!(place.add_cliniko(clinic, clinic.key(), &["--app", "app", "--name", "North"]).code, 0);
    let offered = place.answers(&["connection", "templates", "cliniko/North"], "");
    let templates = offered["templates"].as_array().unwrap();
    let short = templates.iter().find(|template| template["name"] == "Short note").unwrap();
    (place, short["emr_id"].as_str().unwrap().to_owned())
}

const MAP: [&str; 5] = ["connection", "map", "cliniko/North", "--file", "notes.toml"];

#[test]
fn a_mapping_is_printed_as_it_is_taken() {
    let clinic = Clinic::open("cliniko");
    let (place, short) = connected(&clinic);
    place.write(
        "notes.toml",
        &format!("[unstructured]\nemr_id = {short}\nfields = {{ unstructured = \"Consultation/Note\" }}\n"),
    );

    place.does(&MAP, "");
    let printed = place.does(&["connection", "mapping", "cliniko/North"], "");
    place.does(&["connection", "map", "cliniko/North", "--file", "-"], &printed);

    assert_eq!(place.does(&["connection", "mapping", "cliniko/North"], ""), printed);
    assert!(printed.starts_with(&format!("[leyr_unstructured]\nemr_id = \"{short}\"")), "{printed}");
}

#[test]
fn a_mapping_to_what_the_ehr_does_not_have_is_refused_unless_nobody_asks() {
    let clinic = Clinic::open("cliniko");
    let (place, short) = connected(&clinic);
    place.write(
        "notes.toml",
        &format!(
            "[leyr_unstructured]\nemr_id = \"{short}\"\nfields = {{ unstructured = \"Nothing\" }}\n\
             [leyr_care_status]\nemr_id = \"1\"\nfields = {{ plan = \"Plan\" }}\n"
        ),
    );

    let refused = place.run(&MAP, "");
    let before = place.does(&["connection", "mapping", "cliniko/North"], "");
    place.set("VARDBRO_CLIENT_SECRET", "");
    place.does(&[&MAP[..], &["--no-check"]].concat(), "");

    assert!(refused.complaint().contains("leyr_unstructured.unstructured: Short note has no field Nothing"));
    assert!(
        refused.complaint().contains("leyr_care_status: the EHR has no template 1"),
        "{}",
        refused.stderr
    );
    assert_eq!(before, "");
    assert!(place.does(&["connection", "mapping", "cliniko/North"], "").contains("Nothing"));
}

#[test]
fn names_that_are_none_of_ours_are_all_told() {
    let clinic = Clinic::open("cliniko");
    let (place, _) = connected(&clinic);
    place.write("notes.toml", "[porridge]\n[leyr_care_status]\nemr_id = \"1\"\nfields = { oats = \"x\" }\n");

    let refused = place.run(&[&MAP[..], &["--no-check"]].concat(), "");

    assert!(refused.complaint().contains("porridge is no template of ours: they are leyr_unstructured"));
    assert!(refused.complaint().contains("oats is no field of leyr_care_status: they are status, plan"));
}

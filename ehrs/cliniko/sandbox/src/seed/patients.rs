use serde_json::{Value, json};

use super::catalogue::stamps;
use super::{founded, ids};
use crate::country::Country;
use crate::resources::patient::Patient;
use crate::resources::patient_fields::Phone;
use crate::state::World;
use crate::time::after;

/// Numbers 1 to 12 are live, 13 is archived, 14 was merged into 1. Nobody is real: the numbers are from the ranges kept
/// free for fiction.
const PATIENTS: [(&str, &str, &str, &str, &str); 14] = [
    ("Ann", "Lee", "1990-02-03", "Female", "0491 570 156"),
    ("Ben", "Castellano", "1984-07-19", "Male", "0491 570 157"),
    ("Chloe", "Nguyen", "2001-11-30", "Female", "0491 570 158"),
    ("Dinesh", "Patel", "1975-01-12", "Male", "0491 570 159"),
    ("Elsa", "Bergström", "1968-05-23", "Female", "0491 570 110"),
    ("Finn", "O’Connor", "2016-02-29", "Male", "0491 570 313"),
    ("Gloria", "Adeyemi", "1959-09-08", "Female", "0491 570 737"),
    ("Hugo", "Müller", "1992-12-31", "Male", "0491 571 266"),
    ("Isla", "McKenzie", "2010-05-05", "Female", "0491 571 491"),
    ("Jun", "Watanabe", "1988-03-14", "Male", "0491 571 804"),
    ("Karla", "Núñez", "1945-10-02", "Female", "0491 572 549"),
    ("Levi", "Stone", "1999-06-17", "Male", "0491 572 665"),
    ("Mona", "Archer", "1970-04-04", "Female", "0491 572 983"),
    ("Anne", "Lee", "1990-02-03", "Female", "0491 573 770"),
];

pub fn add(world: &mut World) {
    for (n, (first_name, last_name, born, sex, mobile)) in (1..).zip(PATIENTS) {
        let mut patient = Patient::new(stamps(ids::patient(n), 1_000 + n));
        let fields = &mut patient.fields;
        fields.first_name = Some(first_name.to_owned());
        fields.last_name = Some(last_name.to_owned());
        fields.date_of_birth = born.parse().ok();
        fields.phones = vec![phone("Mobile", mobile)];
        fields.country = Country::home();
        fields.time_zone =
            Some(if n % 2 == 0 { "Australia/Perth" } else { "Australia/Melbourne" }.to_owned());
        let mut text = |name: &str, value: String| fields.texts.insert(name.to_owned(), Value::from(value));
        text("sex", sex.to_owned());
        text("email", format!("patient{n}@example.com"));
        text("address_1", format!("{n} Sample Street"));
        text("city", if n % 2 == 0 { "Perth" } else { "Melbourne" }.to_owned());
        text("state", if n % 2 == 0 { "WA" } else { "VIC" }.to_owned());
        text("post_code", if n % 2 == 0 { "6000" } else { "3000" }.to_owned());
        // Empty text is as common as null.
        for empty in ["address_2", "address_3", "occupation", "notes", "emergency_contact"] {
            text(empty, String::new());
        }
        world.patients.insert(patient.stamps.id, patient);
    }
    adorn(world);
}

/// What only some have.
fn adorn(world: &mut World) {
    if let Some(ann) = world.patients.get_mut(&ids::patient(1)) {
        let fields = &mut ann.fields;
        fields.phones.push(phone("Home", "(03) 5550 0156"));
        fields.accepted_privacy_policy = Some(true);
        fields.accepted_email_marketing = Some(true);
        fields.accepted_sms_marketing = Some(false);
        fields.texts.insert("old_reference_id".to_owned(), "LEGACY-0001".into());
        fields.texts.insert("appointment_notes".to_owned(), "Needs step-free access.".into());
        fields.texts.insert("medicare".to_owned(), "2123 45670 1".into());
    }
    if let Some(elsa) = world.patients.get_mut(&ids::patient(5)) {
        elsa.fields.reminder_type = Some("None".to_owned());
        elsa.fields.accepted_privacy_policy = Some(false);
        elsa.fields.pronouns = json!({
            "nominative": "she",
            "accusative": "her",
            "pronominal_possessive": "her",
            "predicative_possessive": "hers",
            "reflexive": "herself",
        });
    }
    let later = after(founded(), 60 * 24 * 100);
    if let Some(mona) = world.patients.get_mut(&ids::patient(13)) {
        mona.stamps.archive(later);
    }
    if let Some(duplicate) = world.patients.get_mut(&ids::patient(14)) {
        duplicate.stamps.archive(later);
        duplicate.merged = Some((later, ids::patient(1)));
    }
}

fn phone(phone_type: &str, number: &str) -> Phone {
    Phone { phone_type: phone_type.to_owned(), number: number.to_owned() }
}

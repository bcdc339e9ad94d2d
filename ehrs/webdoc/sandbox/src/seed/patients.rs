use jiff::civil::date;

use super::clinics;
use super::patient_types::{INSURANCE, PRIVATE, REGION};
use crate::id::Id;
use crate::register::{self, Person};
use crate::resources::clinic::Clinic;
use crate::resources::patient::{FreeCard, Listing, Patient};
use crate::state::World;

const TOLVAN: &str = "191212121212";

/// Official test numbers, their telephone numbers (from the range kept free for fiction) and their patient types.
const KNOWN: [(&str, &str, i64); 9] = [
    (TOLVAN, "+46001234567", PRIVATE),
    ("197110021834", "070-174 06 05", PRIVATE),
    ("194010126672", "070-174 06 06", REGION),
    ("195003042222", "070-174 06 07", REGION),
    ("194912062306", "070-174 06 08", REGION),
    ("195008121856", "070-174 06 09", INSURANCE),
    ("198702072391", "070-174 06 10", PRIVATE),
    ("197010632391", "070-174 06 11", REGION),
    ("191500882392", "", REGION),
];

pub fn add(world: &mut World) {
    let day = date(2024, 2, 1);
    for (number, mobile, patient_type) in KNOWN {
        let Some(person) = register::person(number) else { continue };
        let mut patient = Patient::registered_as(id(number), person, patient_type, day);
        patient.mobile = mobile.to_owned();
        if patient_type == REGION {
            patient.listing = listing();
        }
        world.patients.insert(patient.id, patient);
    }
    if let Some(tolvan) = world.patients.get_mut(&id(TOLVAN)) {
        tolvan.email = "tolvan.tolvansson@example.com".to_owned();
        tolvan.home_phone = "08-465 004 90".to_owned();
        tolvan.listing = listing();
        tolvan.employer = Some((501, 504));
        let (from, until) = (date(2025, 1, 1), date(2099, 12, 31));
        tolvan.free_card = Some(FreeCard { number: "FK-000017", from, until, left: 350 });
    }
    let abroad = abroad();
    world.patients.insert(abroad.id, abroad);
}

/// Somebody without a Swedish number, who needs an interpreter.
fn abroad() -> Patient {
    let person = Person {
        number: "UTL20240001".to_owned(),
        first_name: "Aino".to_owned(),
        last_name: "Keksitty".to_owned(),
        born: Some(date(1984, 5, 17)),
        woman: true,
        street: "Esimerkkikatu 4".to_owned(),
        zip_code: "00100".to_owned(),
        city: "Helsinki".to_owned(),
        county_code: "",
        municipality_code: "",
    };
    Patient {
        nationality: "FI",
        interpreter: Some("finska"),
        ..Patient::registered_as(id("UTL20240001"), person, 4, date(2024, 6, 3))
    }
}

fn id(number: &str) -> Id {
    Id::named(&format!("patient {number}"))
}

fn listing() -> Listing {
    let clinic = Clinic::find(clinics::BJORKBACKEN);
    Listing {
        name: clinic.map_or("", |clinic| clinic.name).to_owned(),
        hsa_id: clinic.map_or("", |clinic| clinic.hsa_id).to_owned(),
        county_name: "Stockholm".to_owned(),
    }
}

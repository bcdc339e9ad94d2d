//! Official test numbers with invented names; telephone numbers are from the ranges kept free for fiction.

use std::collections::BTreeMap;

use crate::number::person;
use crate::patients::{Address, Contact, Patient};

pub const NUMBERS: [&str; 7] = [
    "191212121212",
    "197110021834",
    "194010126672",
    "195003042222",
    "194912062306",
    "195008121856",
    "198702072391",
];

pub fn patients() -> BTreeMap<String, Patient> {
    let [tolvan, mikael, bertil, ulla, gunvor, kjell, jonas] = NUMBERS;
    let all = [
        patient(
            tolvan,
            "Tolvan",
            "Tolvansson",
            Contact {
                telephones: strings(&["0701740631", "0846500431"]),
                emails: strings(&["tolvan.tolvansson@example.com"]),
                address: Some(address("Provvägen 12", "113 21", "Stockholm")),
            },
        ),
        patient(
            mikael,
            "Mikael",
            "Testlund",
            Contact {
                telephones: strings(&["0701740632"]),
                emails: strings(&["mikael.testlund@example.com"]),
                address: Some(Address {
                    co_address: Some("Provmark".to_owned()),
                    ..address("Mallgatan 2", "113 22", "Stockholm")
                }),
            },
        ),
        patient(
            bertil,
            "Bertil",
            "Provmark",
            Contact { telephones: strings(&["0846500432"]), ..Contact::default() },
        ),
        patient(
            ulla,
            "Ulla",
            "Exempelsson",
            Contact {
                telephones: strings(&["0701740633"]),
                emails: strings(&["ulla.exempelsson@example.com"]),
                address: None,
            },
        ),
        patient(gunvor, "Gunvor", "Mallqvist", Contact::default()),
        patient(
            kjell,
            "Kjell",
            "Fiktivsson",
            Contact { emails: strings(&["kjell.fiktivsson@example.com"]), ..Contact::default() },
        ),
        patient(
            jonas,
            "Jonas",
            "Låtsgren",
            Contact { telephones: strings(&["0701740634"]), ..Contact::default() },
        ),
    ];
    all.into_iter().map(|patient| (patient.number.clone(), patient)).collect()
}

fn patient(number: &str, first_name: &str, last_name: &str, contact: Contact) -> Patient {
    let person = person(number);
    Patient {
        number: number.to_owned(),
        first_name: first_name.to_owned(),
        last_name: last_name.to_owned(),
        born: person.and_then(|person| person.born),
        sex: person.and_then(|person| person.sex),
        contact,
    }
}

fn address(street: &str, postal_code: &str, city: &str) -> Address {
    Address {
        street: Some(street.to_owned()),
        postal_code: Some(postal_code.to_owned()),
        city: Some(city.to_owned()),
        country: Some("SE".to_owned()),
        co_address: None,
    }
}

fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

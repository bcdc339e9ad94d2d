//! Patients, none of whom lives.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use vardbro_model::care_unit::Address;
use vardbro_model::id::{CareUnitId, PatientId};
use vardbro_model::patient::{ExternalIdType, Gender, Patient};
use vardbro_model::phone::Phone;

use crate::state::certain;

use ExternalIdType::{NhsNumber, NoPersonalNumber, Other, SePersonalNumber};
use Gender::{Female, Male};

pub(super) fn patients() -> BTreeMap<PatientId, Patient> {
    let all = [
        // The test person of many Swedish systems.
        person("pat-1", "Tolvan", "Tolvansson", Male, date(1912, 12, 12))
            .number(SePersonalNumber, "191212121212")
            .phone("+46701740605")
            .email("tolvan.tolvansson@example.com")
            .lives("Provvägen 12", "113 21", "Stockholm", "SE"),
        person("pat-2", "Astrid", "Bergqvist", Female, date(1950, 3, 4))
            .number(SePersonalNumber, "195003042222")
            .phone("+46701740606")
            .email("astrid.bergqvist@example.com")
            .lives("Provvägen 14", "113 21", "Stockholm", "SE"),
        person("pat-3", "Gunnar", "Ekdahl", Male, date(1971, 10, 2))
            .number(SePersonalNumber, "197110021834")
            .phone("+46701740607")
            .phone("+46846500403"),
        person("pat-4", "Sigrid", "Nyman", Female, date(1949, 12, 6))
            .number(SePersonalNumber, "194912062306")
            .email("sigrid.nyman@example.com"),
        // With a reserve number, so without a known date of birth.
        Patient {
            date_of_birth: None,
            ..person("pat-5", "Mira", "Solberg", Gender::Unknown, date(1900, 1, 1))
                .number(SePersonalNumber, "991981000010")
                .phone("+46701740608")
        },
        person("pat-6", "Ingrid", "Hauge", Female, date(1972, 9, 13))
            .number(NoPersonalNumber, "13097248022")
            .email("ingrid.hauge@example.com")
            .lives("Prøveveien 6", "0150", "Oslo", "NO"),
        person("pat-7", "Harriet", "Finch", Female, date(1984, 5, 17))
            .number(NhsNumber, "9990000018")
            .phone("+442079460107")
            .email("harriet.finch@example.com")
            .lives("7 Sample Row", "SE1 0AA", "London", "GB"),
        person("pat-8", "Oliver", "Marsh", Male, date(1991, 11, 30))
            .number(NhsNumber, "9990000026")
            .phone("+442079460108"),
        // Father and son of one name who share a mailbox: without a date of birth nobody can tell which one is meant.
        person("pat-9", "Erik", "Sjölund", Male, date(1951, 2, 8))
            .number(Other, "CRM-1009")
            .email("sjolund.family@example.com"),
        person("pat-10", "Erik", "Sjölund", Male, date(1986, 7, 21)).email("sjolund.family@example.com"),
        // Reachable in no way: codes are told at the desk.
        person("pat-11", "Charlie", "Wren", Gender::Other, date(2001, 8, 9)),
        person("pat-12", "Noor", "Rahman", Female, date(1995, 4, 25)).email("noor.rahman@example.com"),
    ];
    all.into_iter().map(|patient| (patient.id.clone(), patient)).collect()
}

fn person(id: &str, first_name: &str, last_name: &str, gender: Gender, born: Date) -> Patient {
    Patient {
        id: certain(PatientId::parse(id)),
        emr_id: id.to_owned(),
        care_unit_id: certain(CareUnitId::parse("cu-1")),
        external_id: None,
        external_id_type: None,
        first_name: Some(first_name.to_owned()),
        last_name: Some(last_name.to_owned()),
        date_of_birth: Some(born),
        gender,
        phones: Vec::new(),
        emails: Vec::new(),
        address: None,
    }
}

trait Described {
    fn number(self, kind: ExternalIdType, number: &str) -> Self;
    fn phone(self, e164: &str) -> Self;
    fn email(self, address: &str) -> Self;
    fn lives(self, street: &str, postal_code: &str, city: &str, country: &str) -> Self;
}

impl Described for Patient {
    fn number(self, kind: ExternalIdType, number: &str) -> Self {
        Self { external_id: Some(number.to_owned()), external_id_type: Some(kind), ..self }
    }

    fn phone(mut self, e164: &str) -> Self {
        self.phones.push(certain(Phone::parse(e164, None)));
        self
    }

    fn email(mut self, address: &str) -> Self {
        self.emails.push(address.to_owned());
        self
    }

    fn lives(self, street: &str, postal_code: &str, city: &str, country: &str) -> Self {
        let address = Address {
            street: Some(street.to_owned()),
            co_address: None,
            postal_code: Some(postal_code.to_owned()),
            city: Some(city.to_owned()),
            country: Some(country.to_owned()),
        };
        Self { address: Some(address), ..self }
    }
}

//! The shapes in which a patient is answered. Their field names differ.

use jiff::civil::Date;
use serde_json::{Map, Value, json};

use super::{Address, Listing, Patient};
use crate::number;
use crate::resources::organization::department;
use crate::resources::patient_type::{self, PatientType};
use crate::state::World;

/// How a booking's patient shows the card of free care.
#[derive(Clone, Copy)]
pub enum FreeCardShape {
    Object,
    EmptyArray,
}

impl Patient {
    pub fn personal_number(&self) -> String {
        number::dashed(&self.number)
    }

    /// As bookings hold it.
    pub fn brief(&self) -> Value {
        json!({
            "id": self.id,
            "personalNumber": self.personal_number(),
            "firstName": self.first_name,
            "lastName": self.last_name,
        })
    }

    pub fn of_clinic_booking(&self, free_card: FreeCardShape) -> Value {
        let card = self.free_card.as_ref();
        let free_card = match free_card {
            FreeCardShape::EmptyArray => json!([]),
            FreeCardShape::Object => json!({
                "cardNumber": card.map(|card| card.number),
                "validFrom": card.map(|card| card.from.to_string()),
                "validUntil": card.map(|card| card.until.to_string()),
                "amountToLimit": card.map(|card| card.left),
            }),
        };
        json!({
            "id": self.id,
            "isListed": !self.listing.hsa_id.is_empty(),
            "personalNumber": self.personal_number(),
            "firstName": self.first_name,
            "lastName": self.last_name,
            "patientType": patient_type::name(self.patient_type),
            "address": self.address.brief(),
            "mobilePhone": self.mobile,
            "phoneNumber": self.home_phone,
            "email": self.email,
            "listing": {"hsaId": self.listing.hsa_id, "countyName": self.listing.county_name},
            "freeCard": free_card,
        })
    }

    /// `GET /v1/patients`, deprecated.
    pub fn v1(&self) -> Value {
        Value::Object(self.deprecated())
    }

    /// `GET /v2/patients`.
    pub fn v2(&self, world: &World) -> Value {
        let mut body = self.deprecated();
        let employer = self.employer.and_then(|(organization, id)| department(world, organization, id));
        let organization = employer.map(|(row, _)| json!({"id": row.id.to_string(), "name": row.name}));
        let department = employer.map(|(_, row)| json!({"id": row.id.to_string(), "name": row.name}));
        body.insert("organization".to_owned(), json!(organization));
        body.insert("department".to_owned(), json!(department));
        body.insert("county".to_owned(), json!({"code": self.address.state_code}));
        Value::Object(body)
    }

    fn deprecated(&self) -> Map<String, Value> {
        let body = json!({
            "id": self.id,
            "personalNumber": self.personal_number(),
            "birthDate": birth_date(self.born),
            "gender": gender(self.woman),
            "firstName": self.first_name,
            "lastName": self.last_name,
            "address": self.address.brief(),
            "nationality": self.nationality,
            "email": self.email,
            "mobilePhoneNumber": self.mobile,
            "workPhoneNumber": self.work_phone,
            "homePhoneNumber": self.home_phone,
            "listedClinic": {"hsaId": self.listing.hsa_id},
            "interpreterNeeded": self.interpreter.is_some(),
            "interpreterLanguage": self.interpreter,
            "patientType": PatientType::find(self.patient_type).map(PatientType::json),
        });
        match body {
            Value::Object(body) => body,
            _ => Map::new(),
        }
    }

    /// The answer to `POST /v1/patients`.
    pub fn new_one(&self) -> Value {
        json!({
            "id": self.id,
            "personalNumber": self.personal_number(),
            "firstName": self.first_name,
            "lastName": self.last_name,
            "birthDate": birth_date(self.born),
            "gender": gender(self.woman),
            "contact": self.contact(),
            "listInfo": self.listing.json(),
            "patientType": patient_type::name(self.patient_type),
            "nationality": self.nationality,
            "interpreterNeed": self.interpreter.is_some(),
            "interpreterLanguage": self.interpreter,
            "registerAsOf": self.registered.to_string(),
        })
    }

    /// The answer to `POST /v1/patient/withoutSocialSecurityNumber`.
    pub fn new_without_number(&self) -> Value {
        let kind = PatientType::find(self.patient_type);
        json!({
            "id": self.id,
            "identificationNumber": self.number,
            "firstName": self.first_name,
            "lastName": self.last_name,
            "birthDate": birth_date(self.born),
            "gender": gender(self.woman),
            "patientType": kind.map(|kind| json!({"id": kind.id, "name": kind.name})),
            "contact": self.contact(),
            "listInfo": self.listing.json(),
        })
    }

    fn contact(&self) -> Value {
        json!({
            "streetName": self.address.street,
            "zipCode": self.address.zip_code,
            "coAddress": self.address.co,
            "city": self.address.city,
            "homePhone": self.home_phone,
            "workPhone": self.work_phone,
            "mobile": self.mobile,
            "email": self.email,
            "tempAddress": {
                "tempStreetName": "",
                "tempZipCode": "",
                "tempCoAddress": "",
                "tempCity": "",
                "tempValidUntil": "",
            },
        })
    }
}

impl Address {
    fn brief(&self) -> Value {
        json!({
            "streetName": self.street,
            "coAddress": self.co,
            "city": self.city,
            "zipCode": self.zip_code,
        })
    }
}

impl Listing {
    fn json(&self) -> Value {
        json!({"name": self.name, "hsaId": self.hsa_id, "countyName": self.county_name})
    }
}

/// A coordination number may leave the birth date open.
fn birth_date(born: Option<Date>) -> Value {
    json!(born.map(|date| date.to_string()))
}

/// Man or kvinna.
fn gender(woman: bool) -> &'static str {
    if woman { "K" } else { "M" }
}

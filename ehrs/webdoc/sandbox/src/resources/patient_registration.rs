//! New patients: with a Swedish number, whose name and address come from the population register, and without one.

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use jiff::civil::Date;
use serde::Deserialize;

use crate::access::needs;
use crate::answer::{Answer, created_one};
use crate::body::Body;
use crate::id::Id;
use crate::local;
use crate::number;
use crate::refusal::Refusal;
use crate::register::{self, Person};
use crate::resources::patient::{Address, Listing, Patient};
use crate::resources::patient_type::PatientType;
use crate::state::{App, World};

pub fn routes() -> Router<App> {
    let path = "/v1/patient/withoutSocialSecurityNumber";
    Router::new().route(path, needs("patient:write", post(create_without_number)))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct New {
    personal_number: String,
    /// The name of the type, not its id.
    patient_type: String,
    list_info: Option<Listing>,
    email: Option<String>,
    mobile_number: Option<String>,
}

/// Mounted beside the deprecated look-up of the same path.
pub async fn create(State(app): State<App>, Body(new): Body<New>) -> Answer {
    let mut session = app.session();
    let number = number::plain(&new.personal_number);
    let person = register::person(&number)
        .ok_or_else(|| Refusal::invalid("personalNumber", "is no valid Swedish number"))?;
    if app.options.unregistered.contains(&number) {
        return Err(Refusal::invalid("personalNumber", "is not in the population register"));
    }
    let patient_type = PatientType::named(&new.patient_type)?.id;
    refuse_wrong_contact(new.email.as_deref(), new.mobile_number.as_deref())?;
    refuse_known(&session, "personalNumber", &number)?;
    let patient = Patient {
        listing: new.list_info.unwrap_or_default(),
        email: new.email.unwrap_or_default(),
        mobile: new.mobile_number.unwrap_or_default(),
        ..Patient::registered_as(session.new_id(), person, patient_type, session.now.date())
    };
    let body = patient.new_one();
    session.patients.insert(patient.id, patient);
    created_one(body)
}

impl Patient {
    /// Somebody as the population register has them, since `day`.
    pub fn registered_as(id: Id, person: Person, patient_type: i64, day: Date) -> Self {
        Self {
            id,
            number: person.number,
            born: person.born,
            woman: person.woman,
            spoken_name: person.first_name.clone(),
            first_name: person.first_name,
            last_name: person.last_name,
            address: Address {
                street: person.street,
                co: String::new(),
                zip_code: person.zip_code,
                city: person.city,
                state_code: person.county_code.to_owned(),
                county_code: person.municipality_code.to_owned(),
            },
            nationality: "SE",
            email: String::new(),
            mobile: String::new(),
            work_phone: String::new(),
            home_phone: String::new(),
            listing: Listing::default(),
            interpreter: None,
            patient_type,
            employer: None,
            free_card: None,
            registered: day,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NewWithoutNumber {
    identification_number: String,
    first_name: String,
    last_name: String,
    birth_date: String,
    gender: String,
    patient_type_id: i64,
    contact: Option<Contact>,
    list_info: Option<Listing>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Contact {
    street_name: String,
    zip_code: String,
    co_address: String,
    city: String,
    home_phone: String,
    work_phone: String,
    mobile: String,
    email: String,
}

async fn create_without_number(State(app): State<App>, Body(new): Body<NewWithoutNumber>) -> Answer {
    let mut session = app.session();
    let (id, day) = (session.new_id(), session.now.date());
    let patient = new.checked(id, day)?;
    refuse_known(&session, "identificationNumber", &patient.number)?;
    let body = patient.new_without_number();
    session.patients.insert(patient.id, patient);
    created_one(body)
}

impl NewWithoutNumber {
    fn checked(self, id: Id, day: Date) -> Result<Patient, Refusal> {
        let required = [
            ("identificationNumber", &self.identification_number),
            ("firstName", &self.first_name),
            ("lastName", &self.last_name),
        ];
        if let Some((field, _)) = required.iter().find(|(_, text)| text.trim().is_empty()) {
            return Err(Refusal::invalid(field, "must not be empty"));
        }
        let born = local::date(&self.birth_date).filter(|born| *born <= day);
        let born = born.ok_or_else(|| Refusal::invalid("birthDate", "is no day up to today"))?;
        let woman = match self.gender.as_str() {
            "K" => true,
            "M" => false,
            _ => return Err(Refusal::invalid("gender", "must be M or K")),
        };
        let patient_type = PatientType::of_body(self.patient_type_id)?.id;
        let contact = self.contact.unwrap_or_default();
        refuse_wrong_contact(Some(&contact.email), Some(&contact.mobile))?;
        let person = Person {
            number: number::plain(self.identification_number.trim()),
            first_name: self.first_name,
            last_name: self.last_name,
            born: Some(born),
            woman,
            street: contact.street_name,
            zip_code: contact.zip_code,
            city: contact.city,
            county_code: "",
            municipality_code: "",
        };
        let mut patient = Patient::registered_as(id, person, patient_type, day);
        patient.address.co = contact.co_address;
        patient.nationality = "";
        patient.email = contact.email;
        patient.mobile = contact.mobile;
        patient.work_phone = contact.work_phone;
        patient.home_phone = contact.home_phone;
        patient.listing = self.list_info.unwrap_or_default();
        Ok(patient)
    }
}

fn refuse_known(world: &World, field: &str, number: &str) -> Result<(), Refusal> {
    match world.patient_numbered(number) {
        Some(_) => Err(Refusal::invalid(field, "belongs to a patient already")),
        None => Ok(()),
    }
}

/// Empty ones pass.
pub fn refuse_wrong_contact(email: Option<&str>, mobile: Option<&str>) -> Result<(), Refusal> {
    let is_email = |text: &str| {
        let plain = |part: &str| !part.is_empty() && !part.contains(char::is_whitespace);
        text.split_once('@').is_some_and(|(name, host)| plain(name) && plain(host) && host.contains('.'))
    };
    if email.is_some_and(|email| !email.is_empty() && !is_email(email)) {
        return Err(Refusal::invalid("email", "is no e-mail address"));
    }
    let is_phone = |text: &str| text.chars().all(|c| c.is_ascii_digit() || "+- ".contains(c));
    if mobile.is_some_and(|mobile| !is_phone(mobile)) {
        return Err(Refusal::invalid("mobile", "is no telephone number"));
    }
    Ok(())
}

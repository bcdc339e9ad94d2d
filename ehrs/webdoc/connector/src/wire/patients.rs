//! Patients.

use http::Method;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Api, Code, Native, Scope, loose, nothing, only};

/// A patient. The look-up has `address`, `email` and the phone numbers; the answers to creating one have `contact` instead.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields bear Webdoc's own names")]
pub struct Patient {
    #[serde(deserialize_with = "loose::id")]
    pub id: String,
    #[serde(default, deserialize_with = "loose::text")]
    pub personal_number: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub identification_number: Option<String>,
    #[serde(default, deserialize_with = "loose::parsed")]
    pub birth_date: Option<Date>,
    #[serde(default, deserialize_with = "loose::text")]
    pub gender: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub first_name: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub last_name: Option<String>,
    #[serde(default, deserialize_with = "loose::object")]
    pub address: Option<Address>,
    #[serde(default, deserialize_with = "loose::text")]
    pub email: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub mobile_phone_number: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub home_phone_number: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub work_phone_number: Option<String>,
    #[serde(default, deserialize_with = "loose::object")]
    pub patient_type: Option<PatientTypeLink>,
    #[serde(default, deserialize_with = "loose::object")]
    pub contact: Option<Contact>,
}

/// A home address.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields bear Webdoc's own names")]
pub struct Address {
    #[serde(default, deserialize_with = "loose::text")]
    pub street_name: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub co_address: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub city: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub zip_code: Option<String>,
}

/// Names how a patient's care is paid for.
#[derive(Clone, Deserialize)]
#[expect(missing_docs, reason = "the fields bear Webdoc's own names")]
pub struct PatientTypeLink {
    #[serde(default, deserialize_with = "loose::code")]
    pub id: Option<Code>,
}

/// How a patient is reached.
#[derive(Clone, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields bear Webdoc's own names")]
pub struct Contact {
    #[serde(default, deserialize_with = "loose::text", skip_serializing_if = "Option::is_none")]
    pub street_name: Option<String>,
    #[serde(default, deserialize_with = "loose::text", skip_serializing_if = "Option::is_none")]
    pub zip_code: Option<String>,
    #[serde(default, deserialize_with = "loose::text", skip_serializing_if = "Option::is_none")]
    pub co_address: Option<String>,
    #[serde(default, deserialize_with = "loose::text", skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    #[serde(default, deserialize_with = "loose::text", skip_serializing_if = "Option::is_none")]
    pub home_phone: Option<String>,
    #[serde(default, deserialize_with = "loose::text", skip_serializing_if = "Option::is_none")]
    pub work_phone: Option<String>,
    #[serde(default, deserialize_with = "loose::text", skip_serializing_if = "Option::is_none")]
    pub mobile: Option<String>,
    #[serde(default, deserialize_with = "loose::text", skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

/// `GET /v2/patients?personalNumber=`.
pub fn by_number(api: &Api, number: &str) -> Native<Vec<Patient>> {
    let mut url = api.url(&["v2", "patients"]);
    url.query_pairs_mut().append_pair("personalNumber", number);
    api.list("GET /v2/patients", Scope::PatientRead, &url)
}

/// A patient to be taken from the population register.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields bear Webdoc's own names")]
pub struct NewPatient<'a> {
    pub personal_number: &'a str,
    /// The type's name.
    pub patient_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mobile_number: Option<&'a str>,
}

/// `POST /v1/patients`. Name and address come from the population register.
pub fn create(api: &Api, new: &NewPatient<'_>) -> Native<Option<Patient>> {
    let place = (Method::POST, api.url(&["v1", "patients"]));
    api.write("POST /v1/patients", Scope::PatientWrite, place, new, only::<Patient>)
}

/// A patient whom the population register does not know.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields bear Webdoc's own names")]
pub struct NewPatientWithoutNumber<'a> {
    pub identification_number: &'a str,
    pub first_name: &'a str,
    pub last_name: &'a str,
    pub birth_date: Date,
    pub gender: &'a str,
    pub patient_type_id: Code,
    pub contact: Contact,
}

/// `POST /v1/patient/withoutSocialSecurityNumber`; the path has `patient` in the singular.
pub fn create_without_number(api: &Api, new: &NewPatientWithoutNumber<'_>) -> Native<Option<Patient>> {
    let place = (Method::POST, api.url(&["v1", "patient", "withoutSocialSecurityNumber"]));
    let endpoint = "POST /v1/patient/withoutSocialSecurityNumber";
    api.write(endpoint, Scope::PatientWrite, place, new, only::<Patient>)
}

/// What is changed of a patient. An empty text empties a field.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields bear Webdoc's own names")]
pub struct PatientChange {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mobile_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub co_address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zip_code: Option<String>,
}

/// `PATCH /v1/patients/{personalNumber}`. Sets values, so twice is the same as once. No body comes back.
pub fn change(api: &Api, number: &str, change: &PatientChange) -> Native<()> {
    let place = (Method::PATCH, api.url(&["v1", "patients", number]));
    let endpoint = "PATCH /v1/patients/{personalNumber}";
    api.write(endpoint, Scope::PatientWrite, place, change, nothing).idempotent()
}

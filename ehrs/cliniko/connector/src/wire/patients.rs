//! Patients.

use http::Method;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::list::{Collection, first_page};
use super::{Api, Filters, Id, List, Native, lenient};

/// A patient.
#[derive(Clone, Deserialize)]
#[expect(missing_docs, reason = "the fields bear Cliniko's own names")]
pub struct Patient {
    pub id: Id,
    #[serde(default)]
    pub first_name: Option<String>,
    #[serde(default)]
    pub last_name: Option<String>,
    #[serde(default, deserialize_with = "lenient::date")]
    pub date_of_birth: Option<Date>,
    #[serde(default)]
    pub sex: Option<String>,
    #[serde(default)]
    pub email: Option<String>,
    #[serde(default)]
    pub patient_phone_numbers: Option<Vec<PhoneNumber>>,
    #[serde(default)]
    pub address_1: Option<String>,
    #[serde(default)]
    pub address_2: Option<String>,
    #[serde(default)]
    pub city: Option<String>,
    #[serde(default)]
    pub post_code: Option<String>,
    #[serde(default)]
    pub country_code: Option<String>,
    #[serde(default)]
    pub old_reference_id: Option<String>,
    #[serde(default)]
    pub archived_at: Option<Timestamp>,
    #[serde(default)]
    pub deleted_at: Option<Timestamp>,
    #[serde(default)]
    pub merged_at: Option<Timestamp>,
    #[serde(default)]
    pub created_at: Option<Timestamp>,
}

impl Patient {
    /// Neither archived, deleted nor merged into another one.
    pub fn is_live(&self) -> bool {
        self.archived_at.is_none() && self.deleted_at.is_none() && self.merged_at.is_none()
    }
}

impl Collection for Patient {
    const KEY: &'static str = "patients";
}

/// A phone number as Cliniko has it.
#[derive(Clone, Deserialize)]
#[expect(missing_docs, reason = "the fields bear Cliniko's own names")]
pub struct PhoneNumber {
    #[serde(default)]
    pub phone_type: Option<String>,
    #[serde(default)]
    pub number: Option<String>,
    #[serde(default)]
    pub normalized_number: Option<String>,
}

/// `GET /patients`, oldest first.
pub fn list(api: &Api, filters: &Filters) -> Native<List<Patient>> {
    first_page(api, "GET /v1/patients", "/patients", filters, Some("created_at"))
}

/// `GET /patients/{id}`.
pub fn get(api: &Api, id: Id) -> Native<Patient> {
    api.read("GET /v1/patients/{id}", &api.url(&format!("/patients/{id}")))
}

/// What is written of a patient: `None` is not sent, `Some(None)` is sent as null.
#[derive(Default, Serialize)]
#[expect(missing_docs, reason = "the fields bear Cliniko's own names")]
pub struct PatientFields {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_of_birth: Option<Option<Date>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sex: Option<Option<&'static str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patient_phone_numbers: Option<Vec<NewPhoneNumber>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address_1: Option<Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address_2: Option<Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub city: Option<Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub post_code: Option<Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country_code: Option<Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old_reference_id: Option<Option<String>>,
}

/// A phone number to be written.
#[derive(Serialize)]
#[expect(missing_docs, reason = "the fields bear Cliniko's own names")]
pub struct NewPhoneNumber {
    pub phone_type: String,
    pub number: String,
}

/// `POST /patients`.
pub fn create(api: &Api, fields: &PatientFields) -> Native<Patient> {
    api.write(Method::POST, "POST /v1/patients", "/patients", fields)
}

/// `PATCH /patients/{id}`.
pub fn update(api: &Api, id: Id, fields: &PatientFields) -> Native<Patient> {
    api.write(Method::PATCH, "PATCH /v1/patients/{id}", &format!("/patients/{id}"), fields)
}

//! Individual appointments.

use http::Method;
use jiff::Timestamp;
use serde::{Deserialize, Serialize, Serializer};

use super::list::{Collection, first_page};
use super::{Api, Filters, Id, Link, List, Native, utc};

/// An appointment of one patient.
#[derive(Clone, Deserialize)]
#[expect(missing_docs, reason = "the fields bear Cliniko's own names")]
pub struct IndividualAppointment {
    pub id: Id,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    #[serde(default)]
    pub notes: Option<String>,
    #[serde(default)]
    pub did_not_arrive: Option<bool>,
    #[serde(default)]
    pub patient_arrived: Option<bool>,
    #[serde(default)]
    pub cancelled_at: Option<Timestamp>,
    #[serde(default)]
    pub cancellation_note: Option<String>,
    #[serde(default)]
    pub cancellation_reason_description: Option<String>,
    #[serde(default)]
    pub archived_at: Option<Timestamp>,
    #[serde(default)]
    pub deleted_at: Option<Timestamp>,
    #[serde(default)]
    pub created_at: Option<Timestamp>,
    #[serde(default)]
    pub updated_at: Option<Timestamp>,
    #[serde(default)]
    pub appointment_type: Link,
    #[serde(default)]
    pub business: Link,
    #[serde(default)]
    pub practitioner: Link,
    #[serde(default)]
    pub patient: Link,
}

impl Collection for IndividualAppointment {
    const KEY: &'static str = "individual_appointments";
}

/// `GET /individual_appointments`, by start.
pub fn list(api: &Api, filters: &Filters) -> Native<List<IndividualAppointment>> {
    let endpoint = "GET /v1/individual_appointments";
    first_page(api, endpoint, "/individual_appointments", filters, Some("starts_at"))
}

/// `GET /individual_appointments/{id}`, a cancelled one too.
pub fn get(api: &Api, id: Id) -> Native<IndividualAppointment> {
    let url = api.url(&format!("/individual_appointments/{id}"));
    api.read("GET /v1/individual_appointments/{id}", &url).including(&url, "cancelled_at")
}

/// What an appointment is made of.
#[derive(Serialize)]
#[expect(missing_docs, reason = "the fields bear Cliniko's own names")]
pub struct NewIndividualAppointment<'a> {
    #[serde(serialize_with = "as_utc")]
    pub starts_at: Timestamp,
    #[serde(serialize_with = "as_utc")]
    pub ends_at: Timestamp,
    pub patient_id: Id,
    pub practitioner_id: Id,
    pub appointment_type_id: Id,
    pub business_id: Id,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notes: Option<&'a str>,
}

pub(super) fn as_utc<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&utc(*at))
}

/// `POST /individual_appointments`. Cliniko takes it even when the time is taken.
pub fn create(api: &Api, new: &NewIndividualAppointment<'_>) -> Native<IndividualAppointment> {
    api.write(Method::POST, "POST /v1/individual_appointments", "/individual_appointments", new)
}

/// When and with whom an appointment is. Both times are always sent: whether the end follows the start is undocumented.
#[derive(Debug, Clone, Copy, Serialize)]
#[expect(missing_docs, reason = "the fields bear Cliniko's own names")]
pub struct Place {
    #[serde(serialize_with = "as_utc")]
    pub starts_at: Timestamp,
    #[serde(serialize_with = "as_utc")]
    pub ends_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub practitioner_id: Option<Id>,
}

/// What is changed of an appointment.
#[derive(Default, Serialize)]
#[expect(missing_docs, reason = "the fields bear Cliniko's own names")]
pub struct Patch<'a> {
    #[serde(flatten)]
    pub place: Option<Place>,
    /// `Some(None)` empties it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notes: Option<Option<&'a str>>,
}

/// `PATCH /individual_appointments/{id}`.
pub fn update(api: &Api, id: Id, patch: &Patch<'_>) -> Native<IndividualAppointment> {
    let path = format!("/individual_appointments/{id}");
    api.write(Method::PATCH, "PATCH /v1/individual_appointments/{id}", &path, patch)
}

/// "Other", of the codes that the cancel takes.
const REASON_OTHER: u8 = 50;

/// `PATCH /individual_appointments/{id}/cancel`. Cannot be undone.
pub fn cancel(api: &Api, id: Id, note: Option<&str>) -> Native<()> {
    #[derive(Serialize)]
    struct Cancel<'a> {
        cancellation_reason: u8,
        #[serde(skip_serializing_if = "Option::is_none")]
        cancellation_note: Option<&'a str>,
    }
    let path = format!("/individual_appointments/{id}/cancel");
    let body = Cancel { cancellation_reason: REASON_OTHER, cancellation_note: note };
    api.order(Method::PATCH, "PATCH /v1/individual_appointments/{id}/cancel", &path, &body)
}

/// `POST /individual_appointments/{id}/archive`.
pub fn archive(api: &Api, id: Id) -> Native<()> {
    let path = format!("/individual_appointments/{id}/archive");
    api.order(Method::POST, "POST /v1/individual_appointments/{id}/archive", &path, &serde_json::json!({}))
}

/// Whether an appointment clashes with anything.
#[derive(Debug, Clone, Copy, Deserialize)]
#[expect(missing_docs, reason = "the fields bear Cliniko's own names")]
pub struct ConflictsAnswer {
    pub conflicts: Conflicts,
}

/// The body of [`ConflictsAnswer`].
#[derive(Debug, Clone, Copy, Deserialize)]
#[expect(missing_docs, reason = "the fields bear Cliniko's own names")]
pub struct Conflicts {
    pub exist: bool,
}

/// `GET /individual_appointments/{id}/conflicts`.
pub fn conflicts(api: &Api, id: Id) -> Native<ConflictsAnswer> {
    let url = api.url(&format!("/individual_appointments/{id}/conflicts"));
    api.read("GET /v1/individual_appointments/{id}/conflicts", &url)
}

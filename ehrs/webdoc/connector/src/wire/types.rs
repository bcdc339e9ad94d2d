//! The catalogues: booking types, patient types, document types, record templates.

use serde::Deserialize;

use super::{Api, Code, Native, Scope, loose, only};

/// A kind of booking.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields bear Webdoc's own names")]
pub struct BookingType {
    pub id: Code,
    #[serde(default, deserialize_with = "loose::text")]
    pub name: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub externally_visible_name: Option<String>,
    #[serde(default, deserialize_with = "loose::flag")]
    pub has_self_service: Option<bool>,
}

/// `GET /v1/bookingTypes`: those of all clinics.
pub fn booking_types(api: &Api) -> Native<Vec<BookingType>> {
    api.list("GET /v1/bookingTypes", Scope::SelfService, &api.url(&["v1", "bookingTypes"]))
}

/// How a patient's care is paid for.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "the fields bear Webdoc's own names")]
pub struct PatientType {
    pub id: Code,
    #[serde(default, deserialize_with = "loose::text")]
    pub name: Option<String>,
}

/// `GET /v1/patientTypes`.
pub fn patient_types(api: &Api) -> Native<Vec<PatientType>> {
    api.list("GET /v1/patientTypes", Scope::PatientTypesRead, &api.url(&["v1", "patientTypes"]))
}

/// A kind of document.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "the fields bear Webdoc's own names")]
pub struct DocumentType {
    pub id: Code,
    #[serde(default, deserialize_with = "loose::text")]
    pub name: Option<String>,
    #[serde(default, deserialize_with = "loose::flag")]
    pub active: Option<bool>,
}

/// `GET /v1/documentTypes`.
pub fn document_types(api: &Api) -> Native<Vec<DocumentType>> {
    api.list("GET /v1/documentTypes", Scope::DocumentTypesRead, &api.url(&["v1", "documentTypes"]))
}

/// The form of a note.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "the fields bear Webdoc's own names")]
pub struct RecordTemplate {
    pub id: Code,
    #[serde(default, deserialize_with = "loose::text")]
    pub title: Option<String>,
    #[serde(default, deserialize_with = "loose::list")]
    pub keywords: Vec<Keyword>,
}

/// A field of a [`RecordTemplate`].
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields bear Webdoc's own names")]
pub struct Keyword {
    pub id: Code,
    #[serde(default, deserialize_with = "loose::text")]
    pub title: Option<String>,
    /// Characters that it takes at most. 0 is taken for no limit.
    #[serde(default, deserialize_with = "loose::number")]
    pub max_length: Option<i64>,
    /// The keyword that it stands under.
    #[serde(default, deserialize_with = "loose::code")]
    pub parent_id: Option<Code>,
    /// A number whose meaning is not public.
    #[serde(default, rename = "type", deserialize_with = "loose::text")]
    pub kind: Option<String>,
    #[serde(default, deserialize_with = "loose::flag")]
    pub warn_if_empty: Option<bool>,
}

/// `GET /v1/recordTemplates`: those of all clinics.
pub fn record_templates(api: &Api) -> Native<Vec<RecordTemplate>> {
    api.list("GET /v1/recordTemplates", Scope::SystemAdmin, &api.url(&["v1", "recordTemplates"]))
}

/// `GET /v1/recordTemplates/{templateId}`: documented as an array, observed as an object.
pub fn record_template(api: &Api, id: Code) -> Native<Option<RecordTemplate>> {
    let url = api.url(&["v1", "recordTemplates", &id.to_string()]);
    let endpoint = "GET /v1/recordTemplates/{templateId}";
    Native { read: only::<RecordTemplate>, ..api.read(endpoint, Scope::SystemAdmin, &url) }
}

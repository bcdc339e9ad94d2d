//! Clinics.

use serde::Deserialize;

use super::{Api, Native, Scope, loose};

/// A clinic.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields bear Webdoc's own names")]
pub struct Clinic {
    #[serde(deserialize_with = "loose::id")]
    pub id: String,
    #[serde(default, deserialize_with = "loose::text")]
    pub name: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub hsa_id: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub address: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub post_number: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub post_address: Option<String>,
}

/// `GET /v1/clinics`.
pub fn list(api: &Api) -> Native<Vec<Clinic>> {
    api.list("GET /v1/clinics", Scope::ClinicsRead, &api.url(&["v1", "clinics"]))
}

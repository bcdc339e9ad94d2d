use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use serde_json::{Value, json};

use crate::access::needs;
use crate::answer::{Answer, list, ok};
use crate::query::{Query, admits};
use crate::refusal::Refusal;
use crate::seed::patient_types::ALL;
use crate::state::App;

pub struct PatientType {
    pub id: i64,
    pub name: &'static str,
    pub kind: &'static str,
}

impl PatientType {
    pub fn find(id: i64) -> Option<&'static Self> {
        ALL.iter().find(|kind| kind.id == id)
    }

    pub fn of_body(id: i64) -> Result<&'static Self, Refusal> {
        Self::find(id).ok_or_else(|| Refusal::invalid("patientTypeId", "is no patient type"))
    }

    /// Patients are created and changed with the type's name.
    pub fn named(name: &str) -> Result<&'static Self, Refusal> {
        let named = ALL.iter().find(|kind| kind.name == name);
        named.ok_or_else(|| Refusal::invalid("patientType", "is no patient type's name"))
    }

    /// The id is text here, as a client found, and a number where bookings name their patient's type.
    pub fn json(&self) -> Value {
        json!({"id": self.id.to_string(), "name": self.name, "type": self.kind})
    }
}

/// The name of a type, for answers that show no more of it.
pub fn name(id: i64) -> &'static str {
    PatientType::find(id).map_or("", |kind| kind.name)
}

pub fn routes() -> Router<App> {
    Router::new()
        .route("/v1/patientTypes", needs("patient-types:read", get(all)))
        .route("/v1/patientTypes/{id}", needs("patient-types:read", get(one)))
}

async fn all(query: Query) -> Answer {
    let (name, kind) = (query.text("name"), query.text("type"));
    let types = ALL.iter().filter(|row| admits(name, row.name) && admits(kind, row.kind));
    list(types.map(PatientType::json))
}

async fn one(Path(id): Path<String>) -> Answer {
    let found = id.parse().ok().and_then(PatientType::find);
    ok(found.ok_or(Refusal::NotFound("patient type"))?.json())
}

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::{get, patch, post};
use serde::Deserialize;

use super::{Listing, deprecated};
use crate::access::needs;
use crate::answer::{Answer, nothing};
use crate::body::Body;
use crate::number;
use crate::refusal::Refusal;
use crate::resources::patient_registration::{create, refuse_wrong_contact};
use crate::resources::patient_type::PatientType;
use crate::state::App;

/// The routes of `/v1/patients`, each method with a scope of its own.
pub fn routes() -> Router<App> {
    let methods = needs("self-service", get(deprecated)).merge(needs("patient:write", post(create)));
    Router::new()
        .route("/v1/patients", methods)
        .route("/v1/patients/{number}", needs("patient:write", patch(change)))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Change {
    list_info: Option<Listing>,
    /// The name, as when a patient is created.
    patient_type: Option<String>,
    email: Option<String>,
    mobile_number: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    spoken_name: Option<String>,
    address: Option<String>,
    co_address: Option<String>,
    city: Option<String>,
    zip_code: Option<String>,
    state_code: Option<String>,
    county_code: Option<String>,
}

/// What is null or missing stays; empty text empties.
async fn change(State(app): State<App>, Path(number): Path<String>, Body(change): Body<Change>) -> Answer {
    let mut session = app.session();
    let number = number::plain(&number);
    let mut patient = session.patient_numbered(&number).ok_or(Refusal::NotFound("patient"))?.clone();
    refuse_wrong_contact(change.email.as_deref(), change.mobile_number.as_deref())?;
    for (field, name) in [("firstName", &change.first_name), ("lastName", &change.last_name)] {
        if name.as_ref().is_some_and(|name| name.trim().is_empty()) {
            return Err(Refusal::invalid(field, "must not be empty"));
        }
    }
    if let Some(name) = &change.patient_type {
        patient.patient_type = PatientType::named(name)?.id;
    }
    if let Some(listing) = change.list_info {
        patient.listing = listing;
    }
    for (field, sent) in [
        (&mut patient.email, change.email),
        (&mut patient.mobile, change.mobile_number),
        (&mut patient.first_name, change.first_name),
        (&mut patient.last_name, change.last_name),
        (&mut patient.spoken_name, change.spoken_name),
        (&mut patient.address.street, change.address),
        (&mut patient.address.co, change.co_address),
        (&mut patient.address.city, change.city),
        (&mut patient.address.zip_code, change.zip_code),
        (&mut patient.address.state_code, change.state_code),
        (&mut patient.address.county_code, change.county_code),
    ] {
        if let Some(sent) = sent {
            *field = sent;
        }
    }
    session.patients.insert(patient.id, patient);
    nothing()
}

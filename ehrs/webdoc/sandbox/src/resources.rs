//! One file per resource: its record, its shapes on the wire, its routes with the scope that each needs.

pub mod action_code;
pub mod booking;
pub mod booking_type;
pub mod clinic;
pub mod clinic_booking;
pub mod document;
pub mod external_record;
pub mod invoice;
pub mod note;
pub mod organization;
pub mod patient;
pub mod patient_registration;
pub mod patient_type;
pub mod payment;
pub mod payment_method;
pub mod record;
pub mod record_template;
pub mod user;
pub mod visit;

use axum::Router;
use axum::routing::get;
use serde_json::json;

use crate::answer::{Answer, ok};
use crate::state::App;

/// What needs no token.
pub fn open_routes() -> Router<App> {
    Router::new().route("/v1/health-check", get(health))
}

async fn health() -> Answer {
    ok(json!({"status": "ok"}))
}

/// What needs a token and has a small body; [`document::routes`] has large ones.
pub fn routes() -> Router<App> {
    Router::new()
        .merge(action_code::routes())
        .merge(booking::routes())
        .merge(booking_type::routes())
        .merge(clinic::routes())
        .merge(clinic_booking::routes())
        .merge(external_record::routes())
        .merge(invoice::routes())
        .merge(note::routes())
        .merge(organization::routes())
        .merge(patient::routes())
        .merge(patient_registration::routes())
        .merge(patient_type::routes())
        .merge(payment_method::routes())
        .merge(record::routes())
        .merge(record_template::routes())
        .merge(user::routes())
        .merge(visit::routes())
}

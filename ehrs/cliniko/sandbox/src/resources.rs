//! One file per resource: its record, its fields on the wire, its routes.

pub mod appointment;
pub mod appointment_type;
pub mod attachment;
pub mod attendee;
pub mod availability_block;
pub mod available_time;
pub mod booking;
pub mod business;
pub mod daily_availability;
pub mod legacy_appointment;
pub mod patient;
pub mod patient_fields;
pub mod practitioner;
pub mod service;
pub mod settings;
pub mod treatment_note;
pub mod treatment_note_template;
pub mod unavailable_block;
pub mod unavailable_block_type;
pub mod user;
pub mod vacant;

use axum::Router;

use crate::state::App;

pub fn routes() -> Router<App> {
    Router::new()
        .merge(appointment::routes())
        .merge(appointment_type::routes())
        .merge(attachment::routes())
        .merge(attendee::routes())
        .merge(availability_block::routes())
        .merge(available_time::routes())
        .merge(booking::routes())
        .merge(business::routes())
        .merge(daily_availability::routes())
        .merge(legacy_appointment::routes())
        .merge(patient::routes())
        .merge(practitioner::routes())
        .merge(service::routes())
        .merge(settings::routes())
        .merge(treatment_note::routes())
        .merge(treatment_note_template::routes())
        .merge(unavailable_block::routes())
        .merge(unavailable_block_type::routes())
        .merge(user::routes())
        .merge(vacant::routes())
}

//! Bookings: individual appointments and unavailable blocks in one list. The fields tell which is which.

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::get;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::filter::{Cell, Kind};
use crate::id::Id;
use crate::listing::Query;
use crate::resources::appointment::Appointment;
use crate::resources::unavailable_block::UnavailableBlock;
use crate::row::{Row, Stamps};
use crate::state::{App, View, World};

enum Booking<'w> {
    Appointment(&'w Appointment),
    Block(&'w UnavailableBlock),
}

impl Row for Booking<'_> {
    const FILTERS: &'static [(&'static str, Kind)] = &[
        ("appointment_type_id", Kind::Number),
        ("archived_at", Kind::Instant),
        ("business_id", Kind::Number),
        ("cancelled_at", Kind::Instant),
        ("deleted_at", Kind::Instant),
        ("did_not_arrive", Kind::Flag),
        ("email_reminder_sent", Kind::Flag),
        ("sms_reminder_sent", Kind::Flag),
        ("starts_at", Kind::Instant),
        ("ends_at", Kind::Instant),
        ("invoice_status", Kind::Number),
        ("patient_id", Kind::Number),
        ("patient_ids", Kind::Many),
        ("practitioner_id", Kind::Number),
        ("repeated_from_id", Kind::Number),
        ("treatment_note_status", Kind::Number),
        ("unavailable_block_type_id", Kind::Number),
    ];

    fn stamps(&self) -> &Stamps {
        match self {
            Self::Appointment(row) => row.stamps(),
            Self::Block(row) => row.stamps(),
        }
    }

    fn cancelled_at(&self) -> Option<Timestamp> {
        match self {
            Self::Appointment(row) => row.cancelled_at(),
            Self::Block(_) => None,
        }
    }

    fn cell(&self, field: &str, view: &View<'_>) -> Cell {
        match (self, field) {
            (Self::Appointment(_), "email_reminder_sent" | "sms_reminder_sent") => false.into(),
            (Self::Appointment(row), "patient_ids") => Cell::Many(vec![row.patient.to_string()]),
            (Self::Appointment(row), "treatment_note_status") => {
                view.world.treatment_note_status(row.stamps.id).into()
            }
            (Self::Appointment(row), field) => row.cell(field, view),
            (Self::Block(row), field) => row.cell(field, view),
        }
    }

    fn json(&self, view: &View<'_>) -> Value {
        let mut record = match self {
            Self::Appointment(row) => row.json(view),
            Self::Block(row) => row.json(view),
        };
        let itself = view.links.url(format!("bookings/{}", self.stamps().id));
        if let Some(record) = record.as_object_mut() {
            record.insert("links".to_owned(), json!({"self": itself}));
        }
        record
    }
}

fn bookings(world: &World) -> impl Iterator<Item = Booking<'_>> {
    let appointments = world.appointments.values().map(Booking::Appointment);
    appointments.chain(world.unavailable_blocks.values().map(Booking::Block))
}

pub fn routes() -> Router<App> {
    Router::new().route("/v1/bookings", get(list)).route("/v1/bookings/{id}", get(one))
}

async fn list(State(app): State<App>, query: Query) -> Answer {
    let session = app.session();
    query.list("bookings", bookings(&session), &session.view())
}

async fn one(State(app): State<App>, Path(id): Path<Id>, query: Query) -> Answer {
    let session = app.session();
    query.single(bookings(&session).find(|row| row.stamps().id == id), &session.view())
}

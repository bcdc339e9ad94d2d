//! Individual appointments: the record. Its writes are in [`write`].

mod write;

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::{get, patch, post};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::answer::{Answer, ok};
use crate::filter::{Cell, Kind};
use crate::id::Id;
use crate::links::put;
use crate::listing::Query;
use crate::refusal::Refusal;
use crate::repeat::RepeatRule;
use crate::resources::attendee::{Arrival, Attendee};
use crate::row::{Row, Stamps};
use crate::state::{App, View, World};
use crate::time::Span;

#[derive(Clone, Debug)]
pub struct Appointment {
    pub stamps: Stamps,
    pub business: Id,
    pub practitioner: Id,
    pub appointment_type: Id,
    pub patient: Id,
    pub patient_case: Option<Id>,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    pub notes: Option<String>,
    pub repeat_rule: Option<RepeatRule>,
    pub repeated_from: Option<Id>,
    pub cancellation: Option<Cancellation>,
}

#[derive(Clone, Debug)]
pub struct Cancellation {
    pub at: Timestamp,
    pub reason: i64,
    pub note: Option<String>,
}

/// The reasons that may be written, and how records describe them. 31 existed until 2024.
pub const REASONS: [(i64, &str); 6] = [
    (10, "Feeling Better"),
    (20, "Condition Worse"),
    (30, "Sick"),
    (40, "Away"),
    (50, "Other"),
    (60, "Work"),
];

impl Cancellation {
    pub fn description(cancellation: Option<&Self>) -> &'static str {
        let reason = cancellation.map(|cancellation| cancellation.reason);
        REASONS.iter().find(|(code, _)| Some(*code) == reason).map_or("", |(_, words)| words)
    }
}

impl Appointment {
    pub fn live(&self) -> bool {
        self.stamps.archived_at.is_none() && self.cancellation.is_none()
    }

    pub fn span(&self) -> Span {
        Span { start: self.starts_at, end: self.ends_at }
    }

    fn attendee<'v>(&self, world: &'v World) -> Option<&'v Attendee> {
        world.attendees.values().find(|attendee| attendee.booking == self.stamps.id)
    }
}

impl World {
    /// Whether the practitioner has anything else live in this span. Cliniko allows it and tells only when asked.
    pub fn clashes(&self, practitioner: Id, span: Span, itself: Id) -> bool {
        let appointments = self.appointments.values().filter(|row| {
            row.practitioner == practitioner
                && row.live()
                && row.stamps.id != itself
                && row.span().overlaps(span)
        });
        let blocks = self.unavailable_blocks.values().filter(|row| {
            row.practitioner == practitioner
                && row.live()
                && row.stamps.id != itself
                && row.span.overlaps(span)
        });
        appointments.count() > 0 || blocks.count() > 0
    }

    /// 10 while a note of the booking is a draft, 90 once all are final.
    pub fn treatment_note_status(&self, booking: Id) -> Option<i64> {
        let notes = self.treatment_notes.values();
        let mut notes =
            notes.filter(|note| note.booking == Some(booking) && note.stamps.archived_at.is_none());
        let first = notes.next()?;
        Some(if first.draft || notes.any(|note| note.draft) { 10 } else { 90 })
    }
}

pub fn connect_url(id: Id) -> String {
    format!("https://harbour-health.au1.cliniko.com/appointments/{id}/connect")
}

impl Row for Appointment {
    const FILTERS: &'static [(&'static str, Kind)] = &[
        ("appointment_type_id", Kind::Number),
        ("archived_at", Kind::Instant),
        ("business_id", Kind::Number),
        ("cancelled_at", Kind::Instant),
        ("deleted_at", Kind::Instant),
        ("did_not_arrive", Kind::Flag),
        ("starts_at", Kind::Instant),
        ("ends_at", Kind::Instant),
        ("patient_id", Kind::Number),
        ("practitioner_id", Kind::Number),
        ("repeated_from_id", Kind::Number),
    ];

    fn stamps(&self) -> &Stamps {
        &self.stamps
    }

    fn cancelled_at(&self) -> Option<Timestamp> {
        self.cancellation.as_ref().map(|cancellation| cancellation.at)
    }

    fn cell(&self, field: &str, view: &View<'_>) -> Cell {
        match field {
            "appointment_type_id" => self.appointment_type.into(),
            "business_id" => self.business.into(),
            "did_not_arrive" => {
                self.attendee(view.world).and_then(|attendee| attendee.arrival.did_not_arrive()).into()
            }
            "starts_at" => self.starts_at.into(),
            "ends_at" => self.ends_at.into(),
            "patient_id" => self.patient.into(),
            "practitioner_id" => self.practitioner.into(),
            "repeated_from_id" => self.repeated_from.into(),
            _ => Cell::Null,
        }
    }

    fn json(&self, view: &View<'_>) -> Value {
        let id = self.stamps.id;
        let links = view.links;
        let patient = view.world.patients.get(&self.patient);
        let arrival = self.attendee(view.world).map_or(Arrival::Unknown, |attendee| attendee.arrival);
        let cancellation = self.cancellation.as_ref();
        let repeats = self.repeat_rule.as_ref().map(|_| {
            let first = self.repeated_from.unwrap_or(id);
            links.to(format!("individual_appointments?q%5B%5D=repeated_from_id%3A%3D{first}"))
        });
        let mut record = json!({
            "id": id.to_string(),
            "starts_at": self.starts_at,
            "ends_at": self.ends_at,
            "patient_name": patient.map(|patient| patient.label()),
            "notes": self.notes,
            "did_not_arrive": arrival.did_not_arrive(),
            "patient_arrived": arrival.patient_arrived(),
            "cancelled_at": self.cancelled_at(),
            "cancellation_reason": cancellation.map(|cancellation| cancellation.reason),
            "cancellation_reason_description": Cancellation::description(cancellation),
            "cancellation_note": cancellation.and_then(|cancellation| cancellation.note.as_deref()),
            "archived_at": self.stamps.archived_at,
            "deleted_at": self.stamps.archived_at,
            "created_at": self.stamps.created_at,
            "updated_at": self.stamps.updated_at,
            "booking_ip_address": null,
            "online_booking_policy_accepted": null,
            "email_reminder_sent": false,
            "sms_reminder_sent": false,
            "has_patient_appointment_notes": patient.is_some_and(|patient| patient.has_appointment_notes()),
            "invoice_status": null,
            "treatment_note_status": view.world.treatment_note_status(id),
            "telehealth_url": connect_url(id),
            "repeat_rule": RepeatRule::json(self.repeat_rule.as_ref()),
            "repeats": repeats,
            "conflicts": links.to(format!("individual_appointments/{id}/conflicts")),
            "appointment_type": links.to(format!("appointment_types/{}", self.appointment_type)),
            "business": links.to(format!("businesses/{}", self.business)),
            "practitioner": links.to(format!("practitioners/{}", self.practitioner)),
            "patient": links.to(format!("patients/{}", self.patient)),
            "attendees": links.to(format!("individual_appointments/{id}/attendees")),
            "links": {"self": links.url(format!("individual_appointments/{id}"))},
        });
        put(
            &mut record,
            "patient_case",
            self.patient_case.map(|case| links.to(format!("patient_cases/{case}"))),
        );
        let from = self.repeated_from.map(|from| links.to(format!("individual_appointments/{from}")));
        put(&mut record, "repeated_from", from);
        record
    }
}

pub fn routes() -> Router<App> {
    Router::new()
        .route("/v1/individual_appointments", get(list).post(write::create))
        .route("/v1/individual_appointments/deleted", get(deleted))
        .route("/v1/individual_appointments/cancelled", get(cancelled))
        .route(
            "/v1/individual_appointments/{id}",
            get(one).patch(write::update).put(write::update).delete(write::archive),
        )
        .route("/v1/individual_appointments/{id}/archive", post(write::archive))
        .route("/v1/individual_appointments/{id}/cancel", patch(write::cancel))
        .route("/v1/individual_appointments/{id}/conflicts", get(conflicts))
        .route("/v1/individual_appointments/{id}/attendees", get(attendees))
}

async fn list(State(app): State<App>, query: Query) -> Answer {
    let session = app.session();
    query.list("individual_appointments", session.appointments.values(), &session.view())
}

async fn deleted(State(app): State<App>, query: Query) -> Answer {
    let session = app.session();
    let rows = session.appointments.values().filter(|row| row.stamps.archived_at.is_some());
    query.list_removed("individual_appointments", rows, &session.view())
}

async fn cancelled(State(app): State<App>, query: Query) -> Answer {
    let session = app.session();
    let rows = session.appointments.values();
    let rows = rows.filter(|row| row.cancellation.is_some() && row.stamps.archived_at.is_none());
    query.list_removed("individual_appointments", rows, &session.view())
}

async fn one(State(app): State<App>, Path(id): Path<Id>, query: Query) -> Answer {
    let session = app.session();
    query.single(session.appointments.get(&id), &session.view())
}

async fn conflicts(State(app): State<App>, Path(id): Path<Id>) -> Answer {
    let session = app.session();
    let row = live(&session, id)?;
    ok(json!({"conflicts": {"exist": session.clashes(row.practitioner, row.span(), id)}}))
}

async fn attendees(State(app): State<App>, Path(id): Path<Id>, query: Query) -> Answer {
    let session = app.session();
    if !session.appointments.contains_key(&id) {
        return Err(Refusal::NotFound);
    }
    let rows = session.attendees.values().filter(|row| row.booking == id);
    query.list("attendees", rows, &session.view())
}

fn live(world: &World, id: Id) -> Result<&Appointment, Refusal> {
    world.appointments.get(&id).filter(|row| row.live()).ok_or(Refusal::NotFound)
}

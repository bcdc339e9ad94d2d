use axum::Router;
use axum::extract::{Path, State};
use axum::routing::{get, patch, post};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::answer::{Answer, no_content, ok};
use crate::filter::{Cell, Kind};
use crate::form::Form;
use crate::id::Id;
use crate::links::put;
use crate::listing::Query;
use crate::refusal::Refusal;
use crate::resources::appointment::{Cancellation, connect_url};
use crate::row::{Row, Stamps};
use crate::state::{App, View, World};

/// A patient at a booking; an individual appointment has one.
#[derive(Clone, Debug)]
pub struct Attendee {
    pub stamps: Stamps,
    pub booking: Id,
    pub patient: Id,
    pub patient_case: Option<Id>,
    pub arrival: Arrival,
    pub notes: Option<String>,
    pub cancellation: Option<Cancellation>,
}

/// The appointment shows this as two flags: both false while nothing was ticked, both null after un-ticking.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Arrival {
    Unknown,
    Arrived,
    DidNotArrive,
    Unticked,
}

impl Arrival {
    pub fn arrived(self) -> Option<bool> {
        match self {
            Self::Arrived => Some(true),
            Self::DidNotArrive => Some(false),
            Self::Unknown | Self::Unticked => None,
        }
    }

    pub fn patient_arrived(self) -> Option<bool> {
        (self != Self::Unticked).then_some(self == Self::Arrived)
    }

    pub fn did_not_arrive(self) -> Option<bool> {
        (self != Self::Unticked).then_some(self == Self::DidNotArrive)
    }
}

impl Row for Attendee {
    const FILTERS: &'static [(&'static str, Kind)] = &[
        ("appointment_id", Kind::Number),
        ("booking_id", Kind::Number),
        ("patient_id", Kind::Number),
        ("patient_case_id", Kind::Number),
        ("archived_at", Kind::Instant),
        ("cancelled_at", Kind::Instant),
        ("deleted_at", Kind::Instant),
    ];

    fn stamps(&self) -> &Stamps {
        &self.stamps
    }

    fn cancelled_at(&self) -> Option<Timestamp> {
        self.cancellation.as_ref().map(|cancellation| cancellation.at)
    }

    fn cell(&self, field: &str, _: &View<'_>) -> Cell {
        match field {
            "appointment_id" | "booking_id" => self.booking.into(),
            "patient_id" => self.patient.into(),
            "patient_case_id" => self.patient_case.into(),
            _ => Cell::Null,
        }
    }

    fn json(&self, view: &View<'_>) -> Value {
        let id = self.stamps.id;
        let links = view.links;
        let cancellation = self.cancellation.as_ref();
        let mut record = json!({
            "id": id.to_string(),
            "arrived": self.arrival.arrived(),
            "notes": self.notes,
            "booking_ip_address": null,
            "online_booking_policy_accepted": null,
            "cancelled_at": self.cancelled_at(),
            "cancellation_reason": cancellation.map(|cancellation| cancellation.reason),
            "cancellation_reason_description": Cancellation::description(cancellation),
            "cancellation_note": cancellation.and_then(|cancellation| cancellation.note.as_deref()),
            "cancellation_url": format!("https://harbour-health.au1.cliniko.com/bookings/{id}/cancel"),
            "telehealth_url": connect_url(self.booking),
            "invoice_status": null,
            "treatment_note_status": view.world.treatment_note_status(self.booking),
            "email_reminder_sent": false,
            "sms_reminder_sent": false,
            "sent_email_reminders_count": 0,
            "sent_sms_reminders_count": 0,
            "sent_email_follow_ups_count": 0,
            "sent_sms_follow_ups_count": 0,
            "archived_at": self.stamps.archived_at,
            "deleted_at": self.stamps.archived_at,
            "created_at": self.stamps.created_at,
            "updated_at": self.stamps.updated_at,
            "booking": links.to(format!("bookings/{}", self.booking)),
            "patient": links.to(format!("patients/{}", self.patient)),
            "patient_forms": links.to(format!("patient_forms?q%5B%5D=attendee_id%3A%3D{id}")),
            "invoices": links.to(format!("attendees/{id}/invoices")),
            "links": {"self": links.url(format!("attendees/{id}"))},
        });
        put(
            &mut record,
            "patient_case",
            self.patient_case.map(|case| links.to(format!("patient_cases/{case}"))),
        );
        record
    }
}

pub fn routes() -> Router<App> {
    Router::new()
        .route("/v1/attendees", get(list))
        .route("/v1/attendees/deleted", get(deleted))
        .route("/v1/attendees/cancelled", get(cancelled))
        .route("/v1/attendees/{id}", get(one).patch(update).put(update).delete(archive))
        .route("/v1/attendees/{id}/archive", post(archive))
        .route("/v1/attendees/{id}/cancel", patch(cancel))
}

async fn list(State(app): State<App>, query: Query) -> Answer {
    let session = app.session();
    query.list("attendees", session.attendees.values(), &session.view())
}

async fn deleted(State(app): State<App>, query: Query) -> Answer {
    let session = app.session();
    let rows = session.attendees.values().filter(|row| row.stamps.archived_at.is_some());
    query.list_removed("attendees", rows, &session.view())
}

async fn cancelled(State(app): State<App>, query: Query) -> Answer {
    let session = app.session();
    let rows = session.attendees.values();
    let rows = rows.filter(|row| row.cancellation.is_some() && row.stamps.archived_at.is_none());
    query.list_removed("attendees", rows, &session.view())
}

async fn one(State(app): State<App>, Path(id): Path<Id>, query: Query) -> Answer {
    let session = app.session();
    query.single(session.attendees.get(&id), &session.view())
}

async fn update(State(app): State<App>, Path(id): Path<Id>, form: Form) -> Answer {
    let mut session = app.session();
    let now = session.now;
    let mut row = live(&session, id)?.clone();
    let mut entry = form.entry();
    let mut arrived = row.arrival.arrived();
    entry.flag("arrived", &mut arrived);
    entry.text("notes", 10_000, &mut row.notes);
    entry.id("patient_case_id", &mut row.patient_case);
    let ticked = entry.sent("arrived").is_some();
    entry.finish()?;
    row.arrival = match arrived {
        Some(true) => Arrival::Arrived,
        Some(false) => Arrival::DidNotArrive,
        None if ticked => Arrival::Unticked,
        None => row.arrival,
    };
    row.stamps.touch(now);
    if let Some(appointment) = session.appointments.get_mut(&row.booking) {
        appointment.stamps.touch(now);
    }
    let body = row.json(&session.view());
    session.attendees.insert(id, row);
    ok(body)
}

/// The appointment stays. Cancelled attendees can be archived as well; archived ones are gone.
async fn archive(State(app): State<App>, Path(id): Path<Id>) -> Answer {
    let mut session = app.session();
    let now = session.now;
    let row = session.attendees.get_mut(&id).filter(|row| row.stamps.archived_at.is_none());
    row.ok_or(Refusal::NotFound)?.stamps.archive(now);
    no_content()
}

/// Only attendees of group appointments can be cancelled, and the account has none.
async fn cancel(State(app): State<App>, Path(id): Path<Id>) -> Answer {
    live(&app.session(), id)?;
    Err(Refusal::field("base", "Only attendees of group appointments can be cancelled."))
}

fn live(world: &World, id: Id) -> Result<&Attendee, Refusal> {
    let row = world.attendees.get(&id);
    row.filter(|row| row.stamps.archived_at.is_none() && row.cancellation.is_none()).ok_or(Refusal::NotFound)
}

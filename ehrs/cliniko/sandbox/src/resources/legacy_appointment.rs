//! `/appointments`: individual appointments under their former names. No longer documented, but records still link here.

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::get;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::filter::{Cell, Kind};
use crate::id::Id;
use crate::links::put;
use crate::listing::Query;
use crate::refusal::Refusal;
use crate::resources::appointment::Appointment;
use crate::row::{Row, Stamps};
use crate::state::{App, View, World};

struct Legacy<'w>(&'w Appointment);

impl Row for Legacy<'_> {
    const FILTERS: &'static [(&'static str, Kind)] = Appointment::FILTERS;

    fn stamps(&self) -> &Stamps {
        self.0.stamps()
    }

    fn cancelled_at(&self) -> Option<Timestamp> {
        self.0.cancelled_at()
    }

    fn cell(&self, field: &str, view: &View<'_>) -> Cell {
        self.0.cell(field, view)
    }

    fn json(&self, view: &View<'_>) -> Value {
        let mut record = self.0.json(view);
        let itself = view.links.url(format!("appointments/{}", self.0.stamps.id));
        put(&mut record, "appointment_start", Some(json!(self.0.starts_at)));
        put(&mut record, "appointment_end", Some(json!(self.0.ends_at)));
        put(&mut record, "links", Some(json!({"self": itself})));
        record
    }
}

pub fn routes() -> Router<App> {
    Router::new()
        .route("/v1/appointments", get(all))
        .route("/v1/appointments/{id}", get(one))
        .route("/v1/businesses/{business_id}/appointments", get(at_business))
        .route("/v1/patients/{patient_id}/appointments", get(of_patient))
        .route("/v1/practitioners/{practitioner_id}/appointments", get(of_practitioner))
}

async fn all(State(app): State<App>, query: Query) -> Answer {
    list(&app, &query, |_| true, |_| true)
}

async fn one(State(app): State<App>, Path(id): Path<Id>, query: Query) -> Answer {
    let session = app.session();
    query.single(session.appointments.get(&id).map(Legacy), &session.view())
}

async fn at_business(State(app): State<App>, Path(id): Path<Id>, query: Query) -> Answer {
    list(&app, &query, |world| world.businesses.contains_key(&id), |row| row.business == id)
}

async fn of_patient(State(app): State<App>, Path(id): Path<Id>, query: Query) -> Answer {
    list(&app, &query, |world| world.patients.contains_key(&id), |row| row.patient == id)
}

async fn of_practitioner(State(app): State<App>, Path(id): Path<Id>, query: Query) -> Answer {
    list(&app, &query, |world| world.practitioners.contains_key(&id), |row| row.practitioner == id)
}

fn list(
    app: &App,
    query: &Query,
    parent: impl FnOnce(&World) -> bool,
    keep: impl Fn(&Appointment) -> bool,
) -> Answer {
    let session = app.session();
    if !parent(&session) {
        return Err(Refusal::NotFound);
    }
    let rows = session.appointments.values().filter(|row| keep(row)).map(Legacy);
    query.list("appointments", rows, &session.view())
}

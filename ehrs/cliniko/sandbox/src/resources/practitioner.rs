use axum::Router;
use axum::extract::{Path, State};
use axum::routing::get;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::filter::{Cell, Kind};
use crate::id::Id;
use crate::links::put;
use crate::listing::Query;
use crate::refusal::Refusal;
use crate::row::{Row, Stamps};
use crate::state::{App, View, World};

/// Read-only; e-mail and phone are on the user.
#[derive(Clone, Debug)]
pub struct Practitioner {
    pub stamps: Stamps,
    pub active: bool,
    pub title: &'static str,
    pub first_name: &'static str,
    pub last_name: &'static str,
    pub designation: &'static str,
    pub description: Option<&'static str>,
    pub show_in_online_bookings: bool,
    pub user: Id,
    pub businesses: Vec<Id>,
    pub default_appointment_type: Option<Id>,
}

impl Practitioner {
    pub fn name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
    }
}

impl Row for Practitioner {
    const FILTERS: &'static [(&'static str, Kind)] =
        &[("active", Kind::Flag), ("show_in_online_bookings", Kind::Flag), ("user_id", Kind::Number)];

    fn stamps(&self) -> &Stamps {
        &self.stamps
    }

    fn cell(&self, field: &str, _: &View<'_>) -> Cell {
        match field {
            "active" => self.active.into(),
            "show_in_online_bookings" => self.show_in_online_bookings.into(),
            "user_id" => self.user.into(),
            _ => Cell::Null,
        }
    }

    fn json(&self, view: &View<'_>) -> Value {
        let id = self.stamps.id;
        let mut record = json!({
            "id": id.to_string(),
            "active": self.active,
            "title": self.title,
            "first_name": self.first_name,
            "last_name": self.last_name,
            "display_name": self.name(),
            "label": self.name(),
            "designation": self.designation,
            "description": self.description,
            "show_in_online_bookings": self.show_in_online_bookings,
            "created_at": self.stamps.created_at,
            "updated_at": self.stamps.updated_at,
            "user": view.links.to(format!("users/{}", self.user)),
            "appointment_types": view.links.to(format!("practitioners/{id}/appointment_types")),
            "practitioner_reference_numbers": view.links.to(format!("practitioners/{id}/practitioner_reference_numbers")),
            "appointments": view.links.to(format!("practitioners/{id}/appointments")),
            "invoices": view.links.to(format!("practitioners/{id}/invoices")),
            "links": {"self": view.links.url(format!("practitioners/{id}"))},
        });
        let default =
            self.default_appointment_type.map(|kind| view.links.to(format!("appointment_types/{kind}")));
        put(&mut record, "default_appointment_type", default);
        record
    }
}

pub fn routes() -> Router<App> {
    Router::new()
        .route("/v1/practitioners", get(active))
        .route("/v1/practitioners/inactive", get(inactive))
        .route("/v1/practitioners/{id}", get(one))
        .route("/v1/businesses/{business_id}/practitioners", get(active_at))
        .route("/v1/businesses/{business_id}/practitioners/inactive", get(inactive_at))
        .route("/v1/appointment_types/{appointment_type_id}/practitioners", get(active_for))
        .route("/v1/appointment_types/{appointment_type_id}/practitioners/inactive", get(inactive_for))
}

async fn active(State(app): State<App>, query: Query) -> Answer {
    list(&app, &query, |row| row.active)
}

async fn inactive(State(app): State<App>, query: Query) -> Answer {
    list(&app, &query, |row| !row.active)
}

async fn one(State(app): State<App>, Path(id): Path<Id>, query: Query) -> Answer {
    let session = app.session();
    query.single(session.practitioners.get(&id), &session.view())
}

async fn active_at(State(app): State<App>, Path(id): Path<Id>, query: Query) -> Answer {
    known(app.session().businesses.contains_key(&id))?;
    list(&app, &query, |row| row.active && row.businesses.contains(&id))
}

async fn inactive_at(State(app): State<App>, Path(id): Path<Id>, query: Query) -> Answer {
    known(app.session().businesses.contains_key(&id))?;
    list(&app, &query, |row| !row.active && row.businesses.contains(&id))
}

async fn active_for(State(app): State<App>, Path(id): Path<Id>, query: Query) -> Answer {
    let offering = offering(&app.session(), id)?;
    list(&app, &query, |row| row.active && offering.contains(&row.stamps.id))
}

async fn inactive_for(State(app): State<App>, Path(id): Path<Id>, query: Query) -> Answer {
    let offering = offering(&app.session(), id)?;
    list(&app, &query, |row| !row.active && offering.contains(&row.stamps.id))
}

fn list(app: &App, query: &Query, keep: impl Fn(&Practitioner) -> bool) -> Answer {
    let session = app.session();
    query.list("practitioners", session.practitioners.values().filter(|row| keep(row)), &session.view())
}

fn offering(world: &World, appointment_type: Id) -> Result<Vec<Id>, Refusal> {
    let kind = world.appointment_types.get(&appointment_type).ok_or(Refusal::NotFound)?;
    Ok(kind.practitioner_ids.clone())
}

fn known(parent: bool) -> Result<(), Refusal> {
    if parent { Ok(()) } else { Err(Refusal::NotFound) }
}

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use serde_json::{Map, Value, json};

use crate::answer::{Answer, created, no_content, ok};
use crate::country::Country;
use crate::filter::{Cell, Kind};
use crate::form::{Entry, Form};
use crate::id::Id;
use crate::links::put;
use crate::listing::Query;
use crate::refusal::{INVALID, Refusal, UNLISTED};
use crate::row::{Row, Stamps};
use crate::state::{App, View, World};
use crate::time::{ACCOUNT_ZONE, labelled_zone, named_zone, zone_label};

/// A location of the account.
#[derive(Clone, Debug)]
pub struct Business {
    pub stamps: Stamps,
    pub business_name: Option<String>,
    /// By the names of `TEXTS`; absent is null.
    pub texts: Map<String, Value>,
    pub country: Country,
    pub show_in_online_bookings: Option<bool>,
    pub appointment_reminders_enabled: Option<bool>,
    /// IANA.
    pub time_zone: String,
}

/// Plain text fields and how long they may be.
const TEXTS: [(&str, usize); 13] = [
    ("display_name", 255),
    ("address_1", 255),
    ("address_2", 255),
    ("city", 255),
    ("state", 255),
    ("post_code", 255),
    ("contact_information", 10_000),
    ("email_reply_to", 255),
    ("website_address", 255),
    ("additional_information", 5_000),
    ("additional_invoice_information", 10_000),
    ("business_registration_name", 255),
    ("business_registration_value", 255),
];

impl Business {
    /// In the account's country and zone, and shown in online bookings.
    pub fn blank(stamps: Stamps) -> Self {
        Self {
            stamps,
            business_name: None,
            texts: Map::new(),
            country: Country::home(),
            show_in_online_bookings: Some(true),
            appointment_reminders_enabled: Some(true),
            time_zone: ACCOUNT_ZONE.to_owned(),
        }
    }

    pub fn live(&self) -> bool {
        self.stamps.archived_at.is_none()
    }

    fn label(&self) -> Option<&str> {
        let display_name = self.texts.get("display_name").and_then(Value::as_str);
        display_name.filter(|name| !name.is_empty()).or(self.business_name.as_deref())
    }

    /// Only the name is needed.
    fn write(&mut self, form: &Form) -> Result<(), Refusal> {
        let mut entry = form.entry();
        entry.needed_text("business_name", 255, &mut self.business_name);
        entry.texts(&TEXTS, &mut self.texts);
        entry.emails(&["email_reply_to"], &self.texts);
        self.country.write(&mut entry);
        entry.flag("show_in_online_bookings", &mut self.show_in_online_bookings);
        entry.flag("appointment_reminders_enabled", &mut self.appointment_reminders_enabled);
        self.write_zone(&mut entry);
        entry.finish()
    }

    /// Of both the label wins, and the identifier is not looked at. Null is as if it were not sent.
    fn write_zone(&mut self, entry: &mut Entry<'_>) {
        let sent = |key| entry.sent(key).filter(|value| !value.is_null());
        let (key, zone, message) = match (sent("time_zone"), sent("time_zone_identifier")) {
            (Some(label), _) => ("time_zone", label.as_str().and_then(labelled_zone), UNLISTED),
            (None, Some(name)) => ("time_zone_identifier", name.as_str().and_then(named_zone), INVALID),
            (None, None) => return,
        };
        match zone {
            Some(zone) => self.time_zone = zone,
            None => entry.refuse(key, message),
        }
    }

    fn appointment_type_ids(&self, view: &View<'_>) -> Vec<String> {
        let types = view.world.appointment_types.values();
        let here = types.filter(|kind| kind.live() && kind.business_ids.contains(&self.stamps.id));
        here.map(|kind| kind.stamps.id.to_string()).collect()
    }
}

impl Row for Business {
    const FILTERS: &'static [(&'static str, Kind)] = &[
        ("appointment_type_ids", Kind::Many),
        ("archived_at", Kind::Instant),
        ("deleted_at", Kind::Instant),
        ("show_in_online_bookings", Kind::Flag),
    ];

    fn stamps(&self) -> &Stamps {
        &self.stamps
    }

    fn cell(&self, field: &str, view: &View<'_>) -> Cell {
        match field {
            "appointment_type_ids" => Cell::Many(self.appointment_type_ids(view)),
            "show_in_online_bookings" => self.show_in_online_bookings.into(),
            _ => Cell::Null,
        }
    }

    fn json(&self, view: &View<'_>) -> Value {
        let id = self.stamps.id;
        let mut record = json!({
            "id": id.to_string(),
            "business_name": self.business_name,
            "label": self.label(),
            "country": self.country.name,
            "country_code": self.country.code,
            "show_in_online_bookings": self.show_in_online_bookings,
            "appointment_reminders_enabled": self.appointment_reminders_enabled,
            "appointment_type_ids": self.appointment_type_ids(view),
            "time_zone": zone_label(&self.time_zone),
            "time_zone_identifier": self.time_zone,
            "archived_at": self.stamps.archived_at,
            "deleted_at": self.stamps.archived_at,
            "created_at": self.stamps.created_at,
            "updated_at": self.stamps.updated_at,
            "practitioners": view.links.to(format!("businesses/{id}/practitioners")),
            "appointments": view.links.to(format!("businesses/{id}/appointments")),
            "links": {"self": view.links.url(format!("businesses/{id}"))},
        });
        for (name, _) in TEXTS {
            put(&mut record, name, Some(self.texts.get(name).cloned().unwrap_or_default()));
        }
        record
    }
}

impl World {
    pub fn live_business(&self, id: Id) -> Option<&Business> {
        self.businesses.get(&id).filter(|row| row.live())
    }
}

pub fn routes() -> Router<App> {
    Router::new()
        .route("/v1/businesses", get(list).post(create))
        .route("/v1/businesses/{id}", get(one).patch(update).put(update).delete(archive))
        .route("/v1/businesses/{id}/archive", post(archive))
        .route("/v1/businesses/{id}/unarchive", post(unarchive))
}

async fn list(State(app): State<App>, query: Query) -> Answer {
    let session = app.session();
    query.list("businesses", session.businesses.values(), &session.view())
}

async fn one(State(app): State<App>, Path(id): Path<Id>, query: Query) -> Answer {
    let session = app.session();
    query.single(session.businesses.get(&id), &session.view())
}

async fn create(State(app): State<App>, form: Form) -> Answer {
    let mut session = app.session();
    let id = session.new_id();
    let mut row = Business::blank(Stamps::new(id, session.now));
    row.write(&form)?;
    let body = row.json(&session.view());
    session.businesses.insert(id, row);
    created(&app.links, format!("businesses/{id}"), body)
}

async fn update(State(app): State<App>, Path(id): Path<Id>, form: Form) -> Answer {
    let mut session = app.session();
    let mut row = session.live_business(id).ok_or(Refusal::NotFound)?.clone();
    row.write(&form)?;
    row.stamps.touch(session.now);
    let body = row.json(&session.view());
    session.businesses.insert(id, row);
    ok(body)
}

/// Appointments and hours there stay.
async fn archive(State(app): State<App>, Path(id): Path<Id>) -> Answer {
    let mut session = app.session();
    let mut row = session.live_business(id).ok_or(Refusal::NotFound)?.clone();
    row.stamps.archive(session.now);
    session.businesses.insert(id, row);
    no_content()
}

async fn unarchive(State(app): State<App>, Path(id): Path<Id>) -> Answer {
    let mut session = app.session();
    let mut row = session.businesses.get(&id).ok_or(Refusal::NotFound)?.clone();
    row.stamps.unarchive(session.now);
    let body = row.json(&session.view());
    session.businesses.insert(id, row);
    ok(body)
}

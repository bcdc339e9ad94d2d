use axum::Router;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::answer::{Answer, created, no_content, ok};
use crate::filter::{Cell, Kind};
use crate::form::Form;
use crate::id::Id;
use crate::links::put;
use crate::listing::Query;
use crate::refusal::Refusal;
use crate::resources::patient_fields::{Fields, Phone, TEXTS};
use crate::row::{Row, Stamps};
use crate::state::{App, View, World};

#[derive(Clone, Debug)]
pub struct Patient {
    pub stamps: Stamps,
    pub fields: Fields,
    /// When and into whom a duplicate was merged; it is archived then.
    pub merged: Option<(Timestamp, Id)>,
}

impl Patient {
    pub fn new(stamps: Stamps) -> Self {
        let fields = Fields {
            reminder_type: Some("SMS & Email".to_owned()),
            receives_confirmation_emails: Some(true),
            receives_cancellation_emails: Some(true),
            ..Fields::default()
        };
        Self { stamps, fields, merged: None }
    }

    /// The full name.
    pub fn label(&self) -> String {
        let names = [&self.fields.first_name, &self.fields.last_name];
        names.into_iter().filter_map(|name| name.as_deref()).collect::<Vec<_>>().join(" ")
    }

    pub fn has_appointment_notes(&self) -> bool {
        self.fields.text("appointment_notes").is_some_and(|notes| !notes.is_empty())
    }
}

impl Row for Patient {
    const FILTERS: &'static [(&'static str, Kind)] = &[
        ("accepted_privacy_policy", Kind::Flag),
        ("archived_at", Kind::Instant),
        ("date_of_birth", Kind::Date),
        ("email", Kind::Text),
        ("first_name", Kind::Text),
        ("last_name", Kind::Text),
        ("preferred_first_name", Kind::Text),
        ("old_reference_id", Kind::Text),
    ];

    fn stamps(&self) -> &Stamps {
        &self.stamps
    }

    fn cell(&self, field: &str, _: &View<'_>) -> Cell {
        match field {
            "accepted_privacy_policy" => self.fields.accepted_privacy_policy.into(),
            "date_of_birth" => self.fields.date_of_birth.into(),
            "first_name" => self.fields.first_name.as_deref().into(),
            "last_name" => self.fields.last_name.as_deref().into(),
            text => self.fields.text(text).into(),
        }
    }

    fn json(&self, view: &View<'_>) -> Value {
        let id = self.stamps.id;
        let links = view.links;
        let fields = &self.fields;
        let mut record = json!({
            "id": id.to_string(),
            "first_name": fields.first_name,
            "last_name": fields.last_name,
            "label": self.label(),
            "date_of_birth": fields.date_of_birth,
            "gender": null,
            "pronouns": fields.pronouns,
            "patient_phone_numbers": fields.phones.iter().map(Phone::json).collect::<Vec<_>>(),
            "country": fields.country.name,
            "country_code": fields.country.code,
            "time_zone": fields.time_zone,
            "reminder_type": fields.reminder_type,
            "receives_confirmation_emails": fields.receives_confirmation_emails,
            "receives_cancellation_emails": fields.receives_cancellation_emails,
            "accepted_privacy_policy": fields.accepted_privacy_policy,
            "accepted_email_marketing": fields.accepted_email_marketing,
            "accepted_sms_marketing": fields.accepted_sms_marketing,
            "custom_fields": fields.custom_fields,
            "archived_at": self.stamps.archived_at,
            "deleted_at": self.stamps.archived_at,
            "merged_at": self.merged.map(|(at, _)| at),
            "created_at": self.stamps.created_at,
            "updated_at": self.stamps.updated_at,
        });
        for (name, _) in TEXTS {
            put(&mut record, name, Some(fields.texts.get(name).cloned().unwrap_or_default()));
        }
        let latest = view.world.latest_booking(id).map(|booking| links.to(format!("bookings/{booking}")));
        put(&mut record, "latest_booking", latest);
        let concession = fields.concession_type.map(|kind| links.to(format!("concession_types/{kind}")));
        put(&mut record, "concession_type", concession);
        let doctor = fields.referring_doctor.map(|contact| links.to(format!("contacts/{contact}")));
        put(&mut record, "referring_doctor", doctor);
        let merged = self.merged.map(|(_, winner)| links.to(format!("patients/{winner}")));
        put(&mut record, "merged_with_patient", merged);
        for nested in ["medical_alerts", "invoices", "appointments"] {
            put(&mut record, nested, Some(links.to(format!("patients/{id}/{nested}"))));
        }
        for filtered in ["attendees", "patient_attachments", "relationships"] {
            let path = format!("{filtered}?q%5B%5D=patient_id%3A%3D{id}");
            put(&mut record, filtered, Some(links.to(path)));
        }
        put(&mut record, "links", Some(json!({"self": links.url(format!("patients/{id}"))})));
        record
    }
}

impl World {
    fn latest_booking(&self, patient: Id) -> Option<Id> {
        let bookings = self.appointments.values().filter(|row| row.patient == patient && row.live());
        bookings.max_by_key(|row| row.starts_at).map(|row| row.stamps.id)
    }

    pub fn live_patient(&self, id: Id) -> Option<&Patient> {
        self.patients.get(&id).filter(|row| row.stamps.archived_at.is_none())
    }
}

pub fn routes() -> Router<App> {
    Router::new()
        .route("/v1/patients", get(list).post(create))
        .route("/v1/patients/deleted", get(archived))
        .route("/v1/patients/archived", get(archived))
        .route("/v1/patients/{id}", get(one).patch(update).put(update).delete(archive))
        .route("/v1/patients/{id}/archive", post(archive))
        .route("/v1/patients/{id}/unarchive", post(unarchive))
}

async fn list(State(app): State<App>, query: Query) -> Answer {
    let session = app.session();
    query.list("patients", session.patients.values(), &session.view())
}

async fn archived(State(app): State<App>, query: Query) -> Answer {
    let session = app.session();
    let rows = session.patients.values().filter(|row| row.stamps.archived_at.is_some());
    query.list_removed("patients", rows, &session.view())
}

async fn one(State(app): State<App>, Path(id): Path<Id>, query: Query) -> Answer {
    let session = app.session();
    query.single(session.patients.get(&id), &session.view())
}

/// Nothing is checked for duplicates.
async fn create(State(app): State<App>, form: Form) -> Answer {
    let mut session = app.session();
    let id = session.new_id();
    let mut row = Patient::new(Stamps::new(id, session.now));
    row.fields.write(&form)?;
    let body = row.json(&session.view());
    session.patients.insert(id, row);
    created(&app.links, format!("patients/{id}"), body)
}

async fn update(State(app): State<App>, Path(id): Path<Id>, form: Form) -> Answer {
    let mut session = app.session();
    let mut row = session.live_patient(id).ok_or(Refusal::NotFound)?.clone();
    row.fields.write(&form)?;
    row.stamps.touch(session.now);
    let body = row.json(&session.view());
    session.patients.insert(id, row);
    ok(body)
}

async fn archive(State(app): State<App>, Path(id): Path<Id>) -> Answer {
    let mut session = app.session();
    let mut row = session.live_patient(id).ok_or(Refusal::NotFound)?.clone();
    row.stamps.archive(session.now);
    session.patients.insert(id, row);
    no_content()
}

async fn unarchive(State(app): State<App>, Path(id): Path<Id>) -> Answer {
    let mut session = app.session();
    let mut row = session.patients.get(&id).ok_or(Refusal::NotFound)?.clone();
    row.stamps.unarchive(session.now);
    let body = row.json(&session.view());
    session.patients.insert(id, row);
    ok(body)
}

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::answer::{Answer, created, no_content, ok};
use crate::content;
use crate::filter::{Cell, Kind};
use crate::form::Form;
use crate::id::Id;
use crate::links::put;
use crate::listing::Query;
use crate::refusal::{BLANK, INVALID, Refusal};
use crate::row::{Row, Stamps};
use crate::state::{App, View, World};

#[derive(Clone, Debug)]
pub struct TreatmentNote {
    pub stamps: Stamps,
    pub title: Option<String>,
    pub content: Value,
    pub draft: bool,
    pub finalized_at: Option<Timestamp>,
    pub author_name: String,
    pub patient: Option<Id>,
    pub practitioner: Id,
    pub booking: Option<Id>,
    pub attendee: Option<Id>,
    pub template: Option<Id>,
}

impl TreatmentNote {
    /// The author is whoever's key it is; a `practitioner_id` in the form is not looked at.
    fn write(&mut self, form: &Form, world: &World, now: Timestamp) -> Result<(), Refusal> {
        let mut entry = form.entry();
        if entry.sent("content").is_some_and(|sent| !sent.is_object() && !sent.is_null()) {
            return Err(Refusal::ContentNotAnObject);
        }
        match entry.sent("content") {
            None => {}
            Some(sent) => match sent.as_object().map_or(Some(Value::Null), content::checked) {
                Some(content) => self.content = content,
                None => entry.refuse_silently("content"),
            },
        }
        entry.id("patient_id", &mut self.patient);
        if self.patient.is_none_or(|id| !world.patients.contains_key(&id)) {
            entry.refuse("patient_id", BLANK);
        }
        entry.id("treatment_note_template_id", &mut self.template);
        if self.template.is_some_and(|id| !world.treatment_note_templates.contains_key(&id)) {
            entry.refuse("treatment_note_template_id", INVALID);
        }
        entry.id("booking_id", &mut self.booking);
        entry.id("attendee_id", &mut self.attendee);
        if entry.sent("attendee_id").is_some() {
            self.booking =
                self.attendee.and_then(|id| world.attendees.get(&id)).map(|attendee| attendee.booking);
        } else if entry.sent("booking_id").is_some() {
            let attendee = world.attendees.values().find(|attendee| Some(attendee.booking) == self.booking);
            self.attendee = attendee.map(|attendee| attendee.stamps.id);
        }
        let booking = self.booking.and_then(|id| world.appointments.get(&id));
        let asked = self.booking.is_some() || self.attendee.is_some();
        if asked && booking.is_none_or(|booking| Some(booking.patient) != self.patient) {
            entry.refuse("booking_id", INVALID);
        }
        if self.title.is_none() {
            let template = self.template.and_then(|id| world.treatment_note_templates.get(&id));
            self.title = template.and_then(|template| template.name.clone());
        }
        entry.needed_text("title", 255, &mut self.title);
        let mut draft = Some(self.draft);
        entry.flag("draft", &mut draft);
        self.draft = draft.unwrap_or(self.draft);
        self.finalized_at = if self.draft { None } else { self.finalized_at.or(Some(now)) };
        entry.finish()
    }
}

impl Row for TreatmentNote {
    const FILTERS: &'static [(&'static str, Kind)] = &[
        ("archived_at", Kind::Instant),
        ("deleted_at", Kind::Instant),
        ("attendee_id", Kind::Number),
        ("booking_id", Kind::Number),
        ("draft", Kind::Flag),
        ("patient_id", Kind::Number),
        ("practitioner_id", Kind::Number),
        ("treatment_note_template_id", Kind::Number),
    ];

    fn stamps(&self) -> &Stamps {
        &self.stamps
    }

    fn cell(&self, field: &str, _: &View<'_>) -> Cell {
        match field {
            "attendee_id" => self.attendee.into(),
            "booking_id" => self.booking.into(),
            "draft" => self.draft.into(),
            "patient_id" => self.patient.into(),
            "practitioner_id" => self.practitioner.into(),
            "treatment_note_template_id" => self.template.into(),
            _ => Cell::Null,
        }
    }

    fn json(&self, view: &View<'_>) -> Value {
        let id = self.stamps.id;
        let links = view.links;
        let mut record = json!({
            "id": id.to_string(),
            "title": self.title,
            "content": self.content,
            "draft": self.draft,
            "finalized_at": self.finalized_at,
            "pinned_at": null,
            "author_name": self.author_name,
            "archived_at": self.stamps.archived_at,
            "deleted_at": self.stamps.archived_at,
            "created_at": self.stamps.created_at,
            "updated_at": self.stamps.updated_at,
            "practitioner": links.to(format!("practitioners/{}", self.practitioner)),
            "links": {"self": links.url(format!("treatment_notes/{id}"))},
        });
        for (key, path, reference) in [
            ("patient", "patients", self.patient),
            ("booking", "bookings", self.booking),
            ("attendee", "attendees", self.attendee),
            ("treatment_note_template", "treatment_note_templates", self.template),
        ] {
            put(&mut record, key, reference.map(|id| links.to(format!("{path}/{id}"))));
        }
        record
    }
}

impl World {
    /// The practitioner behind the API key; nobody else may write notes.
    fn author(&self) -> Result<(Id, String), Refusal> {
        let practitioner =
            self.practitioners.values().find(|row| row.active && Some(row.user) == self.key_user);
        practitioner.map(|row| (row.stamps.id, row.name())).ok_or(Refusal::Forbidden)
    }

    fn note_of(&self, id: Id, author: Id) -> Result<&TreatmentNote, Refusal> {
        let note = self.treatment_notes.get(&id).filter(|row| row.stamps.archived_at.is_none());
        let note = note.ok_or(Refusal::NotFound)?;
        if note.practitioner == author { Ok(note) } else { Err(Refusal::Forbidden) }
    }
}

pub fn routes() -> Router<App> {
    Router::new()
        .route("/v1/treatment_notes", get(list).post(create))
        .route("/v1/treatment_notes/deleted", get(deleted))
        .route("/v1/treatment_notes/{id}", get(one).patch(update).put(update).delete(archive))
        .route("/v1/treatment_notes/{id}/archive", post(archive))
        .route("/v1/treatment_notes/{id}/unarchive", post(unarchive))
        .route("/v1/patients/{patient_id}/treatment_notes", get(list_of_patient))
}

async fn list(State(app): State<App>, query: Query) -> Answer {
    let session = app.session();
    query.list("treatment_notes", session.treatment_notes.values(), &session.view())
}

async fn list_of_patient(State(app): State<App>, Path(id): Path<Id>, query: Query) -> Answer {
    let session = app.session();
    if !session.patients.contains_key(&id) {
        return Err(Refusal::NotFound);
    }
    let rows = session.treatment_notes.values().filter(|row| row.patient == Some(id));
    query.list("treatment_notes", rows, &session.view())
}

async fn deleted(State(app): State<App>, query: Query) -> Answer {
    let session = app.session();
    let rows = session.treatment_notes.values().filter(|row| row.stamps.archived_at.is_some());
    query.list_removed("treatment_notes", rows, &session.view())
}

async fn one(State(app): State<App>, Path(id): Path<Id>, query: Query) -> Answer {
    let session = app.session();
    query.single(session.treatment_notes.get(&id), &session.view())
}

async fn create(State(app): State<App>, form: Form) -> Answer {
    let mut session = app.session();
    let (practitioner, author_name) = session.author()?;
    let id = session.new_id();
    let mut row = TreatmentNote {
        stamps: Stamps::new(id, session.now),
        title: None,
        content: Value::Null,
        draft: true,
        finalized_at: None,
        author_name,
        patient: None,
        practitioner,
        booking: None,
        attendee: None,
        template: None,
    };
    row.write(&form, &session, session.now)?;
    let body = row.json(&session.view());
    session.treatment_notes.insert(id, row);
    created(&app.links, format!("treatment_notes/{id}"), body)
}

/// Also a final note may be edited by its author.
async fn update(State(app): State<App>, Path(id): Path<Id>, form: Form) -> Answer {
    let mut session = app.session();
    let (author, _) = session.author()?;
    let mut row = session.note_of(id, author)?.clone();
    row.write(&form, &session, session.now)?;
    row.stamps.touch(session.now);
    let body = row.json(&session.view());
    session.treatment_notes.insert(id, row);
    ok(body)
}

async fn archive(State(app): State<App>, Path(id): Path<Id>) -> Answer {
    let mut session = app.session();
    let (author, _) = session.author()?;
    let mut row = session.note_of(id, author)?.clone();
    row.stamps.archive(session.now);
    session.treatment_notes.insert(id, row);
    no_content()
}

async fn unarchive(State(app): State<App>, Path(id): Path<Id>) -> Answer {
    let mut session = app.session();
    session.author()?;
    let mut row = session.treatment_notes.get(&id).ok_or(Refusal::NotFound)?.clone();
    row.stamps.unarchive(session.now);
    let body = row.json(&session.view());
    session.treatment_notes.insert(id, row);
    ok(body)
}

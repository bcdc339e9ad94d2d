use axum::Router;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use serde_json::{Value, json};

use crate::answer::{Answer, created, no_content, ok};
use crate::content;
use crate::filter::{Cell, Kind};
use crate::form::Form;
use crate::id::Id;
use crate::listing::Query;
use crate::refusal::Refusal;
use crate::row::{Row, Stamps};
use crate::state::{App, Table, View};

#[derive(Clone, Debug)]
pub struct TreatmentNoteTemplate {
    pub stamps: Stamps,
    pub name: Option<String>,
    pub content: Value,
    pub print_settings: Value,
}

impl TreatmentNoteTemplate {
    fn write(&mut self, form: &Form) -> Result<(), Refusal> {
        let mut entry = form.entry();
        entry.needed_text("name", 255, &mut self.name);
        // Templates take their content as an object or as JSON in a string.
        let parsed;
        let sent = match entry.sent("content") {
            Some(Value::String(text)) => {
                parsed = serde_json::from_str(text).unwrap_or_default();
                Some(&parsed)
            }
            other => other,
        };
        match sent {
            None => {}
            Some(Value::Null) => self.content = Value::Null,
            Some(sent) => match sent.as_object().and_then(content::checked) {
                Some(content) => self.content = content,
                None => entry.refuse_silently("content"),
            },
        }
        if let Some(settings) = entry.sent("print_settings").filter(|sent| sent.is_object()) {
            self.print_settings = settings.clone();
        }
        entry.finish()
    }
}

pub fn print_settings(title: &str) -> Value {
    json!({
        "title": title,
        "include_patient_address": false,
        "include_patient_dob": true,
        "include_patient_medicare": false,
        "include_patient_occupation": false,
        "include_patient_reference_number": false,
    })
}

impl Row for TreatmentNoteTemplate {
    const FILTERS: &'static [(&'static str, Kind)] =
        &[("archived_at", Kind::Instant), ("deleted_at", Kind::Instant)];

    fn stamps(&self) -> &Stamps {
        &self.stamps
    }

    fn cell(&self, _: &str, _: &View<'_>) -> Cell {
        Cell::Null
    }

    fn json(&self, view: &View<'_>) -> Value {
        let id = self.stamps.id;
        json!({
            "id": id.to_string(),
            "name": self.name,
            "content": self.content,
            "print_settings": self.print_settings,
            "archived_at": self.stamps.archived_at,
            "deleted_at": self.stamps.archived_at,
            "created_at": self.stamps.created_at,
            "updated_at": self.stamps.updated_at,
            "links": {"self": view.links.url(format!("treatment_note_templates/{id}"))},
        })
    }
}

pub fn routes() -> Router<App> {
    Router::new()
        .route("/v1/treatment_note_templates", get(list).post(create))
        .route("/v1/treatment_note_templates/deleted", get(deleted))
        .route("/v1/treatment_note_templates/{id}", get(one).patch(update).put(update).delete(archive))
        .route("/v1/treatment_note_templates/{id}/archive", post(archive))
}

async fn list(State(app): State<App>, query: Query) -> Answer {
    let session = app.session();
    query.list("treatment_note_templates", session.treatment_note_templates.values(), &session.view())
}

async fn deleted(State(app): State<App>, query: Query) -> Answer {
    let session = app.session();
    let rows = session.treatment_note_templates.values().filter(|row| row.stamps.archived_at.is_some());
    query.list_removed("treatment_note_templates", rows, &session.view())
}

async fn one(State(app): State<App>, Path(id): Path<Id>, query: Query) -> Answer {
    let session = app.session();
    query.single(session.treatment_note_templates.get(&id), &session.view())
}

async fn create(State(app): State<App>, form: Form) -> Answer {
    let mut session = app.session();
    let id = session.new_id();
    let mut row = TreatmentNoteTemplate {
        stamps: Stamps::new(id, session.now),
        name: None,
        content: Value::Null,
        print_settings: print_settings("Treatment note"),
    };
    row.write(&form)?;
    let body = row.json(&session.view());
    session.treatment_note_templates.insert(id, row);
    created(&app.links, format!("treatment_note_templates/{id}"), body)
}

async fn update(State(app): State<App>, Path(id): Path<Id>, form: Form) -> Answer {
    let mut session = app.session();
    let mut row = live(&session.treatment_note_templates, id)?;
    row.write(&form)?;
    row.stamps.touch(session.now);
    let body = row.json(&session.view());
    session.treatment_note_templates.insert(id, row);
    ok(body)
}

async fn archive(State(app): State<App>, Path(id): Path<Id>) -> Answer {
    let mut session = app.session();
    let mut row = live(&session.treatment_note_templates, id)?;
    row.stamps.archive(session.now);
    session.treatment_note_templates.insert(id, row);
    no_content()
}

fn live(rows: &Table<TreatmentNoteTemplate>, id: Id) -> Result<TreatmentNoteTemplate, Refusal> {
    rows.get(&id).filter(|row| row.stamps.archived_at.is_none()).cloned().ok_or(Refusal::NotFound)
}

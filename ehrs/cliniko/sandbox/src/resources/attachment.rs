//! Patient attachments. The bytes go to and come from the storage; here are only the records.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::answer::{Answer, created, no_content, ok};
use crate::filter::{Cell, Kind};
use crate::form::Form;
use crate::id::Id;
use crate::links::put;
use crate::listing::Query;
use crate::refusal::{BLANK, INVALID, Refusal};
use crate::row::{Row, Stamps};
use crate::state::{App, View, World};
use crate::storage::Storage;
use crate::time::whole_second;

#[derive(Clone, Debug)]
pub struct Attachment {
    pub stamps: Stamps,
    pub patient: Id,
    pub user: Option<Id>,
    pub description: Option<String>,
    pub processing: Processing,
}

#[derive(Clone, Debug)]
pub enum Processing {
    /// Done at `due`; until then the temporary object stays where it was uploaded.
    Waiting {
        due: Timestamp,
        upload: String,
        filename: Option<String>,
    },
    Done(File),
}

#[derive(Clone, Debug)]
pub struct File {
    pub key: String,
    pub filename: String,
    pub content_type: String,
    pub size: i64,
    pub processed_at: Timestamp,
}

impl Attachment {
    fn file(&self) -> Option<&File> {
        match &self.processing {
            Processing::Waiting { .. } => None,
            Processing::Done(file) => Some(file),
        }
    }
}

/// Moves what is due from the temporary to the lasting place.
pub fn process_due(world: &mut World, storage: &Storage, now: Timestamp) {
    for row in world.attachments.values_mut() {
        let Processing::Waiting { due, upload, filename } = &row.processing else { continue };
        if *due > now {
            continue;
        }
        let uploaded = upload.rsplit('/').next().unwrap_or_default();
        let filename = filename.clone().unwrap_or_else(|| uploaded.to_owned());
        let key = format!("attachments/{}/{filename}", row.stamps.id);
        // Uploaded once, claimed twice: the second record finds nothing and never completes.
        let Some((size, content_type)) = storage.keep(upload, &key) else { continue };
        let processed_at = whole_second(*due);
        row.stamps.touch(processed_at);
        row.processing = Processing::Done(File { key, filename, content_type, size, processed_at });
    }
}

impl Row for Attachment {
    const FILTERS: &'static [(&'static str, Kind)] = &[
        ("archived_at", Kind::Instant),
        ("content_type", Kind::Text),
        ("description", Kind::Text),
        ("filename", Kind::Text),
        ("patient_id", Kind::Number),
        ("processed_at", Kind::Instant),
        ("size", Kind::Number),
        ("user_id", Kind::Number),
    ];

    fn stamps(&self) -> &Stamps {
        &self.stamps
    }

    fn cell(&self, field: &str, _: &View<'_>) -> Cell {
        let file = self.file();
        match field {
            "content_type" => file.map(|file| file.content_type.as_str()).into(),
            "description" => self.description.as_deref().into(),
            "filename" => file.map(|file| file.filename.as_str()).into(),
            "patient_id" => self.patient.into(),
            "processed_at" => file.map(|file| file.processed_at).into(),
            "size" => file.map(|file| file.size).into(),
            "user_id" => self.user.into(),
            _ => Cell::Null,
        }
    }

    fn json(&self, view: &View<'_>) -> Value {
        let id = self.stamps.id;
        let file = self.file();
        let mut record = json!({
            "id": id.to_string(),
            "filename": file.map(|file| &file.filename),
            "content_type": file.map(|file| &file.content_type),
            "size": file.map(|file| file.size),
            "description": self.description,
            "processing_completed": file.is_some(),
            "processed_at": file.map(|file| file.processed_at),
            "pinned_at": null,
            "archived_at": self.stamps.archived_at,
            "created_at": self.stamps.created_at,
            "updated_at": self.stamps.updated_at,
            "content": view.links.to(format!("patient_attachments/{id}/content")),
            "patient": view.links.to(format!("patients/{}", self.patient)),
            "links": {"self": view.links.url(format!("patient_attachments/{id}"))},
        });
        put(&mut record, "user", self.user.map(|user| view.links.to(format!("users/{user}"))));
        record
    }
}

pub fn routes() -> Router<App> {
    Router::new()
        .route("/v1/patient_attachments", get(list).post(create))
        .route("/v1/patient_attachments/{id}", get(one).patch(update).put(update).delete(archive))
        .route("/v1/patient_attachments/{id}/archive", post(archive))
        .route("/v1/patient_attachments/{id}/content", get(content))
        .route("/v1/patients/{patient_id}/attachment_presigned_post", get(presigned_post))
        .route("/v1/patients/{patient_id}/patient_attachments", get(list_of_patient))
}

async fn list(State(app): State<App>, query: Query) -> Answer {
    let session = app.session();
    query.list("patient_attachments", session.attachments.values(), &session.view())
}

async fn list_of_patient(State(app): State<App>, Path(id): Path<Id>, query: Query) -> Answer {
    let session = app.session();
    if !session.patients.contains_key(&id) {
        return Err(Refusal::NotFound);
    }
    let rows = session.attachments.values().filter(|row| row.patient == id);
    query.list("patient_attachments", rows, &session.view())
}

async fn one(State(app): State<App>, Path(id): Path<Id>, query: Query) -> Answer {
    let session = app.session();
    query.single(session.attachments.get(&id), &session.view())
}

async fn presigned_post(State(app): State<App>, Path(id): Path<Id>) -> Answer {
    let session = app.session();
    session.live_patient(id).ok_or(Refusal::NotFound)?;
    ok(app.storage.presigned_post(session.now))
}

async fn create(State(app): State<App>, form: Form) -> Answer {
    let mut session = app.session();
    let mut entry = form.entry();
    let (mut patient, mut url, mut description, mut filename) = (None, None, None, None);
    entry.id("patient_id", &mut patient);
    entry.text("upload_url", 10_000, &mut url);
    entry.text("description", 255, &mut description);
    entry.text("filename", 255, &mut filename);
    let patient = patient.filter(|id| session.live_patient(*id).is_some());
    if patient.is_none() {
        entry.refuse("patient_id", BLANK);
    }
    // Cliniko names its own column here.
    let upload = url.as_deref().and_then(|url| app.storage.uploaded(url));
    if upload.is_none() {
        entry.refuse("temp_attachment_url", if url.is_none() { BLANK } else { INVALID });
    }
    entry.finish()?;
    let (Some(patient), Some(upload)) = (patient, upload) else { return Err(Refusal::NotFound) };

    let id = session.new_id();
    let due = app.options.clock.now().checked_add(app.options.attachment_delay).unwrap_or(session.now);
    let filename = filename.filter(|name: &String| !name.is_empty() && !name.contains('/'));
    let row = Attachment {
        stamps: Stamps::new(id, session.now),
        patient,
        user: session.key_user,
        description,
        processing: Processing::Waiting { due, upload, filename },
    };
    let body = row.json(&session.view());
    session.attachments.insert(id, row);
    created(&app.links, format!("patient_attachments/{id}"), body)
}

/// Only the description changes.
async fn update(State(app): State<App>, Path(id): Path<Id>, form: Form) -> Answer {
    let mut session = app.session();
    let mut row = live(&session, id)?.clone();
    let mut entry = form.entry();
    entry.text("description", 255, &mut row.description);
    entry.finish()?;
    row.stamps.touch(session.now);
    let body = row.json(&session.view());
    session.attachments.insert(id, row);
    ok(body)
}

async fn archive(State(app): State<App>, Path(id): Path<Id>) -> Answer {
    let mut session = app.session();
    let mut row = live(&session, id)?.clone();
    row.stamps.archive(session.now);
    session.attachments.insert(id, row);
    no_content()
}

async fn content(State(app): State<App>, Path(id): Path<Id>) -> Answer {
    let session = app.session();
    let file = live(&session, id)?.file().ok_or(Refusal::NotFound)?;
    let location = app.storage.presigned_get(&file.key, session.now);
    Ok((StatusCode::FOUND, [(header::LOCATION, location)]).into_response())
}

fn live(world: &World, id: Id) -> Result<&Attachment, Refusal> {
    world.attachments.get(&id).filter(|row| row.stamps.archived_at.is_none()).ok_or(Refusal::NotFound)
}

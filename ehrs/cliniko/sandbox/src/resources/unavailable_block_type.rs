use axum::Router;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use serde_json::{Value, json};

use crate::answer::{Answer, created, no_content, ok};
use crate::filter::{Cell, Kind};
use crate::form::{Entry, Form};
use crate::id::Id;
use crate::listing::Query;
use crate::refusal::{INVALID, Refusal};
use crate::row::{Row, Stamps};
use crate::state::{App, View};

/// Lunch, a meeting, a holiday.
#[derive(Clone, Debug)]
pub struct UnavailableBlockType {
    pub stamps: Stamps,
    pub name: Option<String>,
    pub color: Option<String>,
    pub duration_in_minutes: i64,
    pub system_controlled: bool,
}

impl UnavailableBlockType {
    fn write(&mut self, mut entry: Entry<'_>) -> Result<(), Refusal> {
        entry.needed_text("name", 255, &mut self.name);
        entry.text("color", 7, &mut self.color);
        match entry.sent("duration_in_minutes").map(Value::as_i64) {
            None => {}
            Some(Some(minutes)) if (1..1440).contains(&minutes) => self.duration_in_minutes = minutes,
            Some(_) => entry.refuse("duration_in_minutes", INVALID),
        }
        entry.finish()
    }
}

impl Row for UnavailableBlockType {
    const FILTERS: &'static [(&'static str, Kind)] = &[("archived_at", Kind::Instant)];

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
            "color": self.color,
            "duration_in_minutes": self.duration_in_minutes,
            "system_controlled": self.system_controlled,
            "archived_at": self.stamps.archived_at,
            "created_at": self.stamps.created_at,
            "updated_at": self.stamps.updated_at,
            "links": {"self": view.links.url(format!("unavailable_block_types/{id}"))},
        })
    }
}

pub fn routes() -> Router<App> {
    Router::new()
        .route("/v1/unavailable_block_types", get(list).post(create))
        .route("/v1/unavailable_block_types/{id}", get(one).patch(update).put(update))
        .route("/v1/unavailable_block_types/{id}/archive", post(archive))
}

async fn list(State(app): State<App>, query: Query) -> Answer {
    let session = app.session();
    query.list("unavailable_block_types", session.unavailable_block_types.values(), &session.view())
}

async fn one(State(app): State<App>, Path(id): Path<Id>, query: Query) -> Answer {
    let session = app.session();
    query.single(session.unavailable_block_types.get(&id), &session.view())
}

async fn create(State(app): State<App>, form: Form) -> Answer {
    let mut session = app.session();
    let id = session.new_id();
    let stamps = Stamps::new(id, session.now);
    let mut row = UnavailableBlockType {
        stamps,
        name: None,
        color: None,
        duration_in_minutes: 30,
        system_controlled: false,
    };
    row.write(form.entry())?;
    let body = row.json(&session.view());
    session.unavailable_block_types.insert(id, row);
    created(&app.links, format!("unavailable_block_types/{id}"), body)
}

async fn update(State(app): State<App>, Path(id): Path<Id>, form: Form) -> Answer {
    let mut session = app.session();
    let mut row = live(&session.unavailable_block_types, id)?;
    row.write(form.entry())?;
    row.stamps.touch(session.now);
    let body = row.json(&session.view());
    session.unavailable_block_types.insert(id, row);
    ok(body)
}

async fn archive(State(app): State<App>, Path(id): Path<Id>) -> Answer {
    let mut session = app.session();
    let mut row = live(&session.unavailable_block_types, id)?;
    row.stamps.archive(session.now);
    session.unavailable_block_types.insert(id, row);
    no_content()
}

fn live(rows: &crate::state::Table<UnavailableBlockType>, id: Id) -> Result<UnavailableBlockType, Refusal> {
    rows.get(&id).filter(|row| row.stamps.archived_at.is_none()).cloned().ok_or(Refusal::NotFound)
}

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
use crate::refusal::{BLANK, INVALID, Refusal};
use crate::repeat::RepeatRule;
use crate::resources::availability_block::Place;
use crate::row::{Row, Stamps};
use crate::state::{App, View, World};
use crate::time::{Span, after};

/// Time in which a practitioner takes no bookings.
#[derive(Clone, Debug)]
pub struct UnavailableBlock {
    pub stamps: Stamps,
    pub business: Id,
    pub practitioner: Id,
    pub span: Span,
    pub notes: Option<String>,
    pub kind: Option<Id>,
    pub repeat_rule: Option<RepeatRule>,
    pub repeated_from: Option<Id>,
}

impl UnavailableBlock {
    pub fn live(&self) -> bool {
        self.stamps.archived_at.is_none()
    }
}

impl Row for UnavailableBlock {
    const FILTERS: &'static [(&'static str, Kind)] = &[
        ("archived_at", Kind::Instant),
        ("deleted_at", Kind::Instant),
        ("business_id", Kind::Number),
        ("practitioner_id", Kind::Number),
        ("starts_at", Kind::Instant),
        ("ends_at", Kind::Instant),
        ("repeated_from_id", Kind::Number),
        ("unavailable_block_type_id", Kind::Number),
    ];

    fn stamps(&self) -> &Stamps {
        &self.stamps
    }

    fn cell(&self, field: &str, _: &View<'_>) -> Cell {
        match field {
            "business_id" => self.business.into(),
            "practitioner_id" => self.practitioner.into(),
            "starts_at" => self.span.start.into(),
            "ends_at" => self.span.end.into(),
            "repeated_from_id" => self.repeated_from.into(),
            "unavailable_block_type_id" => self.kind.into(),
            _ => Cell::Null,
        }
    }

    fn json(&self, view: &View<'_>) -> Value {
        let id = self.stamps.id;
        let repeats = self.repeat_rule.as_ref().map(|_| {
            view.links.to(format!(
                "unavailable_blocks?q%5B%5D=repeated_from_id%3A%3D{}",
                self.repeated_from.unwrap_or(id)
            ))
        });
        let mut record = json!({
            "id": id.to_string(),
            "starts_at": self.span.start,
            "ends_at": self.span.end,
            "notes": self.notes,
            "repeat_rule": RepeatRule::json(self.repeat_rule.as_ref()),
            "repeats": repeats,
            "archived_at": self.stamps.archived_at,
            "deleted_at": self.stamps.archived_at,
            "created_at": self.stamps.created_at,
            "updated_at": self.stamps.updated_at,
            "business": view.links.to(format!("businesses/{}", self.business)),
            "practitioner": view.links.to(format!("practitioners/{}", self.practitioner)),
            "conflicts": view.links.to(format!("unavailable_blocks/{id}/conflicts")),
            "links": {"self": view.links.url(format!("unavailable_blocks/{id}"))},
        });
        let kind = self.kind.map(|kind| view.links.to(format!("unavailable_block_types/{kind}")));
        put(&mut record, "unavailable_block_type", kind);
        let from = self.repeated_from.map(|from| view.links.to(format!("unavailable_blocks/{from}")));
        put(&mut record, "repeated_from", from);
        record
    }
}

pub fn routes() -> Router<App> {
    Router::new()
        .route("/v1/unavailable_blocks", get(list).post(create))
        .route("/v1/unavailable_blocks/deleted", get(deleted))
        .route("/v1/unavailable_blocks/{id}", get(one).patch(update).put(update).delete(archive))
        .route("/v1/unavailable_blocks/{id}/archive", post(archive))
        .route("/v1/unavailable_blocks/{id}/conflicts", get(conflicts))
}

async fn list(State(app): State<App>, query: Query) -> Answer {
    let session = app.session();
    query.list("unavailable_blocks", session.unavailable_blocks.values(), &session.view())
}

async fn deleted(State(app): State<App>, query: Query) -> Answer {
    let session = app.session();
    let rows = session.unavailable_blocks.values().filter(|row| !row.live());
    query.list_removed("unavailable_blocks", rows, &session.view())
}

async fn one(State(app): State<App>, Path(id): Path<Id>, query: Query) -> Answer {
    let session = app.session();
    query.single(session.unavailable_blocks.get(&id), &session.view())
}

async fn conflicts(State(app): State<App>, Path(id): Path<Id>) -> Answer {
    let session = app.session();
    let row = live(&session, id)?;
    ok(json!({"conflicts": {"exist": session.clashes(row.practitioner, row.span, id)}}))
}

async fn create(State(app): State<App>, form: Form) -> Answer {
    let mut session = app.session();
    let Place { business, practitioner, starts_at } = Place::sent(&form, &session)?;
    let id = session.new_id();
    let mut row = UnavailableBlock {
        stamps: Stamps::new(id, session.now),
        business,
        practitioner,
        span: Span { start: starts_at, end: starts_at },
        notes: None,
        kind: None,
        repeat_rule: None,
        repeated_from: None,
    };
    write(&mut row, None, &form, &session)?;
    let body = row.json(&session.view());
    let further = row.repeat_rule.as_ref().map_or_else(Vec::new, |rule| rule.further(row.span));
    for span in further {
        let id = session.new_id();
        let stamps = Stamps::new(id, session.now);
        let repeat = UnavailableBlock { stamps, span, repeated_from: Some(row.stamps.id), ..row.clone() };
        session.unavailable_blocks.insert(id, repeat);
    }
    session.unavailable_blocks.insert(id, row);
    created(&app.links, format!("unavailable_blocks/{id}"), body)
}

async fn update(State(app): State<App>, Path(id): Path<Id>, form: Form) -> Answer {
    let mut session = app.session();
    let mut row = live(&session, id)?.clone();
    let ends_at = row.span.end;
    write(&mut row, Some(ends_at), &form, &session)?;
    row.stamps.touch(session.now);
    let body = row.json(&session.view());
    session.unavailable_blocks.insert(id, row);
    ok(body)
}

async fn archive(State(app): State<App>, Path(id): Path<Id>) -> Answer {
    let mut session = app.session();
    let mut row = live(&session, id)?.clone();
    row.stamps.archive(session.now);
    session.unavailable_blocks.insert(id, row);
    no_content()
}

/// The length of a block that says neither its end nor its type.
const DEFAULT_MINUTES: i64 = 30;

/// `ends_at` is the end that the block has so far; none, or null in the form, is the default length.
fn write(
    row: &mut UnavailableBlock,
    mut ends_at: Option<Timestamp>,
    form: &Form,
    world: &World,
) -> Result<(), Refusal> {
    let mut entry = form.entry();
    let (mut business, mut practitioner) = (Some(row.business), Some(row.practitioner));
    let mut starts_at = Some(row.span.start);
    entry.id("business_id", &mut business);
    entry.id("practitioner_id", &mut practitioner);
    entry.id("unavailable_block_type_id", &mut row.kind);
    entry.instant("starts_at", &mut starts_at);
    entry.instant("ends_at", &mut ends_at);
    entry.text("notes", 10_000, &mut row.notes);
    if let Some(rule) = RepeatRule::sent(&mut entry) {
        row.repeat_rule = Some(rule);
    }
    match business.filter(|id| world.live_business(*id).is_some()) {
        Some(id) => row.business = id,
        None => entry.refuse("business_id", BLANK),
    }
    match practitioner.filter(|id| world.practitioners.contains_key(id)) {
        Some(id) => row.practitioner = id,
        None => entry.refuse("practitioner_id", BLANK),
    }
    if row.kind.is_some_and(|id| !world.unavailable_block_types.contains_key(&id)) {
        entry.refuse("unavailable_block_type_id", INVALID);
    }
    match starts_at {
        Some(start) => row.span.start = start,
        None => entry.refuse("starts_at", BLANK),
    }
    let length =
        row.kind.and_then(|id| world.unavailable_block_types.get(&id)).map(|kind| kind.duration_in_minutes);
    row.span.end = ends_at.unwrap_or_else(|| after(row.span.start, length.unwrap_or(DEFAULT_MINUTES)));
    if row.span.end <= row.span.start {
        entry.refuse("ends_at", "must be after the start time");
    }
    entry.finish()
}

fn live(world: &World, id: Id) -> Result<&UnavailableBlock, Refusal> {
    world.unavailable_blocks.get(&id).filter(|row| row.live()).ok_or(Refusal::NotFound)
}

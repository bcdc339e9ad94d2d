use axum::Router;
use axum::extract::{Path, State};
use axum::routing::get;
use serde_json::{Value, json};

use crate::answer::{Answer, created};
use crate::filter::{Cell, Kind};
use crate::form::Form;
use crate::id::Id;
use crate::listing::Query;
use crate::refusal::{BLANK, Refusal};
use crate::repeat::RepeatRule;
use crate::row::{Row, Stamps};
use crate::state::{App, View, World};
use crate::time::Span;

/// An extra opening. It can be made but neither changed nor removed.
#[derive(Clone, Debug)]
pub struct AvailabilityBlock {
    pub stamps: Stamps,
    pub business: Id,
    pub practitioner: Id,
    pub span: Span,
    pub repeat_rule: Option<RepeatRule>,
}

impl Row for AvailabilityBlock {
    const FILTERS: &'static [(&'static str, Kind)] =
        &[("business_id", Kind::Number), ("practitioner_id", Kind::Number), ("starts_at", Kind::Instant)];

    fn stamps(&self) -> &Stamps {
        &self.stamps
    }

    fn cell(&self, field: &str, _: &View<'_>) -> Cell {
        match field {
            "business_id" => self.business.into(),
            "practitioner_id" => self.practitioner.into(),
            "starts_at" => self.span.start.into(),
            _ => Cell::Null,
        }
    }

    fn json(&self, view: &View<'_>) -> Value {
        let id = self.stamps.id;
        json!({
            "id": id.to_string(),
            "starts_at": self.span.start,
            "ends_at": self.span.end,
            "repeat_rule": RepeatRule::json(self.repeat_rule.as_ref()),
            "created_at": self.stamps.created_at,
            "updated_at": self.stamps.updated_at,
            "business": view.links.to(format!("businesses/{}", self.business)),
            "practitioner": view.links.to(format!("practitioners/{}", self.practitioner)),
            "links": {"self": view.links.url(format!("availability_blocks/{id}"))},
        })
    }
}

pub fn routes() -> Router<App> {
    Router::new()
        .route("/v1/availability_blocks", get(list).post(create))
        .route("/v1/availability_blocks/{id}", get(one))
}

async fn list(State(app): State<App>, query: Query) -> Answer {
    let session = app.session();
    query.list("availability_blocks", session.availability_blocks.values(), &session.view())
}

async fn one(State(app): State<App>, Path(id): Path<Id>, query: Query) -> Answer {
    let session = app.session();
    query.single(session.availability_blocks.get(&id), &session.view())
}

async fn create(State(app): State<App>, form: Form) -> Answer {
    let mut session = app.session();
    let place = Place::sent(&form, &session)?;
    let mut entry = form.entry();
    let mut ends_at = None;
    entry.instant("ends_at", &mut ends_at);
    if ends_at.is_none_or(|end| end <= place.starts_at) {
        entry.refuse("ends_at", if ends_at.is_none() { BLANK } else { "must be after the start time" });
    }
    let repeat_rule = RepeatRule::sent(&mut entry);
    entry.finish()?;

    let first = Span { start: place.starts_at, end: ends_at.unwrap_or(place.starts_at) };
    let further = repeat_rule.as_ref().map_or_else(Vec::new, |rule| rule.further(first));
    let first_id = session.new_id();
    let mut id = first_id;
    for span in std::iter::once(first).chain(further) {
        let stamps = Stamps::new(id, session.now);
        let (business, practitioner) = (place.business, place.practitioner);
        let row =
            AvailabilityBlock { stamps, business, practitioner, span, repeat_rule: repeat_rule.clone() };
        session.availability_blocks.insert(id, row);
        id = session.new_id();
    }
    let row = session.availability_blocks.get(&first_id).ok_or(Refusal::NotFound)?;
    created(&app.links, format!("availability_blocks/{first_id}"), row.json(&session.view()))
}

/// The fields that every block needs.
pub struct Place {
    pub business: Id,
    pub practitioner: Id,
    pub starts_at: jiff::Timestamp,
}

impl Place {
    pub fn sent(form: &Form, world: &World) -> Result<Self, Refusal> {
        let mut entry = form.entry();
        let (mut business, mut practitioner, mut starts_at) = (None, None, None);
        entry.id("business_id", &mut business);
        entry.id("practitioner_id", &mut practitioner);
        entry.instant("starts_at", &mut starts_at);
        let business = business.filter(|id| world.live_business(*id).is_some());
        let practitioner = practitioner.filter(|id| world.practitioners.contains_key(id));
        for (key, missing) in [
            ("business_id", business.is_none()),
            ("practitioner_id", practitioner.is_none()),
            ("starts_at", starts_at.is_none()),
        ] {
            if missing {
                entry.refuse(key, BLANK);
            }
        }
        entry.finish()?;
        match (business, practitioner, starts_at) {
            (Some(business), Some(practitioner), Some(starts_at)) => {
                Ok(Self { business, practitioner, starts_at })
            }
            _ => Err(Refusal::field("base", BLANK)),
        }
    }
}

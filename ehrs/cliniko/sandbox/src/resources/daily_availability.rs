use axum::Router;
use axum::extract::{Path, State};
use axum::routing::get;
use jiff::civil::{Time, Weekday};
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::filter::{Cell, Kind};
use crate::id::Id;
use crate::listing::Query;
use crate::options::DayOfWeek;
use crate::refusal::Refusal;
use crate::row::{Row, Stamps};
use crate::state::{App, View};
use crate::time::{ACCOUNT_ZONE, zone_label};

/// When a practitioner regularly works at a business on one day of the week, in the business's wall time.
#[derive(Clone, Debug)]
pub struct DailyAvailability {
    pub stamps: Stamps,
    pub business: Id,
    pub practitioner: Id,
    pub weekday: Weekday,
    pub availabilities: Vec<(Time, Time)>,
}

impl DayOfWeek {
    fn number(self, weekday: Weekday) -> i8 {
        match self {
            Self::SundayIsZero => weekday.to_sunday_zero_offset(),
            Self::MondayIsZero => weekday.to_monday_zero_offset(),
            Self::Iso => weekday.to_monday_one_offset(),
        }
    }
}

impl Row for DailyAvailability {
    const FILTERS: &'static [(&'static str, Kind)] =
        &[("business_id", Kind::Number), ("practitioner_id", Kind::Number)];

    fn stamps(&self) -> &Stamps {
        &self.stamps
    }

    fn cell(&self, field: &str, _: &View<'_>) -> Cell {
        match field {
            "business_id" => self.business.into(),
            "practitioner_id" => self.practitioner.into(),
            _ => Cell::Null,
        }
    }

    fn json(&self, view: &View<'_>) -> Value {
        let id = self.stamps.id;
        let business = view.world.businesses.get(&self.business);
        let time_zone = business.map_or(ACCOUNT_ZONE, |business| business.time_zone.as_str());
        let hours = |time: &Time| time.strftime("%H:%M").to_string();
        let span =
            |(starts, ends): &(Time, Time)| json!({"starts_at": hours(starts), "ends_at": hours(ends)});
        json!({
            "id": id.to_string(),
            "availabilities": self.availabilities.iter().map(span).collect::<Vec<_>>(),
            "day_of_week": view.options.day_of_week.number(self.weekday),
            "time_zone": zone_label(time_zone),
            "time_zone_identifier": time_zone,
            "created_at": self.stamps.created_at,
            "updated_at": self.stamps.updated_at,
            "business": view.links.to(format!("businesses/{}", self.business)),
            "practitioner": view.links.to(format!("practitioners/{}", self.practitioner)),
            "links": {"self": view.links.url(format!("daily_availabilities/{id}"))},
        })
    }
}

pub fn routes() -> Router<App> {
    Router::new()
        .route("/v1/daily_availabilities", get(list))
        .route("/v1/daily_availabilities/{id}", get(one))
        .route("/v1/businesses/{business_id}/daily_availabilities", get(list_at))
        .route("/v1/practitioners/{practitioner_id}/daily_availabilities", get(list_of))
}

async fn list(State(app): State<App>, query: Query) -> Answer {
    let session = app.session();
    query.list("daily_availabilities", session.daily_availabilities.values(), &session.view())
}

async fn one(State(app): State<App>, Path(id): Path<Id>, query: Query) -> Answer {
    let session = app.session();
    query.single(session.daily_availabilities.get(&id), &session.view())
}

async fn list_at(State(app): State<App>, Path(id): Path<Id>, query: Query) -> Answer {
    let session = app.session();
    if !session.businesses.contains_key(&id) {
        return Err(Refusal::NotFound);
    }
    let rows = session.daily_availabilities.values().filter(|row| row.business == id);
    query.list("daily_availabilities", rows, &session.view())
}

async fn list_of(State(app): State<App>, Path(id): Path<Id>, query: Query) -> Answer {
    let session = app.session();
    if !session.practitioners.contains_key(&id) {
        return Err(Refusal::NotFound);
    }
    let rows = session.daily_availabilities.values().filter(|row| row.practitioner == id);
    query.list("daily_availabilities", rows, &session.view())
}

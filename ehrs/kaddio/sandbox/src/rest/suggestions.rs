use std::collections::BTreeMap;

use async_graphql::ID;
use axum::Json;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::request::Parts;
use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use serde::Serialize;

use super::web_time::WebQuery;
use crate::refusal::Refusal;
use crate::state::{App, Session};
use crate::time::DateTime;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Suggestion {
    start: DateTime,
    reserve_link: String,
    bookable_time_id: ID,
    booking_type_id: ID,
}

/// By the slug of the booking type.
type Suggestions = Json<BTreeMap<String, Vec<Suggestion>>>;

pub async fn of_everything(State(app): State<App>, _: ClientZone) -> Suggestions {
    suggestions(&app, &app.session(), Some(&WebQuery::default()))
}

pub async fn of_one(State(app): State<App>, _: ClientZone, Path(query): Path<String>) -> Suggestions {
    let session = app.session();
    suggestions(&app, &session, WebQuery::one(&session, &query).as_ref())
}

pub async fn of_both(
    State(app): State<App>,
    _: ClientZone,
    Path((host, kind)): Path<(String, String)>,
) -> Suggestions {
    let session = app.session();
    suggestions(&app, &session, WebQuery::both(&session, &host, &kind).as_ref())
}

/// A query that names nothing finds nothing: the vendor's page asks so, and its client knows no other answer than lists.
fn suggestions(app: &App, session: &Session<'_>, query: Option<&WebQuery>) -> Suggestions {
    let mut by_slug: BTreeMap<String, Vec<Suggestion>> = BTreeMap::new();
    for time in query.map(|query| session.web_times(query)).unwrap_or_default() {
        let suggestion = Suggestion {
            start: time.free.start,
            reserve_link: time.reserve_link(&app.origin),
            bookable_time_id: time.id(),
            booking_type_id: time.free.booking_type_id.clone(),
        };
        by_slug.entry(time.slug).or_default().push(suggestion);
    }
    Json(by_slug)
}

/// All three are null if nothing is free.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NextFreeTime {
    next_free_time: Option<DateTime>,
    local_date: Option<Date>,
    link: Option<String>,
}

pub async fn next_of_everything(State(app): State<App>, zone: ClientZone) -> Json<NextFreeTime> {
    next(&app, &app.session(), zone, Some(&WebQuery::default()))
}

pub async fn next_of_one(
    State(app): State<App>,
    zone: ClientZone,
    Path(query): Path<String>,
) -> Json<NextFreeTime> {
    let session = app.session();
    next(&app, &session, zone, WebQuery::one(&session, &query).as_ref())
}

pub async fn next_of_both(
    State(app): State<App>,
    zone: ClientZone,
    Path((host, kind)): Path<(String, String)>,
) -> Json<NextFreeTime> {
    let session = app.session();
    next(&app, &session, zone, WebQuery::both(&session, &host, &kind).as_ref())
}

fn next(app: &App, session: &Session<'_>, zone: ClientZone, query: Option<&WebQuery>) -> Json<NextFreeTime> {
    let times = query.map(|query| session.web_times(query)).unwrap_or_default();
    let next = times.into_iter().next().map(|time| NextFreeTime {
        next_free_time: Some(time.free.start),
        local_date: Some(zone.0.to_datetime(time.free.start.instant()).date()),
        link: Some(time.reserve_link(&app.origin)),
    });
    Json(next.unwrap_or_default())
}

/// `x-tz-offset`: the minutes that the client's wall clock is behind UTC, as `getTimezoneOffset()` has it.
pub struct ClientZone(TimeZone);

impl<S: Sync> FromRequestParts<S> for ClientZone {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        let refused = Refusal::BadRequest("x-tz-offset must be the minutes that local time is behind UTC");
        let behind = parts.headers.get("x-tz-offset").and_then(|value| value.to_str().ok());
        let behind: Option<i32> = behind.and_then(|minutes| minutes.trim().parse().ok());
        let seconds = behind.and_then(|minutes| minutes.checked_mul(-60));
        let offset = seconds.and_then(|seconds| Offset::from_seconds(seconds).ok());
        offset.map(|offset| Self(TimeZone::fixed(offset))).ok_or(refused)
    }
}

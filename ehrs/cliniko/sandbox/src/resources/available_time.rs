//! Times that online booking offers. Booking itself is not bound by them.

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::get;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan, Unit};
use serde_json::json;

use crate::answer::{Answer, ok};
use crate::availability::{capped, days, starts};
use crate::id::Id;
use crate::listing::Query;
use crate::refusal::Refusal;
use crate::resources::appointment_type::AppointmentType;
use crate::resources::business::Business;
use crate::state::{App, Session, World};
use crate::time::{Span, account_zone, after, date_in};

const TARGET: &str =
    "/v1/businesses/{business_id}/practitioners/{practitioner_id}/appointment_types/{appointment_type_id}";

pub fn routes() -> Router<App> {
    Router::new()
        .route(&format!("{TARGET}/available_times"), get(available_times))
        .route(&format!("{TARGET}/next_available_time"), get(next_available_time))
}

const LONGEST_DAYS: i32 = 7;

async fn available_times(
    State(app): State<App>,
    Path((business, practitioner, appointment_type)): Path<(Id, Id, Id)>,
    query: Query,
) -> Answer {
    let session = app.session();
    let target = Target::bookable(&session, business, practitioner, appointment_type)?;
    let (from, to) = frame(&query, session.now).ok_or_else(invalid_frame)?;
    let times = target.times(&session, days(from, to, &account_zone()));
    let show = |skip, take| {
        times.iter().skip(skip).take(take).map(|time| json!({"appointment_start": time})).collect()
    };
    query.page("available_times", times.len(), show, &session.view())
}

/// Works with and without `from` and `to`, on which Cliniko's documents disagree. Nothing free is 404.
async fn next_available_time(
    State(app): State<App>,
    Path((business, practitioner, appointment_type)): Path<(Id, Id, Id)>,
    query: Query,
) -> Answer {
    let session = app.session();
    let target = Target::bookable(&session, business, practitioner, appointment_type)?;
    let zone = account_zone();
    let range = if query.get("from").is_some() || query.get("to").is_some() {
        let (from, to) = frame(&query, session.now).ok_or_else(invalid_frame)?;
        days(from, to, &zone)
    } else {
        let today = date_in(session.now, &zone);
        let ahead = i32::from(app.options.online_bookings.allow_bookings_days_in_advance);
        days(today, today.saturating_add(ahead.days()), &zone)
    };
    let next = target.times(&session, range).into_iter().next().ok_or(Refusal::NotFound)?;
    let path = format!(
        "businesses/{business}/practitioners/{practitioner}/appointment_types/{appointment_type}/next_available_time"
    );
    ok(json!({"appointment_start": next, "total_entries": 1, "links": {"self": app.links.url(path)}}))
}

fn invalid_frame() -> Refusal {
    Refusal::BadRequest("Invalid time frame definition. Please check from/to param limitations.".to_owned())
}

/// `from` and `to`, at most seven days apart and neither before today in the account's zone.
fn frame(query: &Query, now: Timestamp) -> Option<(Date, Date)> {
    let date = |name: &str| query.get(name).filter(|text| text.len() == 10)?.parse::<Date>().ok();
    let (from, to) = (date("from")?, date("to")?);
    let today = date_in(now, &account_zone());
    let apart = from.until((Unit::Day, to)).ok()?.get_days();
    (from >= today && (0..=LONGEST_DAYS).contains(&apart)).then_some((from, to))
}

/// A practitioner × type at a business that is enabled for online booking.
struct Target<'w> {
    business: &'w Business,
    practitioner: Id,
    kind: &'w AppointmentType,
}

impl<'w> Target<'w> {
    /// Everything that hides a target from online booking is the same 404.
    fn bookable(world: &'w World, business: Id, practitioner: Id, kind: Id) -> Result<Self, Refusal> {
        let offered = world.offers(business, practitioner, kind);
        let business = world.live_business(business).filter(|row| row.show_in_online_bookings == Some(true));
        let shown = world.practitioners.get(&practitioner).is_some_and(|row| row.show_in_online_bookings);
        let kind = world.appointment_types.get(&kind).filter(|row| row.show_in_online_bookings == Some(true));
        match (business, kind) {
            (Some(business), Some(kind)) if offered && shown => Ok(Self { business, practitioner, kind }),
            _ => Err(Refusal::NotFound),
        }
    }

    fn times(&self, session: &Session<'_>, range: Span) -> Vec<Timestamp> {
        let settings = session.sandbox.options.online_bookings;
        let account_lead = i64::from(settings.min_hours_advance_required_to_book);
        let lead = self.kind.online_bookings_lead_time_hours.unwrap_or(account_lead);
        let earliest = after(session.now, lead.saturating_mul(60)).max(range.start);
        let ahead = i64::from(settings.allow_bookings_days_in_advance).saturating_mul(24 * 60);
        let latest = after(session.now, ahead).min(range.end);

        let openings = session.openings(self.business, self.practitioner, range);
        let mut starts = starts(&openings, &session.busy(self.practitioner), self.kind.duration_in_minutes);
        starts.retain(|start| earliest <= *start && *start < latest);
        capped(starts, settings.max_appointments_per_day_segment, &self.business.time_zone)
    }
}

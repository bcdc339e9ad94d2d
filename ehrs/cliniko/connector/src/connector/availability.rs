//! Free times: Cliniko's `available_times`, asked per practitioner, type and week, all at once.

use std::collections::BTreeSet;

use futures::{StreamExt, TryStreamExt, stream};
use http::StatusCode;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp, ToSpan};
use vardbro_ehr::{EhrError, EhrResult, Thing};
use vardbro_model::time::{DateTime, Window};
use vardbro_model::timeslot::{self, Timeslot};

use super::session::Session;
use super::units::{Offer, Unit, account_zone};
use crate::mapping::id;
use crate::wire::Id;
use crate::wire::availability::{MAX_DAYS_APART, available_times};
use crate::wire::offer::AppointmentType;

/// Calls under way at once for one question. The quota is for all.
const AT_ONCE: usize = 8;

/// A practitioner and a type that he or she offers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pair {
    pub(super) practitioner: Id,
    pub(super) kind: Id,
    pub(super) duration: SignedDuration,
}

/// The account's calendar, by whose days free times are asked for.
#[derive(Debug, Clone)]
struct Days {
    zone: TimeZone,
    /// Whether that is the account's zone, and not only the business's.
    certain: bool,
    /// How far ahead patients may book.
    ahead: Option<i64>,
}

/// The pairs at this care unit that can have free times.
pub(super) fn pairs(offer: &Offer, unit: &Unit, resource: Option<Id>, service: Option<Id>) -> Vec<Pair> {
    // What is not shown in online bookings has no available times: asking would be a 404.
    if unit.business.show_in_online_bookings == Some(false) {
        return Vec::new();
    }
    offer
        .iter()
        .filter(|(kind, _)| service.is_none_or(|service| kind.id == service))
        .filter(|(kind, _)| kind.show_in_online_bookings != Some(false))
        .filter_map(|(kind, practitioners)| Some((kind, practitioners, duration(kind)?)))
        .flat_map(|(kind, practitioners, duration)| {
            let wanted = practitioners.iter().filter(move |id| resource.is_none_or(|wanted| **id == wanted));
            wanted.map(move |practitioner| Pair { practitioner: *practitioner, kind: kind.id, duration })
        })
        .collect()
}

pub(super) fn duration(kind: &AppointmentType) -> Option<SignedDuration> {
    kind.duration_in_minutes
        .filter(|minutes| *minutes > 0)
        .map(|minutes| SignedDuration::from_mins(minutes.into()))
}

impl Session<'_> {
    pub(super) async fn timeslots(
        &self,
        unit: &Unit,
        window: Window,
        resource: Option<Id>,
        service: Option<Id>,
    ) -> EhrResult<Vec<Timeslot>> {
        let offer = self.offer(unit).await?;
        self.require_offered(unit, &offer, resource, service).await?;
        self.free_times(unit, pairs(&offer, unit, resource, service), window).await
    }

    /// Refuses a resource or a service that is not of this care unit.
    pub(super) async fn require_offered(
        &self,
        unit: &Unit,
        offer: &Offer,
        resource: Option<Id>,
        service: Option<Id>,
    ) -> EhrResult<()> {
        if service.is_some_and(|service| offer.kind(service).is_none()) {
            return Err(EhrError::not_found(Thing::HealthcareService));
        }
        match resource {
            Some(resource) => self.require_resource(unit, Some(offer), resource).await,
            None => Ok(()),
        }
    }

    /// The free times of these pairs that start inside the window, asked of Cliniko now.
    pub(super) async fn free_times(
        &self,
        unit: &Unit,
        pairs: Vec<Pair>,
        window: Window,
    ) -> EhrResult<Vec<Timeslot>> {
        if pairs.is_empty() || window.end <= window.start {
            return Ok(Vec::new());
        }
        let days = self.days(unit).await?;
        let today = days.zone.to_datetime(self.ctx.clock.now()).date();
        let weeks = weeks(window, &days, today);
        let mut asking = Vec::new();
        for pair in pairs {
            for (from, to) in &weeks {
                asking.push(self.starts(unit, pair, *from, *to, today));
            }
        }
        let answers: Vec<(Pair, Vec<Timestamp>)> =
            stream::iter(asking).buffer_unordered(AT_ONCE).try_collect().await?;

        let mut seen = BTreeSet::new();
        let mut slots = Vec::new();
        for (pair, starts) in answers {
            for start in starts {
                if window.contains(start) && seen.insert((start, pair.practitioner, pair.kind)) {
                    slots.push(slot(unit, pair, start)?);
                }
            }
        }
        timeslot::sort(&mut slots);
        Ok(slots)
    }

    async fn days(&self, unit: &Unit) -> EhrResult<Days> {
        let (zone, ahead) = match &self.config.time_zone {
            Some(zone) => (Some(zone.clone()), None),
            None => {
                let settings = self.public_settings().await?;
                let settings = settings.as_ref().as_ref();
                let rules = settings.and_then(|settings| settings.online_bookings.as_ref());
                (account_zone(settings), rules.and_then(|rules| rules.allow_bookings_days_in_advance))
            }
        };
        let certain = zone.is_some();
        Ok(Days {
            zone: zone.unwrap_or_else(|| unit.zone.clone()),
            certain,
            ahead: ahead.filter(|days| *days > 0),
        })
    }

    /// Every page of the starts between two days.
    async fn starts(
        &self,
        unit: &Unit,
        pair: Pair,
        mut from: Date,
        to: Date,
        today: Date,
    ) -> EhrResult<(Pair, Vec<Timestamp>)> {
        loop {
            let business = unit.native();
            let first = available_times(self.api(), business, pair.practitioner, pair.kind, from, to);
            let mut pages = self.pages(first);
            let mut starts = Vec::new();
            let refusal = loop {
                match pages.next().await? {
                    Some(Ok(rows)) => starts.extend(rows.into_iter().map(|row| row.appointment_start)),
                    Some(Err(refusal)) => break Some(refusal),
                    None => break None,
                }
            };
            match refusal {
                None => return Ok((pair, starts)),
                // Not enabled for online booking.
                Some(refusal) if refusal.status() == StatusCode::NOT_FOUND => return Ok((pair, Vec::new())),
                // The account's day has turned, or its zone is ahead of the one we know: its today is our tomorrow.
                Some(refusal) if refusal.status() == StatusCode::BAD_REQUEST && from == today => {
                    from = from.saturating_add(1.day());
                    if from > to {
                        return Ok((pair, Vec::new()));
                    }
                }
                Some(refusal) => return Err(self.refuse(&refusal)),
            }
        }
    }
}

/// The window as spans of at most seven days of the account, from its today on.
fn weeks(window: Window, days: &Days, today: Date) -> Vec<(Date, Date)> {
    let last_instant = window.end.saturating_sub(SignedDuration::from_secs(1)).unwrap_or(window.end);
    let mut first = days.zone.to_datetime(window.start).date();
    let mut last = days.zone.to_datetime(last_instant.max(window.start)).date();
    if !days.certain {
        first = first.saturating_sub(1.day());
        last = last.saturating_add(1.day());
    }
    first = first.max(today);
    if let Some(ahead) = days.ahead {
        // One day more than the rule says: whether the last day belongs to it is not documented.
        let ahead = Span::new().try_days(ahead.saturating_add(1)).unwrap_or_default();
        last = last.min(today.saturating_add(ahead));
    }
    let mut weeks = Vec::new();
    while first <= last {
        let end = first.saturating_add(MAX_DAYS_APART.days()).min(last);
        weeks.push((first, end));
        first = end.saturating_add(1.day());
    }
    weeks
}

fn slot(unit: &Unit, pair: Pair, start: Timestamp) -> EhrResult<Timeslot> {
    let end = start
        .checked_add(pair.duration)
        .map_err(|_| EhrError::failed("Cliniko answered a free time beyond all calendars."))?;
    Ok(Timeslot {
        start: DateTime::in_zone(start, &unit.zone),
        end: DateTime::in_zone(end, &unit.zone),
        resource_id: id::resource(pair.practitioner),
        healthcare_service_id: id::healthcare_service(pair.kind),
        care_unit_id: unit.id.clone(),
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn days(zone: &str, certain: bool) -> Days {
        Days { zone: TimeZone::get(zone).unwrap(), certain, ahead: None }
    }

    fn window(start: &str, end: &str) -> Window {
        Window { start: start.parse().unwrap(), end: end.parse().unwrap() }
    }

    #[test]
    fn thirty_days_are_five_questions_of_at_most_seven_days_without_gap_or_overlap() {
        let today = date(2026, 11, 20);
        let asked = window("2026-11-20T03:00:00Z", "2026-12-20T03:00:00Z");
        for certain in [true, false] {
            let weeks = weeks(asked, &days("Australia/Melbourne", certain), today);
            assert_eq!(weeks.len(), 5, "{weeks:?}");
            assert_eq!(weeks[0].0, today);
            assert!(weeks.iter().all(|(from, to)| (*to - *from).get_days() <= 6));
            assert!(weeks.windows(2).all(|pair| pair[0].1.tomorrow().unwrap() == pair[1].0));
        }
    }

    #[test]
    fn the_days_are_those_of_the_account() {
        // 13:30Z is already the next day in Melbourne.
        let asked = window("2026-11-25T13:30:00Z", "2026-11-25T14:00:00Z");
        let weeks = weeks(asked, &days("Australia/Melbourne", true), date(2026, 11, 20));
        assert_eq!(weeks, [(date(2026, 11, 26), date(2026, 11, 26))]);
    }

    #[test]
    fn a_day_that_is_over_is_not_asked_for() {
        let asked = window("2026-11-01T00:00:00Z", "2026-11-19T00:00:00Z");
        assert!(weeks(asked, &days("UTC", true), date(2026, 11, 20)).is_empty());
    }

    #[test]
    fn nothing_is_asked_beyond_the_days_that_patients_may_book_ahead() {
        let asked = window("2026-11-20T00:00:00Z", "2027-02-20T00:00:00Z");
        let days = Days { ahead: Some(28), ..days("UTC", true) };
        assert_eq!(weeks(asked, &days, date(2026, 11, 20)).last().unwrap().1, date(2026, 12, 19));
    }
}

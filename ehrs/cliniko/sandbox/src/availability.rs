//! When a practitioner is open, when busy, and which starts fit between.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::id::Id;
use crate::resources::business::Business;
use crate::state::World;
use crate::time::{Span, after, date_in, instant, zone};

impl World {
    /// The practitioner's openings at the business that overlap `range`: regular hours in the business's zone and
    /// extra openings.
    pub fn openings(&self, business: &Business, practitioner: Id, range: Span) -> Vec<Span> {
        let zone = zone(&business.time_zone);
        let last = date_in(range.end, &zone);
        let mut openings = Vec::new();
        let mut day = Some(date_in(range.start, &zone));
        while let Some(date) = day.filter(|date| *date <= last) {
            for daily in self.daily_availabilities.values() {
                if daily.business == business.stamps.id
                    && daily.practitioner == practitioner
                    && daily.weekday == date.weekday()
                {
                    openings.extend(daily.availabilities.iter().map(|(starts, ends)| Span {
                        start: instant(date, *starts, &zone),
                        end: instant(date, *ends, &zone),
                    }));
                }
            }
            day = date.tomorrow().ok();
        }
        let extra = self.availability_blocks.values();
        let extra =
            extra.filter(|row| row.business == business.stamps.id && row.practitioner == practitioner);
        openings.extend(extra.map(|row| row.span));
        openings.retain(|opening| opening.overlaps(range));
        openings.sort_unstable();
        openings
    }

    /// Everything live that takes the practitioner's time, at whichever business.
    pub fn busy(&self, practitioner: Id) -> Vec<Span> {
        let appointments =
            self.appointments.values().filter(|row| row.practitioner == practitioner && row.live());
        let blocks =
            self.unavailable_blocks.values().filter(|row| row.practitioner == practitioner && row.live());
        appointments.map(|row| row.span()).chain(blocks.map(|row| row.span)).collect()
    }
}

/// The starts at which `minutes` fit into an opening without touching what is busy. They step by `minutes` from each
/// opening's start whatever is booked, so that a booking never shifts the starts that remain.
pub fn starts(openings: &[Span], busy: &[Span], minutes: i64) -> BTreeSet<Timestamp> {
    let mut starts = BTreeSet::new();
    for opening in openings {
        let mut start = opening.start;
        loop {
            let slot = Span { start, end: after(start, minutes) };
            if slot.end <= slot.start || !opening.contains(slot) {
                break;
            }
            if !busy.iter().any(|taken| taken.overlaps(slot)) {
                starts.insert(start);
            }
            start = slot.end;
        }
    }
    starts
}

/// At most `most` starts in each morning, afternoon and evening of the business's days; the earliest stay.
pub fn capped(starts: BTreeSet<Timestamp>, most: Option<u8>, time_zone: &str) -> Vec<Timestamp> {
    let Some(most) = most else { return starts.into_iter().collect() };
    let zone = zone(time_zone);
    let mut part = None;
    let mut offered = 0;
    let mut kept = Vec::new();
    for start in starts {
        let local = zone.to_datetime(start);
        let this = Some((local.date(), DayPart::at(local.hour())));
        if this != part {
            part = this;
            offered = 0;
        }
        if offered < most {
            offered = offered.saturating_add(1);
            kept.push(start);
        }
    }
    kept
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum DayPart {
    Morning,
    Afternoon,
    Evening,
}

impl DayPart {
    fn at(hour: i8) -> Self {
        match hour {
            ..12 => Self::Morning,
            12..17 => Self::Afternoon,
            17.. => Self::Evening,
        }
    }
}

/// The span from the start of `from` to the end of `to` in a zone.
pub fn days(from: Date, to: Date, zone: &jiff::tz::TimeZone) -> Span {
    let midnight = |date: Date| instant(date, jiff::civil::Time::midnight(), zone);
    Span { start: midnight(from), end: to.tomorrow().map_or(Timestamp::MAX, midnight) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(start: &str, end: &str) -> Span {
        Span { start: start.parse().unwrap(), end: end.parse().unwrap() }
    }

    fn at(times: &[&str]) -> Vec<Timestamp> {
        times.iter().map(|time| time.parse().unwrap()).collect()
    }

    #[test]
    fn starts_fit_wholly_and_miss_what_is_busy() {
        let opening = span("2026-03-02T09:00:00Z", "2026-03-02T11:10:00Z");
        let busy = span("2026-03-02T09:50:00Z", "2026-03-02T10:00:00Z");

        let starts = starts(&[opening], &[busy], 30);

        assert_eq!(
            Vec::from_iter(starts),
            at(&["2026-03-02T09:00:00Z", "2026-03-02T10:00:00Z", "2026-03-02T10:30:00Z"])
        );
    }

    #[test]
    fn a_booking_that_ends_at_the_start_is_no_obstacle() {
        let opening = span("2026-03-02T09:00:00Z", "2026-03-02T10:00:00Z");
        let busy = span("2026-03-02T09:00:00Z", "2026-03-02T09:30:00Z");

        assert_eq!(Vec::from_iter(starts(&[opening], &[busy], 30)), at(&["2026-03-02T09:30:00Z"]));
    }

    #[test]
    fn the_cap_keeps_the_earliest_of_each_part_of_the_local_day() {
        // 23:00 UTC is 10:00 of the next day in Melbourne, 01:00 is noon.
        let starts = at(&[
            "2026-03-02T23:00:00Z",
            "2026-03-02T23:30:00Z",
            "2026-03-03T01:00:00Z",
            "2026-03-03T23:00:00Z",
        ]);

        let capped = capped(starts.into_iter().collect(), Some(1), "Australia/Melbourne");

        assert_eq!(capped, at(&["2026-03-02T23:00:00Z", "2026-03-03T01:00:00Z", "2026-03-03T23:00:00Z"]));
    }

    #[test]
    fn a_day_is_as_long_as_its_zone_makes_it() {
        let zone = zone("Australia/Melbourne");
        let (summer_ends, summer_begins): (Date, Date) =
            ("2026-04-05".parse().unwrap(), "2026-10-04".parse().unwrap());

        assert_eq!(
            days(summer_ends, summer_ends, &zone),
            span("2026-04-04T13:00:00Z", "2026-04-05T14:00:00Z")
        );
        assert_eq!(
            days(summer_begins, summer_begins, &zone),
            span("2026-10-03T14:00:00Z", "2026-10-04T13:00:00Z")
        );
    }
}

//! Working hours that repeat every week, laid out on the calendar.

use jiff::civil::{Date, Time};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Timestamp, ToSpan};
use vardbro_model::time::Window;

use super::zones;
use crate::config::DayOfWeekBase;
use crate::wire::schedule::{DailyAvailability, Hours};

/// The working hours that overlap the window. Hours that fall into the missing hour of spring are left out.
pub(crate) fn working_hours(
    days: &[DailyAvailability],
    base: DayOfWeekBase,
    zone: &TimeZone,
    window: Window,
) -> Vec<Window> {
    let mut open = Vec::new();
    for day in days {
        let Some(weekday) = base.weekday(day.day_of_week) else {
            tracing::warn!(
                day_of_week = day.day_of_week,
                "Cliniko's working hours are of an unknown day and are left out"
            );
            continue;
        };
        let own = day.time_zone_identifier.as_deref().and_then(zones::parse);
        let zone = own.as_ref().unwrap_or(zone);
        let mut date = zone.to_datetime(window.start).date().saturating_sub(1.day());
        let last = zone.to_datetime(window.end).date();
        while date <= last {
            if date.weekday() == weekday {
                open.extend(day.availabilities.iter().filter_map(|hours| on(date, hours, zone)));
            }
            date = date.saturating_add(1.day());
        }
    }
    open.retain(|hours| hours.start < window.end && window.start < hours.end);
    open
}

fn on(date: Date, hours: &Hours, zone: &TimeZone) -> Option<Window> {
    let start = instant(date, time(&hours.starts_at)?, zone)?;
    let end = match time(&hours.ends_at)? {
        midnight if midnight == Time::midnight() => instant(date.tomorrow().ok()?, midnight, zone)?,
        end => instant(date, end, zone)?,
    };
    if start >= end {
        tracing::debug!("working hours in the missing hour of spring are left out");
        return None;
    }
    Some(Window { start, end })
}

/// `HH:MM`, also with seconds; `24:00` is the end of the day.
fn time(text: &str) -> Option<Time> {
    let mut parts = text.trim().splitn(3, ':');
    let (hour, minute) = (parts.next()?.parse::<i8>().ok()?, parts.next()?.parse::<i8>().ok()?);
    if (hour, minute) == (24, 0) { Some(Time::midnight()) } else { Time::new(hour, minute, 0, 0).ok() }
}

/// A doubled time is its first occurrence; one in the missing hour is the instant at which that hour is skipped.
fn instant(date: Date, time: Time, zone: &TimeZone) -> Option<Timestamp> {
    let ambiguous = zone.to_ambiguous_timestamp(date.to_datetime(time));
    match ambiguous.offset() {
        AmbiguousOffset::Gap { .. } => {
            let before = ambiguous.earlier().ok()?;
            zone.following(before).next().map(|transition| transition.timestamp())
        }
        _ => ambiguous.earlier().ok(),
    }
}

/// Whether the window lies within these spans, joined.
pub(crate) fn covers(mut spans: Vec<Window>, window: Window) -> bool {
    spans.sort_by_key(|span| span.start);
    let mut covered = window.start;
    for span in spans {
        if span.start <= covered {
            covered = covered.max(span.end);
        }
    }
    covered >= window.end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(day: i64, starts_at: &str, ends_at: &str) -> DailyAvailability {
        DailyAvailability {
            day_of_week: day,
            availabilities: vec![Hours { starts_at: starts_at.into(), ends_at: ends_at.into() }],
            time_zone_identifier: None,
        }
    }

    fn laid_out(day: &DailyAvailability, start: &str, end: &str) -> Vec<String> {
        let zone = TimeZone::get("Europe/Stockholm").unwrap();
        let window = Window { start: start.parse().unwrap(), end: end.parse().unwrap() };
        working_hours(std::slice::from_ref(day), DayOfWeekBase::MondayIsOne, &zone, window)
            .iter()
            .map(|w| format!("{} {}", w.start, w.end))
            .collect()
    }

    #[test]
    fn hours_keep_their_local_time_across_the_change_of_clocks() {
        let friday = hours(5, "09:00", "13:00");
        assert_eq!(
            laid_out(&friday, "2026-03-26T00:00:00Z", "2026-04-04T00:00:00Z"),
            ["2026-03-27T08:00:00Z 2026-03-27T12:00:00Z", "2026-04-03T07:00:00Z 2026-04-03T11:00:00Z"]
        );
    }

    #[test]
    fn hours_around_the_missing_hour_shrink_and_those_inside_it_vanish() {
        let night = hours(7, "01:00", "02:30");
        let inside = hours(7, "02:15", "02:45");
        let (start, end) = ("2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z");
        assert_eq!(laid_out(&night, start, end), ["2026-03-29T00:00:00Z 2026-03-29T01:00:00Z"]);
        assert_eq!(laid_out(&inside, start, end), Vec::<String>::new());
    }

    #[test]
    fn a_doubled_time_is_its_first_occurrence() {
        let night = hours(7, "02:30", "04:00");
        assert_eq!(
            laid_out(&night, "2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z"),
            ["2026-10-25T00:30:00Z 2026-10-25T03:00:00Z"]
        );
    }

    #[test]
    fn midnight_at_the_end_is_the_end_of_the_day() {
        for end in ["24:00", "00:00"] {
            let evening = hours(1, "20:00", end);
            assert_eq!(
                laid_out(&evening, "2026-11-23T00:00:00Z", "2026-11-24T00:00:00Z"),
                ["2026-11-23T19:00:00Z 2026-11-23T23:00:00Z"]
            );
        }
    }

    #[test]
    fn spans_that_touch_cover_together() {
        let span = |start: i64, end: i64| Window {
            start: Timestamp::from_second(start).unwrap(),
            end: Timestamp::from_second(end).unwrap(),
        };
        assert!(covers(vec![span(5, 10), span(0, 5)], span(1, 9)));
        assert!(!covers(vec![span(0, 4), span(5, 10)], span(1, 9)));
        assert!(!covers(vec![], span(1, 9)));
    }
}

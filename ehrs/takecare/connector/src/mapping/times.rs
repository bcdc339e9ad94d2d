//! Between TakeCare's local times and instants.
//!
//! A doubled hour in autumn means its first occurrence, and a time in the missing hour in spring is none: rows at such a time are
//! skipped. Nothing is sent for an instant that would be read back as another one.

use jiff::civil::{Date, DateTime as Local};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use vardbro_model::time::{DateTime, Window, local_to_instant, local_to_window};

/// The span that a row's local times mean. `None`, which is logged: they mean none.
pub(crate) fn span(start: Local, end: Local, zone: &TimeZone) -> Option<Window> {
    let found = local_to_window(start, end, zone);
    if found.is_none() {
        tracing::warn!(%start, %end, "a row's local times do not exist, or end before they begin: it is skipped");
    }
    found
}

/// A local time of an answer. `None`: it does not exist.
pub(crate) fn at(local: Local, zone: &TimeZone) -> Option<DateTime> {
    local_to_instant(local, zone).map(|at| DateTime::in_zone(at, zone))
}

/// The first and the last local day on which something can start inside the window.
pub(crate) fn days(window: Window, zone: &TimeZone) -> (Date, Date) {
    let last = window.end.saturating_sub(SignedDuration::from_secs(1)).unwrap_or(window.end);
    (day(window.start, zone), day(last.max(window.start), zone))
}

/// Where a slot that fills the window starts. Nothing else of a window is asked about that somebody wants to book, however long
/// it is.
pub(crate) fn beginning(window: Window) -> Window {
    let next = window.start.saturating_add(SignedDuration::from_secs(1)).unwrap_or(window.end);
    Window { end: window.end.min(next), ..window }
}

/// The local day of an instant.
pub(crate) fn day(at: Timestamp, zone: &TimeZone) -> Date {
    zone.to_datetime(at).date()
}

/// The days from the first to the last in pieces of so many days at most.
pub(crate) fn pieces((first, last): (Date, Date), days: i32) -> Vec<(Date, Date)> {
    let mut pieces = Vec::new();
    let mut from = first;
    while from <= last {
        let to = from.saturating_add(days.saturating_sub(1).days()).min(last);
        pieces.push((from, to));
        let Ok(next) = to.tomorrow() else { break };
        from = next;
    }
    pieces
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn stockholm() -> TimeZone {
        TimeZone::get("Europe/Stockholm").unwrap()
    }

    fn window(start: &str, end: &str) -> Window {
        Window { start: start.parse().unwrap(), end: end.parse().unwrap() }
    }

    #[test]
    fn the_days_of_a_window_are_local() {
        let zone = stockholm();
        let days = |start, end| super::days(window(start, end), &zone);
        let (from, to) = days("2026-11-30T23:30:00Z", "2026-12-01T23:00:00Z");
        assert_eq!((from, to), (date(2026, 12, 1), date(2026, 12, 1)));
        // Local midnight after the long day is an hour later than after others.
        let (from, to) = days("2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z");
        assert_eq!((from, to), (date(2026, 10, 25), date(2026, 10, 25)));
        let (from, to) = days("2026-10-24T22:00:00Z", "2026-10-25T23:00:01Z");
        assert_eq!((from, to), (date(2026, 10, 25), date(2026, 10, 26)));
        let (from, to) = days("2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z");
        assert_eq!((from, to), (date(2026, 10, 25), date(2026, 10, 25)));
    }

    #[test]
    fn a_window_begins_on_one_day() {
        let beginning = beginning(window("2026-12-01T08:00:00Z", "2099-12-01T08:00:00Z"));
        assert_eq!(beginning, window("2026-12-01T08:00:00Z", "2026-12-01T08:00:01Z"));
        assert_eq!(days(beginning, &stockholm()), (date(2026, 12, 1), date(2026, 12, 1)));
    }

    #[test]
    fn a_long_window_is_asked_for_in_pieces() {
        let asked = pieces((date(2026, 1, 30), date(2026, 2, 3)), 2);
        let expected = [(30, 31), (1, 2), (3, 3)];
        assert_eq!(asked.iter().map(|(a, b)| (a.day(), b.day())).collect::<Vec<_>>(), expected);
        assert_eq!(pieces((date(2026, 1, 30), date(2026, 1, 30)), 31).len(), 1);
    }
}

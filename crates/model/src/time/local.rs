//! Local times of EHRs that tell no offset, and instants.
//!
//! A time in the hour that autumn doubles means its first occurrence. A time in the hour that spring leaves out means none.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};

use super::Window;

/// The instant that a local time names.
pub fn local_to_instant(local: DateTime, zone: &TimeZone) -> Option<Timestamp> {
    let ambiguous = zone.to_ambiguous_timestamp(local);
    match ambiguous.offset() {
        AmbiguousOffset::Gap { .. } => None,
        _ => ambiguous.earlier().ok(),
    }
}

/// What lies between two local times. `None`: it begins in the hour that spring leaves out, or ends before it begins.
///
/// An end in the doubled hour is its second occurrence where the first lies before the start. An end in the hour that is left out
/// comes as long after the start as the clock says: what goes from 01:30 to 02:00 ends when the clock jumps to 03:00.
pub fn local_to_window(start: DateTime, end: DateTime, zone: &TimeZone) -> Option<Window> {
    let begins = local_to_instant(start, zone)?;
    let ambiguous = zone.to_ambiguous_timestamp(end);
    let ends = match ambiguous.offset() {
        AmbiguousOffset::Gap { .. } => vec![begins.checked_add(end.duration_since(start)).ok()?],
        _ => vec![ambiguous.earlier().ok()?, zone.to_ambiguous_timestamp(end).later().ok()?],
    };
    let end = ends.into_iter().find(|end| begins < *end)?;
    Some(Window { start: begins, end })
}

/// The local times that mean this window and no other, to the minute. `None`: there are none.
pub fn window_to_local(window: Window, zone: &TimeZone) -> Option<(DateTime, DateTime)> {
    let whole_minute = |at: DateTime| at.second() == 0 && at.subsec_nanosecond() == 0;
    let start = zone.to_datetime(window.start);
    // Where the clock jumps the end has two names: the one that comes as long after the start as it lasts is what a calendar
    // without offsets says.
    let counted = start.checked_add(window.end.duration_since(window.start)).ok();
    let ends = [counted, Some(zone.to_datetime(window.end))];
    let end = ends.into_iter().flatten().find(|end| local_to_window(start, *end, zone) == Some(window))?;
    (whole_minute(start) && whole_minute(end)).then_some((start, end))
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

    /// From and to an hour and a minute of the last Sunday of a month in 2026.
    fn between(month: i8, from: (i8, i8), to: (i8, i8)) -> Option<Window> {
        let day = if month == 3 { date(2026, 3, 29) } else { date(2026, 10, 25) };
        let at = |(hour, minute): (i8, i8)| day.at(hour, minute, 0, 0);
        local_to_window(at(from), at(to), &stockholm())
    }

    #[test]
    fn the_doubled_hour_means_its_first_occurrence() {
        let first = window("2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z");
        assert_eq!(between(10, (2, 0), (2, 30)), Some(first));
        let before = window("2026-10-24T23:30:00Z", "2026-10-25T00:30:00Z");
        assert_eq!(between(10, (1, 30), (2, 30)), Some(before));
        let over_both = window("2026-10-25T00:30:00Z", "2026-10-25T02:30:00Z");
        assert_eq!(between(10, (2, 30), (3, 30)), Some(over_both));
        let into_the_second = window("2026-10-25T00:45:00Z", "2026-10-25T01:15:00Z");
        assert_eq!(between(10, (2, 45), (2, 15)), Some(into_the_second));
    }

    #[test]
    fn what_begins_in_the_missing_hour_is_not_there() {
        assert_eq!(between(3, (2, 0), (2, 30)), None);
        assert_eq!(between(3, (2, 30), (3, 30)), None);
    }

    #[test]
    fn what_ends_in_the_missing_hour_is_as_long_as_the_clock_says() {
        let to_the_jump = window("2026-03-29T00:30:00Z", "2026-03-29T01:00:00Z");
        assert_eq!(between(3, (1, 30), (2, 0)), Some(to_the_jump));
        let over_it = window("2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z");
        assert_eq!(between(3, (1, 30), (2, 30)), Some(over_it));
    }

    #[test]
    fn what_ends_before_it_begins_is_nothing() {
        assert_eq!(between(10, (12, 0), (12, 0)), None);
        assert_eq!(between(10, (12, 0), (11, 0)), None);
    }

    #[test]
    fn a_window_is_written_only_where_it_would_be_read_as_itself() {
        let written = |window| {
            window_to_local(window, &stockholm()).map(|(start, end)| (start.to_string(), end.to_string()))
        };
        let told = |start: &str, end: &str| Some((start.to_owned(), end.to_owned()));
        let plain = window("2026-12-01T08:00:00Z", "2026-12-01T08:30:00Z");
        assert_eq!(written(plain), told("2026-12-01T09:00:00", "2026-12-01T09:30:00"));
        let second_pass = window("2026-10-25T01:00:00Z", "2026-10-25T01:30:00Z");
        assert_eq!(written(second_pass), None);
        let over_both = window("2026-10-25T00:30:00Z", "2026-10-25T02:30:00Z");
        assert_eq!(written(over_both), told("2026-10-25T02:30:00", "2026-10-25T03:30:00"));
        let between_minutes = window("2026-12-01T08:00:30Z", "2026-12-01T08:30:00Z");
        assert_eq!(written(between_minutes), None);
        let to_the_jump = window("2026-03-29T00:30:00Z", "2026-03-29T01:00:00Z");
        assert_eq!(written(to_the_jump), told("2026-03-29T01:30:00", "2026-03-29T02:00:00"));
    }

    proptest::proptest! {
        #[test]
        fn what_is_written_reads_back(start in 1_750_000_000_i64..1_850_000_000, minutes in 1_i64..600) {
            let start = Timestamp::from_second(start - start % 60).unwrap();
            let window = Window { start, end: start + jiff::SignedDuration::from_mins(minutes) };
            if let Some((from, to)) = window_to_local(window, &stockholm()) {
                proptest::prop_assert_eq!(local_to_window(from, to, &stockholm()), Some(window));
            }
        }
    }
}

//! Webdoc's local days and times, and instants.

use jiff::SignedDuration;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use vardbro_model::time::{Window, local_to_window, window_to_local};

use crate::wire::bookings::Booking;
use crate::wire::clock::ClockTime;

/// From when to when a booking is; `None`: it does not tell, or lies in the hour that spring leaves out.
pub(crate) fn window(booking: &Booking, zone: &TimeZone) -> Option<Window> {
    let (date, start, end) = (booking.date?, booking.start_time?, booking.end_time?);
    let start_at = start.on(date)?;
    let mut end_at = end.on(date)?;
    if end_at <= start_at {
        end_at = end_at.tomorrow().ok()?;
    }
    local_to_window(start_at, end_at, zone)
}

/// The same place in Webdoc's words: a day, and two times of it. `None`: Webdoc cannot say it. It knows no seconds, no second
/// pass of the hour that autumn doubles, and nothing that goes on past midnight.
pub(crate) fn place(window: Window, zone: &TimeZone) -> Option<(Date, ClockTime, ClockTime)> {
    let (start, end) = window_to_local(window, zone)?;
    let until = if end.date() == start.date() && start < end {
        ClockTime::At(end.time())
    } else if end == start.date().tomorrow().ok()?.to_datetime(Time::midnight()) {
        ClockTime::EndOfDay
    } else {
        return None;
    };
    Some((start.date(), ClockTime::At(start.time()), until))
}

/// The days on which the window has a part, the first and the last.
pub(crate) fn days(window: Window, zone: &TimeZone) -> (Date, Date) {
    let last = window.end.checked_sub(SignedDuration::from_secs(1)).unwrap_or(window.end).max(window.start);
    (zone.to_datetime(window.start).date(), zone.to_datetime(last).date())
}

/// The window widened to whole local days: what overlaps it may have begun before it.
pub(crate) fn whole_days(window: Window, zone: &TimeZone) -> Window {
    let (first, last) = days(window, zone);
    let begin = |date: Date| date.to_zoned(zone.clone()).ok().map(|begin| begin.timestamp());
    let end = last.tomorrow().ok().and_then(begin).unwrap_or(window.end);
    Window { start: begin(first).unwrap_or(window.start), end }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn zone() -> TimeZone {
        TimeZone::get("Europe/Stockholm").unwrap()
    }

    fn row(date: &str, start: &str, end: &str) -> Booking {
        serde_json::from_value(json!({"id": "1", "date": date, "startTime": start, "endTime": end})).unwrap()
    }

    fn of(date: &str, start: &str, end: &str) -> Option<(String, String)> {
        let window = window(&row(date, start, end), &zone())?;
        Some((window.start.to_string(), window.end.to_string()))
    }

    fn told(start: &str, end: &str) -> Option<(String, String)> {
        Some((start.to_owned(), end.to_owned()))
    }

    fn between(start: &str, end: &str) -> Window {
        Window { start: start.parse().unwrap(), end: end.parse().unwrap() }
    }

    #[test]
    fn local_times_are_instants_in_winter_and_summer() {
        assert_eq!(of("2026-12-01", "09:00", "09:30"), told("2026-12-01T08:00:00Z", "2026-12-01T08:30:00Z"));
        assert_eq!(
            of("2026-07-01", "09:00:00", "09:30:00"),
            told("2026-07-01T07:00:00Z", "2026-07-01T07:30:00Z")
        );
    }

    #[test]
    fn what_ends_at_midnight_or_after_ends_the_next_day() {
        let midnight = told("2026-12-01T22:30:00Z", "2026-12-01T23:00:00Z");
        assert_eq!(of("2026-12-01", "23:30", "24:00"), midnight);
        assert_eq!(of("2026-12-01", "23:30", "00:00"), midnight);
        assert_eq!(of("2026-12-01", "23:30", "01:00"), told("2026-12-01T22:30:00Z", "2026-12-02T00:00:00Z"));
    }

    #[test]
    fn what_cannot_be_read_is_no_time() {
        for (date, start, end) in
            [("", "09:00", "09:30"), ("2026-02-30", "09:00", "09:30"), ("2026-12-01", "9", "10")]
        {
            assert_eq!(of(date, start, end), None);
        }
    }

    #[test]
    fn a_row_in_the_missing_hour_is_none_and_one_that_ends_where_it_begins_is_whole() {
        assert_eq!(of("2026-03-29", "02:00", "02:30"), None);
        assert_eq!(of("2026-03-29", "02:30", "03:30"), None);
        let to_the_jump = between("2026-03-29T00:30:00Z", "2026-03-29T01:00:00Z");
        assert_eq!(of("2026-03-29", "01:30", "02:00"), told("2026-03-29T00:30:00Z", "2026-03-29T01:00:00Z"));
        let said = place(to_the_jump, &zone()).unwrap();
        assert_eq!((said.1.to_string(), said.2.to_string()), ("01:30".to_owned(), "02:00".to_owned()));
        assert_eq!(of("2026-03-29", "03:00", "03:30"), told("2026-03-29T01:00:00Z", "2026-03-29T01:30:00Z"));
    }

    #[test]
    fn a_row_in_the_doubled_hour_is_its_first_pass() {
        assert_eq!(of("2026-10-25", "02:00", "02:30"), told("2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z"));
    }

    #[test]
    fn an_instant_of_the_second_pass_cannot_be_said_and_one_of_the_first_can() {
        let first = place(between("2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z"), &zone()).unwrap();
        assert_eq!((first.1.to_string(), first.2.to_string()), ("02:00".to_owned(), "02:30".to_owned()));
        assert_eq!(place(between("2026-10-25T01:00:00Z", "2026-10-25T01:30:00Z"), &zone()), None);
        assert_eq!(place(between("2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z"), &zone()), None);
    }

    #[test]
    fn seconds_and_nights_cannot_be_said_and_midnight_can() {
        assert_eq!(place(between("2026-12-01T08:00:01Z", "2026-12-01T08:30:00Z"), &zone()), None);
        assert_eq!(place(between("2026-12-01T22:00:00Z", "2026-12-02T00:00:00Z"), &zone()), None);
        let late = place(between("2026-12-01T22:00:00Z", "2026-12-01T23:00:00Z"), &zone()).unwrap();
        assert_eq!(late.2, ClockTime::EndOfDay);
    }

    #[test]
    fn days_are_local_and_include_the_last_one_only_when_it_has_a_part() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        let one = days(between("2026-11-30T23:00:00Z", "2026-12-01T23:00:00Z"), &zone());
        assert_eq!(one, (day("2026-12-01"), day("2026-12-01")));
        let two = days(between("2026-12-01T08:00:00Z", "2026-12-01T23:00:01Z"), &zone());
        assert_eq!(two, (day("2026-12-01"), day("2026-12-02")));
    }
}

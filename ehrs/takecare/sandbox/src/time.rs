//! Swedish local time, as digits. TakeCare knows neither zones nor offsets (assumed): a doubled hour has its digits
//! once, and the hour that is missing in spring has digits like any other.

use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Timestamp, ToSpan};

/// The zone database is compiled in.
fn sweden() -> TimeZone {
    TimeZone::get("Europe/Stockholm").unwrap_or(TimeZone::UTC)
}

/// To the whole second.
pub fn local(instant: Timestamp) -> DateTime {
    let local = sweden().to_datetime(instant);
    local.with().subsec_nanosecond(0).build().unwrap_or(local)
}

/// Of a doubled hour the first one, of a missing one the hour after it.
pub fn instant(local: DateTime) -> Timestamp {
    sweden().to_ambiguous_timestamp(local).compatible().unwrap_or(Timestamp::MAX)
}

/// Whether clocks are put forward past this time.
pub fn is_missing(local: DateTime) -> bool {
    matches!(sweden().to_ambiguous_timestamp(local).offset(), AmbiguousOffset::Gap { .. })
}

/// The last Sundays of March and October.
pub fn clocks_change(date: Date) -> bool {
    let next_week = date.saturating_add(7.days());
    matches!(date.month(), 3 | 10) && date.weekday() == Weekday::Sunday && next_week.month() != date.month()
}

pub fn after(start: DateTime, minutes: i64) -> DateTime {
    start.saturating_add(minutes.minutes())
}

/// `yyyyMMdd`
pub fn date_digits(date: Date) -> String {
    date.strftime("%Y%m%d").to_string()
}

/// `yyyyMMddHHmm`
pub fn minute_digits(local: DateTime) -> String {
    local.strftime("%Y%m%d%H%M").to_string()
}

/// `yyyyMMddHHmmss`
pub fn message_time(local: DateTime) -> String {
    local.strftime("%Y%m%d%H%M%S").to_string()
}

pub fn read_date(digits: &str) -> Option<Date> {
    all_digits(digits, 8)?;
    Date::strptime("%Y%m%d", digits).ok()
}

pub fn read_minute(digits: &str) -> Option<DateTime> {
    all_digits(digits, 12)?;
    DateTime::strptime("%Y%m%d%H%M", digits).ok()
}

pub fn read_second(digits: &str) -> Option<DateTime> {
    all_digits(digits, 14)?;
    DateTime::strptime("%Y%m%d%H%M%S", digits).ok()
}

fn all_digits(text: &str, length: usize) -> Option<()> {
    (text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit())).then_some(())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn only_whole_real_times_are_read() {
        assert_eq!(read_minute("202612010900"), Some(date(2026, 12, 1).at(9, 0, 0, 0)));
        assert_eq!(read_second("20261201090059"), Some(date(2026, 12, 1).at(9, 0, 59, 0)));
        for wrong in [
            "",
            "2026120109",
            "20261201090000",
            "202613010900",
            "202602300900",
            "202612012460",
            "+02612010900",
        ] {
            assert_eq!(read_minute(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn clocks_change_on_two_sundays_a_year() {
        let days = date(2026, 1, 1).series(1.day()).take(365).filter(|day| clocks_change(*day));
        assert_eq!(Vec::from_iter(days), [date(2026, 3, 29), date(2026, 10, 25)]);
    }

    #[test]
    fn an_hour_is_missing_in_spring_and_doubled_in_autumn() {
        let spring = |hour, minute| date(2026, 3, 29).at(hour, minute, 0, 0);
        assert!(is_missing(spring(2, 0)) && is_missing(spring(2, 59)));
        assert!(!is_missing(spring(1, 59)) && !is_missing(spring(3, 0)));
        let doubled = date(2026, 10, 25).at(2, 30, 0, 0);
        assert!(!is_missing(doubled));
        assert_eq!(instant(doubled), "2026-10-25T00:30:00Z".parse().unwrap());
    }
}

//! Times as Webdoc writes them: the clinic's digits, without offset. That the clinics are in Sweden is assumed.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

const ZONE: &str = "Europe/Stockholm";

/// The zone database is compiled in.
fn zone() -> TimeZone {
    TimeZone::get(ZONE).unwrap_or(TimeZone::UTC)
}

pub fn now(instant: Timestamp) -> DateTime {
    zone().to_datetime(instant)
}

/// The instant of local digits; in a gap the time after it, in a fold the first one.
pub fn instant(local: DateTime) -> Timestamp {
    zone().to_ambiguous_zoned(local).compatible().map_or(Timestamp::MAX, |zoned| zoned.timestamp())
}

/// `YYYY-MM-DD`
pub fn date(text: &str) -> Option<Date> {
    Date::strptime("%Y-%m-%d", text).ok().filter(|date| date.to_string() == text)
}

/// `HH:MM`
pub fn time(text: &str) -> Option<Time> {
    Time::strptime("%H:%M", text).ok().filter(|time| minutes(*time) == text)
}

/// `YYYY-MM-DD HH:MM:SS`
pub fn second(text: &str) -> Option<DateTime> {
    DateTime::strptime("%Y-%m-%d %H:%M:%S", text).ok().filter(|second| seconds(*second) == text)
}

pub fn minutes(time: Time) -> String {
    time.strftime("%H:%M").to_string()
}

pub fn seconds(second: DateTime) -> String {
    second.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_documented_forms_are_read() {
        assert!(date("2026-03-02").is_some() && time("09:05").is_some());
        assert!(second("2026-03-02 09:05:00").is_some());
        for wrong in ["20260302", "2026-3-2", "2026-02-30", "2026-03-02T09:05", "26-03-02", ""] {
            assert_eq!(date(wrong), None, "{wrong}");
        }
        for wrong in ["9:05", "09:05:00", "24:00", "0905", " 09:05"] {
            assert_eq!(time(wrong), None, "{wrong}");
        }
        for wrong in ["2026-03-02T09:05:00", "2026-03-02 09:05", "2026-03-02 09:05:00Z"] {
            assert_eq!(second(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_doubled_hour_is_its_first_and_a_missing_one_comes_later() {
        let at = |text| instant(second(text).unwrap()).to_string();
        assert_eq!(at("2026-10-25 02:30:00"), "2026-10-25T00:30:00Z");
        assert_eq!(at("2026-03-29 02:30:00"), "2026-03-29T01:30:00Z");
        assert_eq!(now("2026-03-29T01:00:00Z".parse().unwrap()), second("2026-03-29 03:00:00").unwrap());
    }
}

//! Zones and spans.

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// The account's zone: the range of `available_times` is read in it.
pub const ACCOUNT_ZONE: &str = "Australia/Melbourne";

pub fn account_zone() -> TimeZone {
    zone(ACCOUNT_ZONE)
}

/// Zones come from the seed or were checked when written, and the database is compiled in.
pub fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap_or(TimeZone::UTC)
}

/// Rails-style labels that are not the last part of the IANA name.
const LABELS: [(&str, &str); 10] = [
    ("Alaska", "America/Juneau"),
    ("Arizona", "America/Phoenix"),
    ("Atlantic Time (Canada)", "America/Halifax"),
    ("Central Time (US & Canada)", "America/Chicago"),
    ("Eastern Time (US & Canada)", "America/New_York"),
    ("Hawaii", "Pacific/Honolulu"),
    ("Mountain Time (US & Canada)", "America/Denver"),
    ("Newfoundland", "America/St_Johns"),
    ("Pacific Time (US & Canada)", "America/Los_Angeles"),
    ("Saskatchewan", "America/Regina"),
];

/// The Rails-style label that Cliniko shows for an IANA zone.
pub fn zone_label(identifier: &str) -> String {
    match LABELS.iter().find(|(_, named)| *named == identifier) {
        Some((label, _)) => (*label).to_owned(),
        None => identifier.rsplit('/').next().unwrap_or(identifier).replace('_', " "),
    }
}

/// The IANA zone with this label; of several the first by name.
pub fn labelled_zone(label: &str) -> Option<String> {
    if let Some((_, identifier)) = LABELS.iter().find(|(known, _)| *known == label) {
        return Some((*identifier).to_owned());
    }
    let names = jiff::tz::db().available().map(|name| name.to_string());
    names.filter(|name| zone_label(name) == label).min()
}

/// The IANA zone of this name, as the database spells it.
pub fn named_zone(identifier: &str) -> Option<String> {
    TimeZone::get(identifier).ok()?.iana_name().map(str::to_owned)
}

/// Every time on the wire has whole seconds.
pub fn whole_second(instant: Timestamp) -> Timestamp {
    Timestamp::from_second(instant.as_second()).unwrap_or(instant)
}

/// A half-open span: touching spans do not overlap.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Span {
    pub start: Timestamp,
    pub end: Timestamp,
}

impl Span {
    pub fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    pub fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }
}

pub fn after(start: Timestamp, minutes: i64) -> Timestamp {
    start.checked_add(SignedDuration::from_mins(minutes)).unwrap_or(Timestamp::MAX)
}

/// The instant of a wall time; in a gap the time after it, in a fold the first one.
pub fn instant(date: Date, time: Time, zone: &TimeZone) -> Timestamp {
    zone.to_ambiguous_zoned(date.to_datetime(time))
        .compatible()
        .map_or(Timestamp::MAX, |zoned| zoned.timestamp())
}

pub fn date_in(instant: Timestamp, zone: &TimeZone) -> Date {
    zone.to_datetime(instant).date()
}

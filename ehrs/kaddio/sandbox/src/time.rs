//! Instants on the wire, spans, and days in the organisation's zone.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Serialize, Serializer};

pub const ZONE: &str = "Europe/Stockholm";

/// The zone database is compiled in.
pub fn zone() -> TimeZone {
    TimeZone::get(ZONE).unwrap_or(TimeZone::UTC)
}

/// To the millisecond, as JavaScript has it.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct DateTime(Timestamp);

impl DateTime {
    pub fn of(instant: Timestamp) -> Self {
        Self(Timestamp::from_millisecond(instant.as_millisecond()).unwrap_or(instant))
    }

    pub fn instant(self) -> Timestamp {
        self.0
    }
}

impl std::fmt::Display for DateTime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.3}", self.0)
    }
}

impl Serialize for DateTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// ASSUMED. RFC 3339 in UTC, such as 2026-12-01T08:00:00.000Z
#[Scalar(name = "DateTime")]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else { return Err(InputValueError::expected_type(value)) };
        let instant: Timestamp =
            text.parse().map_err(|_| InputValueError::custom("not an RFC 3339 date-time with an offset"))?;
        Ok(Self::of(instant))
    }

    fn to_value(&self) -> Value {
        Value::String(self.to_string())
    }
}

/// A half-open span: touching spans do not overlap.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Span {
    pub start: Timestamp,
    pub end: Timestamp,
}

impl Span {
    pub fn lasting(start: Timestamp, minutes: i32) -> Self {
        Self { start, end: after(start, minutes) }
    }

    pub fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }
}

pub fn after(start: Timestamp, minutes: i32) -> Timestamp {
    start.checked_add(SignedDuration::from_mins(minutes.into())).unwrap_or(Timestamp::MAX)
}

/// The instant of a wall time; in a gap the time after it, in a fold the first one.
pub fn instant(date: Date, time: Time) -> Timestamp {
    zone()
        .to_ambiguous_zoned(date.to_datetime(time))
        .compatible()
        .map_or(Timestamp::MAX, |zoned| zoned.timestamp())
}

pub fn date_of(instant: Timestamp) -> Date {
    zone().to_datetime(instant).date()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_written_to_the_millisecond_in_utc() {
        let written = |text: &str| DateTime::of(text.parse().unwrap()).to_string();
        assert_eq!(written("2026-12-01T09:00:00+01:00"), "2026-12-01T08:00:00.000Z");
        assert_eq!(written("2026-12-01T08:00:00.1239Z"), "2026-12-01T08:00:00.123Z");
    }

    #[test]
    fn an_instant_without_offset_is_refused() {
        for wrong in ["2026-12-01T09:00:00", "2026-12-01", "soon"] {
            assert!(DateTime::parse(Value::from(wrong)).is_err(), "{wrong}");
        }
        assert!(DateTime::parse(Value::from(1_796_112_000)).is_err());
    }
}

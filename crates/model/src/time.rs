//! Instants as the API writes them, and the windows that queries ask for.

mod local;

use std::fmt;

use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, civil};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

pub use self::local::{local_to_instant, local_to_window, window_to_local};

/// An instant together with the offset that it is written in: the care unit's own at that instant.
///
/// Second precision. Two are equal, and ordered, by the instant alone.
#[derive(Clone, Copy)]
pub struct DateTime {
    at: Timestamp,
    offset: Offset,
}

/// Why a text is not a date-time of this API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum DateTimeFault {
    /// Not RFC 3339 at all.
    #[error("expected an RFC 3339 date-time such as 2024-03-25T14:00:00+01:00")]
    Shape,
    /// A local time: the offset is never guessed.
    #[error("the date-time needs an offset or Z, such as 2024-03-25T14:00:00+01:00")]
    NoOffset,
    /// A year outside 1900 to 2199.
    #[error("the year must be between 1900 and 2199")]
    Range,
}

impl DateTime {
    /// The instant, written in the zone's offset at that instant. Fractions of a second are dropped.
    pub fn in_zone(at: Timestamp, zone: &TimeZone) -> Self {
        let at = whole_seconds(at);
        Self { at, offset: zone.to_offset(at) }
    }

    /// The instant, written in UTC. Fractions of a second are dropped.
    pub fn utc(at: Timestamp) -> Self {
        Self { at: whole_seconds(at), offset: Offset::UTC }
    }

    /// The same instant, written in another zone's offset.
    pub fn to_zone(self, zone: &TimeZone) -> Self {
        Self::in_zone(self.at, zone)
    }

    /// The instant.
    pub fn timestamp(self) -> Timestamp {
        self.at
    }

    /// Reads RFC 3339 with an offset; drops fractions; takes a space before the offset for the `+` that a client forgot to
    /// encode in a URL.
    pub fn parse(text: &str) -> Result<Self, DateTimeFault> {
        let (date_time, offset) = split_offset(text)?;
        let civil: civil::DateTime = date_time.parse().map_err(|_| DateTimeFault::Shape)?;
        if !(1900..=2199).contains(&civil.year()) {
            return Err(DateTimeFault::Range);
        }
        let at = offset.to_timestamp(civil).map_err(|_| DateTimeFault::Range)?;
        Ok(Self { at: whole_seconds(at), offset })
    }
}

/// `YYYY-MM-DDTHH:MM:SS[.f…]` and the offset behind it.
fn split_offset(text: &str) -> Result<(&str, Offset), DateTimeFault> {
    if !text.is_ascii() || text.len() > 64 {
        return Err(DateTimeFault::Shape);
    }
    let (seconds, rest) = text.split_at_checked(19).ok_or(DateTimeFault::Shape)?;
    let shape = seconds.bytes().enumerate().all(|(i, b)| match i {
        4 | 7 => b == b'-',
        10 => matches!(b, b'T' | b't'),
        13 | 16 => b == b':',
        _ => b.is_ascii_digit(),
    });
    let (fraction, digits) = match rest.strip_prefix('.') {
        Some(after) => {
            let digits = after.bytes().take_while(u8::is_ascii_digit).count();
            (digits + 1, digits)
        }
        None => (0, 1),
    };
    if !shape || digits == 0 {
        return Err(DateTimeFault::Shape);
    }
    let offset = rest.get(fraction..).ok_or(DateTimeFault::Shape)?;
    Ok((seconds, parse_offset(offset)?))
}

fn parse_offset(text: &str) -> Result<Offset, DateTimeFault> {
    if text.is_empty() {
        return Err(DateTimeFault::NoOffset);
    }
    if matches!(text, "Z" | "z") {
        return Ok(Offset::UTC);
    }
    let (sign, digits) = match text.split_at_checked(1) {
        Some(("+" | " ", digits)) => (1, digits),
        Some(("-", digits)) => (-1, digits),
        _ => return Err(DateTimeFault::Shape),
    };
    let (hours, minutes) = digits.split_once(':').ok_or(DateTimeFault::Shape)?;
    let number = |text: &str, most: i32| {
        let two_digits = text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit());
        let value = text.parse::<i32>().map_err(|_| DateTimeFault::Shape)?;
        if two_digits && value <= most { Ok(value) } else { Err(DateTimeFault::Shape) }
    };
    let seconds = sign * (number(hours, 23)? * 3600 + number(minutes, 59)? * 60);
    Offset::from_seconds(seconds).map_err(|_| DateTimeFault::Shape)
}

fn whole_seconds(at: Timestamp) -> Timestamp {
    // Floor, also before 1970; the two ends of the range have no fraction to drop.
    let seconds = at.as_nanosecond().div_euclid(1_000_000_000);
    i64::try_from(seconds).ok().and_then(|s| Timestamp::from_second(s).ok()).unwrap_or(at)
}

impl PartialEq for DateTime {
    fn eq(&self, other: &Self) -> bool {
        self.at == other.at
    }
}

impl Eq for DateTime {}

impl PartialOrd for DateTime {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for DateTime {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.at.cmp(&other.at)
    }
}

impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.at.display_with_offset(self.offset))
    }
}

impl fmt::Debug for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for DateTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for DateTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

impl utoipa::PartialSchema for DateTime {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .description(Some("RFC 3339 with an offset. Answers use second precision and the care unit's own offset at that instant."))
            .examples(["2024-03-25T14:00:00+01:00"])
            .into()
    }
}

impl utoipa::ToSchema for DateTime {
    fn name() -> std::borrow::Cow<'static, str> {
        "DateTime".into()
    }
}

/// A span of time: `start` belongs to it, `end` does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Window {
    /// The first instant inside.
    pub start: Timestamp,
    /// The first instant after it.
    pub end: Timestamp,
}

impl Window {
    /// Whether the instant lies inside.
    pub fn contains(&self, at: Timestamp) -> bool {
        self.start <= at && at < self.end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stockholm() -> TimeZone {
        TimeZone::get("Europe/Stockholm").unwrap()
    }

    #[test]
    fn an_answer_carries_the_zones_offset_at_that_instant() {
        let winter = DateTime::parse("2024-03-25T13:00:00Z").unwrap().to_zone(&stockholm());
        let summer = DateTime::parse("2024-06-25T13:00:00Z").unwrap().to_zone(&stockholm());
        assert_eq!(winter.to_string(), "2024-03-25T14:00:00+01:00");
        assert_eq!(summer.to_string(), "2024-06-25T15:00:00+02:00");
        assert_eq!(DateTime::utc(winter.timestamp()).to_string(), "2024-03-25T13:00:00+00:00");
    }

    #[test]
    fn fractions_are_truncated_and_a_forgotten_plus_is_forgiven() {
        let expected = DateTime::parse("2024-03-25T14:00:00+01:00").unwrap();
        for spelling in
            ["2024-03-25T14:00:00.999999+01:00", "2024-03-25T14:00:00 01:00", "2024-03-25t13:00:00z"]
        {
            assert_eq!(DateTime::parse(spelling), Ok(expected), "{spelling}");
        }
    }

    #[test]
    fn a_missing_offset_is_never_guessed() {
        assert_eq!(DateTime::parse("2024-03-25T14:00:00"), Err(DateTimeFault::NoOffset));
        assert_eq!(DateTime::parse("2024-03-25T14:00:00.5"), Err(DateTimeFault::NoOffset));
    }

    #[test]
    fn nonsense_and_absurd_years_are_refused() {
        for bad in [
            "",
            "now",
            "2024-02-30T00:00:00Z",
            "2024-03-25",
            "2024-03-25T14:00:00.Z",
            "2024-03-25T14:00:00+1:00",
            "2024-03-25T14:00:00+24:00",
        ] {
            assert_eq!(DateTime::parse(bad), Err(DateTimeFault::Shape), "{bad}");
        }
        assert_eq!(DateTime::parse("9999-12-31T23:59:59Z"), Err(DateTimeFault::Range));
        assert_eq!(DateTime::parse("0001-01-01T00:00:00Z"), Err(DateTimeFault::Range));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_parsed_or_refused_without_panic(text in ".{0,40}") {
            let _ = DateTime::parse(&text);
        }

        #[test]
        fn what_is_written_reads_back(second in -2_208_988_800_i64..7_226_582_400) {
            let written = DateTime::in_zone(Timestamp::from_second(second).unwrap(), &stockholm());
            if let Ok(read) = DateTime::parse(&written.to_string()) {
                proptest::prop_assert_eq!(read, written);
            }
        }
    }
}

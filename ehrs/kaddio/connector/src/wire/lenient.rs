//! Shapes that nobody has promised: null for an empty list, an instant without an offset.

use jiff::tz::TimeZone;
use jiff::{Timestamp, civil};
use serde::de::{self, Deserialize, Deserializer};

/// A list; null is an empty one.
pub(super) fn list<'de, T, D>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// What may be null, but must be there.
pub(super) fn nullable<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::deserialize(deserializer)
}

/// An instant: times are UTC unless they say otherwise.
pub(super) fn instant<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
    let text = String::deserialize(deserializer)?;
    read(&text).ok_or_else(|| de::Error::custom("not an instant"))
}

/// An instant, if there is one.
pub(super) fn some_instant<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Timestamp>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    text.map(|text| read(&text).ok_or_else(|| de::Error::custom("not an instant"))).transpose()
}

fn read(text: &str) -> Option<Timestamp> {
    if let Ok(instant) = text.parse() {
        return Some(instant);
    }
    // Only a date and a time: what cannot be an instant for another reason is not guessed at.
    let local: civil::DateTime = text.parse().ok()?;
    let has_time = text.contains(['T', 't', ' ']);
    let utc = has_time.then(|| local.to_zoned(TimeZone::UTC).ok()).flatten()?;
    Some(utc.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_utc_unless_they_say_otherwise() {
        let nine = "2026-12-01T08:00:00Z".parse().ok();
        for text in [
            "2026-12-01T08:00:00.000Z",
            "2026-12-01T08:00:00",
            "2026-12-01 08:00",
            "2026-12-01T09:00:00+01:00",
        ] {
            assert_eq!(read(text), nine, "{text}");
        }
        for wrong in ["", "2026-12-01", "tomorrow", "1764576000000"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}

//! Shapes that Cliniko's documents leave open: empty texts for nothing, null for an empty list, numbers for texts.

use jiff::civil::Date;
use serde::de::{Deserialize, DeserializeOwned, Deserializer};

/// A date; an empty text is none, and so is what cannot be read: one odd record must not hide all others.
pub(super) fn date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Date>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?.filter(|text| !text.is_empty());
    let date = text.as_deref().and_then(|text| text.parse().ok());
    if text.is_some() && date.is_none() {
        tracing::debug!("a date of Cliniko's cannot be read and is left out");
    }
    Ok(date)
}

/// An object, also as JSON in a text; what cannot be read is none: one odd record must not hide all others.
pub(super) fn object<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: DeserializeOwned,
    D: Deserializer<'de>,
{
    let read = match serde_json::Value::deserialize(deserializer)? {
        serde_json::Value::Null => return Ok(None),
        serde_json::Value::String(text) => serde_json::from_str(&text),
        value => serde_json::from_value(value),
    };
    Ok(read.inspect_err(|_| tracing::debug!("an object of Cliniko's cannot be read and is left out")).ok())
}

/// A list; null is an empty one.
pub(super) fn list<'de, T, D>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// A text; a number is its digits.
pub(super) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(match Option::<serde_json::Value>::deserialize(deserializer)? {
        None | Some(serde_json::Value::Null) => None,
        Some(serde_json::Value::String(text)) => Some(text),
        Some(other) => Some(other.to_string()),
    })
}

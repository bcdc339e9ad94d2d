//! Shapes that Webdoc mixes: numbers as texts, objects as one-element arrays, `[]` or an empty text for nothing.

use std::fmt;
use std::str::FromStr;

use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error};
use serde::{Serialize, Serializer};
use serde_json::Value;

/// The whole number by which Webdoc knows a booking type, a patient type, a record template, a keyword or a document type. It is read as
/// a number or a text, and written as a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(pub i64);

impl FromStr for Code {
    type Err = ();

    /// Reads plain digits; anything else names nothing.
    fn from_str(text: &str) -> Result<Self, ()> {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|_| digits).map(Self).ok_or(())
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.0)
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        whole(&Value::deserialize(deserializer)?).map(Self).ok_or_else(|| D::Error::custom("no whole number"))
    }
}

fn whole(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        Value::Bool(yes) => Some(i64::from(*yes)),
        _ => None,
    }
}

/// A whole number, if there is one.
pub(super) fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    Ok(whole(&Value::deserialize(deserializer)?))
}

/// A code, if there is one.
pub(super) fn code<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Code>, D::Error> {
    Ok(number(deserializer)?.map(Code))
}

/// Yes, no, or no word: `true`, `1` and `"1"` are yes.
pub(super) fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
        value => whole(&value).map(|number| number != 0),
    })
}

/// A text that says something; a number is its digits.
pub(super) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
    .filter(|text| !text.trim().is_empty()))
}

/// An id that must be there; a number is its digits.
pub(super) fn id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    text(deserializer)?.ok_or_else(|| D::Error::custom("no id"))
}

/// What can be read from a text, if it can: one odd record must not hide all others.
pub(super) fn parsed<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr,
{
    let text = text(deserializer)?;
    let value = text.as_deref().and_then(|text| text.trim().parse().ok());
    if text.is_some() && value.is_none() {
        tracing::debug!("a date or time of Webdoc's cannot be read and is left out");
    }
    Ok(value)
}

/// An object, if it is one that can be read, bare or as the one element of an array: `null`, `[]` and a text are none.
pub(super) fn object<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    match bare(Value::deserialize(deserializer)?) {
        object @ Value::Object(_) => Ok(T::deserialize(object).ok()),
        _ => Ok(None),
    }
}

/// What stands in an array of one, or the value as it is.
pub(super) fn bare(value: Value) -> Value {
    match value {
        Value::Array(mut values) if values.len() == 1 => values.pop().unwrap_or_default(),
        other => other,
    }
}

/// A list: an array, a single object, or nothing.
#[derive(Debug)]
pub(super) struct List<T>(pub(super) Vec<T>);

impl<'de, T: DeserializeOwned> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let values = match value {
            Value::Array(values) => values,
            Value::Null => Vec::new(),
            object @ Value::Object(_) => vec![object],
            _ => return Err(D::Error::custom("no list")),
        };
        let read = |(index, value)| {
            serde_path_to_error::deserialize(value)
                .map_err(|error| D::Error::custom(format!("[{index}].{}", error.path())))
        };
        values.into_iter().enumerate().map(read).collect::<Result<_, _>>().map(Self)
    }
}

/// A list inside a record.
pub(super) fn list<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    List::deserialize(deserializer).map(|list| list.0)
}

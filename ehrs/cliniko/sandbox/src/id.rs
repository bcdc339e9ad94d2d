use std::fmt;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A 64-bit id, larger than what a double holds exactly. On the wire it is a string.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Id(i64);

impl Id {
    /// No record ever has it.
    const NOBODY: Self = Self(0);

    pub const fn new(id: i64) -> Self {
        Self(id)
    }

    pub const fn number(self) -> i64 {
        self.0
    }

    pub fn parse(text: &str) -> Option<Self> {
        text.parse().ok().map(Self)
    }

    /// Requests may send ids as strings or as numbers.
    pub fn from_json(value: &Value) -> Option<Self> {
        match value {
            Value::String(text) => Self::parse(text),
            number => number.as_i64().map(Self),
        }
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// For path segments: what is no number names no record, and is then "not found" like any other.
impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::parse(&String::deserialize(deserializer)?).unwrap_or(Self::NOBODY))
    }
}

//! Kaddio's ids.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, de};
use vardbro_model::id::CareUnitId;

/// An id: 17 characters, as far as is known. Other lengths are taken too, as long as they can stand in a URL.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Id(String);

impl Id {
    /// `None`: it cannot be one.
    pub fn parse(text: &str) -> Option<Self> {
        // All ids of the model follow one rule.
        CareUnitId::parse(text).ok().map(|id| Self(id.as_str().to_owned()))
    }

    /// As Kaddio writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| de::Error::custom("not an id"))
    }
}

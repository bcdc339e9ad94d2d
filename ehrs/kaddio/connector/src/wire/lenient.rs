//! Shapes that nobody has promised: null for an empty list.

use serde::de::{Deserialize, Deserializer};

/// A list; null is an empty one.
pub(super) fn list<'de, T, D>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

//! Between Kaddio's types and the model's.

pub(crate) mod appointment;
pub(crate) mod id;
pub(crate) mod note;
pub(crate) mod offer;
pub(crate) mod patient;

/// A text that says something: empty ones are `None`.
pub(crate) fn text(text: Option<&String>) -> Option<String> {
    text.map(|text| text.trim()).filter(|text| !text.is_empty()).map(str::to_owned)
}

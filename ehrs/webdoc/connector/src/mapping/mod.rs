//! Between Webdoc's types and the model's.

pub(crate) mod appointment;
pub(crate) mod document;
pub(crate) mod note;
pub(crate) mod number;
pub(crate) mod offer;
pub(crate) mod patient;
pub(crate) mod time;

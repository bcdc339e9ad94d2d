use std::fmt::Display;

use serde_json::{Value, json};

/// Builds the links between records on this sandbox's own address.
#[derive(Clone, Debug)]
pub struct Links {
    origin: String,
}

impl Links {
    pub fn on(origin: &str) -> Self {
        Self { origin: origin.to_owned() }
    }

    /// The base URL that clients are given.
    pub fn base(&self) -> String {
        format!("{}/v1", self.origin)
    }

    /// The address of `path`, which has no leading slash.
    pub fn url(&self, path: impl Display) -> String {
        format!("{}/v1/{path}", self.origin)
    }

    /// A reference as records hold it: `{"links": {"self": …}}`.
    pub fn to(&self, path: impl Display) -> Value {
        json!({"links": {"self": self.url(path)}})
    }

    /// `Location` of a created record. Cliniko's own examples leave out `/v1`.
    pub fn location(&self, path: impl Display) -> String {
        format!("{}/{path}", self.origin)
    }
}

/// Adds `key` to a record; an unset reference is left out rather than null.
pub fn put(record: &mut Value, key: &str, value: Option<Value>) {
    if let (Some(record), Some(value)) = (record.as_object_mut(), value) {
        record.insert(key.to_owned(), value);
    }
}

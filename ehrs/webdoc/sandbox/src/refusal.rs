//! Why a call is refused. Webdoc's error bodies are not public: every body here is invented and says so.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

#[derive(Debug)]
pub enum Refusal {
    /// OAuth 2's own words for a token request that fails.
    Token(StatusCode, &'static str),
    Unauthenticated,
    /// The scope that the token lacks.
    Forbidden(&'static str),
    NotFound(&'static str),
    Invalid(Invalid),
    /// An upload that cannot be read.
    Corrupt,
}

/// What is wrong with which field. Never holds what was sent: it may be about a patient.
#[derive(Debug)]
pub struct Invalid {
    pub field: String,
    pub message: String,
}

impl Refusal {
    pub fn invalid(field: &str, message: &str) -> Self {
        Self::Invalid(Invalid { field: field.to_owned(), message: message.to_owned() })
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::Token(status, error) => body(status, error, []),
            Self::Unauthenticated => body(StatusCode::UNAUTHORIZED, "unauthenticated", []),
            Self::Forbidden(scope) => body(StatusCode::FORBIDDEN, "missing_scope", [("scope", scope)]),
            Self::NotFound(what) => body(StatusCode::NOT_FOUND, "not_found", [("what", what)]),
            Self::Invalid(Invalid { field, message }) => {
                let details = [("field", field.as_str()), ("message", message.as_str())];
                body(StatusCode::BAD_REQUEST, "invalid", details)
            }
            Self::Corrupt => body(StatusCode::INTERNAL_SERVER_ERROR, "corrupt_file", []),
        }
    }
}

pub fn rate_limited(_: Timestamp) -> Response {
    body(StatusCode::TOO_MANY_REQUESTS, "rate_limited", [])
}

fn body<'d>(
    status: StatusCode,
    error: &str,
    details: impl IntoIterator<Item = (&'static str, &'d str)>,
) -> Response {
    let mut body = Map::new();
    body.insert("error".to_owned(), error.into());
    body.extend(details.into_iter().map(|(name, value)| (name.to_owned(), Value::from(value))));
    body.insert("invented".to_owned(), json!(true));
    (status, Json(body)).into_response()
}

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

pub const BLANK: &str = "can’t be blank";
pub const INVALID: &str = "is invalid";
pub const UNLISTED: &str = "is not included in the list";

/// Why a call is refused, in Cliniko's own forms.
#[derive(Debug)]
pub enum Refusal {
    Unauthenticated,
    UserAgent,
    Forbidden,
    NotFound,
    BadRequest(String),
    Invalid(Errors),
    ContentNotAnObject,
    /// Nested fields that arrive as text, as form-encoded bodies send them.
    Crashed,
}

impl Refusal {
    pub fn field(field: &str, message: &str) -> Self {
        let mut errors = Errors::default();
        errors.add(field, message);
        Self::Invalid(errors)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::Unauthenticated => {
                let challenge = [(header::WWW_AUTHENTICATE, "Basic realm=\"Application\"")];
                (StatusCode::UNAUTHORIZED, challenge, "HTTP Basic: Access denied.\n").into_response()
            }
            Self::UserAgent => (StatusCode::FORBIDDEN, "Requires a user agent").into_response(),
            Self::Forbidden => StatusCode::FORBIDDEN.into_response(),
            Self::NotFound => {
                (StatusCode::NOT_FOUND, Json(json!({"status": "404", "error": "Not Found"}))).into_response()
            }
            Self::BadRequest(message) => {
                (StatusCode::BAD_REQUEST, Json(json!({"message": message}))).into_response()
            }
            Self::Invalid(Errors(errors)) => {
                let body = json!({"message": "Validation Failed", "errors": errors});
                (StatusCode::UNPROCESSABLE_ENTITY, Json(body)).into_response()
            }
            Self::ContentNotAnObject => {
                (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({"message": "must be an object"})))
                    .into_response()
            }
            Self::Crashed => {
                let body = json!({"status": "500", "error": "Internal Server Error"});
                (StatusCode::INTERNAL_SERVER_ERROR, Json(body)).into_response()
            }
        }
    }
}

/// Field → one message, as a 422 carries them.
#[derive(Debug, Default)]
pub struct Errors(Map<String, Value>);

impl Errors {
    /// The first message of a field stays.
    pub fn add(&mut self, field: &str, message: &str) {
        self.0.entry(field).or_insert_with(|| message.into());
    }

    /// Invalid nested content is named without a message.
    pub fn add_silent(&mut self, field: &str) {
        self.0.entry(field).or_insert(Value::Null);
    }

    pub fn none_or_refuse(self) -> Result<(), Refusal> {
        if self.0.is_empty() { Ok(()) } else { Err(Refusal::Invalid(self)) }
    }
}

/// 429 tells when the window resets in UNIX seconds, and has no `Retry-After`.
pub fn rate_limited(reset: Timestamp) -> Response {
    let reset = [("X-RateLimit-Reset", reset.as_second().to_string())];
    (StatusCode::TOO_MANY_REQUESTS, reset, Json(json!({"message": "Rate limit exceeded"}))).into_response()
}

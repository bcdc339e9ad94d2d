use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde_json::json;

use crate::problem::Problem;

/// Why a call gets no further than HTTP. Kaddio's clients read `error` or `message` of such a body.
#[derive(Debug)]
pub enum Refusal {
    Unauthorized,
    UnknownImpersonation,
    BadRequest(&'static str),
    NotJson,
    TooLarge,
    NotFound,
    Conflict(Problem),
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, error) = match self {
            Self::Unauthorized => (StatusCode::UNAUTHORIZED, "Unauthorized".to_owned()),
            Self::UnknownImpersonation => {
                (StatusCode::FORBIDDEN, "ImpersonationId is no host of this organization".to_owned())
            }
            Self::BadRequest(error) => (StatusCode::BAD_REQUEST, error.to_owned()),
            Self::NotJson => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "Send application/json".to_owned()),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "The body is too large".to_owned()),
            Self::NotFound => (StatusCode::NOT_FOUND, "Not found".to_owned()),
            Self::Conflict(problem) => (StatusCode::CONFLICT, problem.to_string()),
        };
        (status, Json(json!({"error": error}))).into_response()
    }
}

/// 429 does not tell when to come back.
pub fn rate_limited(_reset: Timestamp) -> Response {
    (StatusCode::TOO_MANY_REQUESTS, Json(json!({"message": "Too many requests"}))).into_response()
}

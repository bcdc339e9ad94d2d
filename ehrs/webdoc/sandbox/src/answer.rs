use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use crate::refusal::Refusal;

pub type Answer = Result<Response, Refusal>;

pub fn ok(body: Value) -> Answer {
    Ok(Json(body).into_response())
}

pub fn list(rows: impl Iterator<Item = Value>) -> Answer {
    ok(rows.collect())
}

pub fn created(body: Value) -> Answer {
    Ok((StatusCode::CREATED, Json(body)).into_response())
}

/// Some of Webdoc's creates answer with an array of one.
pub fn created_one(body: Value) -> Answer {
    created(Value::Array(vec![body]))
}

pub fn nothing() -> Answer {
    Ok(StatusCode::NO_CONTENT.into_response())
}

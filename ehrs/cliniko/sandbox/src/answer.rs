use std::fmt::Display;

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use crate::links::Links;
use crate::refusal::Refusal;

pub type Answer = Result<Response, Refusal>;

pub fn ok(body: Value) -> Answer {
    Ok(Json(body).into_response())
}

/// 201 with the record and its `Location`; `path` names the record as `patients/1`.
pub fn created(links: &Links, path: impl Display, body: Value) -> Answer {
    let location = [(header::LOCATION, links.location(path))];
    Ok((StatusCode::CREATED, location, Json(body)).into_response())
}

pub fn no_content() -> Answer {
    Ok(StatusCode::NO_CONTENT.into_response())
}

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;

use crate::refusal::Refusal;

/// A JSON object of the documented types. Fields that are not documented are not looked at.
pub struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let json = is_json(request.headers());
        let bytes = Bytes::from_request(request, state).await.map_err(IntoResponse::into_response)?;
        if !json || bytes.first() != Some(&b'{') {
            return Err(Refusal::invalid("body", "must be a JSON object").into_response());
        }
        read(&bytes).map(Self).map_err(IntoResponse::into_response)
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json")
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Refusal> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let read = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let words = error.inner().to_string();
        match words.strip_prefix("missing field `").and_then(|rest| rest.split_once('`')) {
            Some((field, _)) => Refusal::invalid(field, "is required"),
            None => Refusal::invalid(&error.path().to_string(), "is not of the documented type"),
        }
    })?;
    json.end().map_err(|_| Refusal::invalid("body", "must be one JSON object"))?;
    Ok(read)
}

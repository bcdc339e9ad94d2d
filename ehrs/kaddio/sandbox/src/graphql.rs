//! `POST /graphql`: the schema, and how it is asked over HTTP.

mod limits;
mod mutation;
mod query;
mod variables;
#[cfg(test)]
mod written_schema;

use async_graphql::{EmptySubscription, Request, Response, Schema, ServerError, Variables};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::routing::{MethodRouter, post};
use axum::{Extension, Json};
use serde::Deserialize;

use crate::auth::Caller;
use crate::problem::Problem;
use crate::refusal::Refusal;
use crate::state::App;
pub use limits::document;
use mutation::Mutation;
use query::Query;
pub use variables::chosen;

pub const PATH: &str = "/graphql";

/// A field that can be null, and is where a rule refuses it.
type Nullable<T> = Option<Result<T, Problem>>;

#[derive(Deserialize)]
pub struct Body {
    pub query: String,
    #[serde(default)]
    pub variables: Variables,
    #[serde(default, rename = "operationName")]
    pub operation_name: Option<String>,
}

#[derive(Clone)]
struct Endpoint {
    schema: Schema<Query, Mutation, EmptySubscription>,
    introspection: bool,
}

pub fn endpoint(app: &App) -> MethodRouter {
    let schema = Schema::build(Query, Mutation, EmptySubscription).data(app.clone());
    let schema = limits::applied(schema).finish();
    post(answer).with_state(Endpoint { schema, introspection: app.options.introspection })
}

/// Whatever is wrong with the operation is told with HTTP 200.
async fn answer(
    State(endpoint): State<Endpoint>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Response>, Refusal> {
    if !is_json(&headers) {
        return Err(Refusal::NotJson);
    }
    let body = read(&body)?;
    if let Err(refused) = limits::check(&body.query, endpoint.introspection) {
        return Ok(Json(Response::from_errors(vec![ServerError::new(refused, None)])));
    }
    let wrong = document(&body.query)
        .map(|document| variables::check(&document, body.operation_name.as_deref(), &body.variables));
    if let Some(wrong) = wrong.filter(|wrong| !wrong.is_empty()) {
        return Ok(Json(Response::from_errors(wrong)));
    }
    let mut request = Request::new(body.query).variables(body.variables).data(caller);
    request.operation_name = body.operation_name;
    Ok(Json(endpoint.schema.execute(request).await))
}

fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = content_type.unwrap_or_default().split(';').next().unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("application/json")
}

/// Batches are refused.
pub fn read(body: &[u8]) -> Result<Body, Refusal> {
    let refusal = if body.trim_ascii_start().starts_with(b"[") {
        "One operation a call"
    } else {
        "The body must be JSON with a query"
    };
    serde_json::from_slice(body).map_err(|_| Refusal::BadRequest(refusal))
}

//! `POST /oauth/token`: the client credentials grant of OAuth 2.

use std::collections::BTreeSet;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::routing::post;
use axum::{Json, Router};
use jiff::SignedDuration;
use serde_json::{Value, json};
use subtle::ConstantTimeEq;
use url::form_urlencoded;

use crate::refusal::Refusal;
use crate::state::App;

pub const PATH: &str = "/oauth/token";

pub fn routes() -> Router<App> {
    Router::new().route(PATH, post(token))
}

const INVALID_REQUEST: Refusal = Refusal::Token(StatusCode::BAD_REQUEST, "invalid_request");
const INVALID_CLIENT: Refusal = Refusal::Token(StatusCode::UNAUTHORIZED, "invalid_client");
const INVALID_SCOPE: Refusal = Refusal::Token(StatusCode::BAD_REQUEST, "invalid_scope");
const UNSUPPORTED: Refusal = Refusal::Token(StatusCode::BAD_REQUEST, "unsupported_grant_type");

async fn token(State(app): State<App>, headers: HeaderMap, body: Bytes) -> Result<Json<Value>, Refusal> {
    let form = Form::read(&headers, &body)?;
    let grant = form.field("grant_type")?;
    let client = same(form.field("client_id")?, &app.options.client_id);
    let secret = same(form.field("client_secret")?, &app.options.client_secret);
    if grant != "client_credentials" {
        return Err(UNSUPPORTED);
    }
    if !(client & secret) {
        return Err(INVALID_CLIENT);
    }
    let scope = form.field("scope").map_err(|_| INVALID_SCOPE)?;
    let scopes: BTreeSet<String> = scope.split_whitespace().map(str::to_owned).collect();
    let grants = &app.options.grants;
    if scopes.is_empty() || !grants.cover(&scopes) {
        return Err(INVALID_SCOPE);
    }
    let lifetime = grants.token_lifetime();
    let now = app.options.clock.now();
    let expires = SignedDuration::try_from(lifetime).ok().and_then(|lifetime| now.checked_add(lifetime).ok());
    let expires = expires.unwrap_or(jiff::Timestamp::MAX);
    let token = app.tokens.issue(scopes, now, expires, grants.revocations());
    Ok(Json(json!({
        "access_token": token,
        "expires_in": lifetime.as_secs(),
        "token_type": "Bearer",
        "scope": scope,
    })))
}

/// Both sides are looked at in full, however many bytes agree.
fn same(given: &str, expected: &str) -> bool {
    given.as_bytes().ct_eq(expected.as_bytes()).into()
}

struct Form(Vec<(String, String)>);

impl Form {
    fn read(headers: &HeaderMap, body: &[u8]) -> Result<Self, Refusal> {
        let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        if !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(INVALID_REQUEST);
        }
        Ok(Self(form_urlencoded::parse(body).into_owned().collect()))
    }

    fn field(&self, name: &str) -> Result<&str, Refusal> {
        let mut values = self.0.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str());
        match (values.next(), values.next()) {
            (Some(value), None) => Ok(value),
            _ => Err(INVALID_REQUEST),
        }
    }
}

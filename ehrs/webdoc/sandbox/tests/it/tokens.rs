//! `POST /oauth/token`, and what becomes of tokens.

use std::time::Duration;

use jiff::SignedDuration;
use reqwest::{Method, header};
use vardbro_webdoc_sandbox::SCOPES;

use crate::client::{Sandbox, assert_fields};

async fn works(sandbox: &Sandbox, token: &str) -> u16 {
    let request = sandbox.bare(Method::GET, "/v1/bookingTypes").bearer_auth(token);
    sandbox.send(request).await.status.as_u16()
}

#[tokio::test]
async fn a_token_is_opaque_and_echoes_its_scope() {
    let sandbox = Sandbox::start().await;
    let body = sandbox.ask_token(&sandbox.grant("self-service bookings:write")).await.expect(200);
    assert_fields(&body, "access_token,expires_in,token_type,scope");
    assert_eq!(body["expires_in"], 3600);
    assert_eq!(body["token_type"], "Bearer");
    assert_eq!(body["scope"], "self-service bookings:write");

    let token = body["access_token"].as_str().unwrap();
    assert_eq!(works(&sandbox, token).await, 200);
    assert_ne!(token, sandbox.token("self-service bookings:write").await);
}

#[tokio::test]
async fn a_wrong_form_gets_no_token() {
    let sandbox = Sandbox::start().await;
    for (field, value, status, error) in [
        ("grant_type", Some("password"), 400, "unsupported_grant_type"),
        ("grant_type", None, 400, "invalid_request"),
        ("client_id", Some("somebody"), 401, "invalid_client"),
        ("client_id", None, 400, "invalid_request"),
        ("client_secret", Some("webdoc-sandbox-secre"), 401, "invalid_client"),
        ("client_secret", Some(""), 401, "invalid_client"),
        ("client_secret", None, 400, "invalid_request"),
        ("scope", None, 400, "invalid_scope"),
        ("scope", Some(""), 400, "invalid_scope"),
        ("scope", Some("self-service everything"), 400, "invalid_scope"),
    ] {
        let mut fields = sandbox.grant("self-service");
        fields.retain(|(name, _)| name != field);
        fields.extend(value.map(|value| (field.to_owned(), value.to_owned())));
        let body = sandbox.ask_token(&fields).await.expect(status);
        assert_eq!((&body["error"], &body["invented"]), (&error.into(), &true.into()), "{field} {value:?}");
    }
}

#[tokio::test]
async fn only_the_documented_form_is_read() {
    let sandbox = Sandbox::start().await;
    let credentials = &sandbox.running.credentials;
    let json = serde_json::json!({
        "grant_type": "client_credentials",
        "client_id": credentials["client_id"],
        "client_secret": credentials["client_secret"],
        "scope": "self-service",
    });
    let request = sandbox.http.post(&credentials["token_url"]);
    let request = request.header(header::CONTENT_TYPE, "application/json").body(json.to_string());
    assert_eq!(sandbox.send(request).await.expect(400)["error"], "invalid_request");

    let mut twice = sandbox.grant("self-service");
    twice.push(("client_id".to_owned(), "other".to_owned()));
    assert_eq!(sandbox.ask_token(&twice).await.expect(400)["error"], "invalid_request");
}

#[tokio::test]
async fn one_scope_that_is_not_granted_fails_the_whole_token() {
    let sandbox = Sandbox::start().await;
    let before = sandbox.token("users:read self-service").await;
    sandbox.options.grants.set_scopes(["self-service"]);

    let refused = sandbox.ask_token(&sandbox.grant("self-service users:read")).await.expect(400);
    assert_eq!(refused["error"], "invalid_scope");
    sandbox.token("self-service").await;
    assert_eq!(works(&sandbox, &before).await, 200, "a token keeps what it was given");

    sandbox.options.grants.set_scopes(SCOPES);
    sandbox.token("self-service users:read").await;
}

#[tokio::test]
async fn a_token_ends_with_its_lifetime() {
    let sandbox = Sandbox::start().await;
    sandbox.options.grants.set_token_lifetime(Duration::from_secs(120));
    let token = sandbox.token("self-service").await;
    sandbox.clock.advance(SignedDuration::from_secs(119));
    assert_eq!(works(&sandbox, &token).await, 200);
    sandbox.clock.advance(SignedDuration::from_secs(1));
    assert_eq!(works(&sandbox, &token).await, 401);
    assert_eq!(works(&sandbox, &sandbox.token).await, 200, "issued for an hour");
    sandbox.clock.advance(SignedDuration::from_secs(3480));
    assert_eq!(works(&sandbox, &sandbox.token).await, 401);
}

#[tokio::test]
async fn revoked_tokens_are_refused_and_new_ones_work() {
    let sandbox = Sandbox::start().await;
    sandbox.options.grants.revoke_tokens();
    assert_eq!(works(&sandbox, &sandbox.token).await, 401);
    assert_eq!(works(&sandbox, &sandbox.token("self-service").await).await, 200);
}

#[tokio::test]
async fn a_reset_keeps_the_tokens() {
    let sandbox = Sandbox::start().await;
    sandbox.running.ehr.reset();
    assert_eq!(works(&sandbox, &sandbox.token).await, 200);
}

#[tokio::test]
async fn another_sandbox_knows_nothing_of_a_token() {
    let sandbox = Sandbox::start().await;
    let other = Sandbox::with(|options| {
        options.grants = sandbox.options.grants.clone();
        options.seed = 1;
    })
    .await;
    assert_eq!(works(&other, &sandbox.token).await, 401);
}

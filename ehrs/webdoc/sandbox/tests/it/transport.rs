//! Bodies, unknown routes, faults, the auditor.

use std::sync::Arc;

use jiff::{ToSpan, Zoned};
use reqwest::{Method, header};
use serde_json::{Value, json};
use vardbro_sandbox_kit::SystemClock;

use crate::client::{ALMGREN, Sandbox, TOLVAN, id};

async fn set_faults(sandbox: &Sandbox, faults: Value) {
    sandbox.post("/_sandbox/faults", faults).await.expect(200);
}

#[tokio::test]
async fn the_connection_is_described() {
    let sandbox = Sandbox::start().await;
    let running = &sandbox.running;
    assert_eq!(running.native, running.origin);
    assert_eq!(running.credentials["token_url"], format!("{}/oauth/token", running.origin));
    assert_eq!(running.credentials.len(), 3);
}

#[tokio::test]
async fn by_the_machines_clock_there_are_rows_ahead() {
    let sandbox = Sandbox::with(|options| options.clock = Arc::new(SystemClock)).await;
    let days = |days: i64| (Zoned::now().date() + days.days()).to_string();
    let path = format!("/v1/bookings?isBooked=0&fromDate={}&toDate={}", days(60), days(90));
    assert_eq!(sandbox.rows(&path).await.len(), 100);
}

#[tokio::test]
async fn unknown_routes_and_methods_are_not_found() {
    let sandbox = Sandbox::start().await;
    sandbox.get("/v1/timeslots").await.refused(404, None);
    sandbox.get("/v1/notes").await.refused(404, None);
    sandbox.write(Method::PUT, "/v1/bookings", json!({})).await.refused(404, None);
    sandbox.send(sandbox.bare(Method::GET, "/oauth/token")).await.refused(404, None);
    assert_eq!(sandbox.running.controls.calls()["GET (unknown)"], 1);
}

#[tokio::test]
async fn bodies_are_json_objects_and_say_so() {
    let sandbox = Sandbox::start().await;
    for body in ["{", "[]", "\"text\"", "", "{} {}", &"[".repeat(100_000)] {
        let request = sandbox.request(Method::POST, "/v1/notes");
        let request = request.header(header::CONTENT_TYPE, "application/json").body(body.to_owned());
        assert_eq!(sandbox.send(request).await.status, 400, "{}", body.get(..5).unwrap_or(body));
    }
    let untyped = sandbox.request(Method::POST, "/v1/notes").body("{}");
    sandbox.send(untyped).await.refused(400, Some("body"));
    let huge = json!({"note": "x".repeat(3 * 1024 * 1024)});
    assert_eq!(sandbox.post("/v1/bookings", huge).await.status, 413);
}

#[tokio::test]
async fn there_is_no_rate_limit_until_one_is_set() {
    let sandbox = Sandbox::start().await;
    for _ in 0..300 {
        sandbox.get("/v1/documentTypes").await.expect(200);
    }
    set_faults(&sandbox, json!({"rate_limit_per_minute": 2})).await;
    sandbox.get("/v1/clinics").await.expect(200);
    sandbox.ask_token(&sandbox.grant("self-service")).await.expect(200);
    sandbox.get("/v1/clinics").await.refused(429, None);
    sandbox.ask_token(&sandbox.grant("self-service")).await.refused(429, None);
    sandbox.clock.advance(jiff::SignedDuration::from_secs(60));
    sandbox.get("/v1/clinics").await.expect(200);
}

#[tokio::test]
async fn a_failing_server_does_nothing() {
    let sandbox = Sandbox::start().await;
    let row = sandbox.free().await.swap_remove(0);
    let body = sandbox.body_for(&row).await;
    set_faults(&sandbox, json!({"error_rate": 1.0})).await;
    sandbox.post("/v1/bookings", body.clone()).await.expect(503);
    sandbox.ask_token(&sandbox.grant("self-service")).await.expect(503);
    set_faults(&sandbox, json!({"error_rate": null})).await;
    sandbox.post("/v1/bookings", body).await.expect(201);
}

#[tokio::test]
async fn a_lost_answer_took_effect() {
    let sandbox = Sandbox::start().await;
    let row = sandbox.free().await.swap_remove(0);
    let body = sandbox.body_for(&row).await;
    set_faults(&sandbox, json!({"lose_response_rate": 1.0})).await;
    let request = sandbox.request(Method::POST, "/v1/bookings");
    let request = request.header(header::CONTENT_TYPE, "application/json").body(body.to_string());
    request.send().await.unwrap_err();
    set_faults(&sandbox, json!({"lose_response_rate": null})).await;
    let day = row["date"].as_str().unwrap();
    let path = format!(
        "/v1/bookings?isBooked=1&userId={ALMGREN}&personalNumber={TOLVAN}&fromDate={day}&toDate={day}"
    );
    let found = sandbox.rows(&path).await;
    assert!(found.iter().any(|booking| booking["startTime"] == row["startTime"]));
}

#[tokio::test]
async fn a_reset_brings_the_seed_back_and_no_id_twice() {
    let sandbox = Sandbox::start().await;
    let before = sandbox.get("/_sandbox/state").await.expect(200);
    let rows = sandbox.free().await;
    let first = sandbox.book(&rows[0]).await;
    sandbox.patch(&format!("/v1/patients/{TOLVAN}"), json!({"city": "Umeå"})).await.expect(204);
    assert_ne!(sandbox.get("/_sandbox/state").await.expect(200), before);

    sandbox.post("/_sandbox/reset", json!({})).await.expect(204);

    assert_eq!(sandbox.get("/_sandbox/state").await.expect(200), before);
    assert_eq!(sandbox.get("/_sandbox/calls").await.expect(200), json!({}));
    assert_eq!(sandbox.free().await, rows);
    assert_ne!(sandbox.patient(TOLVAN).await["address"]["city"], "Umeå");
    let second = sandbox.book(&rows[0]).await;
    assert_ne!(id(&first), id(&second));
}

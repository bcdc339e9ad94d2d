//! The kit over real TCP.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use jiff::Timestamp;
use serde_json::{Value, json};
use vardbro_sandbox_kit::{
    AuditState, Auditable, Controls, Faulty, Server, SystemClock, admin_router, count_calls, meet_fate,
};

#[derive(Default)]
struct Ledger(AtomicUsize);

impl Auditable for Ledger {
    fn state(&self) -> AuditState {
        AuditState { patients: self.0.load(Ordering::SeqCst), ..AuditState::default() }
    }

    fn reset(&self) {
        self.0.store(0, Ordering::SeqCst);
    }
}

fn too_many(reset: Timestamp) -> Response {
    (StatusCode::TOO_MANY_REQUESTS, reset.as_second().to_string()).into_response()
}

async fn sandbox() -> Server {
    let controls = Controls::new(Arc::new(SystemClock), Some(100), 0);
    let ledger = Arc::new(Ledger::default());
    let written = ledger.clone();
    let write = move || async move {
        written.0.fetch_add(1, Ordering::SeqCst);
        StatusCode::CREATED
    };
    let slow = || async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        "done"
    };
    let native = Router::new()
        .route("/v1/rows", post(write))
        .route("/v1/rows/{id}", get(|| async { "row" }))
        .route("/v1/slow", get(slow))
        .fallback(|| async { StatusCode::NOT_FOUND })
        .layer(from_fn_with_state(Faulty { controls: controls.clone(), rate_limited: too_many }, meet_fate))
        .layer(from_fn_with_state(controls.clone(), count_calls));
    let listen = "127.0.0.1:0".parse().unwrap();
    Server::start(listen, |_| admin_router(controls, ledger).merge(native)).await.unwrap()
}

fn client() -> reqwest::Client {
    // No TLS is spoken here, but the client wants a provider all the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::new()
}

async fn read(client: &reqwest::Client, url: String) -> Value {
    serde_json::from_str(&client.get(url).send().await.unwrap().text().await.unwrap()).unwrap()
}

async fn faults(client: &reqwest::Client, server: &Server, change: Value) -> (u16, Value) {
    let url = format!("{}/_sandbox/faults", server.origin());
    let answer = client.post(url).body(change.to_string()).send().await.unwrap();
    (answer.status().as_u16(), serde_json::from_str(&answer.text().await.unwrap()).unwrap())
}

#[tokio::test]
async fn calls_are_counted_by_route_template() {
    let server = sandbox().await;
    let client = client();
    for path in ["/v1/rows/1", "/v1/rows/2", "/elsewhere", "/_sandbox/state", "/_sandbox/none"] {
        client.get(format!("{}{path}", server.origin())).send().await.unwrap();
    }

    let calls = read(&client, format!("{}/_sandbox/calls", server.origin())).await;

    assert_eq!(calls, json!({"GET /v1/rows/{id}": 2, "GET (unknown)": 1}));
}

#[tokio::test]
async fn a_lost_answer_takes_effect_and_sends_no_byte() {
    let server = sandbox().await;
    let client = client();
    faults(&client, &server, json!({"lose_response_rate": 1})).await;

    let lost = client.post(format!("{}/v1/rows", server.origin())).send().await.unwrap_err();

    assert!(lost.status().is_none());
    let state = read(&client, format!("{}/_sandbox/state", server.origin())).await;
    assert_eq!(state["patients"], 1);
}

#[tokio::test]
async fn an_unavailable_call_has_no_effect() {
    let server = sandbox().await;
    let client = client();
    faults(&client, &server, json!({"error_rate": 1.0})).await;

    let refused = client.post(format!("{}/v1/rows", server.origin())).send().await.unwrap();

    assert_eq!(refused.status(), 503);
    let state = read(&client, format!("{}/_sandbox/state", server.origin())).await;
    assert_eq!(state["patients"], 0);
}

#[tokio::test]
async fn faults_merge_and_refuse_what_they_do_not_know() {
    let server = sandbox().await;
    let client = client();

    let (status, now) = faults(&client, &server, json!({"latency_ms": 1, "rate_limit_per_minute": 7})).await;
    assert_eq!(status, 200);
    let expected = json!({"latency_ms": 1, "error_rate": 0.0, "lose_response_rate": 0.0, "rate_limit_per_minute": 7, "seed": 0});
    assert_eq!(now, expected);

    for wrong in [json!({"speed": 1}), json!({"error_rate": 2}), json!([])] {
        let (status, problem) = faults(&client, &server, wrong).await;
        assert_eq!(status, 400);
        assert!(problem["error"].is_string());
    }
}

#[tokio::test]
async fn reset_starts_over() {
    let server = sandbox().await;
    let client = client();
    faults(&client, &server, json!({"rate_limit_per_minute": 1})).await;
    let rows = format!("{}/v1/rows", server.origin());
    assert_eq!(client.post(&rows).send().await.unwrap().status(), 201);
    assert_eq!(client.post(&rows).send().await.unwrap().status(), 429);

    let answer = client.post(format!("{}/_sandbox/reset", server.origin())).send().await.unwrap();

    assert_eq!(answer.status(), 204);
    assert_eq!(read(&client, format!("{}/_sandbox/calls", server.origin())).await, json!({}));
    assert_eq!(read(&client, format!("{}/_sandbox/state", server.origin())).await["patients"], 0);
    assert_eq!(client.post(&rows).send().await.unwrap().status(), 201);
}

#[tokio::test]
async fn shutdown_finishes_what_is_in_flight() {
    let server = sandbox().await;
    let client = client();
    let slow = format!("{}/v1/slow", server.origin());
    let in_flight = tokio::spawn({
        let (client, slow) = (client.clone(), slow.clone());
        async move { client.get(slow).send().await.unwrap().text().await.unwrap() }
    });
    tokio::time::sleep(Duration::from_millis(100)).await;

    server.shutdown().await;

    assert_eq!(in_flight.await.unwrap(), "done");
    client.get(slow).send().await.unwrap_err();
}

#[tokio::test]
async fn dropping_the_server_stops_it() {
    let server = sandbox().await;
    let state = format!("{}/_sandbox/state", server.origin());
    client().get(&state).send().await.unwrap();

    drop(server);

    let stopped = async {
        while client().get(&state).send().await.is_ok() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), stopped).await.unwrap();
}

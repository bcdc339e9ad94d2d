//! Authentication, User-Agent, rate limit, faults, unknown routes.

use reqwest::{Method, header};
use serde_json::{Value, json};

use crate::client::{PATIENT, Sandbox};

#[tokio::test]
async fn the_key_works_with_and_without_its_shard() {
    let sandbox = Sandbox::start().await;
    let bare = sandbox.key().strip_suffix("-au1").unwrap();
    let calls = [(sandbox.key(), 200), (bare, 200), ("wrong", 401), ("", 401)];
    for (key, status) in calls {
        let request = sandbox.http.get(format!("{}/user", sandbox.running.native));
        let request =
            request.basic_auth(key, Some("")).header(header::USER_AGENT, "Vendor (dev@vendor.example)");
        assert_eq!(sandbox.send(request).await.status, status, "{key}");
    }
}

#[tokio::test]
async fn a_missing_key_is_refused_in_plain_text() {
    let sandbox = Sandbox::start().await;
    let request = sandbox.http.get(format!("{}/patients", sandbox.running.native));

    let reply = sandbox.send(request.header(header::USER_AGENT, "Vendor (dev@vendor.example)")).await;

    assert_eq!(reply.status, 401);
    assert_eq!(reply.text.trim(), "HTTP Basic: Access denied.");
    assert!(reply.headers["content-type"].to_str().unwrap().starts_with("text/plain"));
}

#[tokio::test]
async fn a_user_agent_without_contact_is_refused_when_strict() {
    let strict = Sandbox::start().await;
    let lenient = Sandbox::with(|options| options.strict_user_agent = false).await;
    for (sandbox, status) in [(strict, 403), (lenient, 200)] {
        let request = sandbox.http.get(format!("{}/user", sandbox.running.native));
        let request = request.basic_auth(sandbox.key(), Some("")).header(header::USER_AGENT, "curl/8");
        assert_eq!(sandbox.send(request).await.status, status);
    }
}

#[tokio::test]
async fn the_201st_call_of_a_minute_is_told_when_to_come_back() {
    let sandbox = Sandbox::start().await;
    for _ in 0..200 {
        sandbox.get("/user").await.expect(200);
    }

    let refused = sandbox.get("/user").await;

    assert_eq!(refused.status, 429);
    let reset: i64 = refused.headers["x-ratelimit-reset"].to_str().unwrap().parse().unwrap();
    assert_eq!(reset, sandbox.now().as_second() + 60);
    assert!(!refused.headers.contains_key("retry-after"));
    sandbox.clock.advance(jiff::SignedDuration::from_secs(60));
    sandbox.get("/user").await.expect(200);
}

#[tokio::test]
async fn strangers_use_up_no_quota_but_are_counted() {
    let sandbox = Sandbox::start().await;
    let url = format!("{}/user", sandbox.running.native);
    for _ in 0..250 {
        sandbox.http.get(&url).header(header::USER_AGENT, "Vendor (a@b.example)").send().await.unwrap();
    }

    sandbox.get("/user").await.expect(200);

    assert_eq!(sandbox.running.controls.calls()["GET /v1/user"], 251);
}

#[tokio::test]
async fn unknown_routes_methods_and_ids_are_not_found() {
    let sandbox = Sandbox::start().await;
    for path in ["/available_times", "/patients/1", "/patients/none", "/nothing"] {
        let body = sandbox.get(path).await.expect(404);
        assert_eq!(body, json!({"status": "404", "error": "Not Found"}));
    }
    sandbox.write(Method::DELETE, "/practitioners", Value::Null).await.expect(404);
    let calls = sandbox.running.controls.calls();
    assert_eq!((calls["GET /v1/patients/{id}"], calls["GET (unknown)"]), (2, 2));
}

#[tokio::test]
async fn the_auditor_counts_calls_faults_and_resets() {
    let sandbox = Sandbox::start().await;
    let origin = sandbox.running.origin.clone();
    let before = sandbox.get(&format!("{origin}/_sandbox/state")).await.expect(200);
    sandbox.post("/patients", json!({"first_name": "A", "last_name": "B"})).await.expect(201);
    let during = sandbox.get(&format!("{origin}/_sandbox/state")).await.expect(200);
    assert_eq!(during["patients"].as_u64(), before["patients"].as_u64().map(|n| n + 1));
    let calls = sandbox.get(&format!("{origin}/_sandbox/calls")).await.expect(200);
    assert_eq!(calls, json!({"POST /v1/patients": 1}));

    let faults = json!({"lose_response_rate": 1.0});
    sandbox.post(&format!("{origin}/_sandbox/faults"), faults).await.expect(200);
    let lost = sandbox.request(Method::PATCH, &format!("/patients/{PATIENT}"));
    lost.body(json!({"city": "Geelong"}).to_string()).send().await.unwrap_err();
    sandbox.post(&format!("{origin}/_sandbox/faults"), json!({"lose_response_rate": null})).await.expect(200);
    assert_eq!(sandbox.get(&format!("/patients/{PATIENT}")).await.expect(200)["city"], "Geelong");

    sandbox.post(&format!("{origin}/_sandbox/reset"), Value::Null).await.expect(204);
    assert_eq!(sandbox.get(&format!("{origin}/_sandbox/state")).await.expect(200), before);
    assert_eq!(sandbox.get(&format!("/patients/{PATIENT}")).await.expect(200)["city"], "Melbourne");
}

#[tokio::test]
async fn filters_may_be_sent_with_raw_brackets_and_signs() {
    use std::io::{Read, Write};
    let sandbox = Sandbox::start().await;
    let address = sandbox.running.origin.strip_prefix("http://").unwrap().to_owned();
    let request = sandbox.request(Method::GET, "/user").build().unwrap();
    let authorization = request.headers()["authorization"].to_str().unwrap().to_owned();
    let answer = tokio::task::spawn_blocking(move || {
        let mut stream = std::net::TcpStream::connect(&address).unwrap();
        let head = format!(
            "GET /v1/patients?q[]=created_at:>2014-03-04T20:37:17Z&q[]=last_name:~lee HTTP/1.1\r\nHost: {address}\r\n\
             Authorization: {authorization}\r\nUser-Agent: V (v@v.example)\r\nConnection: close\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    });
    let answer = answer.await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("\"total_entries\":1"), "{answer}");
}

#[tokio::test]
async fn a_huge_body_is_too_large() {
    let sandbox = Sandbox::start().await;
    let body = json!({"notes": "x".repeat(3 * 1024 * 1024)});
    assert_eq!(sandbox.post("/patients", body).await.status, 413);
}

#[tokio::test]
async fn broken_json_is_a_bad_request() {
    let sandbox = Sandbox::start().await;
    for body in ["{", "[]", "\"text\"", &"[".repeat(100_000)] {
        let request =
            sandbox.request(Method::POST, "/patients").header(header::CONTENT_TYPE, "application/json");
        assert_eq!(sandbox.send(request.body(body.to_owned())).await.status, 400);
    }
}

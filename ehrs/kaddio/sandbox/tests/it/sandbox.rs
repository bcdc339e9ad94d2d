//! The auditor's view: counted calls, faults, the rate limit, reset.

use serde_json::{Value, json};

use crate::client::{ANNA, CREATE_CLIENT, FREE_PNR, RETURN_VISIT, Sandbox, TOLVAN};

#[tokio::test]
async fn calls_are_counted_by_their_first_field() {
    let sandbox = Sandbox::start().await;
    sandbox.ask(CREATE_CLIENT, json!({})).await.data();
    sandbox.ask("{ places { id } organization { id } }", Value::Null).await.data();
    sandbox.ask("{ __schema { types { name } } }", Value::Null).await.data();
    sandbox.ask("{ nothing }", Value::Null).await.error();
    sandbox.ask("{", Value::Null).await.error();
    sandbox.http.get(&sandbox.running.native).send().await.unwrap();
    for path in [
        "/api/all-suggestions-ever",
        "/api/all-suggestions-ever/",
        "/api/next-free-time/anna_lindqvist/nybesok",
    ] {
        sandbox.get(path).await.expect(200);
    }
    sandbox.http.post(sandbox.url("/api/book")).send().await.unwrap();
    sandbox.get("/nothing").await.expect(404);

    let calls = sandbox.send(sandbox.http.get(sandbox.url("/_sandbox/calls"))).await.expect(200);

    assert_eq!(
        calls,
        json!({
            "GET (unknown)": 1,
            "GET /api/all-suggestions-ever": 2,
            "GET /api/next-free-time": 1,
            "GET /graphql": 1,
            "POST /api/book": 1,
            "POST /graphql createClient": 1,
            "READ /graphql (unknown)": 1,
            "READ /graphql __schema": 1,
            "READ /graphql nothing": 1,
            "READ /graphql places": 1,
        })
    );
}

#[tokio::test]
async fn there_is_no_rate_limit_until_one_is_set() {
    let sandbox = Sandbox::start().await;
    sandbox.admin("faults", json!({"rate_limit_per_minute": 2})).await.expect(200);
    // A stranger uses up nobody's quota.
    let stranger = sandbox.http.post(&sandbox.running.native).header("Authorization", "wrong");
    sandbox.send(stranger).await.expect(401);
    for _ in 0..2 {
        sandbox.ask("{ places { id } }", Value::Null).await.data();
    }
    let refused = sandbox.ask("{ places { id } }", Value::Null).await;
    assert!(!refused.headers.contains_key("retry-after"));
    assert_eq!(refused.expect(429), json!({"message": "Too many requests"}));
    assert_eq!(sandbox.get("/api/next-free-time").await.status, 429);
    sandbox.clock.advance(jiff::SignedDuration::from_secs(60));
    sandbox.ask("{ places { id } }", Value::Null).await.data();
}

#[tokio::test]
async fn a_refused_call_does_nothing_and_a_lost_answer_has_its_effect() {
    let sandbox = Sandbox::start().await;
    let patients = async || sandbox.state().await["patients"].as_u64().unwrap();
    let before = patients().await;
    sandbox.admin("faults", json!({"error_rate": 1.0})).await.expect(200);
    assert_eq!(sandbox.ask(CREATE_CLIENT, json!({})).await.status, 503);
    assert_eq!(patients().await, before);

    sandbox.admin("faults", json!({"error_rate": null, "lose_response_rate": 1.0})).await.expect(200);
    let call = sandbox.call(&json!({"query": CREATE_CLIENT, "variables": {"pnr": FREE_PNR}}));
    call.send().await.unwrap_err();
    assert_eq!(patients().await, before + 1);

    sandbox.admin("faults", json!({"lose_response_rate": null})).await.expect(200);
    sandbox.ask(CREATE_CLIENT, json!({"pnr": FREE_PNR})).await.error();
}

#[tokio::test]
async fn the_auditor_sees_bookings_with_the_ids_of_the_protocol() {
    let sandbox = Sandbox::start().await;
    let free = sandbox.free_times(json!({"hostId": ANNA, "bookingTypeId": RETURN_VISIT})).await[0].clone();
    let booked = sandbox.book(TOLVAN, &free).await.data()["createBooking"].clone();
    let state = sandbox.state().await;
    let row = state["appointments"].as_array().unwrap().iter().find(|row| row["id"] == booked["id"]).unwrap();
    for (theirs, ours) in [
        ("care_unit_id", "placeId"),
        ("resource_id", "hostId"),
        ("service_id", "bookingTypeId"),
        ("patient_id", "clientId"),
    ] {
        assert_eq!(row[theirs], booked[ours]);
    }
    assert_eq!(row["live"], true);
    assert_eq!((&state["patients"], &state["notes"], &state["documents"]), (&json!(9), &json!(3), &json!(0)));
    assert!(state["appointments"].as_array().unwrap().iter().any(|row| row["live"] == false));
}

#[tokio::test]
async fn a_reset_restores_the_seed_and_keeps_the_token() {
    let sandbox = Sandbox::start().await;
    let before = sandbox.state().await;
    let free = sandbox.free_times(json!({"bookingTypeId": RETURN_VISIT})).await;
    sandbox.book(TOLVAN, &free[0]).await.data();
    sandbox.ask(CREATE_CLIENT, json!({"pnr": FREE_PNR})).await.data();
    assert_ne!(sandbox.state().await, before);

    sandbox.send(sandbox.http.post(sandbox.url("/_sandbox/reset"))).await;

    assert_eq!(sandbox.state().await, before);
    assert_eq!(sandbox.free_times(json!({"bookingTypeId": RETURN_VISIT})).await, free);
}

#[tokio::test]
async fn the_same_seed_and_day_make_the_same_bookings() {
    let [one, same, other] =
        [Sandbox::start().await, Sandbox::start().await, Sandbox::with(|options| options.seed = 7).await];
    assert_eq!(one.state().await, same.state().await);
    assert_ne!(one.state().await, other.state().await);
}

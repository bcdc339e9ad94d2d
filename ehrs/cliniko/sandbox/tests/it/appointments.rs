//! Individual appointments: booking, conflicts, moving, cancelling, archiving; attendees and bookings.

use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{ARCHIVED_PATIENT, HART, MELBOURNE, PATIENT, STANDARD, Sandbox, id, ids, linked};

/// A Sunday: nobody has anything then.
const START: &str = "2026-03-15T01:00:00Z";

fn body() -> Value {
    json!({"starts_at": START, "patient_id": PATIENT, "practitioner_id": HART, "appointment_type_id": STANDARD, "business_id": MELBOURNE})
}

fn with(change: Value) -> Value {
    let mut body = body();
    for (key, value) in change.as_object().unwrap() {
        body[key] = value.clone();
    }
    body
}

async fn book(sandbox: &Sandbox) -> Value {
    sandbox.post("/individual_appointments", body()).await.expect(201)
}

fn path(row: &Value) -> String {
    format!("/individual_appointments/{}", id(row))
}

#[tokio::test]
async fn a_booking_ends_after_the_types_duration() {
    let sandbox = Sandbox::start().await;
    let reply = sandbox.post("/individual_appointments", body()).await;
    assert!(reply.headers["location"].to_str().unwrap().contains("/individual_appointments/"));
    let made = reply.expect(201);
    assert_eq!((&made["starts_at"], &made["ends_at"]), (&json!(START), &json!("2026-03-15T01:30:00Z")));
    assert_eq!(made["patient_name"], "Ann Lee");
    assert_eq!(made["repeat_rule"], json!({}));
    assert_eq!(made["has_patient_appointment_notes"], true);
    assert!(made.get("patient_case").is_none() && made.get("repeated_from").is_none());
    assert_eq!(linked(&made, "business"), MELBOURNE);
    assert_eq!(sandbox.get(&path(&made)).await.expect(200), made);
}

#[tokio::test]
async fn two_equal_posts_make_two_rows_that_conflict() {
    let sandbox = Sandbox::start().await;
    let first = book(&sandbox).await;
    let conflicts = format!("{}/conflicts", path(&first));
    assert_eq!(sandbox.get(&conflicts).await.expect(200), json!({"conflicts": {"exist": false}}));

    let second = book(&sandbox).await;

    assert!(id(&second) > id(&first));
    for row in [&first, &second] {
        let url = row["conflicts"]["links"]["self"].as_str().unwrap();
        assert_eq!(sandbox.get(url).await.expect(200), json!({"conflicts": {"exist": true}}));
    }
    sandbox.post(&format!("{}/archive", path(&second)), Value::Null).await.expect(204);
    assert_eq!(sandbox.get(&conflicts).await.expect(200), json!({"conflicts": {"exist": false}}));
    let live = format!(
        "/bookings?q[]=practitioner_id:={HART}&q[]=starts_at:>=2026-03-15T00:00:00Z&q[]=starts_at:<2026-03-15T23:00:00Z"
    );
    assert_eq!(ids(&sandbox.get(&live).await.expect(200), "bookings"), [id(&first)]);
}

#[tokio::test]
async fn touching_bookings_do_not_conflict_but_blocks_do() {
    let sandbox = Sandbox::start().await;
    let first = book(&sandbox).await;
    let next = with(json!({"starts_at": "2026-03-15T01:30:00Z"}));
    sandbox.post("/individual_appointments", next).await.expect(201);
    let conflicts = format!("{}/conflicts", path(&first));
    assert_eq!(sandbox.get(&conflicts).await.expect(200)["conflicts"]["exist"], false);
    let block =
        json!({"starts_at": "2026-03-15T01:10:00Z", "practitioner_id": HART, "business_id": MELBOURNE});
    let block = sandbox.post("/unavailable_blocks", block).await.expect(201);
    assert_eq!(block["ends_at"], "2026-03-15T01:40:00Z");
    assert_eq!(sandbox.get(&conflicts).await.expect(200)["conflicts"]["exist"], true);
}

#[tokio::test]
async fn bad_references_are_named() {
    let sandbox = Sandbox::start().await;
    for (change, field, message) in [
        (json!({"patient_id": "1"}), "patient_id", "can’t be blank"),
        (json!({"patient_id": ARCHIVED_PATIENT}), "base", "Patient has been archived."),
        (json!({"practitioner_id": null}), "practitioner_id", "can’t be blank"),
        (json!({"business_id": "2"}), "business_id", "can’t be blank"),
        (json!({"appointment_type_id": "1390700000004026600"}), "max_attendees", "is not a number"),
        (json!({"starts_at": null}), "starts_at", "can’t be blank"),
        (json!({"starts_at": "tomorrow"}), "starts_at", "is invalid"),
        (json!({"ends_at": "2026-03-15T00:00:00Z"}), "ends_at", "must be after the start time"),
        (json!({"repeat_rule": {"repeat_type": "Yearly"}}), "repeat_rule", "is invalid"),
    ] {
        let refused = sandbox.post("/individual_appointments", with(change)).await.expect(422);
        assert_eq!(refused["message"], "Validation Failed");
        assert_eq!(refused["errors"][field], message, "{refused}");
    }
    let nothing = sandbox.post("/individual_appointments", json!({})).await.expect(422);
    assert!(nothing["errors"].as_object().unwrap().values().all(Value::is_string));
}

#[tokio::test]
async fn put_and_patch_are_the_same_partial_update() {
    let sandbox = Sandbox::start().await;
    let made = book(&sandbox).await;
    sandbox.clock.advance(jiff::SignedDuration::from_secs(5));
    let moved = json!({"starts_at": "2026-03-15T03:00:00Z", "ends_at": "2026-03-15T03:30:00Z"});
    let row = sandbox.patch(&path(&made), moved).await.expect(200);
    assert_eq!(row["starts_at"], "2026-03-15T03:00:00Z");
    assert_ne!(row["updated_at"], made["updated_at"]);
    assert_eq!(row["created_at"], made["created_at"]);
    let row = sandbox.write(Method::PUT, &path(&made), json!({"notes": "Bring films"})).await.expect(200);
    assert_eq!((&row["notes"], &row["starts_at"]), (&json!("Bring films"), &json!("2026-03-15T03:00:00Z")));

    let refused = sandbox.patch(&path(&made), json!({"starts_at": "2026-03-15T04:00:00Z"})).await.expect(422);
    assert_eq!(refused["errors"]["ends_at"], "must be after the start time");
    let recomputed = json!({"starts_at": "2026-03-15T04:00:00Z", "ends_at": null});
    let row = sandbox.patch(&path(&made), recomputed).await.expect(200);
    assert_eq!(row["ends_at"], "2026-03-15T04:30:00Z");
}

#[tokio::test]
async fn a_cancel_needs_a_reason_and_is_final() {
    let sandbox = Sandbox::start().await;
    let made = book(&sandbox).await;
    let cancel = format!("{}/cancel", path(&made));
    let refused = sandbox.patch(&cancel, json!({})).await.expect(422);
    assert_eq!(refused["errors"], json!({"cancellation_reason": "can’t be blank"}));
    let refused = sandbox.patch(&cancel, json!({"cancellation_reason": 31})).await.expect(422);
    assert_eq!(refused["errors"], json!({"cancellation_reason": "is not included in the list"}));

    sandbox.clock.advance(jiff::SignedDuration::from_secs(7));
    let reason = json!({"cancellation_reason": 50, "cancellation_note": "Moved house"});
    let done = sandbox.patch(&cancel, reason.clone()).await;
    assert_eq!((done.status.as_u16(), done.text.as_str()), (204, ""));

    assert_eq!(sandbox.total(&format!("/individual_appointments?q[]=id:={}", id(&made))).await, 0);
    let row = sandbox.get(&format!("{}?q[]=cancelled_at:*", path(&made))).await.expect(200);
    assert_eq!(row["cancellation_reason"], 50);
    assert_eq!(row["cancellation_reason_description"], "Other");
    assert_eq!(row["cancellation_note"], "Moved house");
    assert_eq!(
        (&row["updated_at"], &row["cancelled_at"]),
        (&row["cancelled_at"], &json!("2026-03-01T22:00:07Z"))
    );
    sandbox.patch(&cancel, reason).await.expect(404);
    sandbox.patch(&path(&made), json!({"starts_at": START})).await.expect(404);
    sandbox.post(&format!("{}/unarchive", path(&made)), Value::Null).await.expect(404);
    let attendee = sandbox.get(&format!("{}/attendees?q[]=cancelled_at:*", path(&made))).await.expect(200);
    assert_eq!(attendee["attendees"][0]["cancellation_reason"], 50);
}

#[tokio::test]
async fn delete_archives() {
    let sandbox = Sandbox::start().await;
    let made = book(&sandbox).await;
    sandbox.write(Method::DELETE, &path(&made), Value::Null).await.expect(204);
    sandbox.get(&path(&made)).await.expect(404);
    let row = sandbox.get(&format!("{}?q[]=archived_at:*", path(&made))).await.expect(200);
    assert!(row["archived_at"].is_string() && row["deleted_at"] == row["archived_at"]);
    sandbox.post(&format!("{}/archive", path(&made)), Value::Null).await.expect(404);
    let state = sandbox.running.ehr.state();
    let seen = state.appointments.iter().find(|row| row.id == id(&made)).unwrap();
    assert!(!seen.live);
    assert_eq!((seen.care_unit_id.as_str(), seen.resource_id.as_str()), (MELBOURNE, HART));
}

#[tokio::test]
async fn a_rule_without_values_repeats_nothing() {
    let sandbox = Sandbox::start().await;
    let unset = json!({"repeat_type": null, "repeating_interval": null, "number_of_repeats": null});
    for rule in [Value::Null, json!({}), unset] {
        let made =
            sandbox.post("/individual_appointments", with(json!({"repeat_rule": rule}))).await.expect(201);
        assert_eq!((&made["repeat_rule"], &made["repeats"]), (&json!({}), &Value::Null));
    }
}

#[tokio::test]
async fn repeats_are_bookings_of_their_own() {
    let sandbox = Sandbox::start().await;
    let rule = json!({"repeat_type": "Weekly", "repeating_interval": 1, "number_of_repeats": 4});
    let made = sandbox.post("/individual_appointments", with(json!({"repeat_rule": rule}))).await.expect(201);
    assert_eq!(made["repeat_rule"], rule);
    let repeats = sandbox.get(made["repeats"]["links"]["self"].as_str().unwrap()).await.expect(200);
    let starts: Vec<_> =
        repeats["individual_appointments"].as_array().unwrap().iter().map(|row| &row["starts_at"]).collect();
    // Summer time ends on 5 April: the wall time stays.
    let expected =
        ["2026-03-22T01:00:00Z", "2026-03-29T01:00:00Z", "2026-04-05T02:00:00Z", "2026-04-12T02:00:00Z"];
    assert_eq!(starts, expected);

    let all = json!({"cancellation_reason": 40, "apply_to_repeats": true});
    sandbox.patch(&format!("{}/cancel", path(&made)), all).await.expect(204);
    assert_eq!(
        sandbox.total(&format!("/individual_appointments?q[]=repeated_from_id:={}", id(&made))).await,
        0
    );
}

#[tokio::test]
async fn arrival_is_written_on_the_attendee() {
    let sandbox = Sandbox::start().await;
    let made = book(&sandbox).await;
    let list = sandbox.get(&format!("{}/attendees", path(&made))).await.expect(200);
    let attendee = &list["attendees"][0];
    assert_eq!(linked(attendee, "booking"), id(&made));
    assert_eq!(attendee["arrived"], Value::Null);
    let attendee = format!("/attendees/{}", id(attendee));
    let false_ = Value::Bool(false);
    for (arrived, patient_arrived, did_not_arrive) in [
        (json!(true), json!(true), false_.clone()),
        (json!(false), false_.clone(), json!(true)),
        (Value::Null, Value::Null, Value::Null),
    ] {
        let row = sandbox.patch(&attendee, json!({"arrived": arrived})).await.expect(200);
        assert_eq!(row["arrived"], arrived);
        let row = sandbox.get(&path(&made)).await.expect(200);
        assert_eq!((&row["patient_arrived"], &row["did_not_arrive"]), (&patient_arrived, &did_not_arrive));
    }
    assert_eq!(sandbox.total(&format!("/attendees?q[]=booking_id:={}", id(&made))).await, 1);
}

#[tokio::test]
async fn the_attendee_of_an_individual_appointment_is_not_cancelled_alone() {
    let sandbox = Sandbox::start().await;
    let made = book(&sandbox).await;
    let list = sandbox.get(&format!("{}/attendees", path(&made))).await.expect(200);
    let cancel = format!("/attendees/{}/cancel", id(&list["attendees"][0]));
    let reason = json!({"cancellation_reason": 50});
    let refused = sandbox.patch(&cancel, reason.clone()).await.expect(422);
    assert_eq!(refused["errors"], json!({"base": "Only attendees of group appointments can be cancelled."}));
    assert_eq!(sandbox.get(&path(&made)).await.expect(200)["cancelled_at"], Value::Null);

    sandbox.patch(&format!("{}/cancel", path(&made)), reason.clone()).await.expect(204);
    sandbox.patch(&cancel, reason.clone()).await.expect(404);
    sandbox.patch("/attendees/1/cancel", reason).await.expect(404);
}

#[tokio::test]
async fn an_archived_attendee_leaves_its_appointment() {
    let sandbox = Sandbox::start().await;
    for method in [Method::POST, Method::DELETE] {
        let made = book(&sandbox).await;
        let list = format!("{}/attendees", path(&made));
        let attendee = format!("/attendees/{}", id(&sandbox.get(&list).await.expect(200)["attendees"][0]));
        let archive = if method == Method::POST { format!("{attendee}/archive") } else { attendee.clone() };
        let done = sandbox.send(sandbox.request(method.clone(), &archive)).await;
        assert_eq!((done.status.as_u16(), done.text.as_str()), (204, ""));
        sandbox.get(&attendee).await.expect(404);
        sandbox.patch(&attendee, json!({"arrived": true})).await.expect(404);
        sandbox.send(sandbox.request(method, &archive)).await.expect(404);
        assert_eq!(sandbox.total(&list).await, 0);
        let row = sandbox.get(&format!("{attendee}?q[]=archived_at:*")).await.expect(200);
        assert_eq!(row["deleted_at"], row["archived_at"]);
        assert_eq!(sandbox.get(&path(&made)).await.expect(200), made);

        // Cancelling the appointment later does not reach it.
        sandbox
            .patch(&format!("{}/cancel", path(&made)), json!({"cancellation_reason": 50}))
            .await
            .expect(204);
        assert_eq!(sandbox.get(&format!("{attendee}?q[]=archived_at:*")).await.expect(200), row);
    }
}

#[tokio::test]
async fn bookings_hold_appointments_and_blocks() {
    let sandbox = Sandbox::start().await;
    let made = book(&sandbox).await;
    let booking = sandbox.get(&format!("/bookings/{}", id(&made))).await.expect(200);
    assert_eq!(booking["links"]["self"], format!("{}/bookings/{}", sandbox.running.native, id(&made)));
    assert_eq!(linked(&booking, "patient"), PATIENT);
    let blocks = sandbox.get("/bookings?q[]=patient_id:!?&per_page=100").await.expect(200);
    let blocks = blocks["bookings"].as_array().unwrap();
    assert!(!blocks.is_empty() && blocks.iter().all(|row| row.get("appointment_type").is_none()));
    assert_eq!(
        sandbox.total(&format!("/bookings?q[]=patient_ids:~{PATIENT}&q[]=id:={}", id(&made))).await,
        1
    );
}

#[tokio::test]
async fn times_may_carry_an_offset_and_without_a_zone_are_shifted() {
    let sandbox = Sandbox::start().await;
    let offset = with(json!({"starts_at": "2026-03-15T12:00:00.500+11:00"}));
    let row = sandbox.post("/individual_appointments", offset).await.expect(201);
    assert_eq!(row["starts_at"], START);
    let bare = with(json!({"starts_at": "2026-03-15 12:00:00"}));
    let row = sandbox.post("/individual_appointments", bare).await.expect(201);
    assert_eq!(row["starts_at"], START);
}

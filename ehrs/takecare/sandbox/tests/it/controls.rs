//! The auditor's view, the counter, the fault switches, the start.

use serde_json::{Value, json};

use crate::client::{
    BOOKING, CASE_NOTE, DOCUMENT, EHN, MIKAEL, PATIENT, Sandbox, UNIT, booked, envelope, request, strings,
};

async fn faults(sandbox: &Sandbox, change: Value) {
    sandbox.running.controls.set_faults(change.as_object().unwrap()).unwrap();
}

#[tokio::test]
async fn the_native_address_is_that_of_the_booking_service() {
    let sandbox = Sandbox::start().await;
    let native = format!("{}/xchange_node_kus/booking/booking.asmx", sandbox.running.origin);
    assert_eq!(sandbox.running.native, native);
    assert!(native.starts_with("http://127.0.0.1:"));
}

#[tokio::test]
async fn calls_are_counted_by_what_they_do() {
    let sandbox = Sandbox::start().await;
    sandbox.call("GetTimeTypes", UNIT).await;
    sandbox.call("MakeBooking", "").await;
    sandbox.call("RescheduleBooking", "").await;
    sandbox.call("CancelBooking", "").await;
    sandbox.tell(PATIENT, "GetPatient", "").await;
    sandbox.tell(PATIENT, "CreatePatient", "").await;
    sandbox.tell(CASE_NOTE, "CreateCaseNote", "").await;
    sandbox.tell(DOCUMENT, "CreateDocument", "").await;
    sandbox.send(sandbox.post(BOOKING, "Nothing").body("")).await;
    sandbox.send(sandbox.http.post(sandbox.address(BOOKING)).header("content-type", "text/plain")).await;
    sandbox.send(sandbox.http.get(format!("{}?wsdl", sandbox.address(BOOKING)))).await;
    sandbox.send(sandbox.http.get(sandbox.address("nothing"))).await;

    let expected = json!({
        "GET (unknown)": 1,
        "GET /booking/booking.asmx": 1,
        "POST /booking/booking.asmx CancelBooking": 1,
        "POST /booking/booking.asmx MakeBooking": 1,
        "POST /booking/booking.asmx RescheduleBooking": 1,
        "POST /casenote/casenote.asmx CreateCaseNote": 1,
        "POST /document/document.asmx CreateDocument": 1,
        "POST /patient/patient.asmx CreatePatient": 1,
        "READ /booking/booking.asmx (unknown)": 2,
        "READ /booking/booking.asmx GetTimeTypes": 1,
        "READ /patient/patient.asmx GetPatient": 1,
    });
    assert_eq!(sandbox.admin("calls").await, expected);
}

#[tokio::test]
async fn the_auditor_sees_bookings_by_the_ids_of_the_outside() {
    let sandbox = Sandbox::start().await;
    let slot = sandbox.slot().await;
    let id = sandbox.make(&slot, MIKAEL).await.one("BookingId");
    let (day, hour) = (&slot.start[6..8], slot.start[8..10].parse::<u8>().unwrap());

    let state = sandbox.admin("state").await;

    let bookings = state["appointments"].as_array().unwrap();
    let expected = json!({
        "id": id, "care_unit_id": "10", "resource_id": format!("10-{EHN}"), "service_id": "6", "patient_id": MIKAEL,
        "start": format!("2026-03-{day}T{:02}:{}:00Z", hour - 1, &slot.start[10..12]),
        "end": bookings.last().unwrap()["end"], "live": true,
    });
    assert_eq!(*bookings.last().unwrap(), expected);
    assert_eq!((&state["patients"], &state["notes"], &state["documents"]), (&json!(7), &json!(3), &json!(2)));
    sandbox.call("CancelBooking", &format!("<BookingId>{id}</BookingId>")).await.response();
    assert_eq!(
        sandbox.admin("state").await["appointments"].as_array().unwrap().last().unwrap()["live"],
        false
    );
}

#[tokio::test]
async fn a_reset_restores_the_seed_and_gives_no_id_twice() {
    let sandbox = Sandbox::start().await;
    let before = sandbox.admin("state").await;
    let slot = sandbox.slot().await;
    let first = sandbox.make(&slot, MIKAEL).await.one("BookingId");

    let reset = sandbox.http.post(format!("{}/_sandbox/reset", sandbox.running.origin));
    assert_eq!(sandbox.send(reset).await.status, 204);

    assert_eq!(sandbox.admin("state").await, before);
    assert_eq!(sandbox.admin("calls").await, json!({}));
    assert_ne!(sandbox.make(&slot, MIKAEL).await.response().one("BookingId"), first);
    assert_eq!(sandbox.booking(&first).await, None);
}

#[tokio::test]
async fn the_seed_is_the_same_for_a_seed_and_a_day() {
    let (one, same) = (Sandbox::start().await, Sandbox::at("2026-03-16T20:00:00Z").await);
    let other = Sandbox::with(|options| options.seed = 1).await;
    assert_eq!(one.running.ehr.state(), same.running.ehr.state());
    assert_ne!(one.running.ehr.state(), other.running.ehr.state());
}

#[tokio::test]
async fn no_resource_and_no_patient_is_seeded_in_two_places_at_once() {
    for seed in 0..5 {
        let sandbox = Sandbox::with(|options| options.seed = seed).await;
        let bookings = sandbox.running.ehr.state().appointments;
        assert!(bookings.len() > 100);
        for (n, one) in bookings.iter().enumerate() {
            for other in &bookings[n + 1..] {
                let apart = one.end <= other.start || other.end <= one.start;
                assert!(
                    apart || (one.resource_id != other.resource_id && one.patient_id != other.patient_id)
                );
            }
        }
    }
}

#[tokio::test]
async fn nothing_is_seeded_in_a_night_in_which_clocks_change() {
    for seed in 0..12 {
        let sandbox = Sandbox::with(|options| options.seed = seed).await;
        let bookings = sandbox.running.ehr.state().appointments;
        assert!(!bookings.iter().any(|booking| booking.start.to_string().starts_with("2026-03-29")));
    }
}

#[tokio::test]
async fn a_lost_answer_has_taken_effect() {
    let sandbox = Sandbox::start().await;
    let slot = sandbox.slot().await;
    let body = envelope("MakeBooking", &strings("takecareid", "10", &request(&booked(&slot, MIKAEL))));

    faults(&sandbox, json!({"lose_response_rate": 1.0})).await;
    sandbox.post(BOOKING, "MakeBooking").body(body).send().await.unwrap_err();
    faults(&sandbox, json!({"lose_response_rate": null})).await;

    let mine = sandbox.bookings(&format!("<PatientId>{MIKAEL}</PatientId>")).await;
    assert!(mine.iter().any(|booking| booking.one("StartTime") == slot.start));
}

#[tokio::test]
async fn an_unavailable_sandbox_does_nothing() {
    let sandbox = Sandbox::start().await;
    let slot = sandbox.slot().await;
    let before = sandbox.running.ehr.state();
    let body = envelope("MakeBooking", &strings("takecareid", "10", &request(&booked(&slot, MIKAEL))));

    faults(&sandbox, json!({"error_rate": 1.0})).await;
    let reply = sandbox.send(sandbox.post(BOOKING, "MakeBooking").body(body)).await;

    assert_eq!(reply.status, 503);
    assert_eq!(sandbox.running.ehr.state(), before);
}

#[tokio::test]
async fn there_is_no_limit_until_one_is_set() {
    let sandbox = Sandbox::start().await;
    for _ in 0..300 {
        sandbox.tell(PATIENT, "GetPatient", UNIT).await;
    }
    faults(&sandbox, json!({"rate_limit_per_minute": 1})).await;
    sandbox.tell(PATIENT, "GetPatient", UNIT).await;

    let refused = sandbox.send(sandbox.post(PATIENT, "GetPatient").body("")).await;

    assert_eq!(refused.status, 429);
    assert_eq!(refused.headers["retry-after"], "Mon, 16 Mar 2026 08:01:00 GMT");
    sandbox.clock.advance(jiff::SignedDuration::from_secs(60));
    sandbox.tell(PATIENT, "GetPatient", UNIT).await;
}

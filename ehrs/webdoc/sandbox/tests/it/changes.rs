//! Moving, changing and cancelling; taking a row with its id.

use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{ALMGREN, NOBODY, RECEPTIONIST, SANDGREN, Sandbox, TOLVAN, assert_fields, id, with};

fn path(row: &Value) -> String {
    format!("/v1/bookings/{}", id(row))
}

/// Another free row of the booking's type.
async fn another(sandbox: &Sandbox, booking: &Value) -> Value {
    let rows = sandbox.free().await;
    let name = &booking["bookingType"]["name"];
    rows.into_iter().rev().find(|row| row["bookingType"]["name"] == *name).unwrap()
}

fn move_to(row: &Value) -> Value {
    json!({
        "requestedByUserId": ALMGREN,
        "date": row["date"],
        "startTime": row["startTime"],
        "endTime": row["endTime"],
    })
}

#[tokio::test]
async fn a_moved_booking_keeps_its_id_frees_its_row_and_takes_another() {
    let sandbox = Sandbox::start().await;
    let from = sandbox.free().await.swap_remove(0);
    let made = sandbox.book(&from).await;
    let to = another(&sandbox, &made).await;

    let moved = sandbox.patch(&path(&made), move_to(&to)).await.expect(200);

    assert_fields(
        &moved,
        "id,clinicId,date,startTime,endTime,arrived,actionCodes,bookingDescription,bookingType,bookedPatientType,injuryNumber,payments,patient,caregiver",
    );
    assert_eq!(
        (&moved["id"], &moved["date"], &moved["startTime"]),
        (&made["id"], &to["date"], &to["startTime"])
    );
    assert_eq!(moved["patient"]["freeCard"], json!([]));
    assert_eq!(moved["bookingDescription"], "Hosta");
    let free: Vec<String> = sandbox.free().await.iter().map(id).collect();
    assert!(free.contains(&id(&from)) && !free.contains(&id(&to)));
}

#[tokio::test]
async fn a_booking_moves_to_another_caregiver() {
    let sandbox = Sandbox::start().await;
    let rows = sandbox
        .rows(&format!(
            "/v1/bookings?isBooked=0&userId={SANDGREN}&bookingTypeId=13&fromDate=2026-03-24&toDate=2026-03-25"
        ))
        .await;
    let target = rows.last().unwrap();
    let booked = sandbox.free().await.into_iter().find(|row| row["bookingType"]["id"] == 13).unwrap();
    let made = sandbox.book(&booked).await;
    let change = with(move_to(target), "caregiver", json!({"id": SANDGREN}));

    let moved = sandbox.patch(&path(&made), change).await.expect(200);

    assert_eq!((&moved["caregiver"]["id"], &moved["clinicId"]), (&json!(SANDGREN), &made["clinic"]["id"]));
}

#[tokio::test]
async fn a_move_without_a_free_row_changes_nothing() {
    let sandbox = Sandbox::start().await;
    let rows = sandbox.free().await;
    let (first, second) = (sandbox.book(&rows[0]).await, sandbox.book(&rows[1]).await);
    let other = id(&sandbox.patient("19711002-1834").await);
    let before = sandbox.running.ehr.state();
    for (change, field) in [
        (move_to(&second), "startTime"),
        (json!({"startTime": "03:00", "endTime": "03:30"}), "startTime"),
        (json!({"startTime": "03:00", "endTime": "02:30"}), "endTime"),
        (json!({"date": "2026-03-20"}), "date"),
        (json!({"date": "20260324"}), "date"),
        (json!({"caregiver": {"id": SANDGREN}, "date": "2026-03-29"}), "startTime"),
        (json!({"caregiver": {"id": RECEPTIONIST}}), "caregiver.id"),
        (json!({"caregiver": SANDGREN}), "caregiver"),
        (json!({"requestedByUserId": NOBODY}), "requestedByUserId"),
        (json!({"bookingTypeId": 99}), "bookingTypeId"),
        (json!({"patientId": other}), "patientId"),
        (json!({"actionCodes": [34]}), "actionCodes"),
        (json!({"reservedForDepartmentId": 1}), "reservedForDepartmentId"),
    ] {
        let reply = sandbox.patch(&path(&first), change.clone()).await;
        assert_eq!(reply.status, 400, "{change}");
        reply.refused(400, Some(field));
    }
    sandbox.patch(&path(&first), json!({"patientId": NOBODY})).await.refused(404, None);
    assert_eq!(sandbox.running.ehr.state(), before);
}

#[tokio::test]
async fn a_change_without_times_stays_where_it_is() {
    let sandbox = Sandbox::start().await;
    let made = sandbox.book_any().await;
    let change =
        json!({"note": "Feber", "injuryNumber": "A-17", "actionCodes": [31, 32], "bookingTypeId": 14});
    let changed = sandbox.patch(&path(&made), change).await.expect(200);
    assert_eq!((&changed["bookingDescription"], &changed["injuryNumber"]), (&json!("Feber"), &json!("A-17")));
    assert_eq!(changed["bookingType"], "Vaccination");
    assert_eq!(changed["actionCodes"].as_array().unwrap().len(), 2);
    assert_eq!(changed["startTime"], made["startTime"]);
    for unchanged in [json!({}), json!({"patientId": made["patient"]["id"]})] {
        assert_eq!(sandbox.patch(&path(&made), unchanged).await.expect(200), changed);
    }
    let emptied = sandbox.patch(&path(&made), json!({"note": "", "injuryNumber": null})).await.expect(200);
    assert_eq!((&emptied["bookingDescription"], &emptied["injuryNumber"]), (&json!(""), &json!("A-17")));
}

#[tokio::test]
async fn a_row_with_a_patient_becomes_a_booking_with_the_same_id() {
    let sandbox = Sandbox::start().await;
    let rows = sandbox.free().await;
    let change = json!({"patientId": sandbox.tolvan().await, "note": "Hosta", "requestedByUserId": ALMGREN});

    let taken = sandbox.patch(&path(&rows[0]), change).await.expect(200);

    assert_eq!((&taken["id"], &taken["bookingDescription"]), (&rows[0]["id"], &json!("Hosta")));
    assert_eq!(taken["patient"]["personalNumber"], TOLVAN);
    assert_eq!(sandbox.free().await[0], rows[1]);

    sandbox.delete(&path(&rows[0]), json!({"userId": ALMGREN})).await.expect(204);
    let freed = sandbox.free().await.swap_remove(0);
    assert_eq!(freed["startTime"], rows[0]["startTime"]);
    assert_ne!(freed["id"], rows[0]["id"], "the id belonged to the booking");
}

#[tokio::test]
async fn a_row_is_taken_as_it_is_and_by_a_patient() {
    let sandbox = Sandbox::start().await;
    let rows = sandbox.free().await;
    let patient = json!({"patientId": sandbox.tolvan().await});
    sandbox.patch(&path(&rows[0]), json!({"note": "Hosta"})).await.refused(400, Some("patientId"));
    sandbox.patch(&path(&rows[0]), json!({"patientId": NOBODY})).await.refused(404, None);
    let elsewhere = with(patient.clone(), "startTime", rows[1]["startTime"].clone());
    sandbox.patch(&path(&rows[0]), elsewhere).await.refused(400, Some("patientId"));
    let other = with(patient, "bookingTypeId", json!(19));
    sandbox.patch(&path(&rows[0]), other).await.refused(400, Some("patientId"));
    assert_eq!(sandbox.free().await, rows);
}

#[tokio::test]
async fn a_cancelled_booking_is_gone_and_its_row_free_again() {
    let sandbox = Sandbox::start().await;
    let row = sandbox.free().await.swap_remove(0);
    let made = sandbox.book(&row).await;

    sandbox.delete(&path(&made), json!({"userId": ALMGREN})).await.expect(204);

    assert_eq!(sandbox.free().await[0], row);
    assert!(
        sandbox
            .rows("/v1/bookings?isBooked=1&fromDate=2026-03-24")
            .await
            .iter()
            .all(|row| row["id"] != made["id"])
    );
    sandbox.delete(&path(&made), json!({"userId": ALMGREN})).await.refused(404, None);
    sandbox.patch(&path(&made), json!({"note": "x"})).await.refused(404, None);
    let state = sandbox.running.ehr.state();
    assert!(state.appointments.iter().any(|one| one.id == id(&made) && !one.live));
    sandbox.book(&row).await;
}

#[tokio::test]
async fn a_cancel_needs_a_body_with_a_user() {
    let sandbox = Sandbox::start().await;
    let made = sandbox.book_any().await;
    let bare = sandbox.request(Method::DELETE, &path(&made));
    sandbox.send(bare).await.refused(400, Some("body"));
    sandbox.delete(&path(&made), json!({})).await.refused(400, Some("userId"));
    sandbox.delete(&path(&made), json!({"userId": NOBODY})).await.refused(400, Some("userId"));
    sandbox.delete(&path(&made), json!({"userId": 1})).await.refused(400, Some("userId"));
    let row = sandbox.free().await.swap_remove(0);
    sandbox.delete(&path(&row), json!({"userId": ALMGREN})).await.refused(404, None);
    sandbox.delete(&path(&made), json!({"userId": RECEPTIONIST})).await.expect(204);
}

#[tokio::test]
async fn a_visited_booking_stays() {
    let sandbox = Sandbox::start().await;
    let made = sandbox.book_any().await;
    let visit = json!({"bookingId": made["id"], "visitDate": "2026-03-23 09:00:00"});
    sandbox.post("/v2/visits", visit).await.expect(201);
    let to = another(&sandbox, &made).await;
    sandbox.delete(&path(&made), json!({"userId": ALMGREN})).await.refused(400, Some("bookingId"));
    sandbox.patch(&path(&made), move_to(&to)).await.refused(400, Some("bookingId"));
    sandbox.patch(&path(&made), json!({"note": "kom"})).await.expect(200);
}

//! Businesses: making, changing, archiving and bringing them back, and their zones.

use reqwest::{Method, header};
use serde_json::{Value, json};

use crate::client::{HART, MELBOURNE, PATIENT, PERTH, STANDARD, Sandbox, id, ids};

fn path(business: &Value) -> String {
    format!("/businesses/{}", id(business))
}

#[tokio::test]
async fn a_business_needs_only_a_name() {
    let sandbox = Sandbox::start().await;
    let refused = sandbox.post("/businesses", json!({"city": "Geelong"})).await.expect(422);
    let blank = json!({"message": "Validation Failed", "errors": {"business_name": "can’t be blank"}});
    assert_eq!(refused, blank);

    let reply = sandbox.post("/businesses", json!({"business_name": "Harbour Health Geelong"})).await;
    let location = reply.headers[header::LOCATION].to_str().unwrap().to_owned();
    let made = reply.expect(201);
    assert_eq!(location, format!("{}{}", sandbox.running.origin, path(&made)));
    assert_eq!(made["label"], "Harbour Health Geelong");
    assert_eq!((&made["city"], &made["display_name"]), (&Value::Null, &Value::Null));
    assert_eq!((&made["country"], &made["country_code"]), (&json!("Australia"), &json!("AU")));
    assert_eq!(made["time_zone_identifier"], "Australia/Melbourne");
    assert_eq!(made["show_in_online_bookings"], true);
    assert_eq!(made["appointment_type_ids"], json!([]));

    assert_eq!(sandbox.get(&path(&made)).await.expect(200), made);
    let listed = sandbox.get("/businesses").await.expect(200);
    assert_eq!(ids(&listed, "businesses"), [MELBOURNE, PERTH, &id(&made)]);
}

#[tokio::test]
async fn written_fields_of_a_business_are_read_back() {
    let sandbox = Sandbox::start().await;
    let body = json!({
        "business_name": "Harbour Health NZ Ltd",
        "display_name": "Harbour Health Auckland",
        "address_1": "5 Sample Quay",
        "address_2": "Level 2",
        "city": "Auckland",
        "state": "",
        "post_code": "1010",
        "country_code": "NZ",
        "contact_information": "Phone: (09) 555 0100",
        "email_reply_to": "auckland@harbour-health.example.com",
        "website_address": "https://auckland.example.com",
        "additional_information": "Ring twice.",
        "additional_invoice_information": "Due in 14 days.",
        "business_registration_name": "NZBN",
        "business_registration_value": "9429000000000",
        "show_in_online_bookings": false,
        "appointment_reminders_enabled": false,
        "time_zone_identifier": "Pacific/Auckland",
    });
    let made = sandbox.post("/businesses", body.clone()).await.expect(201);
    for (field, value) in body.as_object().unwrap() {
        assert_eq!(&made[field], value, "{field}");
    }
    assert_eq!(made["label"], "Harbour Health Auckland");
    assert_eq!(made["country"], "New Zealand");
    assert_eq!(made["time_zone"], "Auckland");
}

#[tokio::test]
async fn wrong_fields_of_a_business_are_refused_one_by_one() {
    let sandbox = Sandbox::start().await;
    let long = |length: usize| "x".repeat(length);
    for (field, value, message) in [
        ("business_name", json!("  "), "can’t be blank"),
        ("business_name", json!(long(256)), "is too long (maximum is 255 characters)"),
        ("additional_information", json!(long(5001)), "is too long (maximum is 5000 characters)"),
        ("email_reply_to", json!("nobody"), "is invalid"),
        ("country_code", json!("A1"), "is invalid"),
        ("show_in_online_bookings", json!("perhaps"), "is invalid"),
        ("time_zone", json!("Atlantis"), "is not included in the list"),
        ("time_zone", json!("Australia/Perth"), "is not included in the list"),
        ("time_zone_identifier", json!("Australia/Atlantis"), "is invalid"),
    ] {
        let refused = sandbox.patch(&format!("/businesses/{PERTH}"), json!({field: value})).await.expect(422);
        assert_eq!(refused, json!({"message": "Validation Failed", "errors": {field: message}}));
    }
    let untouched = sandbox.get(&format!("/businesses/{PERTH}")).await.expect(200);
    assert_eq!(untouched["created_at"], untouched["updated_at"]);
}

#[tokio::test]
async fn put_and_patch_change_only_what_a_business_is_sent() {
    let sandbox = Sandbox::start().await;
    let path = format!("/businesses/{PERTH}");
    let before = sandbox.get(&path).await.expect(200);
    for (method, city) in [(Method::PUT, "Fremantle"), (Method::PATCH, "Joondalup")] {
        let changed = sandbox.write(method, &path, json!({"city": city})).await.expect(200);
        let mut expected = before.clone();
        expected["city"] = json!(city);
        expected["updated_at"] = json!("2026-03-01T22:00:00Z");
        assert_eq!(changed, expected);
        assert_eq!(sandbox.get(&path).await.expect(200), changed);
    }
    let read_only =
        json!({"id": "1", "label": "x", "archived_at": "2026-01-01T00:00:00Z", "appointment_type_ids": []});
    let changed = sandbox.patch(&path, read_only).await.expect(200);
    for field in ["id", "label", "archived_at", "appointment_type_ids"] {
        assert_eq!(changed[field], before[field], "{field}");
    }
    sandbox.patch("/businesses/1", json!({"city": "Perth"})).await.expect(404);
}

#[tokio::test]
async fn the_label_of_a_zone_wins_over_its_identifier() {
    let sandbox = Sandbox::start().await;
    let path = format!("/businesses/{PERTH}");
    for (sent, label, identifier) in [
        (json!({"time_zone": "Adelaide"}), "Adelaide", "Australia/Adelaide"),
        (json!({"time_zone_identifier": "Australia/Darwin"}), "Darwin", "Australia/Darwin"),
        (
            json!({"time_zone": "Brisbane", "time_zone_identifier": "Australia/Perth"}),
            "Brisbane",
            "Australia/Brisbane",
        ),
        (json!({"time_zone": "Hobart", "time_zone_identifier": "nowhere"}), "Hobart", "Australia/Hobart"),
        (
            json!({"time_zone": null, "time_zone_identifier": "America/New_York"}),
            "Eastern Time (US & Canada)",
            "America/New_York",
        ),
        (
            json!({"time_zone": "Pacific Time (US & Canada)"}),
            "Pacific Time (US & Canada)",
            "America/Los_Angeles",
        ),
        (json!({"time_zone": "Hong Kong"}), "Hong Kong", "Asia/Hong_Kong"),
        (json!({"time_zone": null}), "Hong Kong", "Asia/Hong_Kong"),
    ] {
        let changed = sandbox.patch(&path, sent).await.expect(200);
        assert_eq!(changed["time_zone"], label);
        assert_eq!(changed["time_zone_identifier"], identifier);
    }
}

#[tokio::test]
async fn working_hours_move_with_the_zone_of_their_business() {
    let sandbox = Sandbox::start().await;
    let target = format!(
        "/businesses/{MELBOURNE}/practitioners/{HART}/appointment_types/{STANDARD}/available_times?from=2026-03-17&to=2026-03-17"
    );
    // Half hours in Melbourne are quarter hours in Kathmandu, which is 5:45 ahead of UTC.
    for (label, minutes) in [("Melbourne", ["00", "30"]), ("Kathmandu", ["15", "45"])] {
        sandbox.patch(&format!("/businesses/{MELBOURNE}"), json!({"time_zone": label})).await.expect(200);
        let list = sandbox.get(&target).await.expect(200);
        let times = list["available_times"].as_array().unwrap();
        assert!(!times.is_empty());
        for time in times {
            let start = time["appointment_start"].as_str().unwrap();
            assert!(minutes.contains(&&start[14..16]), "{start} in {label}");
        }
    }
    let hours = sandbox.get(&format!("/practitioners/{HART}/daily_availabilities")).await.expect(200);
    let day = &hours["daily_availabilities"][0];
    assert_eq!(
        (&day["time_zone"], &day["time_zone_identifier"]),
        (&json!("Kathmandu"), &json!("Asia/Kathmandu"))
    );
    assert_eq!(day["availabilities"][0]["starts_at"], "09:00");
}

#[tokio::test]
async fn an_archived_business_is_hidden_until_it_is_brought_back() {
    let sandbox = Sandbox::start().await;
    let path = format!("/businesses/{PERTH}");
    let before = sandbox.get(&path).await.expect(200);
    for (method, archive) in [(Method::POST, format!("{path}/archive")), (Method::DELETE, path.clone())] {
        let done = sandbox.send(sandbox.request(method.clone(), &archive)).await;
        assert_eq!((done.status.as_u16(), done.text.as_str()), (204, ""));
        sandbox.get(&path).await.expect(404);
        sandbox.patch(&path, json!({"city": "Perth"})).await.expect(404);
        sandbox.send(sandbox.request(method, &archive)).await.expect(404);
        assert_eq!(ids(&sandbox.get("/businesses").await.expect(200), "businesses"), [MELBOURNE]);
        assert_eq!(sandbox.total("/businesses?q[]=archived_at:*").await, 2);
        assert_eq!(sandbox.total("/services").await, 6);
        let row = sandbox.get(&format!("{path}?q[]=archived_at:*")).await.expect(200);
        let now = json!("2026-03-01T22:00:00Z");
        assert_eq!([&row["archived_at"], &row["deleted_at"], &row["updated_at"]], [&now; 3]);

        let back = sandbox.post(&format!("{path}/unarchive"), Value::Null).await.expect(200);
        assert_eq!((&back["archived_at"], &back["deleted_at"]), (&Value::Null, &Value::Null));
        assert_eq!(back["business_name"], before["business_name"]);
        assert_eq!(sandbox.get(&path).await.expect(200), back);
        assert_eq!(sandbox.total("/services").await, 12);
    }
    sandbox.post("/businesses/1/archive", Value::Null).await.expect(404);
    sandbox.post("/businesses/1/unarchive", Value::Null).await.expect(404);
}

#[tokio::test]
async fn nothing_new_is_written_at_an_archived_business() {
    let sandbox = Sandbox::start().await;
    sandbox.post(&format!("/businesses/{MELBOURNE}/archive"), Value::Null).await.expect(204);
    let body = json!({
        "business_id": MELBOURNE,
        "practitioner_id": HART,
        "appointment_type_id": STANDARD,
        "patient_id": PATIENT,
        "starts_at": "2026-03-14T23:00:00Z",
        "ends_at": "2026-03-14T23:30:00Z",
    });
    for resource in ["individual_appointments", "availability_blocks", "unavailable_blocks"] {
        let refused = sandbox.post(&format!("/{resource}"), body.clone()).await.expect(422);
        assert_eq!(refused["errors"], json!({"business_id": "can’t be blank"}), "{resource}");
    }
}

#[tokio::test]
async fn a_type_may_be_offered_at_a_new_business() {
    let sandbox = Sandbox::start().await;
    let made =
        sandbox.post("/businesses", json!({"business_name": "Harbour Health Geelong"})).await.expect(201);
    let offered = json!({"business_ids": [MELBOURNE, PERTH, id(&made)]});
    sandbox.patch(&format!("/appointment_types/{STANDARD}"), offered).await.expect(200);
    let row = sandbox.get(&path(&made)).await.expect(200);
    assert_eq!(row["appointment_type_ids"], json!([STANDARD]));
    // No practitioner works there.
    assert_eq!(sandbox.total(&format!("{}/services", path(&made))).await, 0);
}

//! Patients.

use reqwest::{Method, header};
use serde_json::{Value, json};

use crate::client::{PATIENT, Sandbox, id};

#[tokio::test]
async fn a_patient_needs_only_a_name() {
    let sandbox = Sandbox::start().await;
    let refused = sandbox.post("/patients", json!({})).await.expect(422);
    let errors = json!({"first_name": "can’t be blank", "last_name": "can’t be blank"});
    assert_eq!(refused, json!({"message": "Validation Failed", "errors": errors}));

    let made = sandbox.post("/patients", json!({"first_name": "Ann", "last_name": "Lee"})).await.expect(201);

    assert_eq!((&made["label"], &made["reminder_type"]), (&json!("Ann Lee"), &json!("SMS & Email")));
    assert_eq!(made["patient_phone_numbers"], json!([]));
    assert!(made["email"].is_null() && made.get("latest_booking").is_none());
    assert!(id(&made).parse::<i64>().unwrap() > 1 << 53);
}

#[tokio::test]
async fn written_fields_are_read_back() {
    let sandbox = Sandbox::start().await;
    let body = json!({
        "first_name": "Ann", "last_name": "Lee", "title": "Ms", "date_of_birth": "1990-02-03", "email": "ann@example.com",
        "sex": "Female", "country_code": "au", "time_zone": "Australia/Perth", "old_reference_id": "X-1", "address_2": "",
        "patient_phone_numbers": [{"phone_type": "Mobile", "number": "0400000000"}], "unsubscribe_sms_marketing": true,
        "accepted_privacy_policy": false, "pronouns": null,
    });
    let made = sandbox.post("/patients", body).await.expect(201);
    let phone = json!({"phone_type": "Mobile", "number": "0400000000", "normalized_number": "61400000000"});
    assert_eq!(made["patient_phone_numbers"], json!([phone]));
    assert_eq!((&made["country"], &made["country_code"]), (&json!("Australia"), &json!("AU")));
    assert_eq!(
        (&made["accepted_sms_marketing"], &made["accepted_privacy_policy"]),
        (&json!(false), &json!(false))
    );
    assert_eq!((&made["address_2"], &made["old_reference_id"]), (&json!(""), &json!("X-1")));

    let phones = json!({"patient_phone_numbers": [{"phone_type": "Home", "number": "+61355500100"}]});
    let changed = sandbox.patch(&format!("/patients/{}", id(&made)), phones).await.expect(200);
    assert_eq!(changed["patient_phone_numbers"][0]["normalized_number"], "61355500100");
    assert_eq!(changed["patient_phone_numbers"].as_array().unwrap().len(), 1);
    assert_eq!(changed["email"], "ann@example.com");
}

#[tokio::test]
async fn wrong_fields_are_refused_one_by_one() {
    let sandbox = Sandbox::start().await;
    let path = format!("/patients/{PATIENT}");
    for (field, value, message) in [
        ("email", json!("ann"), "is invalid"),
        ("date_of_birth", json!("3 Feb"), "is invalid"),
        ("reminder_type", json!("Pigeon"), "is not included in the list"),
        ("time_zone", json!("Melbourne/Australia"), "is invalid"),
        ("country_code", json!("A1"), "is invalid"),
        ("first_name", json!(""), "can’t be blank"),
        ("title", json!("x".repeat(256)), "is too long (maximum is 255 characters)"),
        ("pronouns", json!({"nominative": "they"}), "is invalid"),
        ("patient_phone_numbers", json!([{"phone_type": "Pager", "number": "1"}]), "is invalid"),
        ("custom_fields", json!({"sections": [{"token": "unknown", "fields": []}]}), "is invalid"),
    ] {
        let refused = sandbox.patch(&path, json!({field: value})).await.expect(422);
        assert_eq!(refused["errors"], json!({field: message}));
    }
}

#[tokio::test]
async fn form_encoded_nesting_crashes() {
    let sandbox = Sandbox::start().await;
    let form = |body: &'static str| {
        let request = sandbox.request(Method::POST, "/patients");
        request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(body)
    };
    sandbox.send(form("first_name=A&last_name=B")).await.expect(201);
    sandbox.send(form("first_name=A&last_name=B&patient_phone_numbers=%5B%5D")).await.expect(500);
}

#[tokio::test]
async fn archiving_hides_and_unarchiving_brings_back() {
    let sandbox = Sandbox::start().await;
    let path = format!("/patients/{PATIENT}");
    sandbox.post(&format!("{path}/archive"), Value::Null).await.expect(204);
    sandbox.get(&path).await.expect(404);
    sandbox.patch(&path, json!({"city": "X"})).await.expect(404);
    let archived = sandbox.get(&format!("{path}?q[]=archived_at:*")).await.expect(200);
    assert!(archived["archived_at"].is_string());
    let back = sandbox.post(&format!("{path}/unarchive"), Value::Null).await.expect(200);
    assert!(back["archived_at"].is_null() && back["deleted_at"].is_null());
    sandbox.write(Method::DELETE, &path, Value::Null).await.expect(204);
    assert_eq!(sandbox.total("/patients").await, 11);
}

#[tokio::test]
async fn custom_fields_take_the_settings_tokens() {
    let sandbox = Sandbox::start().await;
    let settings = sandbox.get("/settings/public").await.expect(200);
    let section = &settings["patient_custom_fields_definition"]["sections"][0];
    let (fund, member) = (&section["fields"][0], &section["fields"][1]);
    let with = |number: &str| {
        json!({"custom_fields": {"sections": [{"token": section["token"], "fields": [
            {"token": fund["token"], "options": [{"token": fund["options"][0]["token"], "selected": true}]},
            {"token": member["token"], "value": number},
        ]}]}})
    };
    let path = format!("/patients/{PATIENT}");
    let row = sandbox.patch(&path, with("77-1")).await.expect(200);
    assert_eq!(row["custom_fields"]["sections"][0]["fields"][1]["value"], "77-1");
    sandbox.patch(&path, with("")).await.expect(422);
}

#[tokio::test]
async fn a_merged_duplicate_points_at_the_winner() {
    let sandbox = Sandbox::start().await;
    let merged = sandbox.get("/patients/archived?q[]=first_name:=Anne").await.expect(200);
    assert_eq!(crate::client::linked(&merged["patients"][0], "merged_with_patient"), PATIENT);
}

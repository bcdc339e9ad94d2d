//! Treatment notes and their templates.

use serde_json::{Value, json};
use vardbro_cliniko_sandbox::KeyUser;

use crate::client::{HART, PATIENT, PETROV, Sandbox, TEMPLATE, id, linked};

fn content(answer: &str) -> Value {
    json!({"sections": [{"name": "S", "questions": [{"name": "Plan", "type": "paragraph", "answer": answer}]}]})
}

#[tokio::test]
async fn the_author_is_the_practitioner_behind_the_key() {
    let sandbox = Sandbox::start().await;
    let body = json!({"patient_id": PATIENT, "title": "Visit", "practitioner_id": PETROV, "draft": true, "content": content("<p>Rest<script>x</script></p>")});
    let made = sandbox.post("/treatment_notes", body).await.expect(201);
    assert_eq!(linked(&made, "practitioner"), HART);
    assert_eq!(made["author_name"], "Amelia Hart");
    assert_eq!(made["content"], content("<p>Restx</p>"));
    assert!(made["finalized_at"].is_null() && made.get("booking").is_none());

    let path = format!("/treatment_notes/{}", id(&made));
    let last = sandbox.patch(&path, json!({"draft": false})).await.expect(200);
    assert!(last["finalized_at"].is_string() && last["draft"] == false);
    let list = format!("/patients/{PATIENT}/treatment_notes?q[]=draft:=false&q[]=id:={}", id(&made));
    assert_eq!(sandbox.total(&list).await, 1);
    sandbox.post(&format!("{path}/archive"), Value::Null).await.expect(204);
    assert_eq!(sandbox.total("/treatment_notes/deleted").await, 1);
    sandbox.post(&format!("{path}/unarchive"), Value::Null).await.expect(200);
}

#[tokio::test]
async fn who_is_no_practitioner_may_not_write() {
    let sandbox = Sandbox::with(|options| options.key_user = KeyUser::Receptionist).await;
    let refused = sandbox.post("/treatment_notes", json!({"patient_id": PATIENT, "title": "Visit"})).await;
    assert_eq!((refused.status.as_u16(), refused.text.as_str()), (403, ""));
}

#[tokio::test]
async fn a_note_of_another_author_may_not_be_changed() {
    let sandbox = Sandbox::with(|options| options.key_user = KeyUser::Practitioner).await;
    let list = sandbox.get("/treatment_notes").await.expect(200);
    let path = format!("/treatment_notes/{}", id(&list["treatment_notes"][0]));
    assert_eq!(sandbox.patch(&path, json!({"title": "Mine"})).await.status, 403);
}

#[tokio::test]
async fn content_is_an_object_with_rules() {
    let sandbox = Sandbox::start().await;
    let with = |content: Value| json!({"patient_id": PATIENT, "title": "Visit", "content": content});
    let refused = sandbox.post("/treatment_notes", with(json!("<p>x</p>"))).await.expect(422);
    assert_eq!(refused, json!({"message": "must be an object"}));
    let refused = sandbox.post("/treatment_notes", with(json!({"sections": []}))).await.expect(422);
    assert_eq!(refused, json!({"message": "Validation Failed", "errors": {"content": null}}));
    let empty = sandbox.post("/treatment_notes", with(Value::Null)).await.expect(201);
    assert!(empty["content"].is_null());
}

#[tokio::test]
async fn the_title_comes_from_the_template_or_must_be_sent() {
    let sandbox = Sandbox::start().await;
    let refused = sandbox.post("/treatment_notes", json!({"patient_id": PATIENT})).await.expect(422);
    assert_eq!(refused["errors"], json!({"title": "can’t be blank"}));
    let body = json!({"patient_id": PATIENT, "treatment_note_template_id": TEMPLATE});
    let made = sandbox.post("/treatment_notes", body).await.expect(201);
    assert_eq!(made["title"], "Standard Consultation");
    assert_eq!(linked(&made, "treatment_note_template"), TEMPLATE);
}

#[tokio::test]
async fn a_note_belongs_to_a_booking_of_the_patient() {
    let sandbox = Sandbox::start().await;
    let bookings =
        sandbox.get(&format!("/individual_appointments?q[]=patient_id:={PATIENT}")).await.expect(200);
    let booking = id(&bookings["individual_appointments"][0]);
    let path = format!("/individual_appointments/{booking}");
    let body = json!({"patient_id": PATIENT, "title": "Visit", "booking_id": booking, "draft": true});
    let made = sandbox.post("/treatment_notes", body).await.expect(201);
    assert_eq!(linked(&made, "booking"), booking);
    assert_eq!(sandbox.get(&path).await.expect(200)["treatment_note_status"], 10);
    let attendee = linked(&made, "attendee");
    assert_eq!(sandbox.total(&format!("/treatment_notes?q[]=attendee_id:={attendee}")).await, 1);

    let others =
        sandbox.get(&format!("/individual_appointments?q[]=patient_id:!={PATIENT}")).await.expect(200);
    let other = id(&others["individual_appointments"][0]);
    let body = json!({"patient_id": PATIENT, "title": "Visit", "booking_id": other});
    assert_eq!(
        sandbox.post("/treatment_notes", body).await.expect(422)["errors"]["booking_id"],
        "is invalid"
    );
}

#[tokio::test]
async fn templates_have_named_questions() {
    let sandbox = Sandbox::start().await;
    let template = sandbox.get(&format!("/treatment_note_templates/{TEMPLATE}")).await.expect(200);
    let questions = template["content"]["sections"][0]["questions"].as_array().unwrap();
    let names: Vec<_> = questions.iter().map(|question| question["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Reason of visit", "Anamnesis", "Status", "Assessment", "Plan"]);
    let body = json!({"name": "Mine", "content": content("x").to_string()});
    let made = sandbox.post("/treatment_note_templates", body).await.expect(201);
    assert_eq!(made["content"], content("x"));
    assert_eq!(sandbox.total("/treatment_note_templates").await, 4);
}

//! Changing what is written about a patient.

use serde_json::{Value, json};
use vardbro_model::capabilities::Operation;

use crate::case::Need::Can;
use crate::case::cases;
use crate::clinic::{CANARY, Clinic, text};
use crate::shapes::PATIENT;
use crate::subject::Subject;

const CREATE: Operation = Operation::CreatePatient;
const UPDATE: Operation = Operation::UpdatePatient;

cases! {
    "each field of a patient can be changed alone" [Can(CREATE), Can(UPDATE)] => changed,
    "each field that may be missing can be emptied with null" [Can(CREATE), Can(UPDATE)] => emptied,
    "a change without a field is refused" [Can(CREATE), Can(UPDATE)] => empty_change,
    "wrong values in a change are refused, and nothing is changed" [Can(CREATE), Can(UPDATE)] => wrong_changes,
}

/// New values of every field that the EHR takes in a change.
fn changes(subject: &Subject, clinic: &Clinic<'_>) -> Vec<(&'static str, Value)> {
    let refused = &subject.capabilities.of(UPDATE).fields_not_supported;
    let mut address = json!({
        "street": "Nygatan 2", "co_address": null, "postal_code": "3000", "city": "Melbourne", "country": "AU",
    });
    for (name, value) in address.as_object_mut().expect("an object") {
        if refused.contains(&format!("address.{name}").as_str()) {
            *value = Value::Null;
        }
    }
    let all = vec![
        ("first_name", json!("Åsa-Li")),
        ("last_name", json!(format!("O'{CANARY}"))),
        ("date_of_birth", json!("1991-12-31")),
        ("gender", json!("female")),
        ("phones", json!([clinic.phone().1])),
        ("emails", json!(["kanariefugl.changed@example.com"])),
        ("address", address),
        ("external_id", json!("changed-4711")),
    ];
    all.into_iter().filter(|(field, _)| !refused.contains(field)).collect()
}

async fn changed(subject: &Subject) {
    let clinic = subject.clinic().await;
    let mut patient = clinic.new_patient().await;
    let path = format!("/patients/{}", text(&patient, "id"));
    for (field, value) in changes(subject, &clinic) {
        let change = json!({field: value});
        let answer = clinic.patch(&path, &change).await.is(200);
        PATIENT.check(&answer);
        patient[field] = value;
        assert_eq!(answer, patient, "{field} alone is changed");
        assert_eq!(clinic.get(&path).await.is(200), patient);
    }
}

async fn emptied(subject: &Subject) {
    let clinic = subject.clinic().await;
    let body = clinic.somebody();
    let patient = clinic.post("/patients", &body).await.is(201);
    let path = format!("/patients/{}", text(&patient, "id"));
    for (field, value) in changes(subject, &clinic) {
        clinic.patch(&path, &json!({field: value})).await.is(200);
        let answer = clinic.patch(&path, &json!({field: null})).await;
        if ["first_name", "last_name"].contains(&field) && answer.status == 400 {
            // An EHR may insist on names.
            assert_eq!(answer.faults()[0].path.as_deref(), Some(field), "{answer}");
            continue;
        }
        let empty = match field {
            "phones" | "emails" => json!([]),
            "gender" => json!("unknown"),
            _ => Value::Null,
        };
        assert_eq!(answer.is(200)[field], empty, "{field}");
        assert_eq!(clinic.get(&path).await.is(200)[field], empty, "{field}");
    }
}

async fn empty_change(subject: &Subject) {
    let clinic = subject.clinic().await;
    let path = format!("/patients/{}", clinic.patient().await);
    let before = subject.calls();
    clinic.patch(&path, &json!({})).await.refused("MISSING_REQUIRED_FIELD", None);
    assert_eq!(subject.calls(), before);
}

async fn wrong_changes(subject: &Subject) {
    let clinic = subject.clinic().await;
    let patient = clinic.new_patient().await;
    let path = format!("/patients/{}", text(&patient, "id"));
    for (change, place) in [
        (json!({"first_name": "Other", "phones": ["12"]}), "phones.0"),
        (json!({"first_name": "Other", "emails": ["x"]}), "emails.0"),
        (json!({"first_name": "Other", "date_of_birth": "soon"}), "date_of_birth"),
        (json!({"first_name": "Other", "gender": "robot"}), "gender"),
        (json!({"first_name": "Other", "id": "1"}), "id"),
        (json!({"first_name": "Other", "care_unit_id": "1"}), "care_unit_id"),
    ] {
        let answer = clinic.patch(&path, &change).await;
        answer.refused_also("BAD_INPUT", place);
        let known = !subject.capabilities.of(UPDATE).fields_not_supported.contains(&place);
        assert!(!known || answer.faults().len() == 1, "nothing else is wrong: {answer}");
    }
    assert_eq!(clinic.get(&path).await.is(200), patient);
}

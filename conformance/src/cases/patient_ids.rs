//! Patients by the types of id that they have.

use serde_json::{Value, json};
use vardbro_model::capabilities::Operation;
use vardbro_model::typed_id::PatientIdType;

use crate::case::Need::{Can, FindsPatientsBy, Takes};
use crate::case::cases;
use crate::clinic::{Clinic, born, text};
use crate::refusal::patient_number;
use crate::subject::Subject;

const CREATE: Operation = Operation::CreatePatient;
const UPDATE: Operation = Operation::UpdatePatient;
const GET: Operation = Operation::GetPatient;

cases! {
    "a patient whom there is not is not found" [Can(GET)] => nobody,
    "an unknown type of patient id is told" [Can(GET)] => unknown_id_type,
    "a patient number with a wrong checksum is told" [Can(GET)] => wrong_numbers,
    "a type of patient id that the EHR cannot look up is refused" [Can(GET)] => unsupported_id_types,
    "a patient is found by a Swedish number in every spelling" [FindsPatientsBy(PatientIdType::SePersonalNumber)] => by_swedish_number,
    "a patient is found by a Norwegian number" [FindsPatientsBy(PatientIdType::NoPersonalNumber)] => by_norwegian_number,
    "a patient is found by an NHS number" [FindsPatientsBy(PatientIdType::NhsNumber)] => by_nhs_number,
    "a typed id works in path, query and body" [FindsPatientsBy(PatientIdType::SePersonalNumber), Can(Operation::BookAppointment)] => typed_everywhere,
    "a national number that is stored is checked" [Can(CREATE), Takes(CREATE, "external_id_type")] => checked_number,
}

async fn nobody(subject: &Subject) {
    let clinic = subject.clinic().await;
    for nobody in ["nobody", "0", "999999999999999999", "emr_id:nobody"] {
        clinic.get(&format!("/patients/{nobody}")).await.problem(404, "NOT_FOUND");
        if subject.can(UPDATE) {
            let change = json!({"last_name": "Nobody"});
            clinic.patch(&format!("/patients/{nobody}"), &change).await.problem(404, "NOT_FOUND");
        }
        if subject.can(Operation::ReadNotes) {
            clinic.get(&format!("/patients/{nobody}/medical-notes")).await.problem(404, "NOT_FOUND");
        }
        if subject.can(Operation::ListDocuments) {
            clinic.get(&format!("/patients/{nobody}/documents")).await.problem(404, "NOT_FOUND");
        }
    }
}

async fn unknown_id_type(subject: &Subject) {
    let clinic = subject.clinic().await;
    let before = subject.calls();
    for unknown in ["npi:1", ":1", "EMR_ID:1", "hsa_id:SE2321000016-1a01"] {
        let answer = clinic.get(&format!("/patients/{unknown}")).await;
        answer.refused("INVALID_PATIENT_ID_TYPE", "patient_id");
        if subject.can(Operation::ListAppointments) {
            let answer = clinic.find("/appointments", &[("patient_id", unknown)]).await;
            answer.refused("INVALID_PATIENT_ID_TYPE", "patient_id");
        }
    }
    assert_eq!(subject.calls(), before);
}

async fn wrong_numbers(subject: &Subject) {
    let clinic = subject.clinic().await;
    let before = subject.calls();
    for wrong in [
        "se_personal_number:191212121213",
        "se_personal_number:19121212",
        "se_personal_number:hello",
        "no_personal_number:13097248023",
        "nhs_number:9990000019",
        "nhs_number:",
    ] {
        clinic.get(&format!("/patients/{wrong}")).await.refused("INVALID_PATIENT_ID", "patient_id");
    }
    assert_eq!(subject.calls(), before);
}

async fn unsupported_id_types(subject: &Subject) {
    for id_type in
        [PatientIdType::SePersonalNumber, PatientIdType::NoPersonalNumber, PatientIdType::NhsNumber]
    {
        let need = FindsPatientsBy(id_type);
        if !need.is_met_by(&subject.capabilities) {
            crate::refusal::check(subject, need).await;
        }
    }
}

/// A patient with this number, found or created.
pub(super) async fn numbered(clinic: &Clinic<'_>, id_type: &str, number: &str) -> Value {
    let mut body = clinic.somebody();
    body["external_id"] = json!(number);
    body["external_id_type"] = json!(id_type);
    if clinic.subject.numbers_patients() {
        body["date_of_birth"] = born(number);
    }
    let answer = clinic.post("/patients", &body).await;
    assert!(matches!(answer.status, 200 | 201), "{answer}");
    answer.json()
}

async fn by_swedish_number(subject: &Subject) {
    let clinic = subject.clinic().await;
    let patient = numbered(&clinic, "se_personal_number", "191212121212").await;
    for spelling in ["191212121212", "19121212-1212", "121212+1212", "121212%201212", "121212%2B1212"] {
        let found = clinic.get(&format!("/patients/se_personal_number:{spelling}")).await.is(200);
        assert_eq!(found["id"], patient["id"], "{spelling}");
        assert_eq!(found["external_id"], "191212121212");
    }
    // 121212-1212 is somebody who turned 13 in 2025, not 113.
    let younger = clinic.get("/patients/se_personal_number:121212-1212").await;
    assert_eq!(younger.status, 404, "{younger}");
}

async fn by_number(subject: &Subject, id_type: PatientIdType) {
    let clinic = subject.clinic().await;
    let (name, number) = patient_number(id_type).split_once(':').expect("a typed id");
    let patient = numbered(&clinic, name, number).await;
    let found = clinic.get(&format!("/patients/{name}:{number}")).await.is(200);
    assert_eq!(found["id"], patient["id"]);
    assert_eq!((&found["external_id"], &found["external_id_type"]), (&json!(number), &json!(name)));
}

async fn by_norwegian_number(subject: &Subject) {
    by_number(subject, PatientIdType::NoPersonalNumber).await;
}

async fn by_nhs_number(subject: &Subject) {
    by_number(subject, PatientIdType::NhsNumber).await;
}

async fn typed_everywhere(subject: &Subject) {
    let clinic = subject.clinic().await;
    let patient = text(&numbered(&clinic, "se_personal_number", "191212121212").await, "id");
    let typed = "se_personal_number:19121212-1212";
    let slot = clinic.slots().await.remove(0);
    let booked = clinic.book(&slot, typed).await;
    assert_eq!(booked["patient_id"], patient.as_str());
    let by_type = clinic.listed(&[("patient_id", typed)]).await;
    assert_eq!(by_type, clinic.listed(&[("patient_id", &patient)]).await);
    assert!(by_type.contains(&text(&booked, "id")));
    if subject.can(Operation::ReadNotes) {
        let notes = clinic.get(&format!("/patients/{typed}/medical-notes")).await.list();
        assert_eq!(notes, clinic.get(&format!("/patients/{patient}/medical-notes")).await.list());
    }
}

async fn checked_number(subject: &Subject) {
    let clinic = subject.clinic().await;
    let before = subject.calls();
    for (id_type, number) in
        [("se_personal_number", "191212121213"), ("no_personal_number", "1"), ("nhs_number", "hello")]
    {
        let mut body = clinic.somebody();
        body["external_id"] = json!(number);
        body["external_id_type"] = json!(id_type);
        let faults = clinic.post("/patients", &body).await.faults();
        assert!(faults.iter().any(|fault| fault.path.as_deref() == Some("external_id")), "{faults:?}");
    }
    let mut body = clinic.somebody();
    body["external_id"] = json!("1");
    body["external_id_type"] = json!("passport");
    let answer = clinic.post("/patients", &body).await;
    answer.refused_also("BAD_INPUT", "external_id_type");
    assert!(subject.numbers_patients() || answer.faults().len() == 1, "nothing else is wrong: {answer}");
    assert_eq!(subject.calls(), before);
}

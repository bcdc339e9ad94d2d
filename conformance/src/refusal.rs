//! What an EHR cannot do is refused before anything is sent, and the refusal names the capability.

use http::Method;
use serde_json::{Value, json};
use vardbro_model::capabilities::Operation;
use vardbro_model::typed_id::{PatientIdType, ResourceIdType};

use crate::case::Need;
use crate::client::{Answer, with_query};
use crate::subject::Subject;

/// Checks that what the EHR lacks is refused as it should be.
pub async fn check(subject: &Subject, lacking: Need) {
    let care_unit = if matches!(lacking, Need::Can(Operation::ListCareUnits)) {
        "1".to_owned()
    } else {
        subject.clinic().await.id
    };
    let before = subject.calls();
    let answer = ask(subject, &care_unit, lacking).await;
    match lacking {
        Need::Can(operation) => {
            let details = answer.refused("NOT_SUPPORTED", None);
            assert!(details.contains(operation.as_str()), "it names {operation}: {answer}");
        }
        Need::FilterBy(operation, field) | Need::FilterByAlone(operation, field) => {
            let details = answer.refused("NOT_SUPPORTED", field);
            assert!(details.contains(operation.as_str()), "it names {operation}: {answer}");
        }
        Need::DoesWithout(operation, field) => {
            answer.refused_also("MISSING_REQUIRED_FIELD", field);
            assert!(answer.to_string().contains(operation.as_str()), "it names {operation}: {answer}");
        }
        Need::Takes(_, field) => {
            answer.refused_also("NOT_SUPPORTED", field);
        }
        Need::FindsPatientsBy(_) => {
            answer.refused("PATIENT_ID_LOOKUP_TYPE_NOT_SUPPORTED", "patient_id");
        }
        Need::FindsResourcesBy(_) => {
            answer.refused("NOT_SUPPORTED", "resource_id");
        }
    }
    assert_eq!(subject.calls(), before, "nothing was sent");
    assert_eq!(answer.calls(), 0, "{answer}");
}

async fn ask(subject: &Subject, care_unit: &str, lacking: Need) -> Answer {
    let path = format!("{}/care-units/{care_unit}", subject.emr());
    match lacking {
        Need::Can(operation) | Need::DoesWithout(operation, _) => {
            let (method, rest, mut body) = sample(subject, operation);
            if let Need::DoesWithout(_, field) = lacking {
                body.as_object_mut().and_then(|body| body.remove(field)).expect("a field of the sample");
            }
            let path = match operation {
                Operation::ListCareUnits => format!("{}/care-units", subject.emr()),
                _ => format!("{path}{rest}"),
            };
            match method {
                Method::POST => subject.client.post(&path, &body).await,
                Method::PATCH => subject.client.patch(&path, &body).await,
                _ => subject.client.get(&path).await,
            }
        }
        Need::FilterBy(operation, field) | Need::FilterByAlone(operation, field) => {
            let (_, rest, _) = sample(subject, operation);
            let rest = rest.split_once('?').map_or(rest.as_str(), |(rest, _)| rest);
            let value = match field {
                "start" | "end" => "2026-04-01T10:00:00Z",
                "date_of_birth" => "1987-06-05",
                "phone" => "+46701740605",
                "email" => "somebody@example.com",
                "status" => "booked",
                _ => "1",
            };
            subject.client.get(&with_query(&format!("{path}{rest}"), &[(field, value)])).await
        }
        Need::Takes(operation, field) => {
            let (method, rest, _) = sample(subject, operation);
            let (outer, inner) =
                field.split_once('.').map_or((field, None), |(outer, inner)| (outer, Some(inner)));
            let body = json!({outer: inner.map_or(json!("1"), |inner| json!({inner: "SE"}))});
            let path = format!("{path}{rest}");
            if method == Method::PATCH {
                subject.client.patch(&path, &body).await
            } else {
                subject.client.post(&path, &body).await
            }
        }
        Need::FindsPatientsBy(id_type) => {
            subject.client.get(&format!("{path}/patients/{}", patient_number(id_type))).await
        }
        Need::FindsResourcesBy(id_type) => {
            subject.client.get(&format!("{path}/resources/{}", resource_number(id_type))).await
        }
    }
}

/// A right number of that type.
pub fn patient_number(id_type: PatientIdType) -> &'static str {
    match id_type {
        PatientIdType::EmrId => "emr_id:1",
        PatientIdType::SePersonalNumber => "se_personal_number:191212121212",
        PatientIdType::NoPersonalNumber => "no_personal_number:13097248022",
        PatientIdType::NhsNumber => "nhs_number:9990000018",
    }
}

/// A right number of that type.
pub fn resource_number(id_type: ResourceIdType) -> &'static str {
    match id_type {
        ResourceIdType::EmrId => "emr_id:1",
        ResourceIdType::HsaId => "hsa_id:SE2321000016-1a01",
        ResourceIdType::SePersonalNumber => "se_personal_number:198702072391",
        ResourceIdType::NoPersonalNumber => "no_personal_number:03099949766",
    }
}

/// A call of the operation that has nothing wrong in it: method, rest of the care unit's path, body.
pub fn sample(subject: &Subject, operation: Operation) -> (Method, String, Value) {
    let (get, post, patch) = (Method::GET, Method::POST, Method::PATCH);
    let none = Value::Null;
    let patient = subject.a_patient_id();
    let of_patient = |rest: &str| format!("/patients/{patient}{rest}");
    let (start, end) = ("2026-04-01T10:00:00Z", "2026-04-01T10:30:00Z");
    match operation {
        Operation::ListCareUnits => (get, "".to_owned(), none),
        Operation::ListResources => (get, "/resources".to_owned(), none),
        Operation::ListHealthcareServices => (get, "/healthcare-services".to_owned(), none),
        Operation::ListTimeslots => (get, "/timeslots".to_owned(), none),
        Operation::ReadSchedule => (get, "/resources/1/schedules".to_owned(), none),
        Operation::CreateSchedule => (
            post,
            "/resources/1/schedules".to_owned(),
            json!({"start": start, "end": end, "kind": "blocked"}),
        ),
        Operation::SearchPatients => {
            let found_by = &subject.capabilities.of(operation).filters;
            let by_name = found_by.is_empty() || found_by.contains(&"last_name");
            let query = if by_name { "last_name=Nobody" } else { "external_id=191212121212" };
            (get, format!("/patients?{query}"), none)
        }
        Operation::GetPatient => (get, of_patient(""), none),
        Operation::CreatePatient => {
            let mut body = json!({"first_name": "No", "last_name": "Body"});
            if subject.numbers_patients() {
                body["external_id"] = json!(patient);
            }
            (post, "/patients".to_owned().to_owned(), body)
        }
        Operation::UpdatePatient => (patch, of_patient(""), json!({"last_name": "Body"})),
        Operation::ListAppointments => (get, "/appointments".to_owned(), none),
        Operation::GetAppointment => (get, "/appointments/1".to_owned(), none),
        Operation::BookAppointment => {
            (post, "/appointments".to_owned(), json!({"start": start, "end": end, "patient_id": patient}))
        }
        Operation::MoveAppointment => {
            (patch, "/appointments/1".to_owned(), json!({"start": start, "end": end}))
        }
        Operation::CommentAppointment => (patch, "/appointments/1".to_owned(), json!({"comment": "Words"})),
        Operation::CancelAppointment => (patch, "/appointments/1".to_owned(), json!({"status": "cancelled"})),
        Operation::ConfirmAppointment => {
            (patch, "/appointments/1".to_owned(), json!({"confirmation": {"code": "1234"}}))
        }
        Operation::ReadNotes => (get, of_patient("/medical-notes"), none),
        Operation::CreateNote => (
            post,
            of_patient("/medical-notes"),
            json!({"template_id": "leyr_unstructured", "content": {"unstructured": "Words"}}),
        ),
        Operation::ListNoteTemplates => (get, "/medical-note-templates".to_owned(), none),
        Operation::ListDocuments => (get, of_patient("/documents"), none),
        Operation::GetDocument => (get, of_patient("/documents/1"), none),
        Operation::CreateDocument => (
            post,
            of_patient("/documents"),
            json!({"content": "V29yZHM=", "format": subject.document_format()}),
        ),
    }
}

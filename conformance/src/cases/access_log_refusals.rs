//! What the access log says of what was not done: refusals and failures, and answers that nobody waited for.

use http::Method;
use http::header::CONTENT_TYPE;
use serde_json::json;
use uuid::Uuid;
use vardbro_model::capabilities::Operation;
use vardbro_model::typed_id::PatientIdType;

use crate::accesses::{about_patients, call, left, only_of, outcome};
use crate::case::Need::{Can, FindsPatientsBy};
use crate::case::{Need, cases};
use crate::client::Client;
use crate::clinic::{Clinic, text};
use crate::refusal::{patient_number, sample};
use crate::subject::Subject;

const BOOK: Operation = Operation::BookAppointment;
const CANCEL: Operation = Operation::CancelAppointment;
const COMMENT: Operation = Operation::CommentAppointment;
const CREATE_NOTE: Operation = Operation::CreateNote;
const CREATE_PATIENT: Operation = Operation::CreatePatient;
const GET_APPOINTMENT: Operation = Operation::GetAppointment;
const GET_PATIENT: Operation = Operation::GetPatient;

cases! {
    "an id that names nobody is logged as it was given" [Can(GET_PATIENT)] => nobody,
    "an id that cannot be one is logged without it" [Can(GET_PATIENT)] => no_id,
    "an id of a type that the EHR lacks is logged as it was given" [Can(GET_PATIENT)] => unsupported_type,
    "what the EHR cannot do is logged as what was asked" => not_supported,
    "a body that cannot be read is logged with whom the path named" [Can(CREATE_NOTE), Can(CREATE_PATIENT)] => malformed,
    "a change with faults is logged as what was asked" [Can(CANCEL)] => faulty_changes,
    "an Idempotency-Key that is refused is logged" [Can(CREATE_PATIENT)] => idempotency_key,
    "what an application without a connection asked is logged" => off,
    "an EHR that failed is logged" [Can(GET_PATIENT), Can(BOOK)] => down,
    "a booking whose client went away is logged when it has ended" [Can(BOOK)] => abandoned_booking,
    "a cancel whose client went away is logged with whom it was for" [Can(BOOK), Can(CANCEL)] => abandoned_cancel,
    "a read whose client went away is logged" [Can(GET_PATIENT)] => abandoned_read,
}

async fn nobody(subject: &Subject) {
    let clinic = subject.clinic().await;
    let answer = clinic.get("/patients/999999999999999999").await;
    answer.problem(404, "NOT_FOUND");
    left(&clinic, &answer, GET_PATIENT, None, Some("emr_id:999999999999999999")).await;
    if subject.can(GET_APPOINTMENT) {
        let answer = clinic.get("/appointments/nothing").await;
        answer.problem(404, "NOT_FOUND");
        left(&clinic, &answer, GET_APPOINTMENT, None, None).await;
    }
}

async fn no_id(subject: &Subject) {
    let clinic = subject.clinic().await;
    for wrong in ["se_personal_number:191212121213", "npi:1", "a%20b"] {
        let answer = clinic.get(&format!("/patients/{wrong}")).await;
        assert!(matches!(answer.status, 400 | 404), "{answer}");
        left(&clinic, &answer, GET_PATIENT, None, None).await;
    }
}

async fn unsupported_type(subject: &Subject) {
    let clinic = subject.clinic().await;
    let all = [PatientIdType::SePersonalNumber, PatientIdType::NoPersonalNumber, PatientIdType::NhsNumber];
    for id_type in all {
        if Need::is_met_by(FindsPatientsBy(id_type), &subject.capabilities) {
            continue;
        }
        let named = patient_number(id_type);
        let answer = clinic.get(&format!("/patients/{named}")).await;
        answer.refused("PATIENT_ID_LOOKUP_TYPE_NOT_SUPPORTED", "patient_id");
        left(&clinic, &answer, GET_PATIENT, None, Some(named)).await;
        if subject.can(Operation::ListAppointments) {
            let answer = clinic.find("/appointments", &[("patient_id", named)]).await;
            answer.refused("PATIENT_ID_LOOKUP_TYPE_NOT_SUPPORTED", "patient_id");
            left(&clinic, &answer, Operation::ListAppointments, None, Some(named)).await;
        }
    }
}

/// The patient whom a path of a sample names.
fn named_in(path: &str) -> Option<String> {
    let id = path.strip_prefix("/patients/")?.split('/').next()?;
    Some(format!("emr_id:{id}"))
}

async fn not_supported(subject: &Subject) {
    let clinic = subject.clinic().await;
    let before = subject.calls();
    for operation in about_patients().filter(|operation| !subject.can(*operation)) {
        let (method, rest, body) = sample(subject, operation);
        let answer = subject.client.send_json(call(&clinic, method, &rest), &body).await;
        answer.refused("NOT_SUPPORTED", None);
        left(&clinic, &answer, operation, None, named_in(&rest).as_deref()).await;
    }
    assert_eq!(subject.calls(), before, "nothing was sent");
}

async fn malformed(subject: &Subject) {
    let clinic = subject.clinic().await;
    let patient = subject.a_patient_id();
    let notes = format!("/patients/{patient}/medical-notes");
    let named = format!("emr_id:{patient}");
    for (rest, action, named) in
        [("/patients", CREATE_PATIENT, None), (notes.as_str(), CREATE_NOTE, Some(named.as_str()))]
    {
        let request = call(&clinic, Method::POST, rest).header(CONTENT_TYPE, "application/json");
        let answer = subject.client.send(request, "{").await;
        answer.refused("BAD_INPUT", None);
        left(&clinic, &answer, action, None, named).await;
        let answer = subject.client.send(call(&clinic, Method::POST, rest), "x").await;
        answer.problem(415, "UNSUPPORTED_MEDIA_TYPE");
        left(&clinic, &answer, action, None, named).await;
    }
}

async fn faulty_changes(subject: &Subject) {
    let clinic = subject.clinic().await;
    let changes = [
        (json!({"status": "cancelled", "start": "2026-04-01T10:00:00Z"}), CANCEL),
        (json!({"status": "moved"}), CANCEL),
        (json!({"comment": 5}), COMMENT),
        (json!({"confirmation": {}}), Operation::ConfirmAppointment),
        (json!({"start": "never"}), Operation::MoveAppointment),
        (json!({}), Operation::MoveAppointment),
    ];
    for (change, action) in changes {
        let answer = clinic.change("1", &change).await;
        assert_eq!(answer.status, 400, "{answer}");
        left(&clinic, &answer, action, None, None).await;
    }
}

async fn idempotency_key(subject: &Subject) {
    let clinic = subject.clinic().await;
    let request = call(&clinic, Method::POST, "/patients").header("idempotency-key", "once");
    let answer = subject.client.send_json(request, &clinic.somebody()).await;
    answer.refused("NOT_SUPPORTED", "Idempotency-Key");
    let entry = only_of(&clinic, answer.header("x-request-id").expect("an id")).await;
    assert_eq!(
        (entry.action.as_str(), entry.outcome.as_str()),
        (CREATE_PATIENT.as_str(), "400 NOT_SUPPORTED")
    );
}

async fn off(subject: &Subject) {
    let clinic = subject.clinic().await;
    let patient = subject.a_patient_id();
    let answer = subject.stranger.get(&format!("{}/patients/{patient}", clinic.path)).await;
    answer.problem(403, "FORBIDDEN");
    let entry = only_of(&clinic, answer.header("x-request-id").expect("an id")).await;
    assert_eq!((entry.client_id.as_str(), entry.outcome.as_str()), ("stranger", "403 FORBIDDEN"));
    assert_eq!((entry.connection, entry.care_unit), (None, Some(clinic.id.clone())));
    assert_eq!((entry.patient, entry.named), (None, Some(format!("emr_id:{patient}"))));
}

async fn down(subject: &Subject) {
    let clinic = subject.clinic().await;
    let (slot, patient) = (clinic.slots().await.remove(0), clinic.patient().await);
    let named = format!("emr_id:{patient}");
    subject.faults(json!({"error_rate": 1}));
    let read = clinic.get(&format!("/patients/{patient}")).await;
    let booking = clinic.post("/appointments", &slot.booking(&patient)).await;
    subject.no_faults();
    assert!(read.status >= 500 && booking.status >= 500, "{read} {booking}");
    assert!(outcome(&read).contains("EMR_ERROR"), "{read}");
    left(&clinic, &read, GET_PATIENT, None, Some(&named)).await;
    left(&clinic, &booking, BOOK, None, Some(&named)).await;
}

/// Sends the request and goes away when the EHR has been asked. Gives the request's id.
async fn abandoned(
    clinic: &Clinic<'_>,
    method: Method,
    rest: &str,
    body: Option<serde_json::Value>,
) -> String {
    let (subject, id) = (clinic.subject, Uuid::new_v4().to_string());
    let request = call(clinic, method, rest).header("x-request-id", &id);
    let client: Client = subject.client.clone();
    let before = subject.calls();
    subject.faults(json!({"latency_ms": 1000}));
    let asking = tokio::spawn(async move {
        match body {
            Some(body) => client.send_json(request, &body).await,
            None => client.send(request, "").await,
        }
    });
    while subject.calls() == before {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    asking.abort();
    assert!(asking.await.is_err_and(|ended| ended.is_cancelled()), "the answer was not there yet");
    subject.no_faults();
    id
}

async fn abandoned_booking(subject: &Subject) {
    let clinic = subject.clinic().await;
    let (slot, patient) = (clinic.slots().await.remove(0), clinic.patient().await);
    let before = subject.live().len();
    let id = abandoned(&clinic, Method::POST, "/appointments", Some(slot.booking(&patient))).await;
    let entry = only_of(&clinic, &id).await;
    assert_eq!(subject.live().len(), before + 1, "it had ended");
    assert_eq!((entry.action.as_str(), entry.outcome.as_str()), (BOOK.as_str(), "abandoned"));
    assert_eq!(entry.named, Some(format!("emr_id:{patient}")));
    assert_eq!(entry.patient, Some(patient));
}

async fn abandoned_cancel(subject: &Subject) {
    let clinic = subject.clinic().await;
    let (slot, patient) = (clinic.slots().await.remove(0), clinic.patient().await);
    let appointment = text(&clinic.book(&slot, &patient).await, "id");
    let cancel = Some(json!({"status": "cancelled"}));
    let id = abandoned(&clinic, Method::PATCH, &format!("/appointments/{appointment}"), cancel).await;
    let entry = only_of(&clinic, &id).await;
    assert_eq!((entry.action.as_str(), entry.outcome.as_str()), (CANCEL.as_str(), "abandoned"));
    assert_eq!((entry.patient, entry.named), (Some(patient), None));
}

async fn abandoned_read(subject: &Subject) {
    let clinic = subject.clinic().await;
    let patient = clinic.patient().await;
    let id = abandoned(&clinic, Method::GET, &format!("/patients/{patient}"), None).await;
    let entry = only_of(&clinic, &id).await;
    assert_eq!((entry.action.as_str(), entry.outcome.as_str()), (GET_PATIENT.as_str(), "abandoned"));
    assert_eq!((entry.patient, entry.named), (None, Some(format!("emr_id:{patient}"))));
}

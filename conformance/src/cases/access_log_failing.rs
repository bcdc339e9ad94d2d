//! What cannot be logged is not done.

use vardbro_model::capabilities::Operation;

use crate::accesses::{about_patients, call};
use crate::case::Need::Can;
use crate::case::cases;
use crate::clinic::Clinic;
use crate::refusal::sample;
use crate::subject::Subject;

cases! {
    "while the access log's queue is full nothing is asked about patients, and readiness says so" => full,
    "while the database refuses entries nothing is asked about patients, and nothing is lost" [Can(Operation::GetPatient)] => failing,
    "a write is answered when the database takes entries again" [Can(Operation::CreatePatient)] => waiting,
}

/// Checks that whatever is asked about patients is refused for this reason before anything is sent, and the rest goes on.
async fn only_patients_are_refused(clinic: &Clinic<'_>, why: &str) {
    let subject = clinic.subject;
    let (calls, state) = (subject.calls(), subject.sandbox.ehr.state());
    for operation in about_patients() {
        let (method, rest, body) = sample(subject, operation);
        let answer = subject.client.send_json(call(clinic, method, &rest), &body).await;
        let problem = answer.problem(503, "SERVICE_UNAVAILABLE");
        assert!(problem["detail"].as_str().is_some_and(|detail| detail.contains(why)), "{answer}");
        assert!(answer.header("retry-after").is_some(), "{answer}");
        assert_eq!(answer.calls(), 0, "{answer}");
    }
    assert_eq!(subject.calls(), calls, "nothing was sent");
    assert_eq!(subject.sandbox.ehr.state(), state, "nothing was done");
    for rest in ["", "/resources", "/healthcare-services", "/timeslots", "/medical-note-templates"] {
        clinic.get(rest).await.is(200);
    }
    subject.client.get("/api/emrs").await.is(200);
}

async fn full(subject: &Subject) {
    let clinic = subject.clinic().await;
    let places = subject.fill_access_log();
    let not_ready = subject.readiness(503).await.problem(503, "SERVICE_UNAVAILABLE");
    assert!(not_ready["detail"].as_str().is_some_and(|detail| detail.contains("queue is full")));
    only_patients_are_refused(&clinic, "queue is full").await;
    drop(places);
    subject.readiness(200).await;
    clinic.patient().await;
}

async fn failing(subject: &Subject) {
    let clinic = subject.clinic().await;
    let patient = clinic.patient().await;
    subject.break_access_log().await;
    let last = clinic.get(&format!("/patients/{patient}")).await;
    last.is(200);
    let not_ready = subject.readiness(503).await.problem(503, "SERVICE_UNAVAILABLE");
    assert!(not_ready["detail"].as_str().is_some_and(|detail| detail.contains("cannot be written now")));
    only_patients_are_refused(&clinic, "cannot be written now").await;
    subject.mend_access_log().await;
    subject.readiness(200).await;
    let request = last.header("x-request-id").expect("an id");
    assert_eq!(subject.accesses(request).await.len(), 1, "what was queued is there");
    clinic.get(&format!("/patients/{patient}")).await.is(200);
}

async fn waiting(subject: &Subject) {
    let clinic = subject.clinic().await;
    let (client, path, somebody) =
        (subject.client.clone(), format!("{}/patients", clinic.path), clinic.somebody());
    subject.break_access_log().await;
    let writing = tokio::spawn(async move { client.post(&path, &somebody).await });
    subject.readiness(503).await;
    assert!(!writing.is_finished(), "it is not answered before it is in the log");
    subject.mend_access_log().await;
    let answer = writing.await.expect("an answer");
    answer.is(201);
    let request = answer.header("x-request-id").expect("an id");
    let there = subject.all_accesses().await.into_iter().filter(|entry| entry.request == request).count();
    assert_eq!(there, 1, "{answer}");
}

//! What the access log says of what was done: who asked, whom it touched, how it ended.

use http::Method;
use serde_json::{Value, json};
use vardbro_model::capabilities::Operation;
use vardbro_model::typed_id::PatientIdType;

use super::patient_ids::numbered;
use crate::accesses::{call, left, left_for_each};
use crate::case::Need::{Can, FindsPatientsBy};
use crate::case::cases;
use crate::client::{Answer, with_query};
use crate::clinic::{Clinic, text};
use crate::subject::Subject;

const BOOK: Operation = Operation::BookAppointment;
const CANCEL: Operation = Operation::CancelAppointment;
const COMMENT: Operation = Operation::CommentAppointment;
const CREATE_DOCUMENT: Operation = Operation::CreateDocument;
const CREATE_NOTE: Operation = Operation::CreateNote;
const CREATE_PATIENT: Operation = Operation::CreatePatient;
const GET_APPOINTMENT: Operation = Operation::GetAppointment;
const GET_DOCUMENT: Operation = Operation::GetDocument;
const GET_PATIENT: Operation = Operation::GetPatient;
const LIST_APPOINTMENTS: Operation = Operation::ListAppointments;
const LIST_DOCUMENTS: Operation = Operation::ListDocuments;
const MOVE: Operation = Operation::MoveAppointment;
const READ_NOTES: Operation = Operation::ReadNotes;
const SEARCH: Operation = Operation::SearchPatients;
const UPDATE_PATIENT: Operation = Operation::UpdatePatient;

cases! {
    "reading a patient is logged" [Can(GET_PATIENT)] => read,
    "a patient who was named by a number is logged by both" [FindsPatientsBy(PatientIdType::SePersonalNumber)] => by_number,
    "a list is logged for each patient in it, once" [Can(LIST_APPOINTMENTS)] => listed,
    "a list that is empty is logged with whom it was asked about" [Can(LIST_APPOINTMENTS)] => listed_nobody,
    "a search is logged for each patient whom it found" [Can(SEARCH), Can(CREATE_PATIENT)] => searched,
    "a search that found nobody is logged" [Can(SEARCH)] => searched_in_vain,
    "creating a patient is logged, and finding the same one" [Can(CREATE_PATIENT)] => created,
    "changing a patient is logged" [Can(UPDATE_PATIENT)] => changed,
    "booking and reading an appointment are logged" [Can(BOOK), Can(GET_APPOINTMENT)] => booked,
    "moving an appointment is logged with whom it is for" [Can(BOOK), Can(MOVE)] => moved,
    "commenting an appointment is logged with whom it is for" [Can(BOOK), Can(COMMENT)] => commented,
    "cancelling an appointment is logged with whom it is for" [Can(BOOK), Can(CANCEL)] => cancelled,
    "cancelling several is logged for each patient, and with what failed" [Can(BOOK), Can(CANCEL)] => several,
    "writing and reading notes is logged" [Can(CREATE_NOTE)] => notes,
    "filing and reading documents is logged" [Can(CREATE_DOCUMENT)] => documents,
    "an older path is logged like its successor" [Can(LIST_APPOINTMENTS)] => older_path,
    "places and free times leave no entry" => places,
    "a write is in the log when it is answered" [Can(CREATE_PATIENT)] => before_the_answer,
    "for whom the application asked is logged" [Can(GET_PATIENT)] => actor,
    "an actor that cannot be one is refused, and that is logged" [Can(GET_PATIENT)] => no_actor,
}

/// How a request that uses the plain id names the patient.
fn plain(patient: &str) -> String {
    format!("emr_id:{patient}")
}

async fn read(subject: &Subject) {
    let clinic = subject.clinic().await;
    let patient = clinic.patient().await;
    for spelling in [patient.clone(), plain(&patient)] {
        let answer = clinic.get(&format!("/patients/{spelling}")).await;
        answer.is(200);
        left(&clinic, &answer, GET_PATIENT, Some(&patient), Some(&plain(&patient))).await;
    }
    let head = subject.client.send(call(&clinic, Method::HEAD, &format!("/patients/{patient}")), "").await;
    assert_eq!(head.status, 200, "{head}");
    left(&clinic, &head, GET_PATIENT, Some(&patient), Some(&plain(&patient))).await;
}

async fn by_number(subject: &Subject) {
    let clinic = subject.clinic().await;
    let named = "se_personal_number:191212121212";
    let patient = text(&numbered(&clinic, "se_personal_number", "191212121212").await, "id");
    let answer = clinic.get(&format!("/patients/{named}")).await;
    answer.is(200);
    left(&clinic, &answer, GET_PATIENT, Some(&patient), Some(named)).await;
    if subject.can(LIST_APPOINTMENTS) {
        let answer = clinic.find("/appointments", &[("patient_id", "se_personal_number:121212+1212")]).await;
        let patients = patients_of(&answer, "patient_id");
        assert!(patients.iter().all(|one| *one == patient), "{answer}");
        let about = patients.first().map(|_| patient.as_str());
        left(&clinic, &answer, LIST_APPOINTMENTS, about, Some(named)).await;
    }
}

/// Whom the items of a list are about.
fn patients_of(answer: &Answer, field: &str) -> Vec<String> {
    answer.list().iter().filter_map(|one| one[field].as_str().map(str::to_owned)).collect()
}

/// Checks the entries of a list whose items name their patients in this field.
async fn left_by_list(
    clinic: &Clinic<'_>,
    answer: &Answer,
    action: Operation,
    field: &str,
    named: Option<&str>,
) {
    let patients = patients_of(answer, field);
    assert!(!patients.is_empty(), "{answer}");
    let patients: Vec<&str> = patients.iter().map(String::as_str).collect();
    left_for_each(clinic, answer, action, &patients, named).await;
}

async fn listed(subject: &Subject) {
    let clinic = subject.clinic().await;
    let mut next = Some(format!("{}/appointments?limit=20", clinic.path));
    for _ in 0..2 {
        let Some(page) = next else { return };
        let answer = subject.client.get(&page).await;
        left_by_list(&clinic, &answer, LIST_APPOINTMENTS, "patient_id", None).await;
        next = answer.next_page();
    }
}

async fn listed_nobody(subject: &Subject) {
    let clinic = subject.clinic().await;
    let patient = clinic.patient().await;
    let answer = clinic.find("/appointments", &[("patient_id", &patient)]).await;
    assert!(answer.list().is_empty());
    left(&clinic, &answer, LIST_APPOINTMENTS, None, Some(&plain(&patient))).await;
}

/// Filters that find this patient.
fn finding<'a>(subject: &Subject, patient: &'a Value) -> Vec<(&'static str, &'a str)> {
    let names = if subject.numbers_patients() { &["external_id"][..] } else { &["first_name", "last_name"] };
    names.iter().filter_map(|name| Some((*name, patient[*name].as_str()?))).collect()
}

async fn searched(subject: &Subject) {
    let clinic = subject.clinic().await;
    let patient = clinic.new_patient().await;
    let answer = clinic.find("/patients", &finding(subject, &patient)).await;
    assert!(patients_of(&answer, "id").contains(&text(&patient, "id")), "{answer}");
    left_by_list(&clinic, &answer, SEARCH, "id", None).await;
}

async fn searched_in_vain(subject: &Subject) {
    let clinic = subject.clinic().await;
    let nobody = clinic.somebody();
    let answer = clinic.find("/patients", &finding(subject, &nobody)).await;
    assert!(answer.list().is_empty());
    left(&clinic, &answer, SEARCH, None, None).await;
}

async fn created(subject: &Subject) {
    let clinic = subject.clinic().await;
    let somebody = clinic.somebody();
    let answer = clinic.post("/patients", &somebody).await;
    let patient = text(&answer.is(201), "id");
    left(&clinic, &answer, CREATE_PATIENT, Some(&patient), None).await;
    let answer = clinic.post("/patients", &somebody).await;
    assert_eq!(text(&answer.is(200), "id"), patient);
    left(&clinic, &answer, CREATE_PATIENT, Some(&patient), None).await;
}

async fn changed(subject: &Subject) {
    let clinic = subject.clinic().await;
    let patient = clinic.patient().await;
    let change = json!({"emails": ["kanariefugl.changed@example.com"]});
    let answer = clinic.patch(&format!("/patients/{patient}"), &change).await;
    answer.is(200);
    left(&clinic, &answer, UPDATE_PATIENT, Some(&patient), Some(&plain(&patient))).await;
}

async fn booked(subject: &Subject) {
    let clinic = subject.clinic().await;
    let (slot, patient) = (clinic.slots().await.remove(0), clinic.patient().await);
    let answer = clinic.post("/appointments", &slot.booking(&patient)).await;
    let id = text(&clinic.one_booked(&answer), "id");
    left(&clinic, &answer, BOOK, Some(&patient), Some(&plain(&patient))).await;
    let taken = clinic.post("/appointments", &slot.booking(&patient)).await;
    taken.refused("NO_TIMESLOTS_AVAILABLE", "start");
    left(&clinic, &taken, BOOK, None, Some(&plain(&patient))).await;
    let answer = clinic.get(&format!("/appointments/{id}")).await;
    answer.is(200);
    left(&clinic, &answer, GET_APPOINTMENT, Some(&patient), None).await;
}

/// An appointment of somebody new: its id and theirs.
async fn an_appointment(clinic: &Clinic<'_>, slot: usize) -> (String, String) {
    let (slots, patient) = (clinic.slots().await, clinic.patient().await);
    (text(&clinic.book(&slots[slot], &patient).await, "id"), patient)
}

async fn moved(subject: &Subject) {
    let clinic = subject.clinic().await;
    let (id, patient) = an_appointment(&clinic, 0).await;
    let slot = clinic.slots().await.remove(1);
    let answer = clinic.change(&id, &json!({"start": slot.start, "end": slot.end})).await;
    answer.is(200);
    left(&clinic, &answer, MOVE, Some(&patient), None).await;
}

async fn commented(subject: &Subject) {
    let clinic = subject.clinic().await;
    let (id, patient) = an_appointment(&clinic, 0).await;
    let answer = clinic.change(&id, &json!({"comment": "Bring the old pictures"})).await;
    answer.is(200);
    left(&clinic, &answer, COMMENT, Some(&patient), None).await;
}

async fn cancelled(subject: &Subject) {
    let clinic = subject.clinic().await;
    let (id, patient) = an_appointment(&clinic, 0).await;
    let answer = clinic.change(&id, &json!({"status": "cancelled"})).await;
    answer.is(200);
    left(&clinic, &answer, CANCEL, Some(&patient), None).await;
}

async fn several(subject: &Subject) {
    let clinic = subject.clinic().await;
    let (first, one) = an_appointment(&clinic, 0).await;
    let (second, other) = an_appointment(&clinic, 1).await;
    let change = json!({"ids": [first, "nothing", second], "status": "cancelled"});
    let answer = clinic.patch("/appointments", &change).await;
    answer.is(200);
    let request = answer.header("x-request-id").expect("an id").to_owned();
    let mut entries = subject.accesses(&request).await;
    entries.sort_by(|one, other| one.patient.cmp(&other.patient));
    let mut patients = [one, other];
    patients.sort();
    let about: Vec<_> = entries.iter().filter_map(|entry| entry.patient.clone()).collect();
    assert_eq!(about, patients, "{answer}");
    for entry in entries {
        assert_eq!(
            (entry.action.as_str(), entry.outcome.as_str()),
            (CANCEL.as_str(), "200 INVALID_APPOINTMENT_ID")
        );
    }
}

async fn notes(subject: &Subject) {
    let clinic = subject.clinic().await;
    let patient = clinic.patient().await;
    let (path, named) = (format!("/patients/{patient}/medical-notes"), plain(&patient));
    let note = json!({"template_id": "unstructured", "content": {"unstructured": "Feels well."}});
    let answer = clinic.post(&path, &note).await;
    let written = answer.is(201);
    left(&clinic, &answer, CREATE_NOTE, Some(&patient), Some(&named)).await;
    if subject.can(READ_NOTES) {
        for path in [path.clone(), format!("{path}/{}", text(&written, "id"))] {
            let answer = clinic.get(&path).await;
            answer.is(200);
            left(&clinic, &answer, READ_NOTES, Some(&patient), Some(&named)).await;
        }
        let answer = clinic.find("/medical-notes", &[("patient_id", &patient)]).await;
        left(&clinic, &answer, READ_NOTES, Some(&patient), Some(&named)).await;
    }
}

async fn documents(subject: &Subject) {
    let clinic = subject.clinic().await;
    let patient = clinic.patient().await;
    let (path, named) = (format!("/patients/{patient}/documents"), plain(&patient));
    let document = json!({"content": "JVBERi0xLjQK", "format": subject.document_format()});
    let answer = clinic.post(&path, &document).await;
    let filed = answer.is(201);
    left(&clinic, &answer, CREATE_DOCUMENT, Some(&patient), Some(&named)).await;
    if subject.can(LIST_DOCUMENTS) {
        let answer = clinic.get(&path).await;
        left_by_list(&clinic, &answer, LIST_DOCUMENTS, "patient_id", Some(&named)).await;
    }
    if let Some(id) = filed["id"].as_str().filter(|_| subject.can(GET_DOCUMENT)) {
        let answer = clinic.get(&format!("{path}/{id}")).await;
        answer.is(200);
        left(&clinic, &answer, GET_DOCUMENT, Some(&patient), Some(&named)).await;
    }
}

async fn older_path(subject: &Subject) {
    let clinic = subject.clinic().await;
    let path = with_query(&format!("{}/appointments", subject.emr()), &[("care_unit_id", &clinic.id)]);
    let answer = subject.client.get(&path).await;
    left_by_list(&clinic, &answer, LIST_APPOINTMENTS, "patient_id", None).await;
}

async fn places(subject: &Subject) {
    let clinic = subject.clinic().await;
    clinic.offers().await;
    for rest in ["", "/resources", "/healthcare-services", "/timeslots", "/medical-note-templates"] {
        clinic.get(rest).await;
    }
    subject.client.get(&format!("{}/care-units", subject.emr())).await.is(200);
    subject.client.get("/api/emrs").await.is(200);
    // Entries stand in the order of their requests: with this one all earlier ones would be there.
    let answer = clinic.get(&format!("/patients/{}", subject.a_patient_id())).await;
    let request = answer.header("x-request-id").expect("an id").to_owned();
    assert_eq!(subject.accesses(&request).await.len(), 1);
    assert_eq!(subject.all_accesses().await.len(), 1);
}

async fn before_the_answer(subject: &Subject) {
    let clinic = subject.clinic().await;
    for _ in 0..5 {
        let answer = clinic.post("/patients", &clinic.somebody()).await;
        answer.is(201);
        let request = answer.header("x-request-id").expect("an id");
        let there = subject.all_accesses().await.into_iter().filter(|entry| entry.request == request).count();
        assert_eq!(there, 1, "{answer}");
    }
}

async fn actor(subject: &Subject) {
    let clinic = subject.clinic().await;
    let path = format!("/patients/{}", clinic.patient().await);
    for actor in ["nurse-4711", "Dr Åsa Öst", "看護師", &"å".repeat(200)] {
        let request = call(&clinic, Method::GET, &path).header("x-actor", actor.as_bytes());
        let answer = subject.client.send(request, "").await;
        answer.is(200);
        let request = answer.header("x-request-id").expect("an id").to_owned();
        let entries = subject.accesses(&request).await;
        let actors: Vec<_> = entries.iter().map(|entry| entry.actor.as_deref()).collect();
        assert_eq!(actors, [Some(actor)]);
    }
}

async fn no_actor(subject: &Subject) {
    let clinic = subject.clinic().await;
    let patient = clinic.patient().await;
    let path = format!("/patients/{patient}");
    let before = subject.calls();
    let too_long = "å".repeat(201);
    for wrong in [&b""[..], b" ", b"\xff", b"Dr \xc5sa", b"a\tb", too_long.as_bytes()] {
        let request = call(&clinic, Method::GET, &path).header("x-actor", wrong);
        let answer = subject.client.send(request, "").await;
        answer.refused("BAD_INPUT", "X-Actor");
        let request = answer.header("x-request-id").expect("an id").to_owned();
        let entries = subject.accesses(&request).await;
        let told: Vec<_> = entries
            .iter()
            .map(|entry| (entry.actor.as_deref(), entry.outcome.as_str(), entry.named.clone()))
            .collect();
        assert_eq!(told, [(None, "400 BAD_INPUT", Some(plain(&patient)))], "{answer}");
    }
    let twice = call(&clinic, Method::GET, &path).header("x-actor", "one").header("x-actor", "another");
    subject.client.send(twice, "").await.refused("BAD_INPUT", "X-Actor");
    assert_eq!(subject.calls(), before, "nothing was sent");
    let elsewhere = call(&clinic, Method::GET, "").header("x-actor", &b"\xff"[..]);
    subject.client.send(elsewhere, "").await.is(200);
}

//! What a request must have left in the access log.

use std::collections::BTreeSet;

use http::Method;
use vardbro_model::capabilities::Operation;
use vardbro_store::access_log::{ExportedEntry, Seal};

use crate::client::{Answer, faults_of};
use crate::clinic::Clinic;

/// Whatever is asked about patients.
pub fn about_patients() -> impl Iterator<Item = Operation> {
    Operation::ALL.iter().copied().filter(|operation| match operation {
        Operation::ListCareUnits
        | Operation::ListResources
        | Operation::ListHealthcareServices
        | Operation::ListTimeslots
        | Operation::ReadSchedule
        | Operation::CreateSchedule
        | Operation::ListNoteTemplates => false,
        Operation::SearchPatients
        | Operation::GetPatient
        | Operation::CreatePatient
        | Operation::UpdatePatient
        | Operation::ListAppointments
        | Operation::GetAppointment
        | Operation::BookAppointment
        | Operation::MoveAppointment
        | Operation::CommentAppointment
        | Operation::CancelAppointment
        | Operation::ConfirmAppointment
        | Operation::ReadNotes
        | Operation::CreateNote
        | Operation::ListDocuments
        | Operation::GetDocument
        | Operation::CreateDocument => true,
    })
}

/// Checks that the answer's request left one entry: of this action, about this patient, who was named so.
pub async fn left(
    clinic: &Clinic<'_>,
    answer: &Answer,
    action: Operation,
    patient: Option<&str>,
    named: Option<&str>,
) {
    left_for_each(clinic, answer, action, patient.as_slice(), named).await;
}

/// Checks that the answer's request left an entry for each of these patients, or one about nobody.
pub async fn left_for_each(
    clinic: &Clinic<'_>,
    answer: &Answer,
    action: Operation,
    patients: &[&str],
    named: Option<&str>,
) {
    let request = answer.header("x-request-id").expect("every answer has an id");
    let entries = clinic.subject.accesses(request).await;
    for entry in &entries {
        told(entry, answer, clinic, action, named);
    }
    let about: BTreeSet<_> = entries.iter().map(|entry| entry.patient.as_deref()).collect();
    let expected: BTreeSet<_> = match patients {
        [] => BTreeSet::from([None]),
        patients => patients.iter().copied().map(Some).collect(),
    };
    assert_eq!(about, expected, "{answer}");
    assert_eq!(entries.len(), expected.len(), "each once: {answer}");
}

/// Checks what all entries of a request say.
#[track_caller]
fn told(entry: &ExportedEntry, answer: &Answer, clinic: &Clinic<'_>, action: Operation, named: Option<&str>) {
    let subject = clinic.subject;
    assert_eq!(entry.action, action.as_str(), "{answer}");
    assert_eq!(entry.outcome, outcome(answer), "{answer}");
    assert_eq!(entry.named.as_deref(), named, "{answer}");
    assert_eq!(entry.client_id, clinic.client.id, "{answer}");
    assert_eq!(entry.ehr, subject.code, "{answer}");
    assert_eq!(entry.connection, Some(subject.connection()), "{answer}");
    assert_eq!(entry.care_unit.as_deref(), Some(clinic.id.as_str()), "{answer}");
    assert_eq!(entry.actor, None, "{answer}");
    let anybody = entry.patient.is_some() || entry.named.is_some();
    assert!(entry.seal == if anybody { Seal::Opened } else { Seal::Absent }, "{answer}");
}

/// How the log tells such an answer: its status, and each code of its faults once.
pub fn outcome(answer: &Answer) -> String {
    let mut told = answer.status.to_string();
    if answer.status < 400 {
        return told;
    }
    let mut codes: Vec<String> = Vec::new();
    for fault in faults_of(&answer.json()) {
        if !codes.contains(&fault.code) {
            told += &format!(" {}", fault.code);
            codes.push(fault.code);
        }
    }
    told
}

/// The entry of a request whose answer nobody waited for, once it is there.
pub async fn only_of(clinic: &Clinic<'_>, request: &str) -> ExportedEntry {
    let mut entries = clinic.subject.accesses(request).await;
    assert_eq!(entries.len(), 1, "one entry");
    entries.remove(0)
}

/// A call that this application may make: method, path below the care unit.
pub fn call(clinic: &Clinic<'_>, method: Method, rest: &str) -> http::request::Builder {
    clinic.client.request(method, &format!("{}{rest}", clinic.path))
}

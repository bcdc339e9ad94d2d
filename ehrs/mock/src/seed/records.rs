//! Notes and documents that are already there.

use jiff::{SignedDuration, Timestamp};
use vardbro_model::document::Content;
use vardbro_model::id::{AppointmentId, DocumentId, NoteId, PatientId, ResourceId};
use vardbro_model::medical_note::{NoteStatus, TemplateId};

use crate::documents::Filed;
use crate::notes::Written;
use crate::state::{State, certain};

pub(super) fn fill(state: &mut State, now: Timestamp) {
    let yesterday = now.checked_sub(SignedDuration::from_hours(24)).unwrap_or(now);
    let tolvan = certain(PatientId::parse("pat-1"));
    let anna = Some(certain(ResourceId::parse("res-1")));
    let visit = certain(AppointmentId::parse("apt-1"));
    let note = |id, template: TemplateId, texts: &[&str], status| Written {
        id: certain(NoteId::parse(id)),
        patient: tolvan.clone(),
        appointment: None,
        template,
        title: None,
        content: template
            .fields()
            .iter()
            .zip(texts)
            .map(|(field, text)| ((*field).to_owned(), (*text).into()))
            .collect(),
        status,
        created_by: anna.clone(),
        created_at: yesterday,
    };
    let acute = [
        "Cough since a week.",
        "Otherwise well. Does not smoke.",
        "Lungs clear, no fever.",
        "Common cold.",
        "Rest. Come back if there is no change within two weeks.",
    ];
    state.notes = vec![
        Written {
            title: Some("Acute visit".to_owned()),
            appointment: state.appointments.contains_key(&visit).then_some(visit),
            ..note("note-1", TemplateId::LeyrAcuteVisit, &acute, NoteStatus::Signed)
        },
        note("note-2", TemplateId::LeyrUnstructured, &["Called: the cough is better."], NoteStatus::Unsigned),
    ];
    state.documents = vec![Filed {
        id: certain(DocumentId::parse("doc-1")),
        patient: tolvan.clone(),
        title: Some("Referral".to_owned()),
        kind: Some("referral".to_owned()),
        format: "text/plain".to_owned(),
        content: Content(b"Referred for an ECG recording.\n".to_vec()),
        created_by: anna.clone(),
        created_at: yesterday,
    }];
}

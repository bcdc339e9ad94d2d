use vardbro_cliniko_sandbox::{KeyUser, Options};
use vardbro_ehr::{Ehr, EhrErrorKind, Thing};
use vardbro_model::error::FaultCode;
use vardbro_model::id::{NoteId, ResourceId};
use vardbro_model::medical_note::{NewNote, NoteStatus, TemplateId};
use vardbro_model::typed_id::ResourceRef;

use crate::clinic::{Clinic, fault, faults, first, kind, nobody, reference};

fn visit() -> NewNote {
    NewNote {
        template: TemplateId::LeyrAcuteVisit,
        title: Some("Acute".into()),
        content: vec![
            ("reason_of_visit", "Pain < 3 days & <b>fever</b>\nsecond line".into()),
            ("status", " ".into()),
            ("plan", "Rest".into()),
        ],
        created_by: None,
        appointment: None,
    }
}

#[tokio::test]
async fn a_note_is_a_draft_and_comes_back_as_it_was_written() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let patient = clinic.patient(&unit).await;
    let slot = clinic.slot(&unit).await;
    let appointment = clinic.book(&unit, &slot, &patient).await.unwrap();
    let id = reference(&patient);
    let new = NewNote { appointment: Some(appointment.id.clone()), ..visit() };
    let note = clinic.cliniko.create_note(&clinic.ctx(), &unit, &id, new).await.unwrap();
    assert_eq!((note.status, note.title.as_deref()), (NoteStatus::Draft, Some("Acute")));
    assert_eq!(note.template_id, Some(TemplateId::LeyrAcuteVisit));
    assert_eq!(note.appointment_id, Some(appointment.id));
    assert!(note.created_by_id.is_some() && note.created_by.is_some());
    assert_eq!(
        serde_json::to_value(&note.content).unwrap(),
        serde_json::json!({"reason_of_visit": "Pain < 3 days & <b>fever</b>\nsecond line", "plan": "Rest"})
    );
    let note_id = note.id.clone().unwrap();
    let read = clinic.cliniko.note(&clinic.ctx(), &unit, &id, &note_id).await.unwrap();
    assert!(read == note);

    let path = format!("/treatment_notes/{}", note.emr_id.as_deref().unwrap());
    clinic.native("PATCH", &path, Some(serde_json::json!({"draft": false}))).await;
    let signed = clinic.cliniko.note(&clinic.ctx(), &unit, &id, &note_id).await.unwrap();
    assert_eq!(signed.status, NoteStatus::Signed);
}

#[tokio::test]
async fn notes_are_listed_newest_first_and_belong_to_their_patient() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let patient = clinic.patient(&unit).await;
    let id = reference(&patient);
    assert!(clinic.cliniko.notes(&clinic.ctx(), &unit, &id, first(10)).await.unwrap().items.is_empty());
    let mut written = Vec::new();
    for _ in 0..5 {
        written
            .push(clinic.cliniko.create_note(&clinic.ctx(), &unit, &id, visit()).await.unwrap().id.unwrap());
    }
    written.reverse();
    let mut read = Vec::new();
    let mut cursor = None;
    loop {
        let page = vardbro_model::page::PageRequest { limit: 2, cursor };
        let page = clinic.cliniko.notes(&clinic.ctx(), &unit, &id, page).await.unwrap();
        read.extend(page.items.into_iter().map(|note| note.id.unwrap()));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(read, written);

    let other = reference(&clinic.patient(&unit).await);
    let foreign = clinic.cliniko.note(&clinic.ctx(), &unit, &other, &written[0]).await;
    assert_eq!(kind(foreign), EhrErrorKind::NotFound(Thing::Note));
    let unknown = clinic.cliniko.note(&clinic.ctx(), &unit, &id, &NoteId::parse("4242").unwrap()).await;
    assert_eq!(kind(unknown), EhrErrorKind::NotFound(Thing::Note));
    let unknown = clinic.cliniko.notes(&clinic.ctx(), &unit, &nobody(), first(10)).await;
    assert_eq!(kind(unknown), EhrErrorKind::NotFound(Thing::Patient));
}

#[tokio::test]
async fn the_author_is_the_keys_owner_and_no_one_else() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let id = reference(&clinic.patient(&unit).await);
    let author =
        clinic.cliniko.create_note(&clinic.ctx(), &unit, &id, visit()).await.unwrap().created_by_id.unwrap();
    let by = |id: ResourceId| NewNote { created_by: Some(ResourceRef::Id(id)), ..visit() };
    let note = clinic.cliniko.create_note(&clinic.ctx(), &unit, &id, by(author.clone())).await.unwrap();
    assert_eq!(note.created_by_id, Some(author.clone()));
    let another =
        clinic.cliniko.create_note(&clinic.ctx(), &unit, &id, by(ResourceId::parse("42").unwrap())).await;
    let fault = faults(another.unwrap_err()).remove(0);
    assert_eq!((fault.code, fault.path.as_deref()), (FaultCode::InvalidCreatedById, Some("created_by_id")));
    assert!(fault.detail.contains(author.as_str()), "{}", fault.detail);
}

#[tokio::test]
async fn a_key_of_no_practitioner_cannot_write_notes() {
    let options = Options { key_user: KeyUser::Receptionist, ..Options::default() };
    let clinic = Clinic::open_with(options, |settings| settings).await;
    let unit = clinic.unit().await;
    let id = reference(&clinic.patient(&unit).await);
    let error = clinic.cliniko.create_note(&clinic.ctx(), &unit, &id, visit()).await.unwrap_err();
    assert_eq!(error.kind, EhrErrorKind::Failed);
    assert!(error.detail.contains("practitioner"), "{}", error.detail);
    let named = NewNote { created_by: Some(ResourceRef::Id(ResourceId::parse("42").unwrap())), ..visit() };
    let named = clinic.cliniko.create_note(&clinic.ctx(), &unit, &id, named).await;
    assert_eq!(fault(named).0, FaultCode::InvalidCreatedById);
}

#[tokio::test]
async fn what_is_not_mapped_too_long_or_empty_is_named() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let id = reference(&clinic.patient(&unit).await);
    clinic.forget_calls();
    let unmapped =
        NewNote { template: TemplateId::LeyrCareStatus, content: vec![("plan", "x".into())], ..visit() };
    let ctx = clinic.ctx();
    let code = FaultCode::InvalidNoteContent;
    let result = clinic.cliniko.create_note(&ctx, &unit, &id, unmapped).await;
    assert_eq!(fault(result), (code, Some("template_id".into())));
    let long = NewNote { content: vec![("plan", "x".repeat(1001))], ..visit() };
    let result = clinic.cliniko.create_note(&ctx, &unit, &id, long).await;
    assert_eq!(fault(result), (code, Some("content.plan".into())));
    let empty = NewNote { content: vec![("plan", "  ".into())], ..visit() };
    let result = clinic.cliniko.create_note(&ctx, &unit, &id, empty).await;
    assert_eq!(fault(result), (code, Some("content".into())));
    assert_eq!(clinic.call_count(), 0);
}

#[tokio::test]
async fn a_note_goes_with_the_patients_own_appointment_only() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let (ada, eva) = (clinic.patient(&unit).await, clinic.patient(&unit).await);
    let slot = clinic.slot(&unit).await;
    let appointment = clinic.book(&unit, &slot, &ada).await.unwrap().id;
    let new = NewNote { appointment: Some(appointment), ..visit() };
    let wrong = clinic.cliniko.create_note(&clinic.ctx(), &unit, &reference(&eva), new).await;
    assert_eq!(kind(wrong), EhrErrorKind::NotFound(Thing::Appointment));
    assert_eq!(clinic.calls_of("POST /v1/treatment_notes"), 0);
}

#[tokio::test]
async fn templates_are_those_that_the_connection_maps() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let templates = clinic.cliniko.note_templates(&clinic.ctx(), &unit).await.unwrap();
    let ids: Vec<_> = templates.iter().map(|template| template.id).collect();
    assert_eq!(ids, &TemplateId::ALL[..4]);
    assert_eq!(templates[1].fields[0].name, "reason_of_visit");
}

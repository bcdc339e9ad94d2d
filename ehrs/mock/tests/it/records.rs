use vardbro_ehr::{Ehr, EhrErrorKind, Thing};
use vardbro_mock::note_mapping;
use vardbro_model::document::{Content, DocumentStatus, NewDocument};
use vardbro_model::error::FaultCode;
use vardbro_model::id::{DocumentId, NoteId};
use vardbro_model::medical_note::{NewNote, NoteStatus, TemplateId};

use crate::clinic::*;

fn note() -> NewNote {
    NewNote {
        template: TemplateId::LeyrCareStatus,
        title: Some("Status".into()),
        content: vec![("status", "Well.".into()), ("plan", "None.".into())],
        created_by: Some(resource("res-1")),
        appointment: Some(appointment("apt-4")),
    }
}

fn document() -> NewDocument {
    NewDocument {
        content: Content(b"%PDF-1.4".to_vec()),
        format: "application/pdf".into(),
        title: Some("Letter".into()),
        kind: Some("letter".into()),
        created_by: None,
    }
}

#[tokio::test]
async fn every_template_is_mapped_with_all_its_fields() {
    let clinic = Clinic::new();
    let templates = clinic.ehr.note_templates(&clinic.ctx, &stockholm()).await.unwrap();
    assert_eq!(templates.len(), TemplateId::ALL.len());
    for template in templates {
        let names: Vec<&str> = template.fields.iter().map(|field| field.name.as_str()).collect();
        assert_eq!(names, template.id.fields());
    }
}

#[tokio::test]
async fn a_note_is_unsigned_and_the_newest_is_read_first() {
    let clinic = Clinic::new();
    let tolvan = patient("pat-1");

    let written = clinic.ehr.create_note(&clinic.ctx, &stockholm(), &tolvan, note()).await.unwrap();

    assert_eq!(written.status, NoteStatus::Unsigned);
    assert_eq!(written.content.keys().collect::<Vec<_>>(), ["status", "plan"]);
    assert_eq!(written.created_by.as_deref(), Some("Anna Lindqvist"));
    let all = clinic.ehr.notes(&clinic.ctx, &stockholm(), &tolvan, first_page(100)).await.unwrap().items;
    assert_eq!(all.first(), Some(&written));
    let ids: Vec<_> = all.iter().skip(1).filter_map(|note| note.id.as_ref()).map(NoteId::as_str).collect();
    assert_eq!(ids, ["note-2", "note-1"]);
    let id = written.id.clone().unwrap();
    assert_eq!(clinic.ehr.note(&clinic.ctx, &stockholm(), &tolvan, &id).await.unwrap(), written);
    let others = clinic.ehr.note(&clinic.ctx, &stockholm(), &patient("pat-2"), &id).await.unwrap_err();
    assert_eq!(others.kind, EhrErrorKind::NotFound(Thing::Note));
}

#[tokio::test]
async fn an_unknown_author_and_a_foreign_appointment_are_told_at_once() {
    let clinic = Clinic::new();
    let wrong =
        NewNote { created_by: Some(resource("res-7")), appointment: Some(appointment("apt-6")), ..note() };
    let error =
        clinic.ehr.create_note(&clinic.ctx, &stockholm(), &patient("pat-1"), wrong).await.unwrap_err();
    let EhrErrorKind::Invalid(faults) = error.kind else { panic!() };
    let told: Vec<_> = faults.iter().map(|fault| (fault.code, fault.path.as_deref().unwrap())).collect();
    assert_eq!(
        told,
        [
            (FaultCode::InvalidCreatedById, "created_by_id"),
            (FaultCode::InvalidAppointmentId, "appointment_id")
        ]
    );
}

#[tokio::test]
async fn what_the_connection_does_not_map_is_named() {
    let clinic = Clinic::new();
    let mut mapping = note_mapping();
    mapping.0.remove(&TemplateId::LeyrAcuteVisit);
    mapping.0.get_mut(&TemplateId::LeyrCareStatus).unwrap().fields.remove("plan");
    let ctx = ctx(mapping);
    let tolvan = patient("pat-1");

    let field = clinic.ehr.create_note(&ctx, &stockholm(), &tolvan, note()).await.unwrap_err();
    let acute = NewNote { template: TemplateId::LeyrAcuteVisit, ..note() };
    let template = clinic.ehr.create_note(&ctx, &stockholm(), &tolvan, acute).await.unwrap_err();

    assert_eq!(only_fault(field), (FaultCode::InvalidNoteContent, Some("content.plan".into())));
    assert_eq!(only_fault(template), (FaultCode::InvalidNoteContent, Some("template_id".into())));
    assert_eq!(clinic.ehr.note_templates(&ctx, &stockholm()).await.unwrap().len(), 4);
}

#[tokio::test]
async fn a_document_is_available_at_once_with_its_content() {
    let clinic = Clinic::new();
    let tolvan = patient("pat-1");

    let filed = clinic.ehr.create_document(&clinic.ctx, &stockholm(), &tolvan, document()).await.unwrap();

    assert_eq!((filed.status, filed.size_bytes), (DocumentStatus::Available, Some(8)));
    let id = filed.id.clone().unwrap();
    let read = clinic.ehr.document(&clinic.ctx, &stockholm(), &tolvan, &id).await.unwrap();
    assert_eq!((&read.document, read.content), (&filed, Some(document().content)));
    let all = clinic.ehr.documents(&clinic.ctx, &stockholm(), &tolvan, first_page(100)).await.unwrap().items;
    let ids: Vec<_> = all.iter().filter_map(|filed| filed.id.as_ref()).map(DocumentId::as_str).collect();
    assert_eq!(ids, [id.as_str(), "doc-1"]);
}

#[tokio::test]
async fn a_document_of_a_strange_format_or_size_is_refused() {
    let clinic = Clinic::new();
    let mebibyte = 1024 * 1024;
    for (wrong, path) in [
        (NewDocument { format: "text/html".into(), ..document() }, "format"),
        (NewDocument { content: Content(vec![]), ..document() }, "content"),
        (NewDocument { content: Content(vec![0; 20 * mebibyte + 1]), ..document() }, "content"),
    ] {
        let error = clinic
            .ehr
            .create_document(&clinic.ctx, &stockholm(), &patient("pat-1"), wrong)
            .await
            .unwrap_err();
        assert_eq!(only_fault(error), (FaultCode::InvalidDocument, Some(path.into())));
    }
}

#[tokio::test]
async fn what_is_offered_can_be_mapped_and_written() {
    use vardbro_ehr::connection::{MappedField, MappedTemplate, NoteMapping};
    let clinic = Clinic::new();
    let offered = clinic.ehr.offered_note_templates(&clinic.ctx).await.unwrap();
    assert_eq!((offered.len(), clinic.calls("offered_note_templates")), (TemplateId::ALL.len(), 1));
    let theirs = offered.iter().find(|template| template.name == "Care status").unwrap();
    let fields = theirs.fields.iter().map(|field| {
        let mapped = MappedField { emr_id: field.emr_id.clone(), max_length: field.max_length };
        (field.name.clone(), mapped)
    });
    let template = MappedTemplate { emr_id: theirs.emr_id.clone(), fields: fields.collect() };
    let ctx = ctx(NoteMapping([(TemplateId::LeyrCareStatus, template)].into()));

    let written = clinic.ehr.create_note(&ctx, &stockholm(), &patient("pat-1"), note()).await.unwrap();

    assert_eq!(written.content["status"], "Well.");
}

//! The contact types that an organisation offers, from their list to an entry that is written with them.

use vardbro_ehr::connection::{MappedField, MappedTemplate, NoteMapping};
use vardbro_ehr::{Ehr, EhrErrorKind};
use vardbro_kaddio_sandbox::Options;
use vardbro_kaddio_sandbox::contact_types::{ACUTE_VISIT, ALL};
use vardbro_model::error::FaultCode;
use vardbro_model::medical_note::{NewNote, TemplateId};

use crate::clinic::{Clinic, fault, reference};

fn note(template: TemplateId) -> NewNote {
    NewNote {
        template,
        title: None,
        content: template.fields().iter().map(|name| (*name, format!("Text of {name}"))).collect(),
        created_by: None,
        appointment: None,
    }
}

#[tokio::test]
async fn what_is_offered_can_be_mapped_and_written() {
    let mut clinic = Clinic::open().await;
    clinic.forget_calls();
    let offered = clinic.kaddio.offered_note_templates(&clinic.ctx()).await.unwrap();
    assert_eq!(clinic.call_count(), 1, "{:?}", clinic.calls());
    assert_eq!(offered.len(), ALL.len());
    assert!(offered.is_sorted_by_key(|template| template.name.clone()));
    let theirs = offered.iter().find(|template| template.name == ACUTE_VISIT.name).unwrap();
    let names: Vec<&str> = theirs.fields.iter().map(|field| field.name.as_str()).collect();
    assert_eq!(names, ["Kontaktorsak", "Anamnes", "Status", "Bedömning", "Planering"]);

    let ours = TemplateId::LeyrAcuteVisit;
    let fields = ours.fields().iter().zip(&theirs.fields).map(|(name, field)| {
        let mapped = MappedField { emr_id: field.emr_id.clone(), max_length: field.max_length };
        ((*name).to_owned(), mapped)
    });
    let template = MappedTemplate { emr_id: theirs.emr_id.clone(), fields: fields.collect() };
    clinic.map(NoteMapping([(ours, template)].into()));
    let unit = clinic.unit().await;
    let patient = reference(&clinic.patient(&unit).await);
    let written = clinic.kaddio.create_note(&clinic.ctx(), &unit, &patient, note(ours)).await.unwrap();
    assert_eq!((written.template_id, written.title.as_deref()), (Some(ours), Some(ACUTE_VISIT.name)));
    let id = written.id.as_ref().unwrap();
    let read = clinic.kaddio.note(&clinic.ctx(), &unit, &patient, id).await.unwrap();
    assert_eq!(read.content["plan"], "Text of plan");
}

#[tokio::test]
async fn every_offered_heading_can_be_written() {
    let mut clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let patient = reference(&clinic.patient(&unit).await);
    let ours = TemplateId::LeyrUnstructured;
    for theirs in clinic.kaddio.offered_note_templates(&clinic.ctx()).await.unwrap() {
        for field in theirs.fields {
            let mapped = MappedField { emr_id: field.emr_id, max_length: None };
            let fields = [("unstructured".to_owned(), mapped)].into();
            let template = MappedTemplate { emr_id: theirs.emr_id.clone(), fields };
            clinic.map(NoteMapping([(ours, template)].into()));
            let written = clinic.kaddio.create_note(&clinic.ctx(), &unit, &patient, note(ours)).await;
            assert!(written.is_ok(), "{} / {}", theirs.name, field.name);
        }
    }
}

#[tokio::test]
async fn a_document_that_tells_ids_only_is_enough() {
    let own = "{ note_templates: contactTypes { id fields: headings { id } } }";
    let clinic = Clinic::open_with(Options::default(), |s| s.with("operation_contact_types", own)).await;
    let offered = clinic.kaddio.offered_note_templates(&clinic.ctx()).await.unwrap();
    assert!(offered.iter().all(|template| template.name == template.emr_id), "{offered:?}");
}

#[tokio::test]
async fn a_document_that_is_off_or_does_not_fit_is_told_with_where_else_to_look() {
    let clinic = Clinic::open_with(Options::default(), |s| s.with("operation_contact_types", "off")).await;
    clinic.forget_calls();
    let error = clinic.kaddio.offered_note_templates(&clinic.ctx()).await.unwrap_err();
    for part in ["operation_contact_types turns off", "playground"] {
        assert!(error.detail.contains(part), "{}", error.detail);
    }
    assert_eq!(fault::<()>(Err(error)).0, FaultCode::NotSupported);
    assert_eq!(clinic.call_count(), 0);

    let another = "{ note_templates: journalForms { id fields: headings { id } } }";
    let clinic = Clinic::open_with(Options::default(), |s| s.with("operation_contact_types", another)).await;
    let error = clinic.kaddio.offered_note_templates(&clinic.ctx()).await.unwrap_err();
    assert_eq!(error.kind, EhrErrorKind::Failed);
    assert!(error.detail.contains("operation_contact_types"), "{}", error.detail);
}

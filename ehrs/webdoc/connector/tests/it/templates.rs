//! The record templates that Webdoc offers, from their list to a note that is written with them.

use vardbro_ehr::connection::{MappedField, MappedTemplate, NoteMapping, Settings};
use vardbro_ehr::{Ehr, EmrTemplate};
use vardbro_model::error::FaultCode;
use vardbro_model::medical_note::{NewNote, NoteStatus, TemplateId};
use vardbro_webdoc_sandbox::SCOPES;
use vardbro_webdoc_sandbox::record_templates::{ACUTE_VISIT, ALL, LINE};

use crate::clinic::{Clinic, fault, tolvan};

const INTEGRATION: &str = "84f92e37-b5c0-4318-869d-fb2374d5c109";

fn acting(settings: Settings) -> Settings {
    settings.with("acting_user_id", INTEGRATION)
}

fn field<'t>(theirs: &'t EmrTemplate, name: &str) -> &'t vardbro_ehr::EmrTemplateField {
    theirs.fields.iter().find(|field| field.name == name).unwrap()
}

#[tokio::test]
async fn what_is_offered_can_be_mapped_and_written() {
    let mut clinic = Clinic::open_set(acting).await;
    let offered = clinic.webdoc.offered_note_templates(&clinic.ctx()).await.unwrap();
    assert_eq!((clinic.calls_of("recordTemplates"), clinic.call_count()), (1, 2), "{:?}", clinic.calls());
    assert_eq!(offered.len(), ALL.len());
    assert!(offered.is_sorted_by_key(|template| template.name.clone()));
    let theirs = offered.iter().find(|template| template.name == ACUTE_VISIT.title).unwrap().clone();
    // The two headings are in the names of what stands under them.
    assert_eq!(theirs.fields.len(), ACUTE_VISIT.keywords.len() - 2);
    let reason = field(&theirs, "Besök / Kontaktorsak");
    assert_eq!((reason.max_length, reason.required), (u32::try_from(LINE).ok(), Some(false)));

    let ours = TemplateId::LeyrAcuteVisit;
    let names = [
        "Besök / Kontaktorsak",
        "Besök / Anamnes",
        "Besök / Status",
        "Slutsats / Bedömning",
        "Slutsats / Planering",
    ];
    let fields = ours.fields().iter().zip(names).map(|(name, title)| {
        let field = field(&theirs, title);
        ((*name).to_owned(), MappedField { emr_id: field.emr_id.clone(), max_length: field.max_length })
    });
    let template = MappedTemplate { emr_id: theirs.emr_id.clone(), fields: fields.collect() };
    clinic.map(NoteMapping([(ours, template)].into()));
    let unit = clinic.unit().await;
    let before = clinic.running.ehr.state().notes;
    let note = NewNote {
        template: ours,
        title: None,
        content: ours.fields().iter().map(|name| (*name, format!("Text of {name}"))).collect(),
        created_by: None,
        appointment: None,
    };
    let written = clinic.webdoc.create_note(&clinic.ctx(), &unit, &tolvan(), note).await.unwrap();

    assert_eq!((written.status, clinic.running.ehr.state().notes), (NoteStatus::Unsigned, before + 1));
    assert_eq!((written.content.len(), clinic.calls_of("/records")), (5, 1));
}

#[tokio::test]
async fn every_offered_field_can_be_written() {
    let mut clinic = Clinic::open_set(acting).await;
    let unit = clinic.unit().await;
    for theirs in clinic.webdoc.offered_note_templates(&clinic.ctx()).await.unwrap() {
        for field in theirs.fields {
            let mapped = MappedField { emr_id: field.emr_id, max_length: field.max_length };
            let template = MappedTemplate {
                emr_id: theirs.emr_id.clone(),
                fields: [("unstructured".to_owned(), mapped)].into(),
            };
            clinic.map(NoteMapping([(TemplateId::LeyrUnstructured, template)].into()));
            let note = NewNote {
                template: TemplateId::LeyrUnstructured,
                title: None,
                content: vec![("unstructured", "70".into())],
                created_by: None,
                appointment: None,
            };
            let written = clinic.webdoc.create_note(&clinic.ctx(), &unit, &tolvan(), note).await;
            assert!(written.is_ok(), "{} / {}: {written:?}", theirs.name, field.name);
        }
    }
}

#[tokio::test]
async fn a_client_without_the_scope_is_told_whom_to_ask() {
    let clinic = Clinic::open().await;
    clinic.grants.set_scopes(SCOPES.into_iter().filter(|scope| *scope != "system-admin"));
    let error = clinic.webdoc.offered_note_templates(&clinic.ctx()).await.unwrap_err();
    assert!(error.detail.contains("system-admin") && error.detail.contains("Carasent"), "{}", error.detail);
    assert_eq!(fault::<()>(Err(error)), (FaultCode::NotSupported, None));
    assert_eq!(clinic.calls_of("recordTemplates"), 0);
}

#[tokio::test]
async fn a_connection_that_is_limited_to_other_scopes_asks_for_nothing() {
    let clinic = Clinic::open_set(|settings| settings.with("scopes", "clinics:read users:read")).await;
    let error = clinic.webdoc.offered_note_templates(&clinic.ctx()).await.unwrap_err();
    assert!(error.detail.contains("setting scopes"), "{}", error.detail);
    assert_eq!(clinic.call_count(), 0);
    let clinic = Clinic::open_set(|settings| settings.with("scopes", "clinics:read system-admin")).await;
    assert!(clinic.webdoc.offered_note_templates(&clinic.ctx()).await.is_ok());
}

#[tokio::test]
async fn a_refused_client_is_told_so_and_not_that_a_scope_is_missing() {
    let clinic = Clinic::open_set(|settings| settings.with_secret("client_secret", "WRONG-SECRET")).await;
    let error = clinic.webdoc.offered_note_templates(&clinic.ctx()).await.unwrap_err();
    assert!(error.detail.contains("client_secret"), "{}", error.detail);
    assert!(!format!("{error:?}").contains("WRONG-SECRET"));
}

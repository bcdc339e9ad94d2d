//! The templates that a practice offers, from their list to a note that is written with them.

use serde_json::{Value, json};
use vardbro_cliniko_sandbox::note_templates::{self, STANDARD_CONSULTATION};
use vardbro_ehr::connection::{MappedField, MappedTemplate, NoteMapping};
use vardbro_ehr::{Ehr, EmrTemplate};
use vardbro_model::medical_note::{MedicalNote, NewNote, TemplateId};

use crate::clinic::{Clinic, reference};

/// Ours mapped to theirs, field by field.
fn map(clinic: &mut Clinic, ours: TemplateId, theirs: &EmrTemplate) {
    let fields = ours.fields().iter().zip(&theirs.fields).map(|(name, field)| {
        let mapped = MappedField { emr_id: field.emr_id.clone(), max_length: field.max_length };
        ((*name).to_owned(), mapped)
    });
    let template = MappedTemplate { emr_id: theirs.emr_id.clone(), fields: fields.collect() };
    clinic.map(NoteMapping([(ours, template)].into()));
}

async fn write(clinic: &Clinic, ours: TemplateId) -> MedicalNote {
    let unit = clinic.unit().await;
    let patient = reference(&clinic.patient(&unit).await);
    let note = NewNote {
        template: ours,
        title: None,
        content: ours.fields().iter().map(|name| (*name, format!("Text of {name}"))).collect(),
        created_by: None,
        appointment: None,
    };
    let written = clinic.cliniko.create_note(&clinic.ctx(), &unit, &patient, note).await.unwrap();
    let read =
        clinic.cliniko.note(&clinic.ctx(), &unit, &patient, written.id.as_ref().unwrap()).await.unwrap();
    assert!(read == written);
    written
}

fn named<'t>(offered: &'t [EmrTemplate], name: &str) -> &'t EmrTemplate {
    offered.iter().find(|template| template.name == name).unwrap()
}

#[tokio::test]
async fn what_is_offered_can_be_mapped_and_written() {
    let mut clinic = Clinic::open().await;
    let offered = clinic.cliniko.offered_note_templates(&clinic.ctx()).await.unwrap();
    assert_eq!(clinic.call_count(), 1, "{:?}", clinic.calls());
    let names: Vec<&str> = offered.iter().map(|template| template.name.as_str()).collect();
    assert_eq!(names, ["Physiotherapy", "Short note", "Standard Consultation"]);
    let theirs = named(&offered, STANDARD_CONSULTATION.name);
    assert_eq!(theirs.fields[0].emr_id, "Consultation/Reason of visit");
    assert_eq!(theirs.fields[0].name, "Consultation / Reason of visit");
    assert_eq!(theirs.fields[0].kind.as_deref(), Some("paragraph"));

    map(&mut clinic, TemplateId::LeyrAcuteVisit, theirs);
    let note = write(&clinic, TemplateId::LeyrAcuteVisit).await;

    assert_eq!(note.template_id, Some(TemplateId::LeyrAcuteVisit));
    assert_eq!(note.content["plan"], "Text of plan");
    let native = clinic.native("GET", &format!("/treatment_notes/{}", note.emr_id.unwrap()), None).await;
    let template = native["treatment_note_template"]["links"]["self"].as_str().unwrap();
    assert!(template.ends_with(STANDARD_CONSULTATION.id), "{template}");
    let section = &native["content"]["sections"][0];
    assert_eq!(section["name"], STANDARD_CONSULTATION.sections[0].name);
    let questions = section["questions"].as_array().unwrap();
    let asked: Vec<&str> = questions.iter().map(|question| question["name"].as_str().unwrap()).collect();
    assert_eq!(asked, STANDARD_CONSULTATION.sections[0].questions);
}

#[tokio::test]
async fn names_with_slashes_and_sections_without_a_name_are_written_where_they_stand() {
    let mut clinic = Clinic::open().await;
    let content = json!({"sections": [
        {"name": "Subjective/Objective", "questions": [{"name": "Pain (L/R)", "type": "paragraph"}]},
        {"name": "Plan", "questions": [
            {"name": "Next week/month", "type": "paragraph"},
            {"name": "Next week/month", "type": "text"},
        ]},
    ]});
    let template = json!({"name": "Slashed", "content": content});
    clinic.native("POST", "/treatment_note_templates", Some(template)).await;
    let offered = clinic.cliniko.offered_note_templates(&clinic.ctx()).await.unwrap();
    let theirs = named(&offered, "Slashed");
    assert_eq!(theirs.fields.len(), 2, "of two questions of one name, one is told: {theirs:?}");

    map(&mut clinic, TemplateId::LeyrCareStatus, theirs);
    let note = write(&clinic, TemplateId::LeyrCareStatus).await;

    assert_eq!(
        (&note.content["status"], &note.content["plan"]),
        (&"Text of status".into(), &"Text of plan".into())
    );
    let native = clinic.native("GET", &format!("/treatment_notes/{}", note.emr_id.unwrap()), None).await;
    let sections = &native["content"]["sections"];
    assert_eq!(
        (&sections[0]["name"], &sections[1]["name"]),
        (&json!("Subjective/Objective"), &json!("Plan"))
    );
    assert_eq!(sections[0]["questions"][0]["name"], "Pain (L/R)");
    assert_eq!(sections[1]["questions"][0]["name"], "Next week/month");
}

#[tokio::test]
async fn all_pages_are_read_and_archived_templates_left_out() {
    let clinic = Clinic::open().await;
    let mut last = Value::Null;
    for number in 0..100 {
        let template = json!({"name": format!("Another {number:03}")});
        last = clinic.native("POST", "/treatment_note_templates", Some(template)).await;
    }
    let archive = format!("/treatment_note_templates/{}/archive", last["id"].as_str().unwrap());
    clinic.native("POST", &archive, None).await;
    clinic.forget_calls();

    let offered = clinic.cliniko.offered_note_templates(&clinic.ctx()).await.unwrap();

    assert_eq!(offered.len(), note_templates::ALL.len() + 99);
    assert!(!offered.iter().any(|template| template.name == "Another 099"));
    assert!(named(&offered, "Another 000").fields.is_empty());
    assert_eq!(clinic.calls_of("treatment_note_templates"), 2, "{:?}", clinic.calls());
}

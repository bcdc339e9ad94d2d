use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use vardbro_ehr::connection::{MappedField, NoteMapping};
use vardbro_model::medical_note::TemplateId;
use vardbro_sandbox_kit::Clock;
use vardbro_webdoc_sandbox::record_templates::{
    ACUTE_VISIT, CARE_STATUS, FOLLOW_UP, NEW_VISIT_PSYCHOLOGY, RecordTemplate, UNSTRUCTURED,
};
use vardbro_webdoc_sandbox::{Options, start as start_sandbox};

use crate::Started;
use crate::notes::{field, template};

/// The sandbox's user for integrations, who works at all clinics.
const INTEGRATION_USER: &str = "84f92e37-b5c0-4318-869d-fb2374d5c109";

pub(super) async fn start(clock: Arc<dyn Clock>, listen: SocketAddr) -> io::Result<Started> {
    let running = start_sandbox(Options { clock, ..Options::default() }, listen).await?;
    let settings = BTreeMap::from([
        ("api_url".to_owned(), running.native.clone()),
        ("acting_user_id".to_owned(), INTEGRATION_USER.to_owned()),
        ("default_document_type".to_owned(), "Lab Result".to_owned()),
    ]);
    let ehr = Arc::new(vardbro_webdoc::Webdoc::new());
    Ok(Started { ehr, running, settings, note_mapping: note_mapping() })
}

fn note_mapping() -> NoteMapping {
    let mapped = |id: TemplateId| {
        let theirs = match id {
            TemplateId::LeyrUnstructured => UNSTRUCTURED,
            TemplateId::LeyrAcuteVisit => ACUTE_VISIT,
            TemplateId::LeyrNewVisitPsychology => NEW_VISIT_PSYCHOLOGY,
            TemplateId::LeyrFollowUpVisitPsychology => FOLLOW_UP,
            TemplateId::LeyrCareStatus => CARE_STATUS,
        };
        (id, template(id, theirs.id, |name| keyword(&theirs, name)))
    };
    NoteMapping(TemplateId::ALL.iter().copied().map(mapped).collect())
}

fn keyword(template: &RecordTemplate, name: &str) -> MappedField {
    let title = match name {
        "reason_of_visit" => "Kontaktorsak",
        "anamnesis" => "Anamnes",
        "status" => "Status",
        "assessment" => "Bedömning",
        "plan" => "Planering",
        _ => "Anteckning",
    };
    match template.keywords.iter().find(|keyword| keyword.title == title) {
        Some(keyword) => MappedField {
            max_length: keyword.max_length.and_then(|length| length.try_into().ok()),
            ..field(keyword.id)
        },
        // A title that is none shows when a note is written.
        None => field(title),
    }
}

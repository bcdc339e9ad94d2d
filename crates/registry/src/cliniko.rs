use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use vardbro_cliniko_sandbox::note_templates::{SHORT_NOTE, STANDARD_CONSULTATION};
use vardbro_cliniko_sandbox::{Options, start as start_sandbox};
use vardbro_ehr::connection::NoteMapping;
use vardbro_model::medical_note::TemplateId;
use vardbro_sandbox_kit::Clock;

use crate::Started;
use crate::notes::{field, template};

pub(super) async fn start(clock: Arc<dyn Clock>, listen: SocketAddr) -> io::Result<Started> {
    let running = start_sandbox(Options { clock, ..Options::default() }, listen).await?;
    let settings = BTreeMap::from([
        ("base_url".to_owned(), running.native.clone()),
        ("contact_email".to_owned(), "sandbox@vardbro.example".to_owned()),
    ]);
    let ehr = Arc::new(vardbro_cliniko::Cliniko::new());
    Ok(Started { ehr, running, settings, note_mapping: note_mapping() })
}

/// Free text goes into the short note, every other template of ours into the standard consultation.
fn note_mapping() -> NoteMapping {
    let mapped = |id: TemplateId| {
        let theirs = if id == TemplateId::LeyrUnstructured { SHORT_NOTE } else { STANDARD_CONSULTATION };
        let question = |name: &str| {
            let question = match name {
                "unstructured" => "Note",
                "reason_of_visit" => "Reason of visit",
                "anamnesis" => "Anamnesis",
                "status" => "Status",
                "assessment" => "Assessment",
                "plan" => "Plan",
                other => other,
            };
            let section = theirs.sections.iter().find(|section| section.questions.contains(&question));
            field(section.map_or(question.to_owned(), |section| format!("{}/{question}", section.name)))
        };
        (id, template(id, theirs.id, question))
    };
    NoteMapping(TemplateId::ALL.iter().copied().map(mapped).collect())
}

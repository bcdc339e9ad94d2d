//! Which connector and which sandbox belong to an EHR's code. A new EHR is one line in [`EHRS`] and the function that it names.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use vardbro_cliniko_sandbox::note_templates::{SHORT_NOTE, STANDARD_CONSULTATION};
use vardbro_ehr::Ehr;
use vardbro_ehr::connection::{MappedField, MappedTemplate, NoteMapping};
use vardbro_model::medical_note::TemplateId;
use vardbro_sandbox_kit::Running;

/// One EHR.
pub struct Registered {
    /// Its code in paths and on the command line.
    pub code: &'static str,
    /// Starts its sandbox.
    pub start: fn(SocketAddr) -> BoxFuture<'static, io::Result<Started>>,
}

/// In the order in which they are shown.
pub const EHRS: &[Registered] = &[
    Registered { code: "cliniko", start: |listen| cliniko(listen).boxed() },
    Registered { code: "mock", start: |listen| mock(listen).boxed() },
];

/// The code of every EHR.
pub fn codes() -> Vec<&'static str> {
    EHRS.iter().map(|ehr| ehr.code).collect()
}

/// A sandbox that answers, and what a connection to it is made of. Its credentials are the connection's secret settings,
/// under the same names.
pub struct Started {
    /// Its connector.
    pub ehr: Arc<dyn Ehr>,
    /// The sandbox.
    pub running: Running,
    /// The connection's settings that are not secret.
    pub settings: BTreeMap<String, String>,
    /// The sandbox's templates for ours.
    pub note_mapping: NoteMapping,
}

async fn cliniko(listen: SocketAddr) -> io::Result<Started> {
    let running = vardbro_cliniko_sandbox::start(vardbro_cliniko_sandbox::Options::default(), listen).await?;
    let settings = BTreeMap::from([
        ("base_url".to_owned(), running.native.clone()),
        ("contact_email".to_owned(), "sandbox@vardbro.example".to_owned()),
    ]);
    Ok(Started {
        ehr: Arc::new(vardbro_cliniko::Cliniko::new()),
        running,
        settings,
        note_mapping: cliniko_note_mapping(),
    })
}

/// Free text goes into the short note, every other template of ours into the standard consultation.
fn cliniko_note_mapping() -> NoteMapping {
    let template = |id: TemplateId| {
        let theirs = if id == TemplateId::LeyrUnstructured { SHORT_NOTE } else { STANDARD_CONSULTATION };
        let fields = id.fields().iter().map(|name| {
            let question = match *name {
                "unstructured" => "Note",
                "reason_of_visit" => "Reason of visit",
                "anamnesis" => "Anamnesis",
                "status" => "Status",
                "assessment" => "Assessment",
                "plan" => "Plan",
                other => other,
            };
            let section = theirs.sections.iter().find(|section| section.questions.contains(&question));
            let emr_id =
                section.map_or(question.to_owned(), |section| format!("{}/{question}", section.name));
            ((*name).to_owned(), MappedField { emr_id, max_length: None })
        });
        (id, MappedTemplate { emr_id: theirs.id.to_owned(), fields: fields.collect() })
    };
    NoteMapping(TemplateId::ALL.iter().copied().map(template).collect())
}

async fn mock(listen: SocketAddr) -> io::Result<Started> {
    let mock = vardbro_mock::Mock::new(vardbro_mock::Options::default());
    let running = vardbro_mock::start(mock.clone(), listen).await?;
    Ok(Started { ehr: mock, running, settings: BTreeMap::new(), note_mapping: vardbro_mock::note_mapping() })
}

//! The EHRs that the cases run over. A new one is one line in [`SUBJECTS`] and the function that it names.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::json;
use vardbro_cliniko_sandbox::note_templates::{SHORT_NOTE, STANDARD_CONSULTATION};
use vardbro_ehr::Ehr;
use vardbro_ehr::connection::{MappedField, MappedTemplate, NoteMapping, Settings};
use vardbro_model::medical_note::TemplateId;
use vardbro_sandbox_kit::Running;

use crate::clock::CaseClock;

/// One EHR.
pub struct Registered {
    /// Its code in paths.
    pub code: &'static str,
    /// Whether appointments begin only where a timeslot does.
    pub fixed_slots: bool,
    /// Starts a sandbox of it, with its seed data.
    pub start: fn(CaseClock) -> BoxFuture<'static, Started>,
}

/// A connector, and a sandbox for it to speak to.
pub struct Started {
    pub ehr: Arc<dyn Ehr>,
    pub sandbox: Running,
    pub settings: Settings,
    pub note_mapping: NoteMapping,
}

/// In the order of the report.
pub const SUBJECTS: &[Registered] = &[
    Registered { code: "cliniko", fixed_slots: false, start: |clock| cliniko(clock).boxed() },
    Registered { code: "mock", fixed_slots: false, start: |clock| mock(clock).boxed() },
];

const LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// What a minute allows is a matter of one case, not of all the others.
const NO_QUOTA: u32 = 1_000_000;

async fn cliniko(clock: CaseClock) -> Started {
    let options = vardbro_cliniko_sandbox::Options {
        clock: Arc::new(clock),
        ..vardbro_cliniko_sandbox::Options::default()
    };
    let sandbox = vardbro_cliniko_sandbox::start(options, LISTEN).await.expect("the sandbox starts");
    let unlimited = json!({"rate_limit_per_minute": NO_QUOTA});
    sandbox.controls.set_faults(unlimited.as_object().expect("switches")).expect("a switch that there is");
    let settings = Settings::default()
        .with_secret("api_key", sandbox.credentials["api_key"].clone())
        .with("base_url", &sandbox.native)
        .with("contact_email", "conformance@vardbro.example")
        .with("requests_per_minute", NO_QUOTA.to_string());
    let ehr = Arc::new(vardbro_cliniko::Cliniko::new());
    Started { ehr, sandbox, settings, note_mapping: cliniko_note_mapping() }
}

/// Free text goes into the short note, every other template of ours into the standard consultation.
fn cliniko_note_mapping() -> NoteMapping {
    let template = |id: &TemplateId| {
        let theirs = if *id == TemplateId::LeyrUnstructured { SHORT_NOTE } else { STANDARD_CONSULTATION };
        let fields = id.fields().iter().map(|name| {
            let question = match *name {
                "unstructured" => "Note".to_owned(),
                other => other[..1].to_uppercase() + &other[1..].replace('_', " "),
            };
            ((*name).to_owned(), MappedField { emr_id: question, max_length: None })
        });
        (*id, MappedTemplate { emr_id: theirs.id.to_owned(), fields: fields.collect() })
    };
    NoteMapping(TemplateId::ALL.iter().map(template).collect())
}

async fn mock(clock: CaseClock) -> Started {
    let mock = vardbro_mock::Mock::new(vardbro_mock::Options {
        clock: Arc::new(clock),
        ..vardbro_mock::Options::default()
    });
    let sandbox = vardbro_mock::start(mock.clone(), LISTEN).await.expect("the sandbox starts");
    Started { ehr: mock, sandbox, settings: Settings::default(), note_mapping: vardbro_mock::note_mapping() }
}

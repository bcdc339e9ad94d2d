use std::collections::BTreeSet;
use std::sync::Arc;

use vardbro_sandbox_kit::{Clock, SystemClock};

use crate::grants::Grants;

/// How a sandbox is started. What is not publicly known of Webdoc can be set here.
#[derive(Clone)]
pub struct Options {
    pub clock: Arc<dyn Clock>,
    /// The seed data is the same for the same seed and day; the fault dice start from it too.
    pub seed: u64,
    pub client_id: String,
    pub client_secret: String,
    /// Scopes and tokens; keep a clone to change them while the sandbox runs.
    pub grants: Grants,
    /// Swedish numbers (12 digits) that are valid but that the population register does not know.
    pub unregistered: BTreeSet<String>,
    pub record_template: RecordTemplateAnswer,
    pub unknown_patient: UnknownPatient,
    /// The most rows that a list of bookings has.
    pub page_size: usize,
}

/// How one record template is answered; document and live system disagree.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RecordTemplateAnswer {
    /// As observed in the live system.
    Object,
    /// As documented: an array of one.
    Array,
}

/// How `GET /v2/patients` says that there is no such patient.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum UnknownPatient {
    NotFound,
    EmptyArray,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            seed: 0,
            client_id: "test-vardbro".to_owned(),
            client_secret: "webdoc-sandbox-secret".to_owned(),
            grants: Grants::default(),
            unregistered: BTreeSet::from(["191500722390".to_owned()]),
            record_template: RecordTemplateAnswer::Object,
            unknown_patient: UnknownPatient::NotFound,
            page_size: 100,
        }
    }
}

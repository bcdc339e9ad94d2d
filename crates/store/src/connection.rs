use std::collections::BTreeMap;

use uuid::Uuid;
use vardbro_ehr::connection::NoteMapping;
use vardbro_model::ehr::Mode;

/// A connection as it is kept: everything but the EHR's credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredConnection {
    /// Names it in logs.
    pub id: Uuid,
    /// The code of the EHR, of which this program may have no connector.
    pub ehr: String,
    /// The operator's name for it.
    pub name: String,
    /// `None` for the application's first connection to this EHR.
    pub tag: Option<String>,
    /// Sandbox or live; `Off` is not kept, a connection that is not `enabled` is.
    pub mode: Mode,
    /// Whether the application may use it.
    pub enabled: bool,
    /// Settings that may be shown, by name.
    pub settings: BTreeMap<String, String>,
    /// The EHR's templates for ours.
    pub note_mapping: NoteMapping,
}

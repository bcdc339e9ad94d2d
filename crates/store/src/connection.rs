use std::collections::BTreeMap;

use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;
use vardbro_ehr::connection::NoteMapping;
use vardbro_model::capabilities::Operation;
use vardbro_model::ehr::Mode;
use vardbro_vault::{DataKey, Place, Unopened};

use crate::application::ApplicationId;

/// A connection as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredConnection {
    /// Names it in logs.
    pub id: Uuid,
    /// Grows with every change.
    pub version: i64,
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
    /// Settings that may not, by name: each sealed with the application's data key for this connection and that name.
    pub sealed: BTreeMap<String, Vec<u8>>,
    /// The EHR's templates for ours.
    pub note_mapping: NoteMapping,
    /// Operations of the EHR that this connection cannot carry out, and why, as its last check found.
    pub unavailable: BTreeMap<Operation, String>,
}

impl StoredConnection {
    /// Seals a setting into its place.
    pub fn seal(&mut self, application: ApplicationId, key: &DataKey, name: &str, value: &SecretString) {
        let place = Place { application: application.0, thing: self.id, field: name };
        let sealed = key.seal(&place, value.expose_secret().as_bytes());
        self.sealed.insert(name.to_owned(), sealed);
    }

    /// Opens every sealed setting.
    pub fn open(
        &self,
        application: ApplicationId,
        key: &DataKey,
    ) -> Result<BTreeMap<String, SecretString>, Unopened> {
        let open = |(name, sealed): (&String, &Vec<u8>)| {
            let place = Place { application: application.0, thing: self.id, field: name };
            let value = key.open(&place, sealed)?;
            let value = std::str::from_utf8(&value).map_err(|_| Unopened)?;
            Ok((name.clone(), SecretString::from(value)))
        };
        self.sealed.iter().map(open).collect()
    }
}

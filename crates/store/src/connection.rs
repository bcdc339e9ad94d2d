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
    /// Sandbox or live. `Off` is not kept (a connection that is not `enabled` is): this version could not read the connection. It does not
    /// open and cannot be changed, only removed.
    pub mode: Mode,
    /// Whether the application may use it.
    pub enabled: bool,
    /// Settings that may be shown, by name.
    pub settings: BTreeMap<String, String>,
    /// Settings that may not, by name: each sealed with the application's data key for this connection and that name. Among them, under a
    /// name of its own, what binds the others.
    pub sealed: BTreeMap<String, Vec<u8>>,
    /// The EHR's templates for ours, but for those that this version does not know: with its next change they are gone.
    pub note_mapping: NoteMapping,
    /// Operations of the EHR that this connection cannot carry out, and why, as its last check found; none that this version does not know.
    pub unavailable: BTreeMap<Operation, String>,
}

/// Beside the secret settings, under a name that no setting has: which EHR and which other settings they are for.
const BINDING: &str = "(settings)";

impl StoredConnection {
    /// Takes these settings, the secret ones sealed. From then on whoever changes any of them, or moves them to another EHR, without the
    /// application's key has only made a connection that does not open.
    pub fn close(
        &mut self,
        application: ApplicationId,
        key: &DataKey,
        settings: BTreeMap<String, String>,
        secrets: &BTreeMap<String, SecretString>,
    ) {
        self.settings = settings;
        let seal = |name: &str, value: &[u8]| key.seal(&self.place(application, name), value);
        let mut sealed: BTreeMap<_, _> = secrets
            .iter()
            .map(|(name, value)| (name.clone(), seal(name, value.expose_secret().as_bytes())))
            .collect();
        sealed.insert(BINDING.to_owned(), seal(BINDING, &self.bound()));
        self.sealed = sealed;
    }

    /// Opens every secret setting, if the others are those that it was closed with and all of it could be read.
    pub fn open(
        &self,
        application: ApplicationId,
        key: &DataKey,
    ) -> Result<BTreeMap<String, SecretString>, Unopened> {
        let opened = |name: &str| {
            let sealed = self.sealed.get(name).ok_or(Unopened)?;
            key.open(&self.place(application, name), sealed)
        };
        if self.mode == Mode::Off || *opened(BINDING)? != self.bound() {
            return Err(Unopened);
        }
        let open = |name: &str| {
            let value = opened(name)?;
            let value = std::str::from_utf8(&value).map_err(|_| Unopened)?;
            Ok((name.to_owned(), SecretString::from(value)))
        };
        self.secret_names().map(open).collect()
    }

    /// The names of its secret settings.
    pub fn secret_names(&self) -> impl Iterator<Item = &str> {
        self.sealed.keys().map(String::as_str).filter(|name| *name != BINDING)
    }

    fn place<'a>(&self, application: ApplicationId, field: &'a str) -> Place<'a> {
        Place { application: application.0, thing: self.id, field }
    }

    fn bound(&self) -> Vec<u8> {
        // Texts can always be written.
        serde_json::to_vec(&(&self.ehr, &self.settings)).unwrap_or_default()
    }
}

//! A connection: what the gateway must know to speak to one installation of an EHR for one application.

use std::collections::BTreeMap;

use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use vardbro_model::ehr::{EhrCode, Mode};
use vardbro_model::medical_note::TemplateId;

/// One installation of an EHR, as one application reaches it.
#[derive(Debug)]
pub struct Connection {
    /// Names it in logs and in the store.
    pub id: Uuid,
    /// Which EHR.
    pub ehr: EhrCode,
    /// The operator's name for it.
    pub name: String,
    /// `None` for the application's first connection to this EHR; care-unit ids of the others begin with `<tag>~`.
    pub tag: Option<String>,
    /// Sandbox or live.
    pub mode: Mode,
    /// What the connector asked for in `Ehr::settings`.
    pub settings: Settings,
    /// The EHR's templates for ours.
    pub note_mapping: NoteMapping,
}

/// What a connection must be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// Its key.
    pub name: &'static str,
    /// What it is, where to get it, and what happens without it.
    pub description: &'static str,
    /// Whether it is never shown.
    pub secret: bool,
    /// Whether there is no connection without it.
    pub required: bool,
    /// The value when none is given.
    pub default: Option<&'static str>,
}

/// The values of a connection's settings. Secrets do not print themselves.
#[derive(Debug, Default)]
pub struct Settings {
    plain: BTreeMap<String, String>,
    secret: BTreeMap<String, SecretString>,
}

impl Settings {
    /// With a value that may be shown.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.plain.insert(name.to_owned(), value.into());
        self
    }

    /// With a value that is never shown.
    #[must_use]
    pub fn with_secret(mut self, name: &str, value: impl Into<SecretString>) -> Self {
        self.secret.insert(name.to_owned(), value.into());
        self
    }

    /// A value that may be shown.
    pub fn plain(&self, name: &str) -> Option<&str> {
        self.plain.get(name).map(String::as_str)
    }

    /// A value that is never shown.
    pub fn secret(&self, name: &str) -> Option<&SecretString> {
        self.secret.get(name)
    }

    /// Every secret, to scrub them from what the EHR says.
    pub fn secrets(&self) -> impl Iterator<Item = &SecretString> {
        self.secret.values()
    }
}

/// The EHR's template and field ids for ours.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NoteMapping(pub BTreeMap<TemplateId, MappedTemplate>);

/// One template of the EHR.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappedTemplate {
    /// The EHR's id of the template.
    pub emr_id: String,
    /// By our field name.
    pub fields: BTreeMap<String, MappedField>,
}

/// One field of a template of the EHR.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappedField {
    /// The EHR's id or name of the field.
    pub emr_id: String,
    /// Characters that it takes at most.
    #[serde(default)]
    pub max_length: Option<u32>,
}

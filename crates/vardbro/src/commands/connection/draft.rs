//! A connection's settings as they would be, secrets in the clear, before anything is kept.

use std::collections::BTreeMap;

use secrecy::SecretString;
use serde_json::{Map, Value};
use url::Url;
use vardbro_ehr::Ehr;
use vardbro_ehr::connection::{Connection, Setting, Settings};
use vardbro_ehr::wire::Egress;
use vardbro_store::{ApplicationId, StoredConnection};
use vardbro_vault::DataKey;

use super::super::Failure;
use super::super::ask;

/// Settings, and all that is wrong with what was given.
pub struct Draft<'e> {
    ehr: &'e dyn Ehr,
    pub plain: BTreeMap<String, String>,
    pub secret: BTreeMap<String, SecretString>,
    faults: Vec<String>,
}

/// Which secrets are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// Those that are required and not there.
    Missing,
    /// All of a terminal, where an empty answer leaves it as it is; otherwise those that are required.
    Every,
}

impl<'e> Draft<'e> {
    pub fn new(
        ehr: &'e dyn Ehr,
        plain: BTreeMap<String, String>,
        secret: BTreeMap<String, SecretString>,
    ) -> Self {
        Self { ehr, plain, secret, faults: Vec::new() }
    }

    /// Notes something that is wrong.
    pub fn fault(&mut self, fault: String) {
        self.faults.push(fault);
    }

    /// Takes `name=value` of the command line: nothing that is secret.
    pub fn take_flags(&mut self, flags: &[String]) {
        for flag in flags {
            // Without a name it may be a secret that stands here by mistake.
            let Some((name, value)) = flag.split_once('=') else {
                self.fault("--set takes NAME=VALUE".to_owned());
                continue;
            };
            match self.setting(name) {
                Some(setting) if setting.secret => self.fault(format!(
                    "{name} is secret, and everybody on this machine can read the command line: leave it out and it is asked for, or \
                     give it in a file with --settings; since it stood here, have the EHR make another one"
                )),
                Some(_) => {
                    self.plain.insert(name.to_owned(), value.to_owned());
                }
                None => self.unknown(name),
            }
        }
    }

    /// Takes what stands in a file.
    pub fn take_document(&mut self, document: Map<String, Value>) {
        for (name, value) in document {
            let text = match value {
                Value::String(text) => text,
                Value::Number(_) | Value::Bool(_) => value.to_string(),
                Value::Null | Value::Array(_) | Value::Object(_) => {
                    self.fault(format!("{name} must be a text, a number, true or false"));
                    continue;
                }
            };
            match self.setting(&name) {
                Some(setting) if setting.secret => {
                    self.secret.insert(name, text.into());
                }
                Some(_) => {
                    self.plain.insert(name, text);
                }
                None => self.unknown(&name),
            }
        }
    }

    /// Takes settings out.
    pub fn unset(&mut self, names: &[String]) {
        for name in names {
            let had = self.plain.remove(name).is_some() | self.secret.remove(name).is_some();
            if !had {
                self.fault(format!("{name} is not set"));
            }
        }
    }

    /// Asks for secrets, unless something is wrong already.
    pub fn ask(&mut self, asked: Asked) -> Result<(), Failure> {
        if !self.faults.is_empty() {
            return Ok(());
        }
        for setting in self.ehr.settings().iter().filter(|setting| setting.secret) {
            let there = self.secret.contains_key(setting.name);
            let wanted = match asked {
                Asked::Missing => setting.required && !there,
                Asked::Every => setting.required || ask::at_terminal(),
            };
            if !wanted {
                continue;
            }
            let otherwise = match (there, setting.required) {
                (true, _) => " (empty: as it is)",
                (false, false) => " (empty: none)",
                (false, true) => "",
            };
            match ask::secret(&format!("{}{otherwise}", setting.name))? {
                Some(secret) => drop(self.secret.insert(setting.name.to_owned(), secret)),
                None if setting.required && !(there && ask::at_terminal()) => {
                    return Err(Failure::NotAnswered { what: setting.name.to_owned() });
                }
                None => {}
            }
        }
        Ok(())
    }

    /// Everything that is wrong, as far as it can be told before anything is sent.
    pub fn judge(&mut self, stored: &StoredConnection, egress: &Egress) -> Result<(), Failure> {
        let mut faults = std::mem::take(&mut self.faults);
        let missing =
            missing(self.ehr, |name| self.plain.contains_key(name) || self.secret.contains_key(name));
        faults.extend(missing.iter().map(|name| format!("{name} is missing")));
        faults.extend(refused(egress, &self.plain));
        if missing.is_empty() {
            let refused = self.ehr.wire_profile(&self.connection(stored)).err();
            faults.extend(refused.map(|error| error.detail));
        }
        Failure::all(faults)
    }

    /// The connection that it would be.
    pub fn connection(&self, stored: &StoredConnection) -> Connection {
        connection(self.ehr, stored, &self.plain, &self.secret)
    }

    /// Puts the settings in, secrets sealed.
    pub fn seal(self, stored: &mut StoredConnection, application: ApplicationId, key: &DataKey) {
        stored.close(application, key, self.plain, &self.secret);
    }

    fn setting(&self, name: &str) -> Option<&'static Setting> {
        self.ehr.settings().iter().find(|setting| setting.name == name)
    }

    fn unknown(&mut self, name: &str) {
        let code = self.ehr.about().code;
        self.fault(format!("{code} has no setting {name}: see `vardbro connection settings {code}`"));
    }
}

/// The settings without which there is no connection, and which are not there.
pub fn missing(ehr: &dyn Ehr, there: impl Fn(&str) -> bool) -> Vec<String> {
    let needed = ehr.settings().iter().filter(|setting| setting.required && setting.default.is_none());
    needed.filter(|setting| !there(setting.name)).map(|setting| setting.name.to_owned()).collect()
}

/// The settings whose addresses may not be called, and why.
pub fn refused(egress: &Egress, plain: &BTreeMap<String, String>) -> Vec<String> {
    let judged = plain.iter().filter_map(|(name, value)| {
        let url = Url::parse(value.trim()).ok().filter(Url::has_host)?;
        egress.judge(&url).err().map(|why| format!("{name}: {why}"))
    });
    judged.collect()
}

/// A connection in the clear.
pub fn connection(
    ehr: &dyn Ehr,
    stored: &StoredConnection,
    plain: &BTreeMap<String, String>,
    secret: &BTreeMap<String, SecretString>,
) -> Connection {
    let settings = plain.iter().fold(Settings::default(), |all, (name, value)| all.with(name, value));
    let settings = secret.iter().fold(settings, |all, (name, value)| all.with_secret(name, value.clone()));
    Connection {
        id: stored.id,
        ehr: ehr.about().code,
        name: stored.name.clone(),
        tag: stored.tag.clone(),
        mode: stored.mode,
        settings,
        note_mapping: stored.note_mapping.clone(),
    }
}

/// A connection that is kept, in the clear.
pub fn opened(
    ehr: &dyn Ehr,
    stored: &StoredConnection,
    application: ApplicationId,
    key: &DataKey,
) -> Result<Connection, Failure> {
    let secret = stored.open(application, key).map_err(|_| Failure::Unopened(super::title(stored)))?;
    Ok(connection(ehr, stored, &stored.settings, &secret))
}

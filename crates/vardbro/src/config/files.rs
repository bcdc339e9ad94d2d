//! The files that a configuration names, read as a server reads them.

use std::fmt;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::PathBuf;

use secrecy::ExposeSecret;
use vardbro_gateway::{CertificateFault, Tls};
use vardbro_vault::{KeyRing, KeyRingFault};
use zeroize::Zeroizing;

use super::environment;
use super::fault::{Origin, Wrong};
use super::given::Given;
use super::settings::{Config, KeyRingSource, TlsFiles};

#[cfg(test)]
mod tests;

/// What was in them.
#[derive(Debug)]
pub struct Files {
    pub keys: KeyRing,
    pub tls: Option<Tls>,
}

impl Files {
    /// `None` if something is wrong, which is noted. What is wrong with a key already is not looked at.
    pub(super) fn open(config: &Config, given: &mut Given) -> Option<Self> {
        let keys = key_ring(&config.keys.ring, given);
        let tls = tls(config.server.tls.as_ref(), given);
        Some(Self { keys: keys?, tls: tls? })
    }
}

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
pub enum KeyRingError {
    #[error("cannot read {}: {source}{}", .path.display(), remedy(.source))]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("{place} cannot be used: {fault}")]
    Malformed { place: String, fault: KeyRingFault },
    #[error("{place} holds no {kind} key; `vardbro key new {kind}` makes one")]
    Lacking { place: String, kind: &'static str },
}

fn remedy(error: &io::Error) -> &'static str {
    if error.kind() == ErrorKind::NotFound { "; `vardbro init` makes it" } else { "" }
}

impl KeyRingSource {
    /// Reads the keys, however few there are.
    pub fn read(&self) -> Result<KeyRing, KeyRingError> {
        let parse = |text: &str| {
            KeyRing::parse(text).map_err(|fault| KeyRingError::Malformed { place: self.to_string(), fault })
        };
        match self {
            Self::File(path) => {
                let unreadable = |source| KeyRingError::Unreadable { path: path.clone(), source };
                parse(&fs::read_to_string(path).map(Zeroizing::new).map_err(unreadable)?)
            }
            Self::Variable(content) => parse(content.expose_secret()),
        }
    }

    /// Reads keys with which a server can work: at least one of each kind.
    pub fn read_whole(&self) -> Result<KeyRing, KeyRingError> {
        let ring = self.read()?;
        let lacking = |kind| KeyRingError::Lacking { place: self.to_string(), kind };
        ring.newest_master().ok_or_else(|| lacking("master"))?;
        ring.newest_audit().ok_or_else(|| lacking("audit"))?;
        Ok(ring)
    }
}

impl fmt::Display for KeyRingSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Variable(_) => f.write_str(environment::KEYS),
        }
    }
}

const FILE: &str = "keys.file";

fn key_ring(source: &KeyRingSource, given: &mut Given) -> Option<KeyRing> {
    let wrong = |error: KeyRingError| Wrong::Unusable { key: FILE, what: error.to_string() };
    match source {
        KeyRingSource::File(_) if given.is_refused(&[FILE]) => None,
        KeyRingSource::File(_) => source.read_whole().map_err(|error| given.refuse(FILE, wrong(error))).ok(),
        KeyRingSource::Variable(_) => {
            let origin = || Origin::Variable(environment::KEYS.to_owned());
            source.read_whole().map_err(|error| given.fault(origin(), wrong(error))).ok()
        }
    }
}

const CERTIFICATE: &str = "server.tls_certificate";

#[expect(clippy::option_option, reason = "no files is a configuration, too")]
fn tls(files: Option<&TlsFiles>, given: &mut Given) -> Option<Option<Tls>> {
    if given.is_refused(&[CERTIFICATE, "server.tls_key"]) {
        return None;
    }
    let Some(TlsFiles { certificate, key }) = files else { return Some(None) };
    let wrong = |fault: CertificateFault| Wrong::Unusable { key: CERTIFICATE, what: fault.to_string() };
    Tls::open(certificate, key).map(Some).map_err(|fault| given.refuse(CERTIFICATE, wrong(fault))).ok()
}

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

use crate::audit_key::{AuditKey, AuditPublicKey};
use crate::master_key::MasterKey;

/// The server's keys, the newest of each kind last. It is in use; the others open what they once closed.
#[derive(Debug, Clone, Default)]
pub struct KeyRing {
    master: Vec<MasterKey>,
    audit: Vec<AuditKey>,
}

/// The text is no key ring. What stands in it is not told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyRingFault {
    /// It is not TOML, or a field is missing, unknown or of the wrong kind.
    #[error("{0}")]
    Shape(String),
    /// A key is not 32 bytes of base64.
    #[error("the {field} of key {id} is not 32 bytes of base64")]
    Key {
        /// Of which key.
        id: String,
        /// Which field.
        field: &'static str,
    },
    /// Two keys have one id.
    #[error("two keys have the id {0}")]
    Twice(String),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    master: Vec<MasterEntry>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    audit: Vec<AuditEntry>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct MasterEntry {
    id: String,
    created: Timestamp,
    key: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct AuditEntry {
    id: String,
    created: Timestamp,
    key: String,
    public_key: String,
}

impl Drop for File {
    fn drop(&mut self) {
        self.master.iter_mut().for_each(|entry| entry.key.zeroize());
        self.audit.iter_mut().for_each(|entry| entry.key.zeroize());
    }
}

const HEAD: &str = "\
# The keys of a Vardbro server. With the database and a client secret they open that application's credentials: keep this file
# readable for the server alone, and a copy of it apart from the copies of the database. The last key of each kind is in use.

";

impl KeyRing {
    /// Reads the text form.
    pub fn parse(text: &str) -> Result<Self, KeyRingFault> {
        // The library's own words quote the line, which may be a key.
        let file: File = toml::from_str(text).map_err(|error| {
            let line =
                error.span().map(|span| text.get(..span.start).unwrap_or_default().matches('\n').count() + 1);
            let place = line.map(|line| format!("line {line}: ")).unwrap_or_default();
            KeyRingFault::Shape(format!("{place}{}", error.message()))
        })?;
        let mut ring = Self::default();
        for entry in &file.master {
            ring.free(&entry.id)?;
            let key = key(&entry.key, &entry.id, "key")?;
            ring.master.push(MasterKey::new(entry.id.clone(), entry.created, *key));
        }
        for entry in &file.audit {
            ring.free(&entry.id)?;
            let public = key(&entry.public_key, &entry.id, "public_key")?;
            let public = AuditPublicKey(crypto_box::PublicKey::from(*public));
            let key = key(&entry.key, &entry.id, "key")?;
            ring.audit.push(AuditKey::new(entry.id.clone(), entry.created, *key, public));
        }
        Ok(ring)
    }

    /// The text form: secret.
    pub fn expose(&self) -> Zeroizing<String> {
        let master = self.master.iter().map(|key| MasterEntry {
            id: key.id().to_owned(),
            created: key.created(),
            key: STANDARD.encode(key.bytes()),
        });
        let audit = self.audit.iter().map(|key| AuditEntry {
            id: key.id().to_owned(),
            created: key.created(),
            key: STANDARD.encode(key.bytes()),
            public_key: STANDARD.encode(key.public().0.as_bytes()),
        });
        let file = File { master: master.collect(), audit: audit.collect() };
        let text = Zeroizing::new(toml::to_string(&file).unwrap_or_default());
        Zeroizing::new(format!("{HEAD}{}", text.as_str()))
    }

    /// All master keys, the one in use last.
    pub fn master_keys(&self) -> &[MasterKey] {
        &self.master
    }

    /// All audit keys, the one in use last.
    pub fn audit_keys(&self) -> &[AuditKey] {
        &self.audit
    }

    /// The master key that wraps.
    pub fn newest_master(&self) -> Option<&MasterKey> {
        self.master.last()
    }

    /// The audit key of new rows.
    pub fn newest_audit(&self) -> Option<&AuditKey> {
        self.audit.last()
    }

    /// The master key of that id.
    pub fn master(&self, id: &str) -> Option<&MasterKey> {
        self.master.iter().find(|key| key.id() == id)
    }

    /// The audit key of that id.
    pub fn audit(&self, id: &str) -> Option<&AuditKey> {
        self.audit.iter().find(|key| key.id() == id)
    }

    /// Takes a new master key into use.
    pub fn add_master(&mut self, key: MasterKey) {
        self.master.push(key);
    }

    /// Takes a new audit key into use.
    pub fn add_audit(&mut self, key: AuditKey) {
        self.audit.push(key);
    }

    /// Takes a key out; whether it was there.
    pub fn remove(&mut self, id: &str) -> bool {
        let before = self.master.len() + self.audit.len();
        self.master.retain(|key| key.id() != id);
        self.audit.retain(|key| key.id() != id);
        self.master.len() + self.audit.len() < before
    }

    fn free(&self, id: &str) -> Result<(), KeyRingFault> {
        let taken = self.master(id).is_some() || self.audit(id).is_some();
        if taken { Err(KeyRingFault::Twice(id.to_owned())) } else { Ok(()) }
    }
}

impl fmt::Display for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

fn key(text: &str, id: &str, field: &'static str) -> Result<Zeroizing<[u8; 32]>, KeyRingFault> {
    let fault = || KeyRingFault::Key { id: id.to_owned(), field };
    let bytes = Zeroizing::new(STANDARD.decode(text).map_err(|_| fault())?);
    <[u8; 32]>::try_from(bytes.as_slice()).map(Zeroizing::new).map_err(|_| fault())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit_key::AuditPrivateKey;

    fn ring() -> KeyRing {
        let mut ring = KeyRing::default();
        ring.add_master(MasterKey::random(Timestamp::UNIX_EPOCH));
        ring.add_master(MasterKey::random(Timestamp::UNIX_EPOCH));
        ring.add_audit(AuditKey::random(Timestamp::UNIX_EPOCH, AuditPrivateKey::random().public()));
        ring
    }

    #[test]
    fn a_ring_is_read_back_from_its_text() {
        let ring = ring();

        let read = KeyRing::parse(&ring.expose()).unwrap();

        assert_eq!(read.expose().as_str(), ring.expose().as_str());
        assert_eq!(read.newest_master().unwrap().id(), ring.master_keys()[1].id());
        assert_eq!(read.newest_audit().unwrap().name_of(b"x"), ring.audit_keys()[0].name_of(b"x"));
    }

    #[test]
    fn a_key_is_added_at_the_end_of_a_text() {
        let (ring, mut alone) = (ring(), KeyRing::default());
        alone.add_master(MasterKey::random(Timestamp::UNIX_EPOCH));

        let read =
            KeyRing::parse(&format!("{}\n{}", ring.expose().as_str(), alone.expose().as_str())).unwrap();

        assert_eq!(read.newest_master().unwrap().id(), alone.master_keys()[0].id());
        assert_eq!((read.master_keys().len(), read.audit_keys().len()), (3, 1));
    }

    #[test]
    fn a_fault_is_told_without_what_stands_in_the_text() {
        let text = ring().expose().to_string();
        let keys: Vec<_> = text.lines().filter(|line| line.starts_with("key = ")).collect();
        for wrong in [
            text.replace("key = ", "kee = "),
            text.replace("key = \"", "key = \"A"),
            text.replace("created = ", "created = 7 #"),
            format!("{text}\n{}", &text[text.find("[[master]]").unwrap()..]),
            "key".to_owned(),
        ] {
            let fault = KeyRing::parse(&wrong).unwrap_err().to_string();
            for line in &keys {
                assert!(!fault.contains(&line[7..20]), "{fault}");
            }
        }
    }

    #[test]
    fn a_key_is_taken_out_by_its_id() {
        let mut ring = ring();
        let id = ring.master_keys()[0].id().to_owned();
        assert!(ring.remove(&id));
        assert!(!ring.remove(&id));
        assert_eq!(ring.master_keys().len(), 1);
    }
}

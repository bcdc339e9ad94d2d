//! The sandbox's keys: `DATA_DIR/keys.toml`, and beside it the private audit key, which in production no server has.

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use vardbro_vault::{AuditKey, AuditPrivateKey, KeyRing, MasterKey};

use super::kept::{KeptError, kept};

/// Those in the directory, or new ones that are kept there.
pub fn kept_in(directory: &Path) -> Result<Arc<KeyRing>, KeptError> {
    let private =
        kept(&directory.join("audit-private-key"), "a private audit key", AuditPrivateKey::parse, || {
            format!("{}\n", AuditPrivateKey::random().expose().as_str())
        })?;
    let ring = kept(
        &directory.join("keys.toml"),
        "keys",
        |text| {
            KeyRing::parse(text)
                .ok()
                .filter(|ring| ring.newest_master().is_some() && ring.newest_audit().is_some())
        },
        || {
            let mut ring = KeyRing::default();
            ring.add_master(MasterKey::random(Timestamp::now()));
            ring.add_audit(AuditKey::random(Timestamp::now(), private.public()));
            ring.expose().to_string()
        },
    )?;
    Ok(Arc::new(ring))
}

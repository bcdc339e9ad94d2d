use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use uuid::Uuid;
use vardbro_vault::{ClientSecret, SecretHash, WrappedKey};

use crate::connection::StoredConnection;

/// Our own id of an application; it never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ApplicationId(pub Uuid);

impl fmt::Display for ApplicationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What an application presents beside its secret. Not a secret itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientId(Arc<str>);

impl ClientId {
    /// The most characters that a client id has.
    pub const MAX_LENGTH: usize = 64;

    /// 1 to 64 ASCII letters, digits, `-`, `_` and `.`: what fits in a header and before the colon of Basic credentials.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=Self::MAX_LENGTH).contains(&text.len());
        let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
        (fits && plain).then(|| Self(text.into()))
    }

    /// As it is presented.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Borrow<str> for ClientId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

/// An application that has shown its secret. Only the store makes one, so holding it is the proof. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    pub(crate) id: ApplicationId,
    pub(crate) client_id: ClientId,
    pub(crate) name: Arc<str>,
}

impl Application {
    /// Our own id of it.
    pub fn id(&self) -> ApplicationId {
        self.id
    }

    /// What it presents beside its secret.
    pub fn client_id(&self) -> &ClientId {
        &self.client_id
    }

    /// The operator's name for it.
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// What the right credentials gave: the application, what is kept for it, and what unwraps its data key.
#[derive(Debug, Clone)]
pub struct Authenticated {
    /// Who it is.
    pub application: Application,
    /// What it presented.
    pub secret: ClientSecret,
    /// Its data key, wrapped for that secret.
    pub wrapped_key: WrappedKey,
    /// Its connections as of now, by EHR, the one without a tag first.
    pub connections: Arc<[StoredConnection]>,
}

/// An application as the operator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApplicationRecord {
    /// Our own id of it.
    pub id: ApplicationId,
    /// Names at most one application.
    pub client_id: ClientId,
    /// The operator's name for it.
    pub name: String,
    /// Whether its credentials are good for anything.
    pub enabled: bool,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A client secret as it is kept.
#[derive(Debug, Clone)]
pub struct SecretRecord {
    /// Names it.
    pub id: Uuid,
    /// Whose it is.
    pub application: ApplicationId,
    /// Its SHA-256.
    pub hash: SecretHash,
    /// The application's data key, wrapped for it.
    pub wrapped_key: WrappedKey,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops to be good; `None` for the one in use.
    pub expires_at: Option<Timestamp>,
}

impl SecretRecord {
    /// A secret that is taken into use, with the data key wrapped for it.
    pub fn new(
        application: ApplicationId,
        secret: &ClientSecret,
        wrapped_key: WrappedKey,
        now: Timestamp,
    ) -> Self {
        let hash = SecretHash::of(secret.expose());
        Self { id: Uuid::new_v4(), application, hash, wrapped_key, created_at: now, expires_at: None }
    }

    /// Whether it is still good.
    pub fn is_good(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|end| now < end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_id_fits_in_basic_credentials() {
        assert_eq!(ClientId::parse("sandbox-1_a.b").unwrap().as_str(), "sandbox-1_a.b");
        for wrong in ["", "a:b", "a b", "å", "a\n", &"x".repeat(65)] {
            assert_eq!(ClientId::parse(wrong), None, "{wrong:?}");
        }
    }
}

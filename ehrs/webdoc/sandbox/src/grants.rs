use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Every scope of Webdoc's collection.
pub const SCOPES: [&str; 16] = [
    "self-service",
    "bookings:read",
    "bookings:write",
    "patient:read",
    "patient:write",
    "patient-types:read",
    "users:read",
    "clinics:read",
    "documents:write",
    "document-types:read",
    "actioncodes:read",
    "record-signatures:write",
    "organization:read",
    "organization:write",
    "payment-methods:read",
    "system-admin",
];

/// What Carasent has granted the client. Clones share it, so that a test can change it while the sandbox runs.
///
/// A token keeps the scopes and the lifetime that it was issued with.
#[derive(Clone)]
pub struct Grants(Arc<Mutex<Terms>>);

struct Terms {
    scopes: BTreeSet<String>,
    token_lifetime: Duration,
    revocations: u64,
}

impl Default for Grants {
    /// Every scope, and tokens for an hour.
    fn default() -> Self {
        Self::new(SCOPES, Duration::from_secs(3600))
    }
}

impl Grants {
    pub fn new<'s>(scopes: impl IntoIterator<Item = &'s str>, token_lifetime: Duration) -> Self {
        let scopes = scopes.into_iter().map(str::to_owned).collect();
        Self(Arc::new(Mutex::new(Terms { scopes, token_lifetime, revocations: 0 })))
    }

    pub fn set_scopes<'s>(&self, scopes: impl IntoIterator<Item = &'s str>) {
        self.terms().scopes = scopes.into_iter().map(str::to_owned).collect();
    }

    pub fn set_token_lifetime(&self, lifetime: Duration) {
        self.terms().token_lifetime = lifetime;
    }

    /// Every token issued until now is refused from now on.
    pub fn revoke_tokens(&self) {
        let mut terms = self.terms();
        terms.revocations = terms.revocations.saturating_add(1);
    }

    pub(crate) fn cover(&self, scopes: &BTreeSet<String>) -> bool {
        scopes.is_subset(&self.terms().scopes)
    }

    pub(crate) fn token_lifetime(&self) -> Duration {
        self.terms().token_lifetime
    }

    /// How often tokens were revoked.
    pub(crate) fn revocations(&self) -> u64 {
        self.terms().revocations
    }

    /// A poisoned lock still holds whole values: each change here is one assignment.
    fn terms(&self) -> MutexGuard<'_, Terms> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

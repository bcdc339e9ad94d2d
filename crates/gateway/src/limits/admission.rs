//! What one request was granted.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use http::HeaderMap;
use vardbro_store::ApplicationId;

use super::address::Address;
use super::shares::Share;
use super::standing::Standing;

/// Belongs to a request and to everything that goes on for it: what it was granted is given back when the last copy is dropped.
#[derive(Debug, Clone, Default)]
pub(crate) struct Admission(Arc<Granted>);

#[derive(Debug, Default)]
struct Granted {
    /// Unknown where there is no connection, as in tests.
    address: OnceLock<Address>,
    application: OnceLock<ApplicationId>,
    held: Mutex<Held>,
    standings: Mutex<Vec<Standing>>,
}

#[derive(Debug, Default)]
pub(super) struct Held {
    pub(super) slot: Option<Share<()>>,
    pub(super) slot_of_application: Option<Share<ApplicationId>>,
    pub(super) body: Option<Share<()>>,
    pub(super) body_of_application: Option<Share<ApplicationId>>,
}

impl Admission {
    pub(super) fn address(&self) -> Option<Address> {
        self.0.address.get().copied()
    }

    pub(super) fn comes_from(&self, address: Address) {
        let _ = self.0.address.set(address);
    }

    pub(super) fn application(&self) -> Option<ApplicationId> {
        self.0.application.get().copied()
    }

    pub(super) fn belongs_to(&self, application: ApplicationId) {
        let _ = self.0.application.set(application);
    }

    pub(super) fn held(&self) -> MutexGuard<'_, Held> {
        self.0.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn stands(&self, standing: Standing) {
        self.0.standings.lock().unwrap_or_else(PoisonError::into_inner).push(standing);
    }

    /// Gives back what was granted to nobody in particular: what strangers are answered costs no memory, and must not hold room for as
    /// long as they like to read.
    pub(super) fn settle(&self) {
        if self.application().is_none() {
            *self.held() = Held::default();
        }
    }

    /// Tells the client of the quotas that were looked at.
    pub(crate) fn tell(&self, headers: &mut HeaderMap) {
        let standings = self.0.standings.lock().unwrap_or_else(PoisonError::into_inner);
        standings.iter().for_each(|standing| standing.tell(headers));
    }
}

//! The server's keys while it runs.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tracing::{info, warn};
use vardbro_gateway::Keys;
use vardbro_vault::KeyRing;

use crate::config::KeyRingSource;

/// The key ring, and where it is read from again: keys come and go while servers run.
pub struct KeyRingInUse {
    source: KeyRingSource,
    state: Mutex<State>,
}

struct State {
    ring: Arc<KeyRing>,
    /// What was wrong when it was last read: the same is told once.
    wrong: Option<String>,
}

impl KeyRingInUse {
    pub fn new(source: KeyRingSource, ring: KeyRing) -> Self {
        Self { source, state: Mutex::new(State { ring: Arc::new(ring), wrong: None }) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Keys for KeyRingInUse {
    fn ring(&self) -> Arc<KeyRing> {
        self.state().ring.clone()
    }

    /// One that cannot be used is told of, and the old one stays.
    fn reload(&self) -> Arc<KeyRing> {
        let mut state = self.state();
        match self.source.read_whole() {
            Ok(found) => {
                state.wrong = None;
                if ids(&found) != ids(&state.ring) {
                    info!(keys = ids(&found).join(", "), "the key ring was read anew");
                    state.ring = Arc::new(found);
                }
            }
            Err(error) => {
                let wrong = error.to_string();
                if state.wrong.as_ref() != Some(&wrong) {
                    warn!(wrong, "the key ring stays the old one");
                    state.wrong = Some(wrong);
                }
            }
        }
        state.ring.clone()
    }
}

/// Of all keys, those in use last.
fn ids(ring: &KeyRing) -> Vec<&str> {
    let master = ring.master_keys().iter().map(|key| key.id());
    master.chain(ring.audit_keys().iter().map(|key| key.id())).collect()
}

//! Which memory a connection means: several of these EHRs may run in one process, and calls to them take no wire.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError, Weak};

use vardbro_ehr::connection::Connection;

use crate::Mock;

/// The setting that names an installation by the address of its native port.
pub(crate) const SANDBOX: &str = "sandbox";

static RUNNING: LazyLock<Mutex<HashMap<String, Weak<Mock>>>> = LazyLock::new(Mutex::default);

fn running() -> MutexGuard<'static, HashMap<String, Weak<Mock>>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes an installation known by the address of its native port.
pub(crate) fn announce(native: &str, mock: &Arc<Mock>) {
    let mut running = running();
    running.retain(|_, mock| mock.strong_count() > 0);
    running.insert(native.to_owned(), Arc::downgrade(mock));
}

/// The installation that the connection names, if it names one that runs.
pub(crate) fn of(connection: &Connection) -> Option<Arc<Mock>> {
    running().get(connection.settings.plain(SANDBOX)?)?.upgrade()
}

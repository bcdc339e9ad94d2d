//! What is kept of a connection: its settings as they were read, and for a moment what changes rarely and the next call needs again.

use std::sync::Arc;

use vardbro_ehr::EhrResult;
use vardbro_ehr::connection::Connection;
use vardbro_ehr::memory::Memo;

use crate::config::Config;
use crate::wire::catalogue::Catalogue;

/// Nothing of a patient is in here. Settings are read once: parsing a dozen documents for each call would be a waste.
pub(super) struct Memory {
    pub(super) config: Arc<Config>,
    pub(super) catalogue: Memo<(), Catalogue>,
}

impl Memory {
    pub(super) fn new(connection: &Connection) -> EhrResult<Self> {
        Ok(Self { config: Arc::new(Config::read(connection)?), catalogue: Memo::default() })
    }
}

//! What is kept of a connection for a moment, because it changes rarely and the next call needs it again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use moka::future::Cache;
use uuid::Uuid;
use vardbro_ehr::EhrResult;
use vardbro_ehr::connection::Connection;

use crate::config::Config;
use crate::wire::catalogue::Catalogue;

const KEPT_FOR: Duration = Duration::from_secs(60);
const MOST_ENTRIES: u64 = 1_000;

/// What was read of the settings of which connection.
type Configs = HashMap<Uuid, (Weak<Connection>, Arc<Config>)>;

/// Nothing of a patient is in here.
pub(super) struct Memory {
    configs: Mutex<Configs>,
    catalogues: Cache<Uuid, Arc<Catalogue>>,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            configs: Mutex::default(),
            catalogues: Cache::builder().time_to_live(KEPT_FOR).max_capacity(MOST_ENTRIES).build(),
        }
    }
}

impl Memory {
    /// The connection's settings, read once: parsing a dozen documents for each call would be a waste. A connection that was replaced
    /// is another one, though its id is the same.
    pub(super) fn config(&self, connection: &Arc<Connection>) -> EhrResult<Arc<Config>> {
        let mut configs = self.configs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, config)) = configs.get(&connection.id)
            && of.upgrade().is_some_and(|of| Arc::ptr_eq(&of, connection))
        {
            return Ok(Arc::clone(config));
        }
        let config = Arc::new(Config::read(connection)?);
        configs.retain(|_, (of, _)| of.strong_count() > 0);
        configs.insert(connection.id, (Arc::downgrade(connection), Arc::clone(&config)));
        Ok(config)
    }

    /// The catalogue that is kept, or what `ask` finds. `fresh`: asks in any case. Those who miss it at the same time ask once
    /// together.
    pub(super) async fn catalogue<F>(
        &self,
        connection: Uuid,
        fresh: bool,
        ask: impl Fn() -> F,
    ) -> EhrResult<Arc<Catalogue>>
    where
        F: Future<Output = EhrResult<Catalogue>> + Send,
    {
        let mut mine = fresh;
        if !fresh {
            let asking = async {
                mine = true;
                ask().await.map(Arc::new)
            };
            match self.catalogues.try_get_with(connection, asking).await {
                Ok(found) => return Ok(found),
                Err(error) if mine => return Err((*error).clone()),
                // Somebody else's question failed, maybe for want of time: ask ourselves.
                Err(_) => {}
            }
        }
        let found = Arc::new(ask().await?);
        self.catalogues.insert(connection, Arc::clone(&found)).await;
        Ok(found)
    }
}

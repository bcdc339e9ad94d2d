//! What is kept of a connection: its settings as they were read, and for a moment what changes rarely and the next call needs again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use moka::future::Cache;
use uuid::Uuid;
use vardbro_ehr::EhrResult;
use vardbro_ehr::connection::Connection;

use crate::config::Config;
use crate::wire::catalogue::Catalogue;

const CATALOGUE_IS_KEPT_FOR: Duration = Duration::from_secs(60);

/// By connection. One that was replaced is another one, though its id is the same.
#[derive(Default)]
pub(super) struct Memory(Mutex<HashMap<Uuid, (Weak<Connection>, Kept)>>);

/// What is kept of one connection. Nothing of a patient is in here. Clones are one.
#[derive(Clone)]
pub(super) struct Kept {
    pub(super) config: Arc<Config>,
    catalogue: Cache<(), Arc<Catalogue>>,
}

impl Memory {
    /// What is kept of the connection. Its settings are read once: parsing a dozen documents for each call would be a waste.
    pub(super) fn of(&self, connection: &Arc<Connection>) -> EhrResult<Kept> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, kept)) = known.get(&connection.id)
            && of.upgrade().is_some_and(|of| Arc::ptr_eq(&of, connection))
        {
            return Ok(kept.clone());
        }
        let kept = Kept {
            config: Arc::new(Config::read(connection)?),
            catalogue: Cache::builder().time_to_live(CATALOGUE_IS_KEPT_FOR).max_capacity(1).build(),
        };
        known.retain(|_, (of, _)| of.strong_count() > 0);
        known.insert(connection.id, (Arc::downgrade(connection), kept.clone()));
        Ok(kept)
    }
}

impl Kept {
    /// The catalogue that is kept, or what `ask` finds. `fresh`: asks in any case. Those who miss it at the same time ask once
    /// together.
    pub(super) async fn catalogue<F>(&self, fresh: bool, ask: impl Fn() -> F) -> EhrResult<Arc<Catalogue>>
    where
        F: Future<Output = EhrResult<Catalogue>> + Send,
    {
        if !fresh {
            let mut mine = false;
            let asking = async {
                mine = true;
                ask().await.map(Arc::new)
            };
            match self.catalogue.try_get_with((), asking).await {
                Ok(found) => return Ok(found),
                Err(error) if mine => return Err((*error).clone()),
                // Somebody else's question failed, maybe for want of time: ask ourselves.
                Err(_) => {}
            }
        }
        let found = Arc::new(ask().await?);
        self.catalogue.insert((), Arc::clone(&found)).await;
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use vardbro_ehr::connection::{NoteMapping, Settings};
    use vardbro_model::ehr::Mode;

    use super::*;

    fn connection(url: &str) -> Arc<Connection> {
        Arc::new(Connection {
            id: Uuid::nil(),
            ehr: super::super::CODE,
            name: "test".into(),
            tag: None,
            mode: Mode::Live,
            settings: Settings::default().with("url", url).with_secret("token", "t"),
            note_mapping: NoteMapping::default(),
        })
    }

    #[test]
    fn settings_are_read_once_and_anew_for_a_connection_that_was_replaced() {
        let memory = Memory::default();
        let first = connection("https://one.kaddio.com/graphql");
        let kept = memory.of(&first).unwrap();
        assert!(Arc::ptr_eq(&kept.config, &memory.of(&first).unwrap().config));
        drop(first);
        let second = connection("https://two.kaddio.com/graphql");
        assert_eq!(memory.of(&second).unwrap().config.api.url().host_str(), Some("two.kaddio.com"));
        assert_eq!(memory.0.lock().unwrap().len(), 1);
    }
}

//! What is kept of a connection for a moment, because it changes rarely and the next call needs it again.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use moka::future::Cache;
use uuid::Uuid;
use vardbro_ehr::EhrResult;
use vardbro_ehr::connection::Connection;

use super::units::Offered;
use crate::wire::UnitKey;
use crate::wire::care_units::CareUnit;
use crate::wire::time_types::TimeTypes;

const KEPT_FOR: Duration = Duration::from_secs(60);
const MOST_ENTRIES: u64 = 1_000;

/// What is kept of which connection.
type Known = HashMap<Uuid, (Weak<Connection>, Arc<Kept>)>;

/// By connection. One that was replaced is another one, though its id is the same.
#[derive(Default)]
pub(super) struct Memory(Mutex<Known>);

/// What is kept of one connection. Nothing of a patient is in here, and no free time.
pub(super) struct Kept {
    pub(super) care_units: Memo<(), Vec<CareUnit>>,
    pub(super) time_types: Memo<UnitKey, TimeTypes>,
    pub(super) resources: Memo<UnitKey, Vec<Offered>>,
}

impl Memory {
    /// What is kept of the connection.
    pub(super) fn of(&self, connection: &Arc<Connection>) -> Arc<Kept> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, kept)) = known.get(&connection.id)
            && of.upgrade().is_some_and(|of| Arc::ptr_eq(&of, connection))
        {
            return Arc::clone(kept);
        }
        let kept =
            Arc::new(Kept { care_units: Memo::new(), time_types: Memo::new(), resources: Memo::new() });
        known.retain(|_, (of, _)| of.strong_count() > 0);
        known.insert(connection.id, (Arc::downgrade(connection), Arc::clone(&kept)));
        kept
    }
}

/// One kind of thing, by key. Those who miss it at the same time ask once together.
pub(super) struct Memo<K, V>(Cache<K, Arc<V>>);

impl<K, V> Memo<K, V>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: Send + Sync + 'static,
{
    fn new() -> Self {
        Self(Cache::builder().time_to_live(KEPT_FOR).max_capacity(MOST_ENTRIES).build())
    }

    /// What is kept, or what `ask` finds. `fresh`: asks in any case.
    pub(super) async fn get<F>(&self, key: K, fresh: bool, ask: impl Fn() -> F) -> EhrResult<Arc<V>>
    where
        F: Future<Output = EhrResult<V>> + Send,
    {
        if fresh {
            return self.ask(key, ask()).await;
        }
        let mut mine = false;
        let asking = async {
            mine = true;
            ask().await.map(Arc::new)
        };
        match self.0.try_get_with(key.clone(), asking).await {
            Ok(found) => Ok(found),
            Err(error) if mine => Err((*error).clone()),
            // Somebody else's question failed, maybe for want of time: ask ourselves.
            Err(_) => self.ask(key, ask()).await,
        }
    }

    async fn ask(&self, key: K, asking: impl Future<Output = EhrResult<V>>) -> EhrResult<Arc<V>> {
        let found = Arc::new(asking.await?);
        self.0.insert(key, Arc::clone(&found)).await;
        Ok(found)
    }
}

//! What is kept of a connection for a moment, because it changes rarely and the next call needs it again.

use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;

use moka::future::Cache;
use uuid::Uuid;
use vardbro_ehr::EhrResult;

use crate::wire::Id;
use crate::wire::offer::{AppointmentType, Business, Practitioner, Service};
use crate::wire::people::PublicSettings;

const KEPT_FOR: Duration = Duration::from_secs(60);
const MOST_ENTRIES: u64 = 1_000;

/// Nothing of a patient is in here.
pub(super) struct Memory {
    pub(super) businesses: Memo<Uuid, Vec<Business>>,
    pub(super) types: Memo<Uuid, Vec<AppointmentType>>,
    pub(super) settings: Memo<Uuid, Option<PublicSettings>>,
    pub(super) author: Memo<Uuid, Author>,
    pub(super) services: Memo<(Uuid, Id), Vec<Service>>,
    pub(super) practitioners: Memo<(Uuid, Id), Vec<Practitioner>>,
}

/// The user whose key the connection has.
#[derive(Debug)]
pub(super) struct Author {
    pub(super) user: Id,
    pub(super) role: Option<String>,
    /// The active practitioner that the user is, if any.
    pub(super) practitioner: Option<Id>,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            businesses: Memo::new(),
            types: Memo::new(),
            settings: Memo::new(),
            author: Memo::new(),
            services: Memo::new(),
            practitioners: Memo::new(),
        }
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
            let found = Arc::new(ask().await?);
            self.0.insert(key, Arc::clone(&found)).await;
            return Ok(found);
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
            Err(_) => {
                let found = Arc::new(ask().await?);
                self.0.insert(key, Arc::clone(&found)).await;
                Ok(found)
            }
        }
    }
}

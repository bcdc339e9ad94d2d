//! What is kept of a connection for a moment, because it changes rarely and the next call needs it again.

use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;

use moka::future::Cache;
use vardbro_ehr::EhrResult;

use crate::config::Key;
use crate::wire::Code;
use crate::wire::clinics::Clinic;
use crate::wire::types::{BookingType, DocumentType, PatientType, RecordTemplate};
use crate::wire::users::User;

const KEPT_FOR: Duration = Duration::from_secs(60);
const MOST_ENTRIES: u64 = 1_000;

/// Nothing of a patient is in here, and no free time.
#[derive(Default)]
pub(super) struct Memory {
    pub(super) clinics: Memo<Key, Vec<Clinic>>,
    pub(super) users: Memo<Key, Vec<User>>,
    pub(super) caregivers: Memo<(Key, String), Vec<User>>,
    pub(super) booking_types: Memo<Key, Vec<BookingType>>,
    pub(super) patient_types: Memo<Key, Vec<PatientType>>,
    pub(super) document_types: Memo<Key, Vec<DocumentType>>,
    pub(super) record_templates: Memo<(Key, Code), Option<RecordTemplate>>,
}

/// One kind of thing, by key. Those who miss it at the same time ask once together.
pub(super) struct Memo<K, V>(Cache<K, Arc<V>>);

impl<K, V> Default for Memo<K, V>
where
    K: Hash + Eq + Send + Sync + 'static,
    V: Send + Sync + 'static,
{
    fn default() -> Self {
        Self(Cache::builder().time_to_live(KEPT_FOR).max_capacity(MOST_ENTRIES).build())
    }
}

impl<K, V> Memo<K, V>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: Send + Sync + 'static,
{
    /// What is kept, or what `ask` finds. `fresh`: asks in any case.
    pub(super) async fn get<F>(&self, key: K, fresh: bool, ask: impl Fn() -> F) -> EhrResult<Arc<V>>
    where
        F: Future<Output = EhrResult<V>> + Send,
    {
        if !fresh {
            let mut mine = false;
            let asking = async {
                mine = true;
                ask().await.map(Arc::new)
            };
            match self.0.try_get_with(key.clone(), asking).await {
                Ok(found) => return Ok(found),
                Err(error) if mine => return Err((*error).clone()),
                // Somebody else's question failed, maybe for want of time: ask ourselves.
                Err(_) => {}
            }
        }
        let found = Arc::new(ask().await?);
        self.0.insert(key, Arc::clone(&found)).await;
        Ok(found)
    }
}

//! What a connector keeps of a connection for a moment, because it changes rarely and the next call needs it again.

use std::collections::HashMap;
use std::future::Future;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use moka::future::Cache;
use uuid::Uuid;

use crate::EhrResult;
use crate::connection::Connection;

const KEPT_FOR: Duration = Duration::from_secs(60);
const MOST_ENTRIES: u64 = 1_000;

/// What is known of which connection.
type Known<T> = HashMap<Uuid, (Weak<Connection>, Arc<T>)>;

/// Something for each connection. One that was replaced is another one, though its id is the same.
#[derive(Debug)]
pub struct PerConnection<T>(Mutex<Known<T>>);

impl<T> Default for PerConnection<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> PerConnection<T> {
    /// What there is for the connection, made where there is nothing yet.
    pub fn of<E>(
        &self,
        connection: &Arc<Connection>,
        make: impl FnOnce() -> Result<T, E>,
    ) -> Result<Arc<T>, E> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, kept)) = known.get(&connection.id)
            && of.upgrade().is_some_and(|of| Arc::ptr_eq(&of, connection))
        {
            return Ok(Arc::clone(kept));
        }
        let made = Arc::new(make()?);
        known.retain(|_, (of, _)| of.strong_count() > 0);
        known.insert(connection.id, (Arc::downgrade(connection), Arc::clone(&made)));
        Ok(made)
    }
}

/// One kind of thing of a connection, by key, kept for a minute. Those who miss it at the same time ask once together. Nothing of a
/// patient and no free time belongs in here.
pub struct Memo<K, V>(Cache<K, Arc<V>>);

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
    /// What is kept, or what `ask` finds; a failure is not kept. `fresh`: asks in any case.
    pub async fn get<F>(&self, key: K, fresh: bool, ask: impl Fn() -> F) -> EhrResult<Arc<V>>
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

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use futures::future::join_all;
    use vardbro_model::ehr::{EhrCode, Mode};

    use super::*;
    use crate::EhrError;
    use crate::connection::{NoteMapping, Settings};

    fn connection() -> Arc<Connection> {
        Arc::new(Connection {
            id: Uuid::nil(),
            ehr: EhrCode::new("testehr"),
            name: "test".to_owned(),
            tag: None,
            mode: Mode::Live,
            settings: Settings::default(),
            note_mapping: NoteMapping::default(),
        })
    }

    #[test]
    fn a_connection_that_was_replaced_is_another_one() {
        let kept = PerConnection::default();
        let of = |connection: &Arc<Connection>, made: u8| kept.of(connection, || Ok::<_, ()>(made));
        let first = connection();
        assert_eq!((of(&first, 1), of(&first, 2)), (Ok(Arc::new(1)), Ok(Arc::new(1))));
        drop(first);
        let second = connection();
        assert_eq!(of(&second, 3), Ok(Arc::new(3)));
        assert_eq!(kept.of(&connection(), || Err("unreadable")), Err("unreadable"));
        assert_eq!(kept.0.lock().unwrap().len(), 1);
    }

    #[tokio::test]
    async fn those_who_ask_at_once_ask_once_and_later_ones_not_at_all_unless_they_want_to() {
        let (memo, asked) = (Memo::default(), AtomicU32::new(0));
        let get = |fresh| {
            memo.get("unit", fresh, || async {
                tokio::task::yield_now().await;
                Ok(asked.fetch_add(1, Ordering::Relaxed))
            })
        };

        let found = join_all((0..20).map(|_| get(false))).await;

        assert!(found.into_iter().all(|found| *found.unwrap() == 0));
        assert_eq!(*get(false).await.unwrap(), 0);
        assert_eq!(*get(true).await.unwrap(), 1);
        assert_eq!(*get(false).await.unwrap(), 1);
    }

    #[tokio::test]
    async fn a_failure_is_told_to_who_asked_and_not_kept() {
        let memo: Memo<&str, u8> = Memo::default();

        let failed = memo.get("unit", false, || async { Err(EhrError::failed("down")) }).await;
        let found = memo.get("unit", false, || async { Ok(7) }).await;

        assert_eq!(failed.unwrap_err().detail, "down");
        assert_eq!(*found.unwrap(), 7);
    }
}

//! Who wants to write to the same thing takes turns, within this process.

use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};
use tokio::time::{Instant, timeout_at};
use uuid::Uuid;

use crate::{EhrError, EhrErrorKind, EhrResult};

type Locks<T> = HashMap<(Uuid, T), Weak<AsyncMutex<()>>>;

/// What one writer of a connection at a time may touch, such as a calendar. Whoever takes several takes them in the order of `T`.
#[derive(Debug)]
pub struct Turns<T>(Mutex<Locks<T>>);

/// Ends the turns when dropped.
#[derive(Debug)]
pub struct Taken {
    _guards: Vec<OwnedMutexGuard<()>>,
}

impl<T> Default for Turns<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Ord + Hash> Turns<T> {
    /// Waits for all of these turns, until the deadline.
    pub async fn take(&self, connection: Uuid, turns: BTreeSet<T>, deadline: Instant) -> EhrResult<Taken> {
        let mut guards = Vec::with_capacity(turns.len());
        for turn in turns {
            let lock = self.lock((connection, turn));
            let guard = timeout_at(deadline, lock.lock_owned()).await.map_err(|_| {
                EhrError::new(
                    EhrErrorKind::Timeout,
                    "Others who write to the same thing were not done in time. Nothing was sent.",
                )
            })?;
            guards.push(guard);
        }
        Ok(Taken { _guards: guards })
    }

    fn lock(&self, key: (Uuid, T)) -> Arc<AsyncMutex<()>> {
        let mut locks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lock) = locks.get(&key).and_then(Weak::upgrade) {
            return lock;
        }
        locks.retain(|_, lock| lock.strong_count() > 0);
        let lock = Arc::new(AsyncMutex::new(()));
        locks.insert(key, Arc::downgrade(&lock));
        lock
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn one_waits_for_the_other_and_nothing_is_left_behind() {
        let turns = Turns::default();
        let soon = || Instant::now() + Duration::from_millis(20);
        let take = |of: u8| turns.take(Uuid::nil(), BTreeSet::from([of]), soon());
        let first = take(1).await.unwrap();
        let refused = take(1).await.unwrap_err();
        assert_eq!(refused.kind, EhrErrorKind::Timeout);
        let other = take(2).await;
        assert!(other.is_ok());
        drop((first, other));
        drop(take(3).await.unwrap());
        assert_eq!(turns.0.lock().unwrap().len(), 1);
    }
}

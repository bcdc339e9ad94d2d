//! Who wants to write to the same thing takes turns, within this process.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};
use tokio::time::{Instant, timeout_at};
use uuid::Uuid;
use vardbro_ehr::{EhrError, EhrErrorKind, EhrResult};

/// What one writer at a time may touch. Whoever holds several takes them in this order.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Turn {
    /// A booking, by its native id.
    Booking(String),
    /// A caregiver's calendar.
    Caregiver(String),
    /// A patient, by the number that they are to have.
    Person(String),
}

type Locks = HashMap<(Uuid, Turn), Weak<AsyncMutex<()>>>;

#[derive(Default)]
pub(super) struct Turns(Mutex<Locks>);

/// Ends the turns when dropped.
#[derive(Debug)]
pub(super) struct Taken {
    _guards: Vec<OwnedMutexGuard<()>>,
}

impl Turns {
    /// Waits for all of these turns, until the deadline.
    pub(super) async fn take(
        &self,
        connection: Uuid,
        turns: BTreeSet<Turn>,
        deadline: Instant,
    ) -> EhrResult<Taken> {
        let mut guards = Vec::with_capacity(turns.len());
        for turn in turns {
            let lock = self.lock((connection, turn));
            let guard = timeout_at(deadline, lock.lock_owned()).await.map_err(|_| {
                EhrError::new(
                    EhrErrorKind::Timeout,
                    "Others who write to the same calendar were not done in time. Nothing was sent.",
                )
            })?;
            guards.push(guard);
        }
        Ok(Taken { _guards: guards })
    }

    fn lock(&self, key: (Uuid, Turn)) -> Arc<AsyncMutex<()>> {
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
        let calendar = |of: &str| BTreeSet::from([Turn::Caregiver(of.to_owned())]);
        let first = turns.take(Uuid::nil(), calendar("1"), soon()).await.unwrap();
        let refused = turns.take(Uuid::nil(), calendar("1"), soon()).await.unwrap_err();
        assert_eq!(refused.kind, EhrErrorKind::Timeout);
        let other = turns.take(Uuid::nil(), calendar("2"), soon()).await;
        assert!(other.is_ok());
        drop((first, other));
        drop(turns.take(Uuid::nil(), calendar("3"), soon()).await.unwrap());
        assert_eq!(turns.0.lock().unwrap().len(), 1);
    }
}

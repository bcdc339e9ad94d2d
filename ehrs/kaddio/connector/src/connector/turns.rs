//! Who wants to make the same patient takes turns, within this process.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};
use tokio::time::{Instant, timeout_at};
use uuid::Uuid;
use vardbro_ehr::{EhrError, EhrErrorKind, EhrResult};
use vardbro_model::patient::{NewPatient, folded};

/// The hash of what an upsert goes by, and the connection.
type Person = (Uuid, u64);

#[derive(Debug, Default)]
pub(super) struct Turns(Mutex<HashMap<Person, Weak<AsyncMutex<()>>>>);

impl Turns {
    /// Waits for this turn, until the deadline. It ends when what is answered is dropped.
    pub(super) async fn take(
        &self,
        connection: Uuid,
        new: &NewPatient,
        deadline: Instant,
    ) -> EhrResult<OwnedMutexGuard<()>> {
        let lock = self.lock((connection, person(new)));
        timeout_at(deadline, lock.lock_owned()).await.map_err(|_| {
            let detail = "Others who make the same patient were not done in time. Nothing was sent.";
            EhrError::new(EhrErrorKind::Timeout, detail)
        })
    }

    fn lock(&self, person: Person) -> Arc<AsyncMutex<()>> {
        let mut locks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lock) = locks.get(&person).and_then(Weak::upgrade) {
            return lock;
        }
        locks.retain(|_, lock| lock.strong_count() > 0);
        let lock = Arc::new(AsyncMutex::new(()));
        locks.insert(person, Arc::downgrade(&lock));
        lock
    }
}

fn person(new: &NewPatient) -> u64 {
    let mut hasher = DefaultHasher::new();
    match &new.external_id {
        Some(external_id) => external_id.hash(&mut hasher),
        None => {
            new.first_name.as_deref().map(folded).hash(&mut hasher);
            new.last_name.as_deref().map(folded).hash(&mut hasher);
        }
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn named(name: &str) -> NewPatient {
        NewPatient { first_name: Some(name.into()), ..NewPatient::default() }
    }

    #[tokio::test]
    async fn one_waits_for_the_other_and_nothing_is_left_behind() {
        let turns = Turns::default();
        let soon = || Instant::now() + Duration::from_millis(20);
        let first = turns.take(Uuid::nil(), &named("Ada"), soon()).await.unwrap();
        let refused = turns.take(Uuid::nil(), &named("ADA "), soon()).await.unwrap_err();
        assert_eq!(refused.kind, EhrErrorKind::Timeout);
        assert!(turns.take(Uuid::nil(), &named("Eva"), soon()).await.is_ok());
        drop(first);
        drop(turns.take(Uuid::nil(), &named("Ida"), soon()).await.unwrap());
        assert_eq!(turns.0.lock().unwrap().len(), 1);
    }
}

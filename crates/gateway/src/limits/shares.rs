//! Things of which each may hold so many at once.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many each holds, and the most that one may. Of what all hold together the key is `()`.
#[derive(Debug)]
pub(crate) struct Shares<K: Hash + Eq + Copy> {
    most: usize,
    held: Mutex<HashMap<K, usize>>,
}

/// What somebody holds, until it is dropped.
#[derive(Debug)]
pub(crate) struct Share<K: Hash + Eq + Copy> {
    of: Arc<Shares<K>>,
    key: K,
    amount: usize,
}

impl<K: Hash + Eq + Copy> Shares<K> {
    pub(crate) fn new(most: Option<usize>) -> Arc<Self> {
        Arc::new(Self { most: most.unwrap_or(usize::MAX), held: Mutex::default() })
    }

    /// `None` if there are not so many left.
    pub(crate) fn take(self: &Arc<Self>, key: K, amount: usize) -> Option<Share<K>> {
        let mut share = Share { of: self.clone(), key, amount: 0 };
        share.grow_to(amount).then_some(share)
    }

    /// How much one holds.
    pub(crate) fn of(&self, key: K) -> usize {
        self.held().get(&key).copied().unwrap_or_default()
    }

    fn held(&self) -> MutexGuard<'_, HashMap<K, usize>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Hash + Eq + Copy> Share<K> {
    /// Whether it holds so many now; if not, it holds what it held before.
    pub(crate) fn grow_to(&mut self, amount: usize) -> bool {
        let more = amount.saturating_sub(self.amount);
        if more == 0 {
            return true;
        }
        let mut held = self.of.held();
        let present = held.get(&self.key).copied().unwrap_or_default();
        let Some(sum) = present.checked_add(more).filter(|sum| *sum <= self.of.most) else { return false };
        held.insert(self.key, sum);
        self.amount += more;
        true
    }
}

impl<K: Hash + Eq + Copy> Drop for Share<K> {
    fn drop(&mut self) {
        let mut held = self.of.held();
        if let Entry::Occupied(mut present) = held.entry(self.key) {
            match present.get().saturating_sub(self.amount) {
                0 => drop(present.remove()),
                left => *present.get_mut() = left,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_a_share_of_its_own_and_nothing_is_kept_of_who_holds_nothing() {
        let shares = Shares::new(Some(2));
        let first = shares.take("a", 1).unwrap();
        let second = shares.take("a", 1).unwrap();
        assert!(shares.take("a", 1).is_none());
        let other = shares.take("b", 2).unwrap();
        drop(first);
        shares.take("a", 1).unwrap();
        drop((second, other));
        assert!(shares.held().is_empty());
    }

    #[test]
    fn a_share_that_cannot_grow_stays_as_it_was() {
        let shares = Shares::new(Some(10));
        let mut share = shares.take((), 4).unwrap();
        assert!(!share.grow_to(11));
        assert!(share.grow_to(10) && share.grow_to(3));
        assert!(shares.take((), 1).is_none());
        drop(share);
        shares.take((), 10).unwrap();
    }

    #[test]
    fn without_a_limit_there_is_always_more() {
        let shares = Shares::new(None);
        let _all = shares.take((), usize::MAX - 1).unwrap();
        assert!(shares.take((), 2).is_none(), "not even then does it overflow");
    }
}

//! Guessing credentials.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use moka::sync::Cache;
use tokio::time::Instant;

use super::address::Address;

/// In which failures are counted.
const MINUTE: Duration = Duration::from_secs(60);

/// How long an address is known to have credentials that are right, after their last use.
const REMEMBERED: Duration = Duration::from_secs(24 * 60 * 60);

/// The most addresses, and the most pairs of an address and a client id, that are remembered.
const MOST: u64 = 100_000;

/// Which addresses fail to log in. Failures count against the address alone, never against a client id, so that nobody can lock
/// a customer out from elsewhere; and what was right from an address in the last day, since this gateway started, is looked at
/// whatever others do there.
pub(crate) struct Logins {
    failures_per_minute: u32,
    failures: Cache<Address, Arc<Failures>>,
    right: Cache<(Address, String), ()>,
}

/// The failures of an address within a minute.
struct Failures {
    since: Instant,
    count: AtomicU32,
}

impl Failures {
    fn left(&self) -> Duration {
        (self.since + MINUTE).saturating_duration_since(Instant::now())
    }
}

impl Logins {
    pub(crate) fn new(failures_per_minute: NonZeroU32) -> Self {
        Self {
            failures_per_minute: failures_per_minute.get(),
            failures: Cache::builder().max_capacity(MOST).time_to_live(MINUTE).build(),
            right: Cache::builder().max_capacity(MOST).time_to_idle(REMEMBERED).build(),
        }
    }

    /// `Err`: credentials are not looked at for so long, because too many of this address were wrong.
    pub(crate) fn may_try(&self, address: Address, client_id: &str) -> Result<(), Duration> {
        let Some(failures) = self.failures.get(&address) else { return Ok(()) };
        let (count, left) = (failures.count.load(Ordering::Relaxed), failures.left());
        if count < self.failures_per_minute || left.is_zero() || self.was_right(address, client_id) {
            return Ok(());
        }
        Err(left)
    }

    pub(crate) fn failed(&self, address: Address) {
        let failures = || Arc::new(Failures { since: Instant::now(), count: AtomicU32::new(0) });
        let over = |failures: &Arc<Failures>| failures.left().is_zero();
        let entry = self.failures.entry(address).or_insert_with_if(failures, over);
        entry.value().count.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn succeeded(&self, address: Address, client_id: &str) {
        let pair = (address, client_id.to_owned());
        // Looking keeps it from being forgotten.
        if self.right.get(&pair).is_none() {
            self.right.insert(pair, ());
        }
    }

    /// Asking does not keep it from being forgotten: whoever fails must not decide what is remembered.
    fn was_right(&self, address: Address, client_id: &str) -> bool {
        self.right.contains_key(&(address, client_id.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn logins(failures: u32) -> Logins {
        Logins::new(NonZeroU32::new(failures).unwrap())
    }

    fn address(text: &str) -> Address {
        Address::of(text.parse().unwrap())
    }

    #[tokio::test(start_paused = true)]
    async fn an_address_that_fails_too_often_waits_for_the_rest_of_the_minute() {
        let (logins, attacker) = (logins(3), address("192.0.2.1"));
        for _ in 0..3 {
            logins.may_try(attacker, "clinic").unwrap();
            logins.failed(attacker);
            tokio::time::advance(Duration::from_secs(1)).await;
        }
        assert_eq!(logins.may_try(attacker, "clinic"), Err(Duration::from_secs(57)));
        assert_eq!(logins.may_try(attacker, "another"), Err(Duration::from_secs(57)));

        tokio::time::advance(Duration::from_secs(57)).await;
        for _ in 0..3 {
            logins.may_try(attacker, "clinic").unwrap();
            logins.failed(attacker);
        }
        logins.may_try(attacker, "clinic").unwrap_err();
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_can_lock_a_customer_out_from_elsewhere() {
        let (logins, attacker, customer) = (logins(1), address("192.0.2.1"), address("198.51.100.7"));
        logins.failed(attacker);
        logins.may_try(attacker, "clinic").unwrap_err();
        logins.may_try(customer, "clinic").unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_can_lock_a_customer_out_from_the_same_address() {
        let (logins, shared) = (logins(1), address("192.0.2.1"));
        logins.succeeded(shared, "clinic");
        for _ in 0..5 {
            logins.failed(shared);
        }
        logins.may_try(shared, "clinic").unwrap();
        logins.may_try(shared, "another").unwrap_err();
        // The same client id from a third address proves nothing about that address.
        let elsewhere = address("203.0.113.9");
        logins.failed(elsewhere);
        logins.may_try(elsewhere, "clinic").unwrap_err();
    }
}

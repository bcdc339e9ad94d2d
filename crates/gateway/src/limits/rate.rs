//! How often something may happen, by who does it.

use std::hash::Hash;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use governor::clock::Clock;
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use tokio::time::Instant;

use super::settings::Rate;
use super::standing::Standing;

/// Counts what each key does.
pub(crate) struct RateGate<K: Hash + Eq + Clone> {
    name: &'static str,
    quota: Quota,
    limiter: RateLimiter<K, DashMapStateStore<K>, Elapsed, StateInformationMiddleware>,
    /// Calls until the keys that have rested are forgotten.
    until_sweep: AtomicUsize,
}

/// Tokio's time, since the gate was made.
#[derive(Debug, Clone, Copy)]
struct Elapsed {
    since: Instant,
}

impl Clock for Elapsed {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.since.elapsed()
    }
}

/// One more may not be done yet.
#[derive(Debug)]
pub(crate) struct TooOften {
    pub(crate) standing: Standing,
    pub(crate) wait: Duration,
}

/// Calls between two sweeps, at least.
const SWEEP: usize = 1024;

impl<K: Hash + Eq + Clone> RateGate<K> {
    /// `name` is the policy's in answers.
    pub(crate) fn new(name: &'static str, rate: Rate) -> Self {
        let quota = Quota::per_minute(rate.per_minute).allow_burst(rate.burst);
        let clock = Elapsed { since: Instant::now() };
        let limiter = RateLimiter::new(quota, DashMapStateStore::default(), clock);
        Self { name, quota, limiter, until_sweep: AtomicUsize::new(SWEEP) }
    }

    /// Counts one.
    pub(crate) fn count(&self, key: &K) -> Result<Standing, TooOften> {
        self.sweep();
        match self.limiter.check_key(key) {
            Ok(state) => Ok(self.standing(state.remaining_burst_capacity(), self.quota.replenish_interval())),
            Err(until) => {
                let wait = until.wait_time_from(self.limiter.clock().now());
                Err(TooOften { standing: self.standing(0, wait), wait })
            }
        }
    }

    fn standing(&self, remaining: u32, more_in: Duration) -> Standing {
        let (quota, window) = (self.quota.burst_size().get(), self.quota.burst_size_replenished_in());
        Standing { name: self.name, policy: Some((quota, window)), remaining, more_in }
    }

    /// Forgets who has rested so long that nothing is counted of him. As it comes at the latest when as many calls have been
    /// counted as keys were left, there are never more than twice the keys that must be remembered, and a sweep costs a call little.
    fn sweep(&self) {
        if self.until_sweep.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.limiter.retain_recent();
            self.until_sweep.store(self.limiter.len().max(SWEEP), Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate(per_minute: u32, burst: u32) -> RateGate<u32> {
        RateGate::new("test", Rate::new(per_minute, burst).unwrap())
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_is_allowed_and_then_the_long_run() {
        let gate = gate(60, 3);
        let remaining: Vec<_> = (0..3).map(|_| gate.count(&1).unwrap().remaining).collect();
        assert_eq!(remaining, [2, 1, 0]);
        let refused = gate.count(&1).unwrap_err();
        assert_eq!((refused.wait, refused.standing.remaining), (Duration::from_secs(1), 0));

        tokio::time::advance(refused.wait).await;
        gate.count(&1).unwrap();
        gate.count(&1).unwrap_err();
    }

    #[tokio::test(start_paused = true)]
    async fn each_key_is_counted_by_itself() {
        let gate = gate(60, 1);
        gate.count(&1).unwrap();
        gate.count(&1).unwrap_err();
        gate.count(&2).unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn the_policy_is_the_burst_and_the_time_in_which_it_comes_back() {
        assert_eq!(gate(600, 600).count(&1).unwrap().policy, Some((600, Duration::from_secs(60))));
        assert_eq!(gate(600, 100).count(&1).unwrap().policy, Some((100, Duration::from_secs(10))));
    }

    #[tokio::test(start_paused = true)]
    async fn who_has_rested_is_forgotten_and_who_has_not_is_remembered() {
        let gate = gate(60, 2);
        for key in 0..1000 {
            gate.count(&key).unwrap();
        }
        assert_eq!(gate.limiter.len(), 1000);
        tokio::time::advance(Duration::from_secs(5)).await;
        for _ in 0..2 {
            gate.count(&5000).unwrap();
        }
        for _ in 0..SWEEP {
            gate.count(&5000).unwrap_err();
        }
        assert_eq!(gate.limiter.len(), 1);
    }
}

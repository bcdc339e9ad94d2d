use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::{Map, Value};

use crate::clock::Clock;
use crate::faults::{Faults, WrongFaults};

/// The call counter, the fault switches and the rate window of one EHR. Clones share them.
#[derive(Clone)]
pub struct Controls(Arc<Inner>);

/// What becomes of a call.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fate {
    Proceed,
    /// Answer 503 and do nothing.
    Unavailable,
    /// Do what was asked and lose the answer.
    LoseAnswer,
    /// Refuse: the window is used up until `reset`, a whole second.
    RateLimited {
        reset: Timestamp,
    },
}

struct Inner {
    clock: Arc<dyn Clock>,
    defaults: Faults,
    switches: Mutex<Switches>,
    watchers: Mutex<Vec<Watcher>>,
}

type Watcher = Box<dyn Fn(&Faults) + Send + Sync>;

struct Switches {
    calls: BTreeMap<String, u64>,
    faults: Faults,
    dice: StdRng,
    window: Option<Window>,
}

struct Window {
    opened: Timestamp,
    calls: u32,
}

const WINDOW: SignedDuration = SignedDuration::from_secs(60);

impl Controls {
    /// `rate_limit_per_minute` is the EHR's own number and `seed` that of its dice, until the faults say otherwise.
    pub fn new(clock: Arc<dyn Clock>, rate_limit_per_minute: Option<u32>, seed: u64) -> Self {
        let defaults = Faults::none(rate_limit_per_minute, seed);
        let switches = Mutex::new(Switches::fresh(&defaults));
        Self(Arc::new(Inner { clock, defaults, switches, watchers: Mutex::default() }))
    }

    /// Counts one call, named by its method and route template: `GET /v1/businesses/{id}`.
    pub fn count(&self, call: &str) {
        let mut switches = hold(&self.0.switches);
        match switches.calls.get_mut(call) {
            Some(calls) => *calls = calls.saturating_add(1),
            None => {
                switches.calls.insert(call.to_owned(), 1);
            }
        }
    }

    pub fn calls(&self) -> BTreeMap<String, u64> {
        hold(&self.0.switches).calls.clone()
    }

    pub fn faults(&self) -> Faults {
        hold(&self.0.switches).faults.clone()
    }

    /// Decides what becomes of the next call, after waiting out the latency.
    ///
    /// Each call that the rate window lets in throws the same two dice whatever the switches say, so that under a
    /// seed the n-th such call always meets the same throw.
    pub async fn next_fate(&self) -> Fate {
        let latency = self.faults().latency_ms;
        if latency > 0 {
            tokio::time::sleep(Duration::from_millis(latency)).await;
        }
        hold(&self.0.switches).throw(self.0.clock.now())
    }

    /// Merges the given keys; null puts a key back to its default. Returns the switches as they are now.
    pub fn set_faults(&self, change: &Map<String, Value>) -> Result<Faults, WrongFaults> {
        let mut switches = hold(&self.0.switches);
        let faults = switches.faults.merged(change, &self.0.defaults)?;
        if change.contains_key("seed") {
            switches.dice = StdRng::seed_from_u64(faults.seed);
        }
        switches.faults = faults.clone();
        drop(switches);
        self.tell(&faults);
        Ok(faults)
    }

    /// Tells somebody whenever the switches were set or reset, so that what was learnt under others can be forgotten.
    pub fn on_change(&self, watcher: impl Fn(&Faults) + Send + Sync + 'static) {
        hold(&self.0.watchers).push(Box::new(watcher));
    }

    fn tell(&self, faults: &Faults) {
        hold(&self.0.watchers).iter().for_each(|watcher| watcher(faults));
    }

    /// Forgets the calls, opens a new rate window and puts every switch back to its default.
    pub fn reset(&self) {
        *hold(&self.0.switches) = Switches::fresh(&self.0.defaults);
        self.tell(&self.0.defaults);
    }
}

impl Switches {
    fn fresh(defaults: &Faults) -> Self {
        Self {
            calls: BTreeMap::new(),
            faults: defaults.clone(),
            dice: StdRng::seed_from_u64(defaults.seed),
            window: None,
        }
    }

    fn throw(&mut self, now: Timestamp) -> Fate {
        if let Some(reset) = self.used_up(now) {
            return Fate::RateLimited { reset };
        }
        let error: f64 = self.dice.random();
        let loss: f64 = self.dice.random();
        if error < self.faults.error_rate {
            Fate::Unavailable
        } else if loss < self.faults.lose_response_rate {
            Fate::LoseAnswer
        } else {
            Fate::Proceed
        }
    }

    /// Takes one call out of the window, or says when the next one opens.
    fn used_up(&mut self, now: Timestamp) -> Option<Timestamp> {
        let limit = self.faults.rate_limit_per_minute?;
        let open = self.window.take().filter(|window| (window.opened..window.reset()).contains(&now));
        let mut window = open.unwrap_or_else(|| Window::opening(now));
        let reset = window.reset();
        let full = window.calls >= limit;
        if !full {
            window.calls = window.calls.saturating_add(1);
        }
        self.window = Some(window);
        full.then_some(reset)
    }
}

impl Window {
    /// Windows open on a whole second, so that the reset can be told exactly in UNIX seconds.
    fn opening(now: Timestamp) -> Self {
        Self { opened: Timestamp::from_second(now.as_second()).unwrap_or(now), calls: 0 }
    }

    fn reset(&self) -> Timestamp {
        self.opened.checked_add(WINDOW).unwrap_or(Timestamp::MAX)
    }
}

/// A poisoned lock still holds whole values: each change here is one assignment.
pub(crate) fn hold<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;

    fn clock() -> Arc<ManualClock> {
        Arc::new(ManualClock::at("2026-03-02T09:00:00.4Z".parse().unwrap()))
    }

    fn change(json: Value) -> Map<String, Value> {
        json.as_object().unwrap().clone()
    }

    #[tokio::test]
    async fn a_used_up_window_refuses_until_its_reset() {
        let clock = clock();
        let controls = Controls::new(clock.clone(), Some(2), 0);
        assert_eq!(controls.next_fate().await, Fate::Proceed);
        assert_eq!(controls.next_fate().await, Fate::Proceed);

        let reset = "2026-03-02T09:01:00Z".parse().unwrap();
        assert_eq!(controls.next_fate().await, Fate::RateLimited { reset });

        clock.set(reset);
        assert_eq!(controls.next_fate().await, Fate::Proceed);
    }

    #[tokio::test]
    async fn the_same_seed_throws_the_same_dice() {
        let controls = Controls::new(clock(), None, 0);
        let seeded = change(serde_json::json!({"seed": 7, "error_rate": 0.3, "lose_response_rate": 0.3}));
        let mut runs = Vec::new();
        for _ in 0..2 {
            controls.set_faults(&seeded).unwrap();
            let mut fates = Vec::new();
            for _ in 0..50 {
                fates.push(controls.next_fate().await);
            }
            runs.push(fates);
        }

        assert_eq!(runs[0], runs[1]);
        assert!(runs[0].contains(&Fate::Unavailable) && runs[0].contains(&Fate::LoseAnswer));
    }

    #[test]
    fn a_wrong_change_changes_nothing() {
        let controls = Controls::new(clock(), Some(200), 0);
        for wrong in [
            serde_json::json!({"error_rate": 0.5, "lose_response_rate": 1.5}),
            serde_json::json!({"error_rate": 0.5, "latency": 5}),
            serde_json::json!({"error_rate": 0.5, "rate_limit_per_minute": -1}),
        ] {
            controls.set_faults(&change(wrong)).unwrap_err();
        }

        assert_eq!(controls.faults(), Faults::none(Some(200), 0));
    }

    #[test]
    fn whoever_watches_is_told_of_every_change() {
        let controls = Controls::new(clock(), Some(200), 0);
        let told = Arc::new(Mutex::new(Vec::new()));
        let ear = told.clone();
        controls.on_change(move |faults| hold(&ear).push(faults.rate_limit_per_minute));

        controls.set_faults(&change(serde_json::json!({"rate_limit_per_minute": 5}))).unwrap();
        controls.reset();

        assert_eq!(*hold(&told), [Some(5), Some(200)]);
    }

    #[test]
    fn null_puts_a_switch_back() {
        let controls = Controls::new(clock(), Some(200), 0);
        controls
            .set_faults(&change(serde_json::json!({"rate_limit_per_minute": 5, "latency_ms": 9})))
            .unwrap();

        let faults =
            controls.set_faults(&change(serde_json::json!({"rate_limit_per_minute": null}))).unwrap();

        assert_eq!((faults.rate_limit_per_minute, faults.latency_ms), (Some(200), 9));
    }
}

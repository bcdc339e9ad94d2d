//! What one request cost upstream: shown in `Server-Timing` and in the request's span.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Counts the calls of one request and the time that they took. Clones count together.
#[derive(Debug, Clone, Default)]
pub struct Meter(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    calls: AtomicU64,
    microseconds: AtomicU64,
}

impl Meter {
    /// One call, and how long its answer took.
    pub fn record(&self, took: Duration) {
        self.0.calls.fetch_add(1, Ordering::Relaxed);
        self.0.microseconds.fetch_add(u64::try_from(took.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// Calls so far, repeated ones included.
    pub fn calls(&self) -> u64 {
        self.0.calls.load(Ordering::Relaxed)
    }

    /// Time that calls took, added up: concurrent ones count each.
    pub fn upstream(&self) -> Duration {
        Duration::from_micros(self.0.microseconds.load(Ordering::Relaxed))
    }
}

//! What one request cost upstream: shown in `Server-Timing` and in the request's span.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Counts the calls of one request and the time that was spent in them. Clones count together.
#[derive(Debug, Clone, Default)]
pub struct Meter(Arc<Mutex<Spent>>);

#[derive(Debug, Default)]
struct Spent {
    calls: u64,
    /// Spans of time with at least one call under way: apart from each other, in order.
    busy: Vec<(Instant, Instant)>,
}

impl Meter {
    /// One call whose answer came now, and how long that took.
    pub fn record(&self, took: Duration) {
        self.record_at(Instant::now(), took);
    }

    fn record_at(&self, end: Instant, took: Duration) {
        let mut spent = self.spent();
        spent.calls = spent.calls.saturating_add(1);
        let mut start = end.checked_sub(took).unwrap_or(end);
        // Calls end in order, so only the latest spans can touch this one.
        while let Some((earlier, _)) = spent.busy.pop_if(|(_, ended)| start <= *ended) {
            start = start.min(earlier);
        }
        spent.busy.push((start, end));
    }

    /// Calls so far, repeated ones included.
    pub fn calls(&self) -> u64 {
        self.spent().calls
    }

    /// Time with at least one call under way.
    pub fn upstream(&self) -> Duration {
        self.spent().busy.iter().map(|(start, end)| end.duration_since(*start)).sum()
    }

    fn spent(&self) -> MutexGuard<'_, Spent> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_at_the_same_time_do_not_count_twice() {
        let meter = Meter::default();
        let begin = Instant::now();
        let second = Duration::from_secs(1);
        meter.record_at(begin + 2 * second, 2 * second);
        meter.record_at(begin + 3 * second, 2 * second);
        meter.record_at(begin + 9 * second, second);
        assert_eq!((meter.calls(), meter.upstream()), (3, 4 * second));
    }
}

//! Load: as much as there is room for, or as much as is given.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinSet;

use crate::caller::Caller;
use crate::error::Result;

/// What came of it.
pub struct Load {
    /// How long each answer took, the shortest first.
    pub latencies: Vec<Duration>,
    /// Calls for which the gateway had no room.
    pub refused: u32,
    /// From the first call to the last answer.
    pub took: Duration,
}

impl Load {
    /// Answers a second.
    pub fn rate(&self) -> f64 {
        self.count() / self.took.as_secs_f64()
    }

    /// Of all calls: 0 to 1.
    pub fn refused(&self) -> f64 {
        f64::from(self.refused) / (self.count() + f64::from(self.refused))
    }

    pub fn count(&self) -> f64 {
        u32::try_from(self.latencies.len()).map_or(f64::INFINITY, f64::from)
    }
}

/// A closed loop: everybody calls again as soon as the answer is there.
pub async fn closed(callers: &mut Vec<Caller>, time: Duration) -> Result<Load> {
    let began = Instant::now();
    let mut working = JoinSet::new();
    for mut caller in callers.drain(..) {
        working.spawn(async move {
            let (mut latencies, mut refused) = (Vec::new(), 0);
            while began.elapsed() < time {
                let called = Instant::now();
                if caller.call().await? {
                    latencies.push(called.elapsed());
                } else {
                    refused += 1;
                }
            }
            Ok((caller, latencies, refused))
        });
    }
    finish(working, callers, began).await
}

/// An open loop: calls are due at a fixed rate, whether or not earlier ones were answered. What waits for a free connection waits as
/// part of its latency, so that a gateway that stalls is not asked less.
pub async fn open(callers: &mut Vec<Caller>, time: Duration, per_second: u32) -> Result<Load> {
    let (due, calls) = mpsc::unbounded_channel();
    let calls = Arc::new(Mutex::new(calls));
    let began = Instant::now();
    let mut working = JoinSet::new();
    for mut caller in callers.drain(..) {
        let calls = calls.clone();
        working.spawn(async move {
            let (mut latencies, mut refused) = (Vec::new(), 0);
            loop {
                let Some(due) = calls.lock().await.recv().await else { break };
                if caller.call().await? {
                    latencies.push(Instant::elapsed(&due));
                } else {
                    refused += 1;
                }
            }
            Ok((caller, latencies, refused))
        });
    }
    // A thread of its own: the timers of the runtime are no finer than a millisecond.
    let gap = Duration::from_secs(1) / per_second;
    let pacing = thread::spawn(move || {
        let mut next = began;
        while next.duration_since(began) < time {
            thread::sleep(next.saturating_duration_since(Instant::now()));
            if due.send(Instant::now()).is_err() {
                break;
            }
            next += gap;
        }
    });
    let load = finish(working, callers, began).await;
    // It has nobody to send to any more.
    let _ = pacing.join();
    load
}

async fn finish(
    mut working: JoinSet<Result<(Caller, Vec<Duration>, u32)>>,
    callers: &mut Vec<Caller>,
    began: Instant,
) -> Result<Load> {
    let (mut latencies, mut refused) = (Vec::new(), 0);
    while let Some(done) = working.join_next().await {
        let (caller, some, not) = done??;
        callers.push(caller);
        latencies.extend(some);
        refused += not;
    }
    let took = began.elapsed();
    latencies.sort_unstable();
    Ok(Load { latencies, refused, took })
}

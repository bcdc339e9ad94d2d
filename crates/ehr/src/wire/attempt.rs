//! One attempt: how long it may take, and what it is counted as.

use std::time::Duration;

use tokio::time::{Instant, timeout};
use tower::ServiceExt;

use super::progress::Progress;
use super::stack::{Answer, Concern, Next, Request};
use super::{CallContext, WireError, WireErrorKind};
use crate::meter::Meter;

/// Limits the time of one attempt, and counts it on the request's meter.
#[derive(Debug, Clone, Copy)]
pub struct Attempt {
    timeout: Duration,
}

impl Attempt {
    /// Attempts that may take this long.
    pub fn new(timeout: Duration) -> Self {
        Self { timeout }
    }
}

impl Concern for Attempt {
    async fn carry(&self, mut request: Request, next: impl Next) -> Answer {
        let progress = Progress::of(&mut request);
        let mut lap = Lap { meter: CallContext::of(&request)?.meter, began: Instant::now(), counts: true };
        progress.begin();
        let answer = match timeout(self.timeout, next.oneshot(request)).await {
            Ok(answer) => answer,
            Err(_) => Err(WireError {
                kind: WireErrorKind::Timeout,
                delivery: progress.of_attempt(),
                retry_after: None,
            }),
        };
        progress.end(&answer);
        lap.counts = !matches!(
            answer,
            Err(WireError { kind: WireErrorKind::Egress(_) | WireErrorKind::Malformed, .. })
        );
        answer
    }
}

/// Counted when it is dropped, so that an attempt that the deadline cut off counts too.
struct Lap {
    meter: Meter,
    began: Instant,
    counts: bool,
}

impl Drop for Lap {
    fn drop(&mut self) {
        if self.counts {
            self.meter.record(self.began.elapsed());
        }
    }
}

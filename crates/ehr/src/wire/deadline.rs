//! No answer is of use after the caller's deadline.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};
use tower::ServiceExt;

use super::progress::Progress;
use super::stack::{Answer, Concern, Next, Request};
use super::{CallContext, WireError, WireErrorKind};

/// Time that an answer needs at least. Who would have less left after waiting does not wait: a write that is cut off by the
/// deadline is worse than one that was not sent.
const ROOM_FOR_AN_ANSWER: Duration = Duration::from_secs(1);

/// Whether it is of use to wait until `then` and call then.
pub(super) fn worth_waiting(then: Instant, deadline: Instant) -> bool {
    then.checked_add(ROOM_FOR_AN_ANSWER).is_some_and(|answered| answered <= deadline)
}

/// Gives a call up when its time is over, and says whether anything may have been sent by then.
#[derive(Debug, Clone, Copy)]
pub struct Deadline;

impl Concern for Deadline {
    async fn carry(&self, mut request: Request, next: impl Next) -> Answer {
        let deadline = CallContext::of(&request)?.deadline;
        let progress = Progress::of(&mut request);
        if deadline <= Instant::now() {
            return Err(WireError::not_sent(WireErrorKind::Deadline));
        }
        match timeout_at(deadline, next.oneshot(request)).await {
            Ok(answer) => answer,
            Err(_) => Err(WireError {
                kind: WireErrorKind::Deadline,
                delivery: progress.of_call(),
                retry_after: None,
            }),
        }
    }
}

//! Repeats what is safe to repeat, while there is time.
//!
//! | what came back | repeated for |
//! |---|---|
//! | nothing was sent (no connection) | every call |
//! | unknown (no answer, broken connection), 502, 503, 504 | `Read` and `Idempotent` |
//! | 429 | every call, after the time that the EHR names |

use std::sync::Arc;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use http::StatusCode;
use tokio::time::{Instant, sleep};
use tower::ServiceExt;

use super::deadline::worth_waiting;
use super::hint::wait_asked_for;
use super::stack::{Answer, Concern, Next, Request};
use super::{CallContext, Delivery, Safety, WireError, WireErrorKind};
use crate::environment::{Clock, Random};

/// How often a call is repeated, and how long it waits before that at least, if the EHR names no longer time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Repeats {
    /// After a failure.
    pub after_failure: u32,
    /// When the EHR had no room for it.
    pub after_refusal: u32,
    /// The waits.
    pub pause: Pause,
}

/// The waits before the repeats of one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pause {
    /// From this on, twice as long each time, up to five seconds, and spread by chance.
    Doubling(Duration),
    /// From this on, by this longer each time, up to five seconds.
    Growing(Duration),
}

impl Default for Repeats {
    fn default() -> Self {
        Self { after_failure: 2, after_refusal: 4, pause: Pause::Doubling(Duration::from_millis(200)) }
    }
}

const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// What a client is told after 429s that named no time: quotas are by the minute.
const UNTOLD_WAIT: Duration = Duration::from_secs(60);

/// Repeats calls.
#[derive(Debug, Clone)]
pub struct Retry {
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
}

impl Retry {
    /// The clock reads the times that an EHR names; chance spreads the repeats.
    pub fn new(clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Self {
        Self { clock, random }
    }

    fn waits(&self, pause: Pause) -> Waits {
        match pause {
            Pause::Doubling(first) => Waits::Doubling(
                ExponentialBuilder::new()
                    .with_min_delay(first)
                    .with_max_delay(LONGEST_PAUSE)
                    .without_max_times()
                    .with_jitter()
                    .with_jitter_seed(self.random.bits())
                    .build(),
            ),
            Pause::Growing(step) => Waits::Growing { step, last: Duration::ZERO },
        }
    }

    /// How long to wait before a repeat, or the end of the call.
    fn judge(&self, answer: Answer, safety: Safety, deadline: Instant, tries: &mut Tries) -> Verdict {
        let kind = failure(&answer, safety);
        let (left, asked) = match (&kind, &answer) {
            (Failure::None, _) => return Verdict::End(tries.last_word(answer, safety)),
            (Failure::Refused, Ok(response)) => {
                (&mut tries.after_refusal, wait_asked_for(response, self.clock.now()))
            }
            (_, Ok(response)) => (&mut tries.after_failure, wait_asked_for(response, self.clock.now())),
            (_, Err(_)) => (&mut tries.after_failure, None),
        };
        let repeat = left.checked_sub(1);
        *left = repeat.unwrap_or(0);
        let backoff = tries.waits.next().unwrap_or(UNTOLD_WAIT);
        let wait = asked.map_or(backoff, |asked| asked.max(backoff));
        let in_time = Instant::now().checked_add(wait).is_some_and(|then| worth_waiting(then, deadline));
        match (repeat, kind) {
            (Some(_), Failure::InDoubt) if in_time => {
                tries.in_doubt = Some(answer);
                Verdict::Repeat(wait)
            }
            (Some(_), _) if in_time => Verdict::Repeat(wait),
            (_, Failure::Refused) => {
                let refused = WireError {
                    kind: WireErrorKind::Quota,
                    delivery: Delivery::Rejected,
                    retry_after: Some(asked.unwrap_or(UNTOLD_WAIT)),
                };
                Verdict::End(tries.last_word(Err(refused), safety))
            }
            _ => Verdict::End(tries.last_word(answer, safety)),
        }
    }
}

impl Concern for Retry {
    async fn carry(&self, request: Request, next: impl Next) -> Answer {
        let context = CallContext::of(&request)?;
        let mut tries = Tries {
            after_failure: context.repeats.after_failure,
            after_refusal: context.repeats.after_refusal,
            waits: self.waits(context.repeats.pause),
            in_doubt: None,
        };
        loop {
            let answer = next.clone().oneshot(request.clone()).await;
            match self.judge(answer, context.safety, context.deadline, &mut tries) {
                Verdict::Repeat(wait) => sleep(wait).await,
                Verdict::End(answer) => return answer,
            }
        }
    }
}

enum Verdict {
    Repeat(Duration),
    End(Answer),
}

/// Why a call may be repeated.
enum Failure {
    /// It may not.
    None,
    /// It certainly had no effect.
    NotSent,
    /// It may have had one, and twice is as good as once.
    InDoubt,
    /// The EHR had no room for it.
    Refused,
}

fn failure(answer: &Answer, safety: Safety) -> Failure {
    let repeatable = safety != Safety::Once;
    match answer {
        Ok(response) if response.status() == StatusCode::TOO_MANY_REQUESTS => Failure::Refused,
        Ok(response) if repeatable && is_outage(response.status()) => Failure::InDoubt,
        Ok(_) => Failure::None,
        Err(error) => match (error.kind, error.delivery) {
            (
                WireErrorKind::Name | WireErrorKind::Connect | WireErrorKind::NoTls | WireErrorKind::Timeout,
                Delivery::NotSent,
            ) => Failure::NotSent,
            (WireErrorKind::Timeout | WireErrorKind::Dropped, Delivery::Unknown) if repeatable => {
                Failure::InDoubt
            }
            _ => Failure::None,
        },
    }
}

/// Whether the EHR, or what stands before it, is down.
pub(super) fn is_outage(status: StatusCode) -> bool {
    matches!(status, StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT)
}

enum Waits {
    Doubling(ExponentialBackoff),
    Growing { step: Duration, last: Duration },
}

impl Iterator for Waits {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        match self {
            Self::Doubling(waits) => waits.next(),
            Self::Growing { step, last } => {
                *last = last.saturating_add(*step).min(LONGEST_PAUSE);
                Some(*last)
            }
        }
    }
}

struct Tries {
    after_failure: u32,
    after_refusal: u32,
    waits: Waits,
    /// The last attempt that may have had an effect.
    in_doubt: Option<Answer>,
}

impl Tries {
    /// "Nothing was sent" is true of a repeat and false of the whole, if an earlier attempt may have arrived: then that one is
    /// the answer. Reads have no effect to be in doubt of.
    fn last_word(&mut self, answer: Answer, safety: Safety) -> Answer {
        match (answer, self.in_doubt.take()) {
            (Err(error), Some(earlier))
                if safety == Safety::Idempotent && error.delivery != Delivery::Unknown =>
            {
                earlier.map_err(|earlier| WireError { retry_after: error.retry_after, ..earlier })
            }
            (answer, _) => answer,
        }
    }
}

//! What every operation goes through before and after its work: it is counted, metered, and meets its fate.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::{Instant, timeout_at};
use vardbro_ehr::wire::Delivery;
use vardbro_ehr::{Ctx, EhrError, EhrErrorKind, EhrResult};
use vardbro_model::capabilities::Operation;
use vardbro_sandbox_kit::Fate;

use crate::state::State;
use crate::{Mock, installations};

/// The name that a call is counted under, and whether it changes anything.
#[derive(Clone, Copy)]
pub(crate) struct CallName {
    name: &'static str,
    writes: bool,
}

impl CallName {
    /// The harmless call of `Ehr::check`, which is no operation of the API.
    pub(crate) const CHECK: Self = Self { name: "check", writes: false };

    /// The call of `Ehr::offered_note_templates`, which is none either.
    pub(crate) const OFFERED_NOTE_TEMPLATES: Self = Self { name: "offered_note_templates", writes: false };
}

impl From<Operation> for CallName {
    fn from(operation: Operation) -> Self {
        Self { name: operation.as_str(), writes: operation.writes() }
    }
}

impl Mock {
    /// Does the work under the lock, in one piece, unless the call's fate forbids it.
    pub(crate) async fn call<T>(
        &self,
        ctx: &Ctx,
        call: impl Into<CallName>,
        work: impl FnOnce(&mut State, Timestamp) -> EhrResult<T> + Send,
    ) -> EhrResult<T> {
        let call = call.into();
        let begun = Instant::now();
        if begun >= ctx.deadline {
            return Err(timeout("The time was over before the EHR was asked."));
        }
        let meant = installations::of(&ctx.connection);
        let mock = meant.as_deref().unwrap_or(self);
        mock.controls.count(call.name);
        let fate = timeout_at(ctx.deadline, mock.controls.next_fate()).await;
        let now = mock.clock.now();
        let result = match fate {
            Ok(Fate::Proceed) => mock.change(|state| work(state, now)),
            Ok(Fate::Unavailable) => Err(EhrError::failed("The EHR answered 503.")
                .delivered(Delivery::Rejected)
                .with_words("503 Service Unavailable")),
            Ok(Fate::RateLimited { reset }) => Err(rate_limited(reset, now)),
            // An EHR that is slow, or cannot be heard, has still done what it was asked.
            Ok(Fate::LoseAnswer) | Err(_) => {
                let _unheard = mock.change(|state| work(state, now));
                Err(unheard(call))
            }
        };
        ctx.meter.record(begun.elapsed());
        result
    }
}

fn unheard(call: CallName) -> EhrError {
    if call.writes {
        EhrError::outcome_unknown(
            "The EHR's answer was lost: the write may or may not have happened. Look before you repeat it.",
        )
    } else {
        timeout("The EHR did not answer in time.").delivered(Delivery::Unknown)
    }
}

fn timeout(detail: &str) -> EhrError {
    EhrError::new(EhrErrorKind::Timeout, detail)
}

fn rate_limited(reset: Timestamp, now: Timestamp) -> EhrError {
    let wait = Duration::try_from(reset.duration_since(now)).unwrap_or_default();
    EhrError {
        retry_after: Some(wait),
        ..EhrError::new(EhrErrorKind::RateLimited, "The EHR's quota is used up for now.")
            .delivered(Delivery::Rejected)
    }
}

//! Bodies on their way: how long they take, how much memory they have, and what they hold meanwhile.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http_body::{Body as _, Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep_until};

use super::admission::Admission;
use super::gate::Gate;
use super::refusal::Refusal;
use super::turn::Turn;

/// Why a body is not read to its end.
#[derive(Debug, Clone, Copy, thiserror::Error)]
pub(crate) enum BodyRefusal {
    #[error("The body did not arrive within {} seconds.", .0.as_secs_f64())]
    Late(Duration),
    #[error("Nothing of the body arrived for {} seconds.", .0.as_secs_f64())]
    Stopped(Duration),
    #[error("The gateway has no memory left for the body. Send it again later.")]
    Full,
}

/// A request's body.
pub(super) struct Arriving {
    body: Body,
    gate: Arc<Gate>,
    admission: Admission,
    turn: Option<Turn>,
    received: usize,
    ended: bool,
    clock: Option<BodyClock>,
}

impl Arriving {
    pub(super) fn new(body: Body, gate: Arc<Gate>, admission: Admission, turn: Option<Turn>) -> Self {
        let ended = body.is_end_stream();
        Self { body, gate, admission, turn, received: 0, ended, clock: None }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let clock = match &mut self.clock {
            Some(clock) => clock,
            None => {
                // Memory for all of it, if its length is known: nothing is read that cannot be kept.
                let announced = usize::try_from(self.body.size_hint().lower()).unwrap_or(usize::MAX);
                if !self.gate.hold_body(&self.admission, announced) {
                    return Poll::Ready(Some(Err(axum::Error::new(BodyRefusal::Full))));
                }
                let (time, pause) = self.gate.body_times();
                self.clock.insert(BodyClock::start(time, pause))
            }
        };
        match Pin::new(&mut self.body).poll_frame(cx) {
            Poll::Ready(Some(Ok(frame))) => {
                self.received += frame.data_ref().map_or(0, Bytes::len);
                if !self.gate.hold_body(&self.admission, self.received) {
                    return Poll::Ready(Some(Err(axum::Error::new(BodyRefusal::Full))));
                }
                clock.received();
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(end) => {
                self.ended = end.is_none();
                Poll::Ready(end)
            }
            Poll::Pending => clock.poll(cx).map(|refusal| {
                Refusal::BodyTime.count();
                Some(Err(axum::Error::new(refusal)))
            }),
        }
    }
}

impl http_body::Body for Arriving {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        self.get_mut().poll(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Arriving {
    fn drop(&mut self) {
        if let Some(turn) = self.turn.take().filter(|_| !self.ended && !self.body.is_end_stream()) {
            turn.leave_unread();
        }
    }
}

/// Runs while a body is waited for.
struct BodyClock {
    time: Duration,
    pause: Duration,
    end: Instant,
    timer: Pin<Box<Sleep>>,
}

/// As good as no limit.
const FOREVER: Duration = Duration::from_secs(365 * 24 * 60 * 60);

impl BodyClock {
    fn start(time: Option<Duration>, pause: Option<Duration>) -> Self {
        let (time, pause) = (time.unwrap_or(FOREVER), pause.unwrap_or(FOREVER));
        let now = Instant::now();
        Self { time, pause, end: now + time, timer: Box::pin(sleep_until(now + pause.min(time))) }
    }

    fn received(&mut self) {
        let next = (Instant::now() + self.pause).min(self.end);
        self.timer.as_mut().reset(next);
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<BodyRefusal> {
        self.timer.as_mut().poll(cx).map(|()| match self.timer.deadline() < self.end {
            true => BodyRefusal::Stopped(self.pause),
            false => BodyRefusal::Late(self.time),
        })
    }
}

/// An answer's body. What the request was granted is held until it has been taken by the client, as far as can be seen.
pub(super) struct Leaving {
    body: Body,
    admission: Admission,
    turn: Option<Turn>,
}

impl Leaving {
    pub(super) fn new(body: Body, admission: Admission, turn: Option<Turn>) -> Self {
        Self { body, admission, turn }
    }
}

impl http_body::Body for Leaving {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.get_mut().body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// It is dropped when its last piece was handed to the connection.
impl Drop for Leaving {
    fn drop(&mut self) {
        if let Some(turn) = self.turn.take() {
            turn.answered(self.admission.clone());
        }
    }
}

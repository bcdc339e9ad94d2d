//! The calls that an EHR allows in any 60 seconds, shared fairly.
//!
//! An EHR counts a call at some moment between its sending and its answer, so a place is taken when a call is let through and is
//! free again 60 seconds after its answer: whatever window the EHR looks at, it finds no more calls than it allows.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::StatusCode;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};
use tower::ServiceExt;

use super::deadline::worth_waiting;
use super::hint::wait_asked_for;
use super::progress::Progress;
use super::stack::{Answer, Concern, Next, Request};
use super::{CallContext, Delivery, WireError, WireErrorKind};
use crate::environment::Clock;

const WINDOW: Duration = Duration::from_secs(60);

/// A call that got no answer may still be on its way to the EHR for this long.
const STRAY: Duration = Duration::from_secs(5);

/// Lets calls through as the quota has room for them, first come, first served. A call whose turn would come too late for its
/// deadline is told so at once.
#[derive(Debug, Clone)]
pub struct Quota {
    shared: Arc<Shared>,
    clock: Arc<dyn Clock>,
}

#[derive(Debug)]
struct Shared {
    /// `None`: no known limit, but a 429 is heeded all the same.
    places: Option<usize>,
    ledger: Mutex<Ledger>,
    /// Turns may come earlier, or later, than those who wait know.
    changed: Notify,
}

#[derive(Debug, Default)]
struct Ledger {
    next_id: u64,
    /// Who waits, in order.
    queue: VecDeque<u64>,
    /// Let through, and not answered yet.
    under_way: usize,
    /// When the places of answered calls are free again, in order.
    free_at: VecDeque<Instant>,
    /// The EHR has said that nothing is free before this.
    blocked_until: Option<Instant>,
}

impl Ledger {
    /// When the turn of a call comes that has so many others before it, if those under way were answered now.
    fn turn(&self, places: Option<usize>, ahead: usize, now: Instant) -> Instant {
        let open = self.blocked_until.map_or(now, |until| until.max(now));
        let Some(places) = places else { return open };
        // The places in the order in which they are free: at once, then by their time, then those of calls under way.
        let taken = self.free_at.len().saturating_add(self.under_way);
        let rounds = u32::try_from(ahead.checked_div(places).unwrap_or(0)).unwrap_or(u32::MAX);
        let place = ahead.checked_rem(places).unwrap_or(0);
        let first = match place.checked_sub(places.saturating_sub(taken)) {
            None => open,
            Some(nth) => self.nth_free(nth, later(now, WINDOW)).max(open),
        };
        later(first, WINDOW.saturating_mul(rounds))
    }

    /// When the taken place that is free as the nth is free, if those of calls under way are at `if_answered_now`.
    fn nth_free(&self, nth: usize, if_answered_now: Instant) -> Instant {
        let before = self.free_at.partition_point(|free| *free <= if_answered_now);
        let known = match nth.checked_sub(before) {
            None => Some(nth),
            Some(beyond) => beyond.checked_sub(self.under_way).map(|after| before.saturating_add(after)),
        };
        known.and_then(|known| self.free_at.get(known).copied()).unwrap_or(if_answered_now)
    }

    fn keep_until(&mut self, free: Instant) {
        let position = self.free_at.partition_point(|other| *other <= free);
        self.free_at.insert(position, free);
    }

    fn forget_what_is_free(&mut self, now: Instant) {
        while self.free_at.front().is_some_and(|free| *free <= now) {
            self.free_at.pop_front();
        }
    }
}

/// Far beyond any deadline, should the sum be out of range.
fn later(instant: Instant, by: Duration) -> Instant {
    const FAR: Duration = Duration::from_secs(365 * 24 * 3600);
    instant.checked_add(by).or_else(|| instant.checked_add(FAR)).unwrap_or(instant)
}

impl Quota {
    /// A quota of its own. The clock reads the times that an EHR names.
    pub fn new(calls_per_minute: Option<u32>, clock: Arc<dyn Clock>) -> Self {
        // With none, every call would wait for ever.
        let places = calls_per_minute.map(|calls| usize::try_from(calls).unwrap_or(usize::MAX).max(1));
        let shared = Shared { places, ledger: Mutex::default(), changed: Notify::new() };
        Self { shared: Arc::new(shared), clock }
    }

    fn block(&self, wait: Duration) {
        let until = later(Instant::now(), wait);
        let mut ledger = self.shared.ledger();
        ledger.blocked_until = ledger.blocked_until.max(Some(until));
        drop(ledger);
        self.shared.changed.notify_waiters();
    }
}

impl Concern for Quota {
    async fn carry(&self, mut request: Request, next: impl Next) -> Answer {
        let context = CallContext::of(&request)?;
        if !context.counts_against_quota {
            return next.oneshot(request).await;
        }
        let progress = Progress::of(&mut request);
        let mut place = self.shared.place(context.deadline, progress).await?;
        let answer = next.oneshot(request).await;
        place.end = Some(End::of(&answer));
        if let Ok(response) = &answer
            && response.status() == StatusCode::TOO_MANY_REQUESTS
            && let Some(wait) = wait_asked_for(response, self.clock.now())
        {
            self.block(wait);
        }
        answer
    }
}

impl Shared {
    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a place, unless that is of no use.
    async fn place(self: &Arc<Self>, deadline: Instant, progress: Progress) -> Result<Place, WireError> {
        let ticket = Ticket::take(self);
        loop {
            let mut changed = std::pin::pin!(self.changed.notified());
            // Listens from here on, so that nothing is missed between looking and waiting.
            changed.as_mut().enable();
            let now = Instant::now();
            match ticket.look(now) {
                Turn::Now => return Ok(Place { shared: self.clone(), progress, end: None }),
                Turn::At(turn) if worth_waiting(turn, deadline) => {
                    // Whichever comes first: both mean to look again.
                    let _ = timeout_at(turn, changed).await;
                }
                Turn::At(turn) => {
                    return Err(WireError {
                        retry_after: Some(turn.saturating_duration_since(now)),
                        ..WireError::not_sent(WireErrorKind::Quota)
                    });
                }
            }
        }
    }
}

enum Turn {
    Now,
    At(Instant),
}

/// A position in the queue, given up when dropped.
struct Ticket<'a> {
    shared: &'a Shared,
    id: u64,
}

impl<'a> Ticket<'a> {
    fn take(shared: &'a Shared) -> Self {
        let mut ledger = shared.ledger();
        let id = ledger.next_id;
        ledger.next_id = id.wrapping_add(1);
        ledger.queue.push_back(id);
        Self { shared, id }
    }

    /// Leaves the queue for a place, if its turn has come.
    fn look(&self, now: Instant) -> Turn {
        let mut ledger = self.shared.ledger();
        ledger.forget_what_is_free(now);
        let Some(ahead) = ledger.queue.iter().position(|id| *id == self.id) else {
            return Turn::Now;
        };
        let turn = ledger.turn(self.shared.places, ahead, now);
        if turn > now {
            return Turn::At(turn);
        }
        ledger.queue.remove(ahead);
        ledger.under_way = ledger.under_way.saturating_add(1);
        Turn::Now
    }
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        let mut ledger = self.shared.ledger();
        if let Some(position) = ledger.queue.iter().position(|id| *id == self.id) {
            ledger.queue.remove(position);
            drop(ledger);
            self.shared.changed.notify_waiters();
        }
    }
}

/// A place in the window, taken until 60 seconds after it is dropped, or given back if nothing was sent.
struct Place {
    shared: Arc<Shared>,
    progress: Progress,
    /// How the call ended; it was given up if it did not.
    end: Option<End>,
}

enum End {
    NotSent,
    Answered,
    Unknown,
}

impl End {
    fn of(answer: &Answer) -> Self {
        match answer {
            Ok(_) => Self::Answered,
            Err(error) => Self::without_answer(error.delivery),
        }
    }

    fn without_answer(delivery: Delivery) -> Self {
        match delivery {
            Delivery::NotSent => Self::NotSent,
            Delivery::Rejected => Self::Answered,
            Delivery::Unknown => Self::Unknown,
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let end = self.end.take().unwrap_or_else(|| End::without_answer(self.progress.of_attempt()));
        let mut ledger = self.shared.ledger();
        ledger.under_way = ledger.under_way.saturating_sub(1);
        let answered = later(Instant::now(), WINDOW);
        match (end, self.shared.places) {
            (End::NotSent, _) => {
                drop(ledger);
                self.shared.changed.notify_waiters();
            }
            (_, None) => {}
            (End::Answered, Some(_)) => ledger.keep_until(answered),
            (End::Unknown, Some(_)) => ledger.keep_until(later(answered, STRAY)),
        }
    }
}

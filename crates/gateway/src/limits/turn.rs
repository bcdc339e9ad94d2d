//! Whose turn it is on a connection: the client's to send, or ours to answer.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

use super::admission::Admission;

/// One connection, as its requests see it.
#[derive(Clone)]
pub(crate) struct Connection {
    pub(crate) peer: IpAddr,
    pub(crate) turn: Turn,
}

/// What the requests of a connection and its stream tell each other.
#[derive(Clone)]
pub(crate) struct Turn(Arc<Mutex<State>>);

struct State {
    phase: Phase,
    /// What answers took and give back when the client has taken them.
    untaken: Vec<Admission>,
    unread: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Nothing of the next request has come.
    Idle(Instant),
    /// The next request's header has begun to come.
    Header(Instant),
    /// A request is being answered.
    Answering,
    /// The last piece of an answer is on its way.
    Answered,
}

impl Turn {
    pub(crate) fn new() -> Self {
        let phase = Phase::Idle(Instant::now());
        Self(Arc::new(Mutex::new(State { phase, untaken: Vec::new(), unread: false })))
    }

    pub(super) fn phase(&self) -> Phase {
        self.state().phase
    }

    /// Bytes have come.
    pub(super) fn received(&self) {
        let mut state = self.state();
        if let Phase::Idle(_) = state.phase {
            state.phase = Phase::Header(Instant::now());
        }
    }

    /// A header was read.
    pub(crate) fn began(&self) {
        self.state().phase = Phase::Answering;
    }

    /// The rest of a request's body will not be read.
    pub(super) fn leave_unread(&self) {
        self.state().unread = true;
    }

    pub(super) fn is_unread(&self) -> bool {
        self.state().unread
    }

    /// The last piece of an answer was handed over.
    pub(super) fn answered(&self, admission: Admission) {
        let mut state = self.state();
        state.phase = Phase::Answered;
        state.untaken.push(admission);
    }

    /// All that was handed over has been taken.
    pub(super) fn taken(&self) {
        let mut state = self.state();
        if state.phase == Phase::Answered {
            state.phase = Phase::Idle(Instant::now());
        }
        let untaken = std::mem::take(&mut state.untaken);
        drop(state);
        drop(untaken);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

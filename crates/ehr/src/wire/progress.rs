//! How far a call has come: what is known of its effect when it is given up.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use super::Delivery;
use super::stack::{Answer, Request};

/// Travels with a request through the stack, as an extension of it. Clones are one.
#[derive(Debug, Clone, Default)]
pub struct Progress(Arc<Marks>);

#[derive(Debug, Default)]
struct Marks {
    attempts: AtomicU32,
    /// The attempt under way may have left this machine.
    under_way: AtomicBool,
    /// An earlier attempt may have had an effect.
    in_doubt: AtomicBool,
}

impl Progress {
    /// The request's own; it is given one if it has none.
    pub fn of(request: &mut Request) -> Self {
        request.extensions_mut().get_or_insert_default::<Self>().clone()
    }

    /// An attempt begins. It counts as sent until the transport says that it is not.
    pub fn begin(&self) {
        self.0.attempts.fetch_add(1, Ordering::SeqCst);
        self.0.under_way.store(true, Ordering::SeqCst);
    }

    /// The transport waits for a connection and will say when it has one.
    pub fn connecting(&self) {
        self.0.under_way.store(false, Ordering::SeqCst);
    }

    /// The transport has a connection: from here on the request may have left.
    pub fn sending(&self) {
        self.0.under_way.store(true, Ordering::SeqCst);
    }

    /// The attempt has ended.
    pub fn end(&self, answer: &Answer) {
        if leaves_doubt(answer) {
            self.0.in_doubt.store(true, Ordering::SeqCst);
        }
        self.0.under_way.store(false, Ordering::SeqCst);
    }

    /// What is known of the attempt under way.
    pub fn of_attempt(&self) -> Delivery {
        if self.0.under_way.load(Ordering::SeqCst) { Delivery::Unknown } else { Delivery::NotSent }
    }

    /// What is known of the whole call.
    pub fn of_call(&self) -> Delivery {
        if self.0.in_doubt.load(Ordering::SeqCst) { Delivery::Unknown } else { self.of_attempt() }
    }

    /// Attempts so far.
    pub fn attempts(&self) -> u32 {
        self.0.attempts.load(Ordering::SeqCst)
    }
}

/// Whether a call that ended like this may have had an effect that nobody told us of. A gateway's 5xx says nothing about the
/// system behind it.
fn leaves_doubt(answer: &Answer) -> bool {
    match answer {
        Ok(response) => response.status().is_server_error(),
        Err(error) => error.delivery == Delivery::Unknown,
    }
}

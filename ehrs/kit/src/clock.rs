use std::sync::Mutex;

use jiff::{SignedDuration, Timestamp};

use crate::controls::hold;

/// Where a sandbox reads the time: it never asks the machine itself, so that a test can move it.
pub trait Clock: Send + Sync + 'static {
    fn now(&self) -> Timestamp;
}

/// The machine's own clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// A clock that stands still until it is set or advanced.
#[derive(Debug)]
pub struct ManualClock(Mutex<Timestamp>);

impl ManualClock {
    pub fn at(now: Timestamp) -> Self {
        Self(Mutex::new(now))
    }

    pub fn set(&self, now: Timestamp) {
        *hold(&self.0) = now;
    }

    /// Moves the clock; past the end of representable time it stays where it is.
    pub fn advance(&self, by: SignedDuration) {
        let mut now = hold(&self.0);
        *now = now.checked_add(by).unwrap_or(*now);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *hold(&self.0)
    }
}

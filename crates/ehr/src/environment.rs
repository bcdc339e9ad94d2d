//! Time and chance come in from outside, so that everything can be simulated and replayed.

use std::fmt;

use jiff::Timestamp;

/// Tells the wall-clock time. Durations and deadlines are tokio's.
pub trait Clock: Send + Sync + 'static {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// Gives random numbers.
pub trait Random: Send + Sync + 'static {
    /// 64 random bits.
    fn bits(&self) -> u64;
}

/// The machine's clock and random source.
#[derive(Debug, Clone, Copy, Default)]
pub struct Machine;

impl Clock for Machine {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

impl Random for Machine {
    fn bits(&self) -> u64 {
        rand::random()
    }
}

impl fmt::Debug for dyn Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

impl fmt::Debug for dyn Random {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Random")
    }
}

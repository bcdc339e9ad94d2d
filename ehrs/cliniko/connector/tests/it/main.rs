//! The connector over the wire page's own examples, over the sandbox, and over mishaps on the way to it.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

mod appointments;
mod availability;
mod booking;
mod checking;
mod clashes;
mod clinic;
mod documents;
mod moving;
mod notes;
mod patients;
mod schedule;
mod secrets;
mod storage;
mod templates;
mod units;
mod wire;

//! The connector over re-typed examples, over the sandbox, and over mishaps on the way to it.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

mod appointments;
mod availability;
mod booking;
mod checking;
mod clinic;
mod notes;
mod patients;
mod reaching;
mod readme;
mod replaced;
mod scripted;
mod secrets;
mod templates;
mod units;
mod wire;

//! The connector over the examples of the published messages, over the sandbox, and over mishaps on the way to it.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

mod appointments;
mod availability;
mod booking;
mod check;
mod clinic;
mod clocks;
mod documents;
mod foreign_bytes;
mod lost;
mod moving;
mod notes;
mod patients;
mod reaching;
mod scripted;
mod secrets;
mod tls;
mod units;
mod wire;

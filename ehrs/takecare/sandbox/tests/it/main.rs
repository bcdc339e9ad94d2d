//! TakeCare's behaviour over real TCP, as its published descriptions and our reading of the rest have it.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

mod availability;
mod booking;
mod client;
mod controls;
mod description;
mod envelope;
mod messages;
mod moving;
mod patients;
mod racing;
mod records;
mod refusals;
mod tls;

//! Kaddio's behaviour over real TCP, as far as it is public, and our reading of the rest.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

mod bookings;
mod catalogue;
mod client;
mod clients;
mod concurrency;
mod contacts;
mod free_times;
mod limits;
mod sandbox;
mod transport;
mod variables;
mod web;

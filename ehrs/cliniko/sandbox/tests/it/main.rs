//! Cliniko's behaviour over real TCP, as its documentation and its users describe it.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

mod account;
mod appointments;
mod attachments;
mod availability;
mod businesses;
mod client;
mod lists;
mod notes;
mod patients;
mod records;
mod transport;
mod vacant;

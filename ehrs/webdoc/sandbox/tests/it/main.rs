//! Webdoc's behaviour over real TCP, as its collection and its users describe it.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

mod bookings;
mod catalogue;
mod changes;
mod client;
mod documents;
mod free_rows;
mod invoices;
mod organizations;
mod patients;
mod races;
mod records;
mod scopes;
mod tokens;
mod transport;
mod visits;

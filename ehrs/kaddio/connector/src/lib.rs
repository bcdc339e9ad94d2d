//! Connector for [Kaddio](https://kaddio.com), a Swedish electronic health record with booking.
//!
//! Care unit = place (or the organisation that has none), resource = host, healthcare service = booking type, timeslot = a free time.
//! Kaddio's GraphQL schema is not public, so what is asked of it are documents that an operator can replace. What the connector
//! relies on, where that is documented and what is assumed stands in `ehrs/kaddio/README.md`.
//!
//! - [`Kaddio`] answers the `Ehr` trait: orchestration only, one submodule of `connector` per subject.
//! - [`operations`] has the documents, and holds replacements against what they must take and answer.
//! - `fit` compares the documents with the server's own schema.
//! - `wire` has the types of the answers and one function per operation. No I/O.
//! - `mapping` translates between those types and the model.
//! - `error` says what a refusal of Kaddio means.
#![warn(missing_docs)]

mod capabilities;
mod config;
mod connector;
mod error;
mod fit;
mod mapping;
pub mod operations;
pub mod wire;

pub use config::SETTINGS;
pub use connector::{CODE, Kaddio};

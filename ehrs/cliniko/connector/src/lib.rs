//! Connector for [Cliniko](https://www.cliniko.com), practice management for allied health.
//!
//! Care unit = business, resource = practitioner at that business, healthcare service = appointment type offered there,
//! timeslot = one of Cliniko's `available_times`. What the connector relies on, where that is documented and what is assumed
//! stands in `ehrs/cliniko/README.md`.
//!
//! - [`Cliniko`] answers the `Ehr` trait: orchestration only, one submodule of `connector` per subject.
//! - `wire` has Cliniko's own types and one function per native endpoint. No I/O.
//! - `mapping` translates between those types and the model.
//! - `error` says what a refusal of Cliniko means.
#![warn(missing_docs)]

mod capabilities;
mod config;
mod connector;
mod error;
mod mapping;
pub mod wire;

pub use config::SETTINGS;
pub use connector::{CODE, Cliniko};

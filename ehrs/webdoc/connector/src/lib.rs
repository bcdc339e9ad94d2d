//! Connector for [Webdoc](https://www.carasent.com/webdoc), the record system of Swedish clinics by Carasent.
//!
//! Care unit = clinic, resource = caregiver, healthcare service = booking type, timeslot = a row of the calendar that nobody has taken.
//! Patients go by their Swedish number. What the connector relies on, where that is documented and what is assumed stands in
//! `ehrs/webdoc/README.md`.
//!
//! - [`Webdoc`] answers the `Ehr` trait: orchestration only, one submodule of `connector` per subject.
//! - `wire` has Webdoc's own types and one function per native endpoint. No I/O.
//! - `mapping` translates between those types and the model.
//! - `error` says what a refusal of Webdoc means.
#![warn(missing_docs)]

mod capabilities;
mod config;
mod connector;
mod error;
mod mapping;
pub mod wire;

pub use config::SETTINGS;
pub use connector::{CODE, Webdoc};

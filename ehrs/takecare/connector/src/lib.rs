//! Connector for [TakeCare](https://www.cgm.com), the health record of Region Stockholm and others, over XChange.
//!
//! Care unit = care unit, resource = resource of the schedule, healthcare service = time type, timeslot = one of TakeCare's
//! available timeslots, patient = Swedish number. What the connector relies on, where that is documented and what is assumed stands
//! in `ehrs/takecare/README.md`.
//!
//! - [`TakeCare`] answers the `Ehr` trait: orchestration only, one submodule of `connector` per subject.
//! - `wire` has TakeCare's own messages and one function per native operation. No I/O.
//! - `mapping` translates between those messages and the model.
//! - `error` says what a refusal of TakeCare means.
#![warn(missing_docs)]

mod capabilities;
mod config;
mod connector;
mod error;
mod mapping;
pub mod wire;

pub use config::SETTINGS;
pub use connector::{CODE, TakeCare};

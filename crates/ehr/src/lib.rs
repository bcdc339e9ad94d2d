//! The [`Ehr`] trait that every connector answers, and the wire stack that carries all outbound calls.
//!
//! A connector depends on this crate and on `vardbro-model` only. It turns typed arguments into native requests, sends them
//! through [`Ctx::send`], and turns the answers into model types or an [`EhrError`]. It keeps no client, no timer and no retry
//! loop of its own: those are the wire's.
#![warn(missing_docs)]

pub mod connection;
mod ctx;
mod ehr;
mod emr_template;
pub mod environment;
mod error;
pub mod memory;
pub mod meter;
pub mod scrub;
pub mod turns;
mod unanswered;
pub mod wire;

pub use ctx::Ctx;
pub use ehr::{About, CheckReport, Ehr};
pub use emr_template::{EmrTemplate, EmrTemplateField};
pub use error::{EhrError, EhrErrorKind, EhrResult, Thing};

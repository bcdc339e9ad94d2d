#![doc = include_str!("../README.md")]

mod admin;
mod audit;
mod clock;
mod controls;
mod faults;
mod layer;
mod lenient;
mod serve;

pub use admin::admin_router;
pub use audit::{AppointmentState, AuditState, Auditable};
pub use clock::{Clock, ManualClock, SystemClock};
pub use controls::{Controls, Fate};
pub use faults::{Faults, WrongFaults};
pub use layer::{Faulty, count_calls, cut_connection, meet_fate};
pub use serve::{Bound, Running, Server};

/// The largest JSON or XML body that a sandbox reads, in bytes (2 MiB).
pub const MESSAGE_LIMIT: usize = 2 * 1024 * 1024;

/// The largest document that a sandbox's storage takes, in bytes (64 MiB).
pub const DOCUMENT_LIMIT: usize = 64 * 1024 * 1024;

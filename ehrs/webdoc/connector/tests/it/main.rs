//! The connector over the page's own examples, over a scripted Webdoc, and over the sandbox.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

mod appointments;
mod availability;
mod booking;
mod checking;
mod clinic;
mod clocks;
mod documents;
mod faults;
mod lists;
mod moving;
mod notes;
mod patient_changes;
mod patients;
mod templates;
mod tokens;
mod units;
mod wire;

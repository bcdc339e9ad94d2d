//! The reference EHR as the gateway sees it: through the trait, with a clock that the tests set.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

mod appointments;
mod availability;
mod clinic;
mod confirmation;
mod faults;
mod patients;
mod records;
mod served;

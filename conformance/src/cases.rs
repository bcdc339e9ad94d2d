//! The cases, by subject.

mod authentication;
mod booking;
mod care_units;
mod requests;
mod timeslots;

use crate::case::Case;

/// Every case, by the name of its file.
pub const ALL: &[(&str, &[Case])] = &[
    ("authentication", authentication::CASES),
    ("requests", requests::CASES),
    ("care_units", care_units::CASES),
    ("timeslots", timeslots::CASES),
    ("booking", booking::CASES),
];

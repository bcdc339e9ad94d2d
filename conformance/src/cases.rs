//! The cases, by subject.

mod aliases;
mod authentication;
mod booking;
mod bulk;
mod cancelling;
mod care_units;
mod confirming;
mod documents;
mod faults;
mod moving;
mod notes;
mod observability;
mod paging;
mod patient_search;
mod patients;
mod requests;
mod schedules;
mod timeslots;

use crate::case::Case;

/// Every case, by the name of its file.
pub const ALL: &[(&str, &[Case])] = &[
    ("authentication", authentication::CASES),
    ("requests", requests::CASES),
    ("care_units", care_units::CASES),
    ("timeslots", timeslots::CASES),
    ("booking", booking::CASES),
    ("moving", moving::CASES),
    ("cancelling", cancelling::CASES),
    ("confirming", confirming::CASES),
    ("bulk", bulk::CASES),
    ("aliases", aliases::CASES),
    ("patients", patients::CASES),
    ("patient_search", patient_search::CASES),
    ("notes", notes::CASES),
    ("documents", documents::CASES),
    ("schedules", schedules::CASES),
    ("paging", paging::CASES),
    ("faults", faults::CASES),
    ("observability", observability::CASES),
];

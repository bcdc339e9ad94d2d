//! The cases, by subject.

mod access_log;
mod access_log_failing;
mod access_log_refusals;
mod aliases;
mod appointment_lists;
mod authentication;
mod booking;
mod broken_connections;
mod bulk;
mod cancelling;
mod care_units;
mod confirming;
mod documents;
mod faults;
mod limits;
mod moving;
mod notes;
mod observability;
mod paging;
mod patient_changes;
mod patient_ids;
mod patient_search;
mod patients;
mod racing;
mod requests;
mod schedules;
mod timeslots;

use crate::case::Case;

/// Every case, by the name of its file.
pub const ALL: &[(&str, &[Case])] = &[
    ("authentication", authentication::CASES),
    ("requests", requests::CASES),
    ("limits", limits::CASES),
    ("care_units", care_units::CASES),
    ("timeslots", timeslots::CASES),
    ("booking", booking::CASES),
    ("appointment_lists", appointment_lists::CASES),
    ("moving", moving::CASES),
    ("racing", racing::CASES),
    ("cancelling", cancelling::CASES),
    ("confirming", confirming::CASES),
    ("bulk", bulk::CASES),
    ("aliases", aliases::CASES),
    ("patients", patients::CASES),
    ("patient_changes", patient_changes::CASES),
    ("patient_ids", patient_ids::CASES),
    ("patient_search", patient_search::CASES),
    ("notes", notes::CASES),
    ("documents", documents::CASES),
    ("schedules", schedules::CASES),
    ("paging", paging::CASES),
    ("faults", faults::CASES),
    ("observability", observability::CASES),
    ("access_log", access_log::CASES),
    ("access_log_refusals", access_log_refusals::CASES),
    ("access_log_failing", access_log_failing::CASES),
    ("broken_connections", broken_connections::CASES),
];

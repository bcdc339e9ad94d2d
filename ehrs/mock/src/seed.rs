//! The seed: invented people and places, with a calendar that moves with today's date. National numbers are official test
//! numbers, telephone numbers are from the ranges reserved for fiction.

mod diary;
mod people;
mod places;
mod records;

use jiff::Timestamp;

use crate::state::State;

/// The EHR as it is at the start of a day's work: the same for the same instant and seed.
pub(crate) fn seeded(now: Timestamp, seed: u64, last_number: u64) -> State {
    let mut state = State::empty(now, seed, last_number);
    state.care_units = places::care_units();
    state.services = places::services();
    state.resources = places::resources();
    state.patients = people::patients();
    diary::fill(&mut state, now);
    records::fill(&mut state, now);
    state
}

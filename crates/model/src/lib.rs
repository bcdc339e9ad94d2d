//! The vocabulary of Vardbro: ids, times, records, errors and capabilities, as `api.md` names them. No I/O.
#![warn(missing_docs)]

pub mod appointment;
pub mod capabilities;
pub mod care_unit;
pub mod document;
pub mod ehr;
pub mod error;
pub mod healthcare_service;
pub mod id;
pub mod medical_note;
pub mod national;
pub mod page;
pub mod patient;
pub mod phone;
pub mod resource;
pub mod schedule;
pub mod time;
pub mod timeslot;
pub mod typed_id;

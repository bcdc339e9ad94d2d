//! Bookings.

use std::fmt;

use jiff::Timestamp;
use serde::Deserialize;

use super::lenient::{instant, list, nullable, some_instant};
use super::{Asked, Id, PAGE, Rows, Variables};
use crate::operations::Name;

/// A booking. Prints its id only.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[expect(missing_docs, reason = "the fields bear the names of the operation's aliases")]
pub struct Booking {
    pub id: Id,
    #[serde(default)]
    pub care_unit_id: Option<Id>,
    pub resource_id: Option<Id>,
    pub patient_id: Option<Id>,
    pub healthcare_service_id: Option<Id>,
    #[serde(deserialize_with = "instant")]
    pub start: Timestamp,
    #[serde(deserialize_with = "instant")]
    pub end: Timestamp,
    #[serde(default)]
    pub comment: Option<String>,
    pub status: Option<String>,
    #[serde(default, deserialize_with = "some_instant")]
    pub created_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "some_instant")]
    pub updated_at: Option<Timestamp>,
}

impl fmt::Debug for Booking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Booking").field("id", &self.id).finish_non_exhaustive()
    }
}

/// One booking, if there is one.
#[derive(Deserialize)]
#[expect(missing_docs, reason = "the fields bear the names of the operation's aliases")]
pub struct OneBooking {
    #[serde(deserialize_with = "nullable")]
    pub appointment: Option<Booking>,
}

/// Some bookings.
#[derive(Deserialize)]
#[expect(missing_docs, reason = "the fields bear the names of the operation's aliases")]
pub struct Bookings {
    #[serde(deserialize_with = "list")]
    pub appointments: Vec<Booking>,
}

impl Rows for Bookings {
    type Row = Booking;

    fn rows(self) -> Vec<Booking> {
        self.appointments
    }

    fn id(row: &Booking) -> &Id {
        &row.id
    }
}

/// Which bookings to look for.
#[derive(Clone, Default)]
#[expect(missing_docs, reason = "the fields bear the names of the operation's variables")]
pub struct Wanted {
    pub care_unit_id: Option<Id>,
    pub patient_id: Option<Id>,
    pub resource_id: Option<Id>,
    pub healthcare_service_id: Option<Id>,
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
}

/// A booking to be made.
#[expect(missing_docs, reason = "the fields bear the names of the operation's variables")]
pub struct NewBooking<'a> {
    pub patient_id: &'a Id,
    pub resource_id: &'a Id,
    pub healthcare_service_id: &'a Id,
    pub care_unit_id: Option<&'a Id>,
    pub start: Timestamp,
    pub end: Timestamp,
    pub comment: Option<&'a str>,
}

/// Asks for a booking.
pub fn one(id: &Id) -> Asked<OneBooking> {
    Asked::new(Name::Booking, Variables::default().with("appointment_id", id))
}

/// Asks for bookings by start, cancelled ones too, from the `offset`th on.
pub fn list_of(wanted: &Wanted, offset: usize) -> Asked<Bookings> {
    let variables = Variables::default()
        .with("care_unit_id", wanted.care_unit_id.as_ref())
        .with("patient_id", wanted.patient_id.as_ref())
        .with("resource_id", wanted.resource_id.as_ref())
        .with("healthcare_service_id", wanted.healthcare_service_id.as_ref())
        .with_instant("from", wanted.from)
        .with_instant("to", wanted.to)
        .with("offset", offset)
        .with("limit", PAGE);
    Asked::new(Name::Bookings, variables)
}

/// Books.
pub fn create(new: &NewBooking<'_>) -> Asked<OneBooking> {
    let variables = Variables::default()
        .with("patient_id", new.patient_id)
        .with("resource_id", new.resource_id)
        .with("healthcare_service_id", new.healthcare_service_id)
        .with("care_unit_id", new.care_unit_id)
        .with_instant("start", Some(new.start))
        .with_instant("end", Some(new.end))
        .with("comment", new.comment);
    Asked::new(Name::CreateBooking, variables)
}

//! Bookings: individual appointments, group appointments and unavailable blocks in one list.

use jiff::Timestamp;
use serde::Deserialize;

use super::list::{Collection, first_page};
use super::{Api, Filters, Id, Link, List, Native};

/// Whatever takes a practitioner's time. Its kind shows in its fields: only an individual appointment has a patient.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "the fields bear Cliniko's own names")]
pub struct Booking {
    pub id: Id,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    #[serde(default)]
    pub patient: Link,
    #[serde(default)]
    pub cancelled_at: Option<Timestamp>,
    #[serde(default)]
    pub archived_at: Option<Timestamp>,
    #[serde(default)]
    pub deleted_at: Option<Timestamp>,
}

impl Booking {
    /// Neither cancelled nor archived.
    pub fn is_live(&self) -> bool {
        self.cancelled_at.is_none() && self.archived_at.is_none() && self.deleted_at.is_none()
    }

    /// An appointment of one patient.
    pub fn is_individual(&self) -> bool {
        self.patient.id().is_some()
    }
}

impl Collection for Booking {
    const KEY: &'static str = "bookings";
}

/// `GET /bookings`.
pub fn list(api: &Api, filters: &Filters) -> Native<List<Booking>> {
    first_page(api, "GET /v1/bookings", "/bookings", filters, None)
}

//! Making, moving and cancelling bookings (Booking WSDL, `MakeBooking`, `RescheduleBooking`, `CancelBooking`).

use jiff::civil::DateTime;
use vardbro_ehr::wire::Safety;

use super::availability::{Resource, resource};
use super::{Api, Element, Kind, Native, UnitKey, Unreadable, times};

/// What is to be booked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct NewBooking<'a> {
    /// Local.
    pub start: DateTime,
    /// Local.
    pub end: DateTime,
    /// For what.
    pub time_type: u16,
    /// With whom.
    pub resource: u64,
    /// For whom: digits.
    pub patient: &'a str,
    /// What the patient says; sent empty when there is nothing.
    pub reason: &'a str,
}

/// What was booked. Does not print what it holds.
#[derive(Clone, PartialEq, Eq)]
pub struct Confirmation {
    /// `BookingId`; a moved booking has a new one.
    pub id: String,
    /// Local.
    pub start: DateTime,
    /// Local.
    pub end: DateTime,
    /// For what.
    pub time_type: u16,
    /// With whom.
    pub resource: Resource,
    /// For whom.
    pub patient: Option<String>,
    /// What the patient said; `None` where TakeCare does not repeat it.
    pub reason: Option<String>,
}

impl std::fmt::Debug for Confirmation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Confirmation").field("id", &self.id).finish_non_exhaustive()
    }
}

/// What became of a booking that was to be cancelled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// `BookingId`; `None` where TakeCare does not repeat it.
    pub booking: Option<String>,
    /// `CANCELLED`.
    pub status: String,
}

impl Status {
    /// Whether it is this booking that has this status.
    pub fn says(&self, booking: &str, status: &str) -> bool {
        let same = self.booking.as_deref().is_none_or(|told| told.eq_ignore_ascii_case(booking));
        same && self.status.eq_ignore_ascii_case(status)
    }
}

/// `MakeBooking`.
pub fn make(api: &Api, unit: &UnitKey, new: &NewBooking<'_>) -> Native<Confirmation> {
    let kind = Kind { safety: Safety::Once, label: "Booking.MakeBooking", read: read_confirmation };
    api.booking("MakeBooking", kind, unit, new.elements(unit))
}

/// `RescheduleBooking`.
pub fn reschedule(api: &Api, unit: &UnitKey, booking: &str, new: &NewBooking<'_>) -> Native<Confirmation> {
    let kind = Kind { safety: Safety::Once, label: "Booking.RescheduleBooking", read: read_confirmation };
    let booking = Element::text("BookingId", booking);
    api.booking("RescheduleBooking", kind, unit, [booking].into_iter().chain(new.elements(unit)))
}

/// `CancelBooking`. The message names no care unit; the envelope does.
pub fn cancel(api: &Api, unit: &UnitKey, booking: &str, reason: &str) -> Native<Status> {
    let kind = Kind { safety: Safety::Once, label: "Booking.CancelBooking", read: read_status };
    let children = [Element::text("BookingId", booking), Element::text("PatientReason", reason)];
    api.booking("CancelBooking", kind, unit, children)
}

impl NewBooking<'_> {
    fn elements(&self, unit: &UnitKey) -> impl Iterator<Item = Element> {
        let rest = [
            Element::text("StartTime", times::minute(self.start)),
            Element::text("EndTime", times::minute(self.end)),
            Element::text("TimeTypeId", self.time_type.to_string()),
            Element::text("ResourceId", self.resource.to_string()),
            Element::text("PatientId", self.patient),
            Element::text("PatientReason", self.reason),
        ];
        unit.elements().into_iter().chain(rest)
    }
}

pub(super) fn read_confirmation(root: &Element) -> Result<Confirmation, Unreadable> {
    let booked = root.need("BookingConfirmation")?;
    Ok(Confirmation {
        id: booked.required("BookingId")?.to_owned(),
        start: times::required(booked, "StartTime")?,
        end: times::required(booked, "EndTime")?,
        time_type: booked.number("TimeTypeId")?,
        resource: resource(booked)?,
        patient: booked.optional("PatientId"),
        reason: booked.optional("PatientReason"),
    })
}

pub(super) fn read_status(root: &Element) -> Result<Status, Unreadable> {
    let status = root.need("BookingStatus")?;
    Ok(Status { booking: status.optional("BookingId"), status: status.required("Status")?.to_owned() })
}

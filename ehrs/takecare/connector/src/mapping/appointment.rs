//! Appointments.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use vardbro_model::appointment::{Appointment, AppointmentStatus};
use vardbro_model::id::{CareUnitId, PatientId};
use vardbro_model::time::{DateTime, Window};

use super::{id, offer, times};
use crate::wire::availability::Resource;
use crate::wire::booking::Confirmation;
use crate::wire::bookings::Booking;

/// `None`: at a time that does not exist, or with an id that cannot be one.
pub(crate) fn appointment(
    native: &Booking,
    unit: &CareUnitId,
    zone: &TimeZone,
    now: Timestamp,
) -> Option<Appointment> {
    let window = span(native, zone)?;
    let over = window.end <= now;
    Some(Appointment {
        id: id::appointment(&native.id)?,
        emr_id: native.id.clone(),
        care_unit_id: unit.clone(),
        status: if over { AppointmentStatus::Completed } else { AppointmentStatus::Booked },
        emr_status: None,
        start: DateTime::in_zone(window.start, zone),
        end: DateTime::in_zone(window.end, zone),
        patient_id: native.patient.as_deref().and_then(|patient| PatientId::parse(patient).ok()),
        resource_id: resource(native).and_then(|resource| id::resource(unit, resource.id)),
        healthcare_service_id: offer::service_id(native.time_type),
        comment: native.reason.clone(),
        confirmation: None,
        created_at: None,
        updated_at: None,
    })
}

/// The span that a booking takes.
pub(crate) fn span(native: &Booking, zone: &TimeZone) -> Option<Window> {
    times::span(native.start, native.end, zone)
}

/// With whom a booking is: the first named resource, else the first of all.
pub(crate) fn resource(native: &Booking) -> Option<&Resource> {
    let named = native.resources.iter().find(|resource| resource.kind == 1);
    named.or_else(|| native.resources.first())
}

/// A confirmed booking, as a list would tell of it.
pub(crate) fn confirmed(native: Confirmation, patient: &str, reason: &str) -> Booking {
    let sent = (!reason.is_empty()).then(|| reason.to_owned());
    Booking {
        id: native.id,
        care_unit: None,
        start: native.start,
        end: native.end,
        time_type: native.time_type,
        resources: vec![native.resource],
        patient: Some(native.patient.unwrap_or_else(|| patient.to_owned())),
        reason: native.reason.or(sent),
        cancel_allowed: true,
        reschedule_allowed: true,
    }
}

//! Appointments.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use vardbro_model::appointment::{Appointment, AppointmentStatus};
use vardbro_model::id::CareUnitId;
use vardbro_model::time::DateTime;

use super::{id, text};
use crate::wire::individual_appointments::IndividualAppointment;

pub(crate) fn appointment(
    native: &IndividualAppointment,
    care_unit: &CareUnitId,
    zone: &TimeZone,
    now: Timestamp,
) -> Appointment {
    let at = |at: Timestamp| DateTime::in_zone(at, zone);
    Appointment {
        id: id::appointment(native.id),
        emr_id: native.id.to_string(),
        care_unit_id: care_unit.clone(),
        status: status(native, now),
        emr_status: emr_status(native),
        start: at(native.starts_at),
        end: at(native.ends_at),
        patient_id: native.patient.id().map(id::patient),
        resource_id: native.practitioner.id().map(id::resource),
        healthcare_service_id: native.appointment_type.id().map(id::healthcare_service),
        comment: comment(native),
        confirmation: None,
        created_at: native.created_at.map(at),
        updated_at: native.updated_at.map(at),
    }
}

/// Why it was cancelled, if anybody said so; else the comment of the booking.
fn comment(native: &IndividualAppointment) -> Option<String> {
    let reason = text(native.cancellation_note.as_ref()).filter(|_| native.cancelled_at.is_some());
    reason.or_else(|| text(native.notes.as_ref()))
}

/// A no-show is completed too.
pub(crate) fn status(native: &IndividualAppointment, now: Timestamp) -> AppointmentStatus {
    let over = native.ends_at <= now;
    if native.cancelled_at.is_some() {
        AppointmentStatus::Cancelled
    } else if over || native.patient_arrived == Some(true) || native.did_not_arrive == Some(true) {
        AppointmentStatus::Completed
    } else {
        AppointmentStatus::Booked
    }
}

fn emr_status(native: &IndividualAppointment) -> Option<String> {
    if native.cancelled_at.is_some() {
        return Some(match text(native.cancellation_reason_description.as_ref()) {
            Some(reason) => format!("cancelled: {reason}"),
            None => "cancelled".to_owned(),
        });
    }
    match (native.did_not_arrive, native.patient_arrived) {
        (Some(true), _) => Some("did_not_arrive".to_owned()),
        (_, Some(true)) => Some("patient_arrived".to_owned()),
        _ => None,
    }
}

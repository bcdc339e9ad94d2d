//! Appointments.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use vardbro_model::appointment::{Appointment, AppointmentStatus};
use vardbro_model::id::CareUnitId;
use vardbro_model::time::DateTime;

use super::{id, text};
use crate::wire::bookings::Booking;

pub(crate) fn appointment(
    native: &Booking,
    care_unit: &CareUnitId,
    zone: &TimeZone,
    now: Timestamp,
) -> Appointment {
    let at = |at: Timestamp| DateTime::in_zone(at, zone);
    Appointment {
        id: id::appointment(&native.id),
        emr_id: native.id.to_string(),
        care_unit_id: care_unit.clone(),
        status: status(native, now),
        emr_status: text(native.status.as_ref()),
        start: at(native.start),
        end: at(native.end),
        patient_id: native.patient_id.as_ref().map(id::patient),
        resource_id: native.resource_id.as_ref().map(id::resource),
        healthcare_service_id: native.healthcare_service_id.as_ref().map(id::healthcare_service),
        comment: text(native.comment.as_ref()),
        confirmation: None,
        created_at: native.created_at.map(at),
        updated_at: native.updated_at.map(at),
    }
}

/// A no-show is completed too. A word that we do not know says nothing: then the time tells.
pub(crate) fn status(native: &Booking, now: Timestamp) -> AppointmentStatus {
    let word = native.status.as_deref().unwrap_or_default().trim().to_ascii_uppercase();
    match word.as_str() {
        "CANCELLED" => AppointmentStatus::Cancelled,
        "ARRIVED" | "NO_SHOW" => AppointmentStatus::Completed,
        _ if native.end <= now => AppointmentStatus::Completed,
        _ => AppointmentStatus::Booked,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::reply;

    fn booking(status: &str) -> Booking {
        let data = serde_json::json!({
            "id": "aBc", "resource_id": "h", "patient_id": "c", "healthcare_service_id": "t", "status": status,
            "start": "2026-12-01T08:00:00.000Z", "end": "2026-12-01T09:00:00.000Z",
        });
        reply::data(data).unwrap()
    }

    #[test]
    fn every_word_of_kaddios_has_a_status_and_stays_readable() {
        let (before, after) =
            ("2026-12-01T07:00:00Z".parse().unwrap(), "2026-12-01T09:00:00Z".parse().unwrap());
        for (word, early, late) in [
            ("BOOKED", AppointmentStatus::Booked, AppointmentStatus::Completed),
            ("ARRIVED", AppointmentStatus::Completed, AppointmentStatus::Completed),
            ("NO_SHOW", AppointmentStatus::Completed, AppointmentStatus::Completed),
            ("CANCELLED", AppointmentStatus::Cancelled, AppointmentStatus::Cancelled),
            ("PAID", AppointmentStatus::Booked, AppointmentStatus::Completed),
        ] {
            let native = booking(word);
            assert_eq!((status(&native, before), status(&native, after)), (early, late), "{word}");
            let id = CareUnitId::parse("p").unwrap();
            let stockholm = TimeZone::get("Europe/Stockholm").unwrap();
            let answer = appointment(&native, &id, &stockholm, before);
            assert_eq!(answer.emr_status.as_deref(), Some(word));
            assert_eq!(answer.start.to_string(), "2026-12-01T09:00:00+01:00");
        }
    }
}

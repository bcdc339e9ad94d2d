//! Appointments. Their id is Webdoc's and the day, which is where to look: Webdoc has no call for one booking.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use vardbro_model::appointment::{Appointment, AppointmentStatus};
use vardbro_model::id::{AppointmentId, CareUnitId, ResourceId};
use vardbro_model::time::{DateTime, Window};

use super::number::Number;
use super::{offer, time};
use crate::wire::Code;
use crate::wire::bookings::{Booking, Kind};
use crate::wire::types::BookingType;

/// Webdoc's id and, as a hint, the day.
pub(crate) fn read_id(id: &AppointmentId) -> (&str, Option<Date>) {
    let whole = id.as_str();
    let split = whole.rsplit_once('.').and_then(|(native, day)| {
        let digits = day.len() == 8 && day.bytes().all(|byte| byte.is_ascii_digit());
        let day = digits.then(|| Date::strptime("%Y%m%d", day).ok()).flatten()?;
        Some((native, Some(day)))
    });
    split.unwrap_or((whole, None))
}

pub(crate) fn id(native: &str, day: Date) -> Option<AppointmentId> {
    AppointmentId::parse(&format!("{native}.{}", day.strftime("%Y%m%d"))).ok()
}

/// `None`: it does not tell when it is, lies in the hour that spring leaves out, or has an id that cannot stand in a URL.
pub(crate) fn appointment(
    native: &Booking,
    unit: &CareUnitId,
    types: &[BookingType],
    (zone, now): (&TimeZone, Timestamp),
) -> Option<Appointment> {
    let Some(window) = time::window(native, zone) else {
        tracing::warn!("a booking of Webdoc's has no time that there is, and is left out");
        return None;
    };
    let today = zone.to_datetime(now).date();
    let number = native.patient.as_ref().and_then(|patient| patient.personal_number.as_deref());
    Some(Appointment {
        id: id(&native.id, native.date?)?,
        emr_id: native.id.clone(),
        care_unit_id: unit.clone(),
        status: status(native, window, now),
        emr_status: emr_status(native),
        start: DateTime::in_zone(window.start, zone),
        end: DateTime::in_zone(window.end, zone),
        patient_id: number.and_then(|number| Number::read(number, today)?.patient_id()),
        resource_id: native.with().and_then(|id| ResourceId::parse(id).ok()),
        healthcare_service_id: kind(native, types).and_then(offer::service_id),
        comment: native.note.clone(),
        confirmation: None,
        created_at: None,
        updated_at: None,
    })
}

/// The booking type, which some answers name only by its name.
pub(crate) fn kind(native: &Booking, types: &[BookingType]) -> Option<Code> {
    match &native.booking_type {
        Kind::Untold => None,
        Kind::Id(id) => Some(*id),
        Kind::Name(name) => {
            let mut named = types.iter().filter(|kind| kind.name.as_ref() == Some(name));
            named.next().filter(|_| named.next().is_none()).map(|kind| kind.id)
        }
    }
}

fn status(native: &Booking, window: Window, now: Timestamp) -> AppointmentStatus {
    let arrived = native.arrived.is_some_and(|arrived| arrived != 0);
    if arrived || window.end <= now { AppointmentStatus::Completed } else { AppointmentStatus::Booked }
}

/// Webdoc's numbers as they are: what they mean is not public.
fn emr_status(native: &Booking) -> Option<String> {
    let numbers = [("phase", native.phase), ("arrived", native.arrived)];
    let told: Vec<String> =
        numbers.iter().filter_map(|(name, number)| Some(format!("{name} {}", (*number)?))).collect();
    (!told.is_empty()).then(|| told.join(", "))
}

use jiff::civil::DateTime;

use super::{Booking, resource_fields};
use crate::call::Call;
use crate::exchange::Answer;
use crate::state::Session;
use crate::time::minute_digits;
use crate::xml::Markup;

/// GetBookings: of a patient, one, or all of the care unit; those to come and those that were.
pub fn list(session: &Session<'_>, mut call: Call<'_>) -> Answer {
    let patient = call.fields.optional_text("PatientId")?;
    let id = call.fields.optional_text("BookingId")?;
    let place = call.place()?;
    call.fields.end()?;
    let mut bookings: Vec<&Booking> = session
        .bookings
        .iter()
        .filter(|booking| booking.live && booking.unit == place.unit.id)
        .filter(|booking| patient.is_none_or(|patient| booking.patient == patient))
        .filter(|booking| id.is_none_or(|id| booking.id.eq_ignore_ascii_case(id)))
        .collect();
    bookings.sort_by_key(|booking| (booking.start, booking.resource.id));
    Ok(place.container("Bookings", bookings.into_iter().map(|booking| markup(booking, session.now))))
}

fn markup(booking: &Booking, now: DateTime) -> Markup {
    let resources = booking.resources().map(|resource| Markup::of("Resource", resource_fields(resource)));
    let flag = |name, allowed| Markup::text(name, u8::from(allowed));
    Markup::of(
        "Booking",
        [
            Markup::text("BookingId", &booking.id),
            Markup::text("BookingType", 0),
            Markup::text("StartTime", minute_digits(booking.start)),
            Markup::text("EndTime", minute_digits(booking.end)),
            Markup::text("TimeTypeId", booking.time_type.id),
            Markup::text("TimeTypeName", booking.time_type.name),
            Markup::of("Resources", resources),
            Markup::text("PatientId", &booking.patient),
            Markup::text("PatientReason", &booking.reason),
            flag("CancelAllowed", booking.can_be_cancelled(now)),
            flag("RescheduleAllowed", booking.can_be_rescheduled(now)),
        ],
    )
}

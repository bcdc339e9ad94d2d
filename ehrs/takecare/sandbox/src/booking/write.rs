use jiff::civil::DateTime;

use super::{Booking, last_day, resource_fields};
use crate::call::{Call, Place};
use crate::exchange::Answer;
use crate::message::Fields;
use crate::places::Slot;
use crate::refusal::Refusal;
use crate::state::Session;
use crate::time::{is_missing, minute_digits};
use crate::xml::Markup;

/// The public adapters cut here; whether the limit is TakeCare's own is not known.
const LONGEST_REASON: usize = 300;

/// What a booking is to be.
struct Wanted<'c> {
    place: Place<'c>,
    start: DateTime,
    end: DateTime,
    time_type: u16,
    resource: u64,
    patient: String,
    reason: &'c str,
}

impl<'c> Wanted<'c> {
    fn read(mut call: Call<'c>) -> Result<Self, Refusal> {
        let place = call.place()?;
        let mut fields = call.fields;
        let wanted = Self {
            place,
            start: fields.time("StartTime")?,
            end: fields.time("EndTime")?,
            time_type: fields.number("TimeTypeId")?,
            resource: fields.number("ResourceId")?,
            patient: fields.number::<u64>("PatientId")?.to_string(),
            reason: reason(&mut fields)?,
        };
        fields.end()?;
        Ok(wanted)
    }

    /// The free time of the diary that is meant.
    fn slot(&self, session: &Session<'_>, moved: Option<&str>) -> Result<Slot, Refusal> {
        let unit = self.place.unit;
        unit.time_type(self.time_type).ok_or(Refusal::TimeType)?;
        unit.resource(self.resource).ok_or(Refusal::Resource)?;
        if !session.patients.contains_key(&self.patient) {
            return Err(Refusal::Patient);
        }
        short_enough(self.reason)?;
        if is_missing(self.start) {
            return Err(Refusal::NoSuchTime);
        }
        if self.start < session.now {
            return Err(Refusal::Past);
        }
        let day = self.start.date();
        let diary = unit.diary(day, day.min(last_day(session.now)));
        diary
            .into_iter()
            .find(|slot| {
                (slot.start, slot.end) == (self.start, self.end)
                    && (slot.time_type.id, slot.resource.id) == (self.time_type, self.resource)
            })
            .filter(|slot| session.is_free(slot, moved))
            .ok_or(Refusal::NotFree)
    }

    /// Puts the booking in place.
    fn book(&self, session: &mut Session<'_>, slot: Slot) -> Markup {
        let id = session.new_booking_id();
        session.bookings.push(Booking {
            id: id.clone(),
            unit: self.place.unit.id,
            start: slot.start,
            end: slot.end,
            time_type: slot.time_type,
            resource: slot.resource,
            room: None,
            patient: self.patient.clone(),
            reason: self.reason.to_owned(),
            cancel_allowed: true,
            reschedule_allowed: true,
            live: true,
        });
        let time = [
            Markup::text("BookingId", id),
            Markup::text("StartTime", minute_digits(slot.start)),
            Markup::text("EndTime", minute_digits(slot.end)),
            Markup::text("TimeTypeId", slot.time_type.id),
            Markup::text("TimeTypeName", slot.time_type.name),
        ];
        let patient = Markup::text("PatientId", &self.patient);
        let reason = (!self.reason.is_empty()).then(|| Markup::text("PatientReason", self.reason));
        let fields = time.into_iter().chain(resource_fields(slot.resource)).chain([patient]).chain(reason);
        self.place.container("BookingConfirmation", fields)
    }
}

/// MakeBooking
pub fn make(session: &mut Session<'_>, call: Call<'_>) -> Answer {
    let wanted = Wanted::read(call)?;
    let slot = wanted.slot(session, None)?;
    Ok(wanted.book(session, slot))
}

/// RescheduleBooking: the new booking has an id of its own, and the old one is gone.
pub fn reschedule(session: &mut Session<'_>, mut call: Call<'_>) -> Answer {
    let id = call.fields.text("BookingId")?;
    let wanted = Wanted::read(call)?;
    let booking = session.booking(wanted.place.unit.id, id)?;
    if booking.patient != wanted.patient {
        return Err(Refusal::AnotherPatient);
    }
    if !booking.can_be_rescheduled(session.now) {
        return Err(Refusal::RescheduleForbidden);
    }
    let old = booking.id.clone();
    let slot = wanted.slot(session, Some(&old))?;
    let confirmation = wanted.book(session, slot);
    session.end(&old);
    Ok(confirmation)
}

/// CancelBooking: the envelope alone names the care unit.
pub fn cancel(session: &mut Session<'_>, mut call: Call<'_>) -> Answer {
    let unit = call.unit()?;
    let id = call.fields.text("BookingId")?;
    let reason = reason(&mut call.fields)?;
    call.fields.end()?;
    let booking = session.booking(unit.id, id)?;
    if !booking.can_be_cancelled(session.now) {
        return Err(Refusal::CancelForbidden);
    }
    short_enough(reason)?;
    let id = booking.id.clone();
    session.end(&id);
    let status = [Markup::text("BookingId", id), Markup::text("Status", "CANCELLED")];
    Ok(Markup::of("BookingStatus", status))
}

fn reason<'c>(fields: &mut Fields<'c>) -> Result<&'c str, Refusal> {
    Ok(fields.optional_text("PatientReason")?.unwrap_or_default())
}

fn short_enough(reason: &str) -> Result<(), Refusal> {
    if reason.chars().count() <= LONGEST_REASON { Ok(()) } else { Err(Refusal::ReasonTooLong) }
}

impl Session<'_> {
    fn end(&mut self, id: &str) {
        if let Some(booking) = self.bookings.iter_mut().find(|booking| booking.id == id) {
            booking.live = false;
        }
    }
}

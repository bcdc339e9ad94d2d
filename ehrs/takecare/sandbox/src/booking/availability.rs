use jiff::civil::Date;

use super::{last_day, resource_fields};
use crate::call::{Call, Place};
use crate::exchange::Answer;
use crate::places::Slot;
use crate::refusal::Refusal;
use crate::state::Session;
use crate::time::{date_digits, minute_digits};
use crate::xml::Markup;

/// Both questions after free times read the same.
struct Question<'c> {
    /// To be moved: its own time counts as free, and its time type is meant unless another is named. An empty one is none: the
    /// public adapters send one along with a time type where nothing is moved.
    booking: Option<&'c str>,
    place: Place<'c>,
    first: Date,
    last: Date,
    time_type: Option<u16>,
    resource: Option<u64>,
}

impl<'c> Question<'c> {
    fn read(mut call: Call<'c>) -> Result<Self, Refusal> {
        let booking = call.fields.optional_text("BookingId")?.filter(|id| !id.is_empty());
        let place = call.place()?;
        let first = call.fields.date("StartDate")?;
        let last = call.fields.date("EndDate")?;
        let time_type = call.fields.optional_number("TimeTypeId")?;
        let resource = call.fields.optional_number("ResourceId")?;
        call.fields.end()?;
        if last < first {
            return Err(Refusal::IllegalArgument);
        }
        Ok(Self { booking, place, first, last, time_type, resource })
    }

    fn free(&self, session: &Session<'_>) -> Result<Vec<Slot>, Refusal> {
        let moved = self.booking.map(|id| session.booking(self.place.unit.id, id)).transpose()?;
        let time_type = self.time_type.or(moved.map(|booking| booking.time_type.id));
        let first = self.first.max(session.now.date());
        let mut slots = self.place.unit.diary(first, self.last.min(last_day(session.now)));
        slots.retain(|slot| {
            session.now <= slot.start
                && time_type.is_none_or(|wanted| slot.time_type.id == wanted)
                && self.resource.is_none_or(|wanted| slot.resource.id == wanted)
                && session.is_free(slot, moved.map(|booking| booking.id.as_str()))
        });
        Ok(slots)
    }
}

/// GetAvailableDates: one container, whose attributes are 0 where nothing was asked for.
pub fn available_dates(session: &Session<'_>, call: Call<'_>) -> Answer {
    let question = Question::read(call)?;
    let mut dates: Vec<Date> = question.free(session)?.into_iter().map(|slot| slot.start.date()).collect();
    dates.dedup();
    let dates = dates.into_iter().map(|date| Markup::text("Date", date_digits(date)));
    let container = question.place.container("AvailableDates", dates);
    Ok(container
        .attribute("TimeTypeId", question.time_type.unwrap_or(0))
        .attribute("ResourceId", question.resource.unwrap_or(0)))
}

/// GetAvailableTimeslots
pub fn available_timeslots(session: &Session<'_>, call: Call<'_>) -> Answer {
    let question = Question::read(call)?;
    let slots = question.free(session)?.into_iter().map(|slot| {
        let time = [
            Markup::text("StartTime", minute_digits(slot.start)),
            Markup::text("EndTime", minute_digits(slot.end)),
            Markup::text("TimeTypeId", slot.time_type.id),
            Markup::text("TimeTypeName", slot.time_type.name),
        ];
        Markup::of("Timeslot", time.into_iter().chain(resource_fields(slot.resource)))
    });
    Ok(question.place.container("AvailableTimeslots", slots))
}

//! `Booking`, the service that is published.

mod availability;
mod list;
mod write;

pub use availability::{available_dates, available_timeslots};
pub use list::list;
pub use write::{cancel, make, reschedule};

use jiff::ToSpan;
use jiff::civil::{Date, DateTime};

use crate::call::Call;
use crate::exchange::Answer;
use crate::places::{Resource, Slot, TimeType};
use crate::refusal::Refusal;
use crate::state::Records;
use crate::xml::Markup;

pub struct Booking {
    pub id: String,
    pub unit: u32,
    pub start: DateTime,
    pub end: DateTime,
    pub time_type: &'static TimeType,
    pub resource: &'static Resource,
    /// Booked together with the resource.
    pub room: Option<&'static Resource>,
    pub patient: String,
    /// Empty if none was given.
    pub reason: String,
    pub cancel_allowed: bool,
    pub reschedule_allowed: bool,
    /// Neither cancelled nor rescheduled.
    pub live: bool,
}

impl Booking {
    fn resources(&self) -> impl Iterator<Item = &'static Resource> {
        [self.resource].into_iter().chain(self.room)
    }

    /// Whether it takes the resource in a time that overlaps.
    pub fn takes(&self, resource: &Resource, start: DateTime, end: DateTime) -> bool {
        let same = self.resources().any(|taken| taken.id == resource.id);
        self.live && same && self.start < end && start < self.end
    }

    /// What has begun can be neither cancelled nor moved (assumed).
    fn can_be_cancelled(&self, now: DateTime) -> bool {
        self.cancel_allowed && now < self.start
    }

    fn can_be_rescheduled(&self, now: DateTime) -> bool {
        self.reschedule_allowed && now < self.start
    }
}

impl Records {
    /// Whether nobody has the time, the booking that is to be moved not counted.
    pub fn is_free(&self, slot: &Slot, moved: Option<&str>) -> bool {
        let mut others = self.bookings.iter().filter(|booking| Some(booking.id.as_str()) != moved);
        !others.any(|booking| booking.takes(slot.resource, slot.start, slot.end))
    }

    /// A live booking of the care unit.
    fn booking(&self, unit: u32, id: &str) -> Result<&Booking, Refusal> {
        let mut bookings = self.bookings.iter();
        bookings
            .find(|booking| booking.live && booking.unit == unit && booking.id.eq_ignore_ascii_case(id))
            .ok_or(Refusal::Booking)
    }
}

/// How far ahead the diary is laid out.
const DAYS_AHEAD: i64 = 120;

/// The last day with times.
fn last_day(now: DateTime) -> Date {
    now.date().saturating_add(DAYS_AHEAD.days())
}

/// GetTimeTypes. `Web` is the only kind that is known.
pub fn time_types(mut call: Call<'_>) -> Answer {
    let place = call.place()?;
    let kind = call.fields.text("TimeTypeRequest")?;
    call.fields.end()?;
    if kind != "Web" {
        return Err(Refusal::IllegalArgument);
    }
    let time_types = place.unit.time_types().map(|time_type| {
        let id = Markup::text("TimeTypeId", time_type.id);
        Markup::of("TimeType", [id, Markup::text("TimeTypeName", time_type.name)])
    });
    Ok(place.container("TimeTypes", time_types))
}

fn resource_fields(resource: &Resource) -> [Markup; 3] {
    [
        Markup::text("ResourceType", resource.kind),
        Markup::text("ResourceId", resource.id),
        Markup::text("ResourceName", resource.name),
    ]
}

//! Free days and times (Booking WSDL, `GetAvailableDates`, `GetAvailableTimeslots`).

use jiff::civil::{Date, DateTime};
use vardbro_ehr::wire::Safety;

use super::{Api, Element, Kind, Native, UnitKey, Unreadable, times};

/// What is asked for. For a move, TakeCare wants the booking and no time type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Availability<'a> {
    /// The booking that is to be moved.
    pub booking: Option<&'a str>,
    /// The first local day.
    pub first: Date,
    /// The last local day.
    pub last: Date,
    /// For what.
    pub time_type: Option<u16>,
    /// With whom.
    pub resource: Option<u64>,
}

/// A free time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeslot {
    /// Local.
    pub start: DateTime,
    /// Local.
    pub end: DateTime,
    /// For what.
    pub time_type: u16,
    /// With whom.
    pub resource: Resource,
}

/// Somebody or something that can be booked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// 1 named resource, 2 position or profession, 3 bed, 4 room.
    pub kind: u8,
    /// `ResourceId`.
    pub id: u64,
    /// `ResourceName`.
    pub name: String,
}

/// `GetAvailableTimeslots`.
pub fn timeslots(api: &Api, unit: &UnitKey, wanted: &Availability<'_>) -> Native<Vec<Timeslot>> {
    let kind = Kind { safety: Safety::Read, label: "Booking.GetAvailableTimeslots", read: read_timeslots };
    api.booking("GetAvailableTimeslots", kind, unit, wanted.elements(unit))
}

/// `GetAvailableDates`.
pub fn dates(api: &Api, unit: &UnitKey, wanted: &Availability<'_>) -> Native<Vec<Date>> {
    let kind = Kind { safety: Safety::Read, label: "Booking.GetAvailableDates", read: read_dates };
    api.booking("GetAvailableDates", kind, unit, wanted.elements(unit))
}

impl Availability<'_> {
    fn elements(&self, unit: &UnitKey) -> Vec<Element> {
        let booking = self.booking.map(|id| Element::text("BookingId", id));
        let days = [
            Element::text("StartDate", times::date(self.first)),
            Element::text("EndDate", times::date(self.last)),
        ];
        let time_type = self.time_type.map(|id| Element::text("TimeTypeId", id.to_string()));
        let resource = self.resource.map(|id| Element::text("ResourceId", id.to_string()));
        booking.into_iter().chain(unit.elements()).chain(days).chain(time_type).chain(resource).collect()
    }
}

/// The schema allows several containers, and each may be empty.
pub(super) fn read_timeslots(root: &Element) -> Result<Vec<Timeslot>, Unreadable> {
    root.need("AvailableTimeslots")?;
    super::rows(root, "AvailableTimeslots", "Timeslot", |row| {
        Ok(Timeslot {
            start: times::required(row, "StartTime")?,
            end: times::required(row, "EndTime")?,
            time_type: row.number("TimeTypeId")?,
            resource: resource(row)?,
        })
    })
}

pub(super) fn read_dates(root: &Element) -> Result<Vec<Date>, Unreadable> {
    root.need("AvailableDates")?;
    super::rows(root, "AvailableDates", "Date", |row| {
        let date = times::parse(row.content().trim()).ok_or_else(|| Unreadable::at("Date"))?;
        Ok(date.date())
    })
}

pub(super) fn resource(row: &Element) -> Result<Resource, Unreadable> {
    Ok(Resource {
        kind: row.number("ResourceType")?,
        id: row.number("ResourceId")?,
        name: row.told("ResourceName").unwrap_or_default().to_owned(),
    })
}

//! Bookings that there are (Booking WSDL, `GetBookings`).

use jiff::civil::DateTime;
use vardbro_ehr::wire::Safety;

use super::availability::{Resource, resource};
use super::{Api, Element, Kind, Native, UnitKey, Unreadable, times};

/// Which bookings are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted<'a> {
    /// A patient's.
    Patient(&'a str),
    /// One.
    Booking(&'a str),
    /// The care unit's. The published message allows it; whether TakeCare does is assumed.
    All,
}

/// A booking.
#[derive(Clone, PartialEq, Eq)]
pub struct Booking {
    /// `BookingId`.
    pub id: String,
    /// The care unit of the list that it stands in, with the kind of its id.
    pub care_unit: Option<(String, String)>,
    /// Local.
    pub start: DateTime,
    /// Local.
    pub end: DateTime,
    /// For what.
    pub time_type: u16,
    /// With whom; at least one.
    pub resources: Vec<Resource>,
    /// Whose it is.
    pub patient: Option<String>,
    /// What the patient said.
    pub reason: Option<String>,
    /// Whether TakeCare lets it be cancelled; unless it says no, it does.
    pub cancel_allowed: bool,
    /// Whether TakeCare lets it be moved; unless it says no, it does.
    pub reschedule_allowed: bool,
}

impl std::fmt::Debug for Booking {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Booking").field("id", &self.id).finish_non_exhaustive()
    }
}

/// `GetBookings`.
pub fn get(api: &Api, unit: &UnitKey, wanted: Wanted<'_>) -> Native<Vec<Booking>> {
    let kind = Kind { safety: Safety::Read, label: "Booking.GetBookings", read };
    let of = match wanted {
        Wanted::Patient(id) => Some(Element::text("PatientId", id)),
        Wanted::Booking(id) => Some(Element::text("BookingId", id)),
        Wanted::All => None,
    };
    api.booking("GetBookings", kind, unit, of.into_iter().chain(unit.elements()))
}

pub(super) fn read(root: &Element) -> Result<Vec<Booking>, Unreadable> {
    root.need("Bookings")?;
    let mut bookings = Vec::new();
    for container in root.all("Bookings") {
        let told = |name| container.attribute(name).map(str::trim).filter(|text| !text.is_empty());
        let unit = told("CareUnitIdType").zip(told("CareUnitId"));
        for row in container.all("Booking") {
            let care_unit = unit.map(|(kind, id)| (kind.to_owned(), id.to_owned()));
            bookings.push(Booking { care_unit, ..booking(row)? });
        }
    }
    Ok(bookings)
}

fn booking(row: &Element) -> Result<Booking, Unreadable> {
    let resources: Vec<Resource> =
        row.need("Resources")?.all("Resource").map(resource).collect::<Result<_, _>>()?;
    if resources.is_empty() {
        return Err(Unreadable::at("Resource"));
    }
    Ok(Booking {
        id: row.required("BookingId")?.to_owned(),
        care_unit: None,
        start: times::required(row, "StartTime")?,
        end: times::required(row, "EndTime")?,
        time_type: row.number("TimeTypeId")?,
        resources,
        patient: row.optional("PatientId"),
        reason: row.optional("PatientReason"),
        cancel_allowed: row.told("CancelAllowed") != Some("0"),
        reschedule_allowed: row.told("RescheduleAllowed") != Some("0"),
    })
}

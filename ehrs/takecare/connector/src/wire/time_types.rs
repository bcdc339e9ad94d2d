//! Time types: what can be booked at a care unit (Booking WSDL, `GetTimeTypes`).

use vardbro_ehr::wire::Safety;

use super::{Api, Element, Kind, Native, UnitKey, Unreadable};

/// The time types of a care unit, and its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeTypes {
    /// The care unit's name.
    pub care_unit_name: Option<String>,
    /// In TakeCare's order.
    pub types: Vec<TimeType>,
}

/// A kind of appointment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeType {
    /// `TimeTypeId`; 0 is one too.
    pub id: u16,
    /// `TimeTypeName`.
    pub name: String,
}

/// `GetTimeTypes` of those that may be booked over the web.
pub fn get(api: &Api, unit: &UnitKey) -> Native<TimeTypes> {
    let kind = Kind { safety: Safety::Read, label: "Booking.GetTimeTypes", read };
    let request = Element::text("TimeTypeRequest", "Web");
    api.booking("GetTimeTypes", kind, unit, unit.elements().into_iter().chain([request]))
}

pub(super) fn read(root: &Element) -> Result<TimeTypes, Unreadable> {
    let container = root.need("TimeTypes")?;
    let name = container.attribute("CareUnitName").map(str::trim).filter(|name| !name.is_empty());
    let types = super::rows(root, "TimeTypes", "TimeType", |row| {
        Ok(TimeType {
            id: row.number("TimeTypeId")?,
            name: row.told("TimeTypeName").unwrap_or_default().to_owned(),
        })
    })?;
    Ok(TimeTypes { care_unit_name: name.map(str::to_owned), types })
}

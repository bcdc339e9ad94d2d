//! Care units (assumed: `GetCareUnits` of ASSUMED.md).

use vardbro_ehr::wire::Safety;

use super::patients::{Address, address};
use super::{Api, Element, Endpoint, Kind, Native, UnitKey, Unreadable};

/// A care unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CareUnit {
    /// `CareUnitId`, of the type that was asked for.
    pub id: String,
    /// `CareUnitName`.
    pub name: String,
    /// `HSAID`.
    pub hsa_id: Option<String>,
    /// `Telephone`.
    pub telephone: Option<String>,
    /// `Email`.
    pub email: Option<String>,
    /// `Address`.
    pub address: Option<Address>,
}

/// `GetCareUnits`, by ids of this type.
pub fn get(api: &Api, endpoint: &Endpoint, id_type: &str) -> Native<Vec<CareUnit>> {
    let kind = Kind { safety: Safety::Read, label: "CareUnit.GetCareUnits", read };
    let all = UnitKey { id_type: id_type.to_owned(), id: String::new() };
    api.call(endpoint, kind, &all, [Element::text("CareUnitIdType", id_type)])
}

pub(super) fn read(root: &Element) -> Result<Vec<CareUnit>, Unreadable> {
    root.need("CareUnits")?;
    super::rows(root, "CareUnits", "CareUnit", |row| {
        Ok(CareUnit {
            id: row.required("CareUnitId")?.to_owned(),
            name: row.told("CareUnitName").unwrap_or_default().to_owned(),
            hsa_id: row.optional("HSAID"),
            telephone: row.optional("Telephone"),
            email: row.optional("Email"),
            address: row.child("Address").map(address),
        })
    })
}

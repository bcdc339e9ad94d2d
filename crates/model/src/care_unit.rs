//! Care units: the places where care is given.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::id::CareUnitId;

/// A postal address. Every part may be unknown.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Address {
    /// Street and number.
    #[serde(default)]
    #[schema(max_length = 255, example = "1 Collins Street")]
    pub street: Option<String>,
    /// A second line: care of, floor, building.
    #[serde(default)]
    #[schema(max_length = 255)]
    pub co_address: Option<String>,
    /// Postal code, as the country writes it.
    #[serde(default)]
    #[schema(max_length = 255, example = "3000")]
    pub postal_code: Option<String>,
    /// City or town.
    #[serde(default)]
    #[schema(max_length = 255, example = "Melbourne")]
    pub city: Option<String>,
    /// ISO 3166-1 alpha-2 code.
    #[serde(default)]
    #[schema(pattern = "^[A-Z]{2}$", example = "AU")]
    pub country: Option<String>,
}

impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

/// A place where care is given, such as "Main Clinic".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "1390726237298631001", "emr_id": "1390726237298631001", "name": "Collins Street Clinic", "time_zone": "Australia/Melbourne",
    "hsa_id": null, "phone": "+61370105550", "email": "clinic@example.com",
    "address": {"street": "1 Collins Street", "co_address": null, "postal_code": "3000", "city": "Melbourne", "country": "AU"}
}))]
pub struct CareUnit {
    /// Use this in every later call.
    pub id: CareUnitId,
    /// The EHR's own id, for people and debugging.
    pub emr_id: String,
    /// Its name.
    pub name: String,
    /// IANA time zone, such as `Europe/Stockholm`.
    #[schema(example = "Australia/Melbourne")]
    pub time_zone: String,
    /// Id in the Swedish directory of health and care.
    pub hsa_id: Option<String>,
    /// E.164, or as the EHR has it where that is no valid number.
    pub phone: Option<String>,
    /// Contact address.
    pub email: Option<String>,
    /// Where it is.
    pub address: Option<Address>,
}

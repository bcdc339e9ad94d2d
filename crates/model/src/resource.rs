//! Resources: the people and things that can be booked.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::id::{CareUnitId, HealthcareServiceId, ResourceId};

/// What kind of thing a resource is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ResourceKind {
    /// A person who gives care.
    Practitioner,
    /// A device.
    Equipment,
    /// A room.
    Room,
    /// The EHR does not tell.
    Unknown,
}

/// A person or thing at a care unit that can be booked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "1390710863102485699", "emr_id": "1390710863102485699", "care_unit_id": "1390726237298631001", "name": "Dr Ada Berg",
    "kind": "practitioner", "title": "Dr", "first_name": "Ada", "last_name": "Berg", "hsa_id": null,
    "healthcare_service_ids": ["1390710863102485701"]
}))]
pub struct Resource {
    /// Use this in every later call.
    pub id: ResourceId,
    /// The EHR's own id, for people and debugging.
    pub emr_id: String,
    /// The care unit.
    pub care_unit_id: CareUnitId,
    /// How the EHR shows it, such as "Dr Ada Berg".
    pub name: String,
    /// What kind of thing it is.
    pub kind: ResourceKind,
    /// Professional title, or title of address.
    pub title: Option<String>,
    /// Given name of a practitioner.
    pub first_name: Option<String>,
    /// Family name of a practitioner.
    pub last_name: Option<String>,
    /// Id in the Swedish directory of health and care.
    pub hsa_id: Option<String>,
    /// The services that it offers at this care unit.
    pub healthcare_service_ids: Vec<HealthcareServiceId>,
}

//! Healthcare services: the kinds of appointment that a care unit offers.

use serde::Serialize;
use utoipa::ToSchema;

use crate::id::{CareUnitId, HealthcareServiceId};

/// A kind of appointment that a care unit offers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "1390710863102485701", "emr_id": "1390710863102485701", "care_unit_id": "1390726237298631001", "name": "First visit",
    "description": "Forty-five minutes with a physiotherapist.", "category": "Physiotherapy", "duration_minutes": 45, "bookable_online": true
}))]
pub struct HealthcareService {
    /// Use this in every later call.
    pub id: HealthcareServiceId,
    /// The EHR's own id, for people and debugging.
    pub emr_id: String,
    /// The care unit.
    pub care_unit_id: CareUnitId,
    /// Its name, such as "First visit".
    pub name: String,
    /// What the patient should know.
    pub description: Option<String>,
    /// The EHR's grouping.
    pub category: Option<String>,
    /// Minutes that an appointment takes.
    pub duration_minutes: Option<u32>,
    /// Whether patients may book it themselves.
    pub bookable_online: Option<bool>,
}

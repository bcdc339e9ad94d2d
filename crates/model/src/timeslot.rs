//! Timeslots: free times that can be booked.

use serde::Serialize;
use utoipa::ToSchema;

use crate::id::{CareUnitId, HealthcareServiceId, ResourceId};
use crate::time::DateTime;

/// A free time of one resource for one service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(example = json!({
    "start": "2024-03-25T14:00:00+01:00", "end": "2024-03-25T14:30:00+01:00", "resource_id": "1390710863102485699",
    "healthcare_service_id": "1390710863102485701", "care_unit_id": "1390726237298631001"
}))]
pub struct Timeslot {
    /// When it begins.
    pub start: DateTime,
    /// When it ends.
    pub end: DateTime,
    /// Who or what is free.
    pub resource_id: ResourceId,
    /// For which service.
    pub healthcare_service_id: HealthcareServiceId,
    /// Where.
    pub care_unit_id: CareUnitId,
}

/// Orders timeslots as the API answers them: by start, then resource, then service.
pub fn sort(slots: &mut [Timeslot]) {
    slots.sort_by(|a, b| {
        (a.start, &a.resource_id, &a.healthcare_service_id).cmp(&(
            b.start,
            &b.resource_id,
            &b.healthcare_service_id,
        ))
    });
}

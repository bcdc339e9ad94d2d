//! Timeslots: free times that can be booked.

use serde::Serialize;
use utoipa::ToSchema;

use crate::id::{CareUnitId, HealthcareServiceId, ResourceId};
use crate::time::DateTime;

/// A free time of one resource for one service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
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

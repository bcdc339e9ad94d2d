//! Documents.

use jiff::tz::TimeZone;
use vardbro_model::document::{Document, DocumentStatus};
use vardbro_model::id::{CareUnitId, PatientId, ResourceId};

use super::{id, times};
use crate::wire::documents::Document as Native;

pub(crate) fn document(
    native: &Native,
    unit: &CareUnitId,
    patient: &PatientId,
    created_by_id: Option<ResourceId>,
    zone: &TimeZone,
) -> Document {
    Document {
        id: id::document(&native.id),
        emr_id: Some(native.id.clone()),
        care_unit_id: unit.clone(),
        patient_id: patient.clone(),
        title: native.title.clone(),
        kind: native.kind.clone(),
        format: native.format.clone(),
        size_bytes: native.size,
        status: DocumentStatus::Available,
        created_by_id,
        created_at: native.created.and_then(|at| times::at(at, zone)),
    }
}

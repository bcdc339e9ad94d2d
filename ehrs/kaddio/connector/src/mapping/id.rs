//! Ids of the model, from native ones: both follow one rule.

use vardbro_model::id::{AppointmentId, CareUnitId, HealthcareServiceId, NoteId, PatientId, ResourceId};

use crate::wire::Id;

macro_rules! from_native {
    ($($name:ident => $model:ident),+ $(,)?) => {
        $(pub(crate) fn $name(id: &Id) -> $model {
            $model::parse(id.as_str()).expect("a native id is made by the same rule")
        })+
    };
}

from_native! {
    appointment => AppointmentId,
    care_unit => CareUnitId,
    healthcare_service => HealthcareServiceId,
    note => NoteId,
    patient => PatientId,
    resource => ResourceId,
}

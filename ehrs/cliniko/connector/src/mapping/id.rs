//! Ids of the model, from native ones: 1 to 19 digits are always an id of the model.

use vardbro_model::id::{
    AppointmentId, CareUnitId, DocumentId, HealthcareServiceId, NoteId, PatientId, ResourceId,
    ScheduleBlockId,
};

use crate::wire::Id;

macro_rules! from_native {
    ($($name:ident => $model:ident),+ $(,)?) => {
        $(pub(crate) fn $name(id: Id) -> $model {
            $model::parse(&id.to_string()).expect("digits are an id")
        })+
    };
}

from_native! {
    appointment => AppointmentId,
    care_unit => CareUnitId,
    document => DocumentId,
    healthcare_service => HealthcareServiceId,
    note => NoteId,
    patient => PatientId,
    resource => ResourceId,
    schedule_block => ScheduleBlockId,
}

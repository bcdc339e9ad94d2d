//! Path parameters, for the API's description; the scopes read them.
#![expect(dead_code, reason = "the fields are there to be described")]

use utoipa::IntoParams;

#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct EmrPath {
    /// The code of the EHR, such as `mock`.
    #[param(example = "mock")]
    emr: String,
}

macro_rules! path {
    ($name:ident, $field:ident, $text:literal) => {
        #[derive(IntoParams)]
        #[into_params(parameter_in = Path)]
        pub(crate) struct $name {
            #[doc = $text]
            $field: String,
        }
    };
}

path!(CareUnitPath, care_unit_id, "The `id` of a care unit.");
path!(ResourcePath, resource_id, "The `id` of a resource, or a typed id such as `hsa_id:SE2321000016-1hz5`.");
path!(HealthcareServicePath, healthcare_service_id, "The `id` of a healthcare service.");
path!(
    PatientPath,
    patient_id,
    "The `id` of a patient, or a typed id such as `se_personal_number:191212121212`."
);
path!(AppointmentPath, appointment_id, "The `id` of an appointment.");
path!(NotePath, note_id, "The `id` of a medical note.");
path!(DocumentPath, document_id, "The `id` of a document.");

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct CareUnitQuery {
    /// The `id` of a care unit.
    care_unit_id: String,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct CareUnitInQuery {
    /// The `id` of a care unit, unless the body has it.
    care_unit_id: Option<String>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PatientQuery {
    /// The `id` of a patient, or a typed id such as `se_personal_number:191212121212`.
    patient_id: String,
}

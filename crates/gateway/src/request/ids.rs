//! Ids in queries and bodies.

use jiff::civil::Date;
use vardbro_model::capabilities::Capabilities;
use vardbro_model::error::{Fault, FaultCode};
use vardbro_model::id::HealthcareServiceId;
use vardbro_model::typed_id::{PatientIdType, PatientRef, ResourceIdType, ResourceRef, TypedIdFault};

use crate::request::Faults;
use crate::request::given::sentence;

/// A patient id of a type that this EHR can look up.
pub(crate) fn patient(
    text: &str,
    today: Date,
    capabilities: &Capabilities,
    path: &str,
) -> Result<PatientRef, Fault> {
    let patient = PatientRef::parse(text, today).map_err(|fault| {
        let code = match fault {
            TypedIdFault::Type(_) => FaultCode::InvalidPatientIdType,
            TypedIdFault::Id(_) | TypedIdFault::Number(_) => FaultCode::InvalidPatientId,
        };
        Fault::at(path, code, sentence(&fault.to_string()))
    })?;
    let id_type = patient.id_type();
    if id_type != PatientIdType::EmrId && !capabilities.patient_id_types.contains(&id_type) {
        let code = FaultCode::PatientIdLookupTypeNotSupported;
        return Err(Fault::at(
            path,
            code,
            "This EHR cannot look patients up by this type of id (patient_id_types).",
        ));
    }
    Ok(patient)
}

/// A resource id of a type that this EHR can look up.
pub(crate) fn resource(
    text: &str,
    today: Date,
    capabilities: &Capabilities,
    path: &str,
) -> Result<ResourceRef, Fault> {
    let resource = ResourceRef::parse(text, today)
        .map_err(|fault| Fault::at(path, FaultCode::InvalidResourceId, sentence(&fault.to_string())))?;
    let id_type = resource.id_type();
    if id_type != ResourceIdType::EmrId && !capabilities.resource_id_types.contains(&id_type) {
        let detail = "This EHR cannot look resources up by this type of id (resource_id_types).";
        return Err(Fault::at(path, FaultCode::NotSupported, detail));
    }
    Ok(resource)
}

/// The author of a note or a document.
pub(crate) fn created_by(
    text: Option<String>,
    today: Date,
    capabilities: &Capabilities,
    faults: &mut Faults,
) -> Option<ResourceRef> {
    match resource(&text?, today, capabilities, "created_by_id") {
        Ok(resource) => Some(resource),
        Err(fault) if fault.code == FaultCode::NotSupported => {
            faults.add(fault);
            None
        }
        Err(fault) => {
            faults.add(Fault { code: FaultCode::InvalidCreatedById, ..fault });
            None
        }
    }
}

/// A healthcare service id.
pub(crate) fn healthcare_service(text: &str, path: &str) -> Result<HealthcareServiceId, Fault> {
    HealthcareServiceId::parse(text)
        .map_err(|fault| Fault::at(path, FaultCode::InvalidHealthcareServiceId, sentence(&fault.to_string())))
}

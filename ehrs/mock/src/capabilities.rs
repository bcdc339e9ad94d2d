//! What this EHR says of itself: everything works.

use std::collections::BTreeMap;

use vardbro_model::capabilities::{
    Author, Capabilities, Evidence, Limits, Operation, OperationCapability, ReconcileBy, Upsert,
    fields_not_stored,
};
use vardbro_model::typed_id::{PatientIdType, ResourceIdType};

/// Characters of an appointment's comment.
pub(crate) const MAX_COMMENT_LENGTH: usize = 300;

/// 20 MiB.
pub(crate) const MAX_DOCUMENT_BYTES: u64 = 20 * 1024 * 1024;

/// MIME types of documents.
pub(crate) const DOCUMENT_FORMATS: &[&str] = &["application/pdf", "image/png", "image/jpeg", "text/plain"];

const OURS: &str = "The reference EHR is this project's own: its README is the documentation.";

pub(crate) fn capabilities() -> Capabilities {
    let operations: BTreeMap<Operation, OperationCapability> =
        Operation::ALL.iter().map(|operation| (*operation, capability(*operation))).collect();
    Capabilities {
        fields_not_stored: fields_not_stored(&operations),
        operations,
        patient_id_types: vec![
            PatientIdType::EmrId,
            PatientIdType::SePersonalNumber,
            PatientIdType::NoPersonalNumber,
            PatientIdType::NhsNumber,
        ],
        resource_id_types: vec![
            ResourceIdType::EmrId,
            ResourceIdType::HsaId,
            ResourceIdType::SePersonalNumber,
            ResourceIdType::NoPersonalNumber,
        ],
        external_id_types: Vec::new(),
        author: Author::Request,
        upsert: Upsert::Full,
        keeps_cancelled: true,
        limits: Limits {
            max_comment_length: Some(MAX_COMMENT_LENGTH),
            max_document_bytes: Some(MAX_DOCUMENT_BYTES),
            document_formats: DOCUMENT_FORMATS.to_vec(),
            availability_window_days: 92,
            can_hold: false,
            confirmation: true,
        },
    }
}

fn capability(operation: Operation) -> OperationCapability {
    let supported =
        OperationCapability::supported(Evidence::Documented).note(OURS).filters(filters(operation));
    match operation {
        // Two equal notes or files are as good as two different ones: reading them tells nothing.
        Operation::CreateNote | Operation::CreateDocument => supported.reconcile_by(ReconcileBy::Nothing),
        _ if operation.writes() => supported.reconcile_by(ReconcileBy::NaturalKey),
        _ => supported,
    }
}

fn filters(operation: Operation) -> &'static [&'static str] {
    match operation {
        Operation::ListResources => &["healthcare_service_id"],
        Operation::ListHealthcareServices => &["resource_id"],
        Operation::ListTimeslots => &["start", "end", "resource_id", "healthcare_service_id"],
        Operation::ReadSchedule => &["start", "end"],
        Operation::SearchPatients => {
            &["first_name", "last_name", "date_of_birth", "external_id", "phone", "email"]
        }
        Operation::ListAppointments => {
            &["patient_id", "resource_id", "healthcare_service_id", "start", "end", "status"]
        }
        _ => &[],
    }
}

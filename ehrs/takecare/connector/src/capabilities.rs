//! What works over TakeCare's services, and how sure we are of it.

use std::collections::BTreeMap;

use vardbro_model::capabilities::{
    Author, Capabilities, Evidence, Limits, Operation, OperationCapability, ReconcileBy, Upsert,
    fields_not_stored,
};
use vardbro_model::patient::ExternalIdType;
use vardbro_model::typed_id::{PatientIdType, ResourceIdType};

/// Public clients cut a reason at this length.
pub(crate) const MAX_COMMENT_LENGTH: usize = 300;

/// TakeCare's own limit is not known.
const MAX_DOCUMENT_BYTES: u64 = 10 * 1024 * 1024;

/// Longer windows are asked for in pieces.
const AVAILABILITY_WINDOW_DAYS: u16 = 92;

pub(crate) fn capabilities() -> Capabilities {
    use Evidence::{Assumed, Documented, Observed};
    use Operation as Op;
    use OperationCapability as Cap;

    let operations = BTreeMap::from([
        (
            Op::ListCareUnits,
            Cap::supported(Assumed)
                .note("With the setting care_units, by published calls only."),
        ),
        (
            Op::ListResources,
            Cap::supported(Observed)
                .filters(&["healthcare_service_id"])
                .note("TakeCare lists no resources: those are told that have free times in the coming weeks, or bookings."),
        ),
        (
            Op::ListHealthcareServices,
            Cap::supported(Documented)
                .filters(&["resource_id"])
                .note("The time types that may be booked over the web."),
        ),
        (
            Op::ListTimeslots,
            Cap::supported(Documented)
                .filters(&["start", "end", "resource_id", "healthcare_service_id"])
                .note("Local times without a zone: of the doubled hour in autumn the first pass is meant."),
        ),
        (Op::ReadSchedule, Cap::unsupported("TakeCare tells free times and bookings, not working hours.")),
        (Op::CreateSchedule, Cap::unsupported("Schedules are kept in TakeCare itself.")),
        (
            Op::SearchPatients,
            Cap::supported(Assumed).filters(&["external_id"]).note("By Swedish number only."),
        ),
        (Op::GetPatient, Cap::supported(Assumed).note("The patient's number is the id.")),
        (
            Op::CreatePatient,
            Cap::supported(Assumed)
                .required(&["external_id"])
                .not_stored(&["first_name", "last_name"])
                .note("external_id must be a Swedish number. Names, date of birth and gender are those of the population register.")
                .reconcile_by(ReconcileBy::NaturalKey),
        ),
        (Op::UpdatePatient, Cap::unsupported("No operation of TakeCare that changes a patient is known.")),
        (
            Op::ListAppointments,
            Cap::supported(Documented)
                .filters(&["patient_id", "resource_id", "healthcare_service_id", "start", "end", "status"])
                .note("By patient as documented. That TakeCare lists all bookings of a care unit, which the others need, is assumed."),
        ),
        (Op::GetAppointment, Cap::supported(Documented)),
        (
            Op::BookAppointment,
            Cap::supported(Documented)
                .note("Patients with a number of digits only. A comment is the patient's reason.")
                .reconcile_by(ReconcileBy::NaturalKey),
        ),
        (
            Op::MoveAppointment,
            Cap::supported(Observed)
                .note("The appointment has a new id afterwards. Where TakeCare forbids moving it that is a conflict.")
                .reconcile_by(ReconcileBy::NaturalKey),
        ),
        (Op::CommentAppointment, Cap::unsupported("A comment can be changed only together with a move.")),
        (
            Op::CancelAppointment,
            Cap::supported(Documented)
                .note("Where TakeCare forbids cancelling it that is a conflict. A cancelled appointment is gone.")
                .reconcile_by(ReconcileBy::NaturalKey),
        ),
        (Op::ConfirmAppointment, Cap::unsupported("Bookings in TakeCare need no confirmation.")),
        (
            Op::ReadNotes,
            Cap::supported(Assumed).note("Of templates of ours that are mapped to the same one, the one that fits best is told."),
        ),
        (
            Op::CreateNote,
            Cap::supported(Assumed)
                .not_stored(&["title"])
                .not_supported(&["appointment_id"])
                .note("The message is observed, where it is sent is assumed. One line a field, and only characters of Latin-1.")
                .reconcile_by(ReconcileBy::Reference),
        ),
        (Op::ListNoteTemplates, Cap::supported(Assumed).note("As the connection maps them.")),
        (Op::ListDocuments, Cap::supported(Assumed)),
        (Op::GetDocument, Cap::unsupported("No operation of TakeCare that answers a document's content is known.")),
        (
            Op::CreateDocument,
            Cap::supported(Assumed).note("PDF only.").reconcile_by(ReconcileBy::Nothing),
        ),
    ]);
    Capabilities {
        fields_not_stored: fields_not_stored(&operations),
        operations,
        patient_id_types: vec![PatientIdType::EmrId, PatientIdType::SePersonalNumber],
        resource_id_types: vec![ResourceIdType::EmrId],
        external_id_types: vec![ExternalIdType::SePersonalNumber],
        author: Author::Request,
        upsert: Upsert::Number,
        keeps_cancelled: false,
        limits: Limits {
            max_comment_length: Some(MAX_COMMENT_LENGTH),
            max_document_bytes: Some(MAX_DOCUMENT_BYTES),
            document_formats: vec!["application/pdf"],
            availability_window_days: AVAILABILITY_WINDOW_DAYS,
            can_hold: false,
            confirmation: false,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_is_declared_and_every_write_says_how_it_is_cleared_up() {
        let capabilities = capabilities();
        for operation in Operation::ALL {
            let declared = capabilities.operations.get(operation).unwrap();
            assert_eq!(
                declared.reconcile_by.is_some(),
                operation.writes() && declared.supported,
                "{operation}"
            );
        }
    }

    #[test]
    fn what_cgm_does_not_publish_is_assumed() {
        let capabilities = capabilities();
        for operation in [
            Operation::ListCareUnits,
            Operation::GetPatient,
            Operation::CreatePatient,
            Operation::ReadNotes,
            Operation::CreateNote,
            Operation::ListDocuments,
            Operation::CreateDocument,
        ] {
            assert_eq!(capabilities.of(operation).evidence, Some(Evidence::Assumed), "{operation}");
        }
    }
}

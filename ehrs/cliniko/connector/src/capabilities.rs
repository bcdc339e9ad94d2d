//! What works over Cliniko's API, and how sure we are of it.

use std::collections::BTreeMap;

use vardbro_model::capabilities::{
    Author, Capabilities, Evidence, Limits, Operation, OperationCapability, ReconcileBy, Upsert,
    fields_not_stored,
};
use vardbro_model::typed_id::{PatientIdType, ResourceIdType};

/// Cliniko's own limit is not known; this fits into a request of this API together with its base64.
const MAX_DOCUMENT_BYTES: u64 = 20 * 1024 * 1024;

/// One call spans weeks of seven days each, for every practitioner and type that is asked for.
const AVAILABILITY_WINDOW_DAYS: u16 = 92;

pub(crate) fn capabilities() -> Capabilities {
    use Evidence::{Assumed, Documented, Observed};
    use Operation as Op;
    use OperationCapability as Cap;

    let operations = BTreeMap::from([
        (Op::ListCareUnits, Cap::supported(Documented).note("The account's businesses that are not archived.")),
        (
            Op::ListResources,
            Cap::supported(Documented)
                .filters(&["healthcare_service_id"])
                .note("The active practitioners of the business."),
        ),
        (
            Op::ListHealthcareServices,
            Cap::supported(Documented)
                .filters(&["resource_id"])
                .note("The appointment types for one patient that somebody offers at the business."),
        ),
        (
            Op::ListTimeslots,
            Cap::supported(Documented).filters(&["start", "end", "resource_id", "healthcare_service_id"]).note(
                "Obeys the account's online booking settings; what is not enabled for online booking has no timeslots.",
            ),
        ),
        (
            Op::ReadSchedule,
            Cap::supported(Assumed)
                .filters(&["start", "end"])
                .note("Cliniko's documents disagree on how recurring hours count the days: setting day_of_week_base."),
        ),
        (
            Op::CreateSchedule,
            Cap::supported(Documented)
                .note("Only a blocked block has a place for a comment.")
                .reconcile_by(ReconcileBy::NaturalKey),
        ),
        (
            Op::SearchPatients,
            Cap::supported(Documented)
                .filters(&["first_name", "last_name", "date_of_birth", "external_id", "email"])
                .filters_not_alone(&["phone"])
                .note("Archived and merged patients are left out."),
        ),
        (Op::GetPatient, Cap::supported(Documented)),
        (
            Op::CreatePatient,
            Cap::supported(Documented)
                .not_supported(&["external_id_type"])
                .note("First and last name are required. One e-mail address.")
                .reconcile_by(ReconcileBy::NaturalKey),
        ),
        (
            Op::UpdatePatient,
            Cap::supported(Assumed)
                .not_supported(&["external_id_type"])
                .note("Phones are replaced as a whole, which is assumed; numbers that are not valid stay.")
                .reconcile_by(ReconcileBy::NaturalKey),
        ),
        (
            Op::ListAppointments,
            Cap::supported(Documented)
                .filters(&["patient_id", "resource_id", "healthcare_service_id", "start", "end", "status"])
                .note("Individual appointments. Archived ones are left out."),
        ),
        (Op::GetAppointment, Cap::supported(Documented)),
        (
            Op::BookAppointment,
            Cap::supported(Observed)
                .note("Cliniko takes double bookings: the gateway checks for a conflict after it has booked, and takes back.")
                .reconcile_by(ReconcileBy::NaturalKey),
        ),
        (
            Op::MoveAppointment,
            Cap::supported(Documented)
                .note("The new time is checked before and after, and put back if it clashes.")
                .reconcile_by(ReconcileBy::NaturalKey),
        ),
        (Op::CommentAppointment, Cap::supported(Documented).reconcile_by(ReconcileBy::NaturalKey)),
        (
            Op::CancelAppointment,
            Cap::supported(Documented)
                .note("Reason 50 (other), with the comment as note. Cannot be undone; Cliniko may notify the patient.")
                .reconcile_by(ReconcileBy::NaturalKey),
        ),
        (Op::ConfirmAppointment, Cap::unsupported("Bookings in Cliniko need no confirmation.")),
        (
            Op::ReadNotes,
            Cap::supported(Documented).note("A draft is answered as draft, a finalised note as signed."),
        ),
        (
            Op::CreateNote,
            Cap::supported(Observed)
                .note("A draft in the name of the practitioner whose API key the connection has.")
                .reconcile_by(ReconcileBy::Nothing),
        ),
        (Op::ListNoteTemplates, Cap::supported(Documented).note("As the connection maps them.")),
        (Op::ListDocuments, Cap::supported(Documented)),
        (
            Op::GetDocument,
            Cap::supported(Assumed).note("How the content is handed out is documented in an older version only."),
        ),
        (
            Op::CreateDocument,
            Cap::supported(Documented)
                .not_stored(&["type"])
                .note("Cliniko works on a file for a while after it is filed. Which formats it takes is not documented: any is sent.")
                .reconcile_by(ReconcileBy::Nothing),
        ),
    ]);
    Capabilities {
        fields_not_stored: fields_not_stored(&operations),
        operations,
        patient_id_types: vec![PatientIdType::EmrId],
        resource_id_types: vec![ResourceIdType::EmrId],
        external_id_types: Vec::new(),
        author: Author::Credential,
        upsert: Upsert::Full,
        keeps_cancelled: true,
        limits: Limits {
            max_comment_length: None,
            max_document_bytes: Some(MAX_DOCUMENT_BYTES),
            document_formats: Vec::new(),
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
}

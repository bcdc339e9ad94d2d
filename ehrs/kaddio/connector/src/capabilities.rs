//! What works over Kaddio's API, and how sure we are of it.

use std::collections::BTreeMap;

use vardbro_model::capabilities::{
    Author, Capabilities, Evidence, Limits, Operation, OperationCapability, ReconcileBy, Upsert,
    fields_not_stored,
};
use vardbro_model::patient::ExternalIdType;
use vardbro_model::typed_id::{PatientIdType, ResourceIdType};

/// One call spans it all.
const AVAILABILITY_WINDOW_DAYS: u16 = 92;

const NO_DOCUMENTS: &str = "Kaddio's documents are an organisation's files, not a patient's.";
const NO_CHANGES: &str = "Kaddio's API has no known operation that changes a booking.";

pub(crate) fn capabilities() -> Capabilities {
    use Evidence::{Assumed, Observed};
    use Operation as Op;
    use OperationCapability as Cap;

    let operations = BTreeMap::from([
        (
            Op::ListCareUnits,
            Cap::supported(Assumed).note("The organisation's places; where it has none, the organisation itself."),
        ),
        (
            Op::ListResources,
            Cap::supported(Assumed).filters(&["healthcare_service_id"]).note("The hosts of the place."),
        ),
        (
            Op::ListHealthcareServices,
            Cap::supported(Assumed)
                .filters(&["resource_id"])
                .note("The booking types for one client that a host of the place offers."),
        ),
        (
            Op::ListTimeslots,
            Cap::supported(Assumed).filters(&["start", "end", "resource_id", "healthcare_service_id"]).note(
                "As long as the booking type takes in the calendar. A connection may read the public list instead (observed): \
                 then only what patients may book on the web.",
            ),
        ),
        (Op::ReadSchedule, Cap::unsupported("Kaddio's API has no known operation that reads working time.")),
        (Op::CreateSchedule, Cap::unsupported("Kaddio's API has no known operation that writes working time.")),
        (
            Op::SearchPatients,
            Cap::supported(Assumed)
                .filters(&["external_id", "first_name", "last_name"])
                .note("Whole names. Archived clients are left out."),
        ),
        (Op::GetPatient, Cap::supported(Assumed).note("Archived clients too.")),
        (
            Op::CreatePatient,
            Cap::supported(Observed)
                .note(
                    "An external_id is the Swedish number; date of birth and gender follow from it. What else Kaddio has no field \
                     for is kept in custom fields that the connection names, else refused: date of birth and gender without \
                     a number, gender other, co_address, country, more than one phone or e-mail. With a number archived clients are \
                     found too.",
                )
                .reconcile_by(ReconcileBy::NaturalKey),
        ),
        (Op::UpdatePatient, Cap::unsupported("Kaddio's API has no known operation that changes more than custom fields.")),
        (
            Op::ListAppointments,
            Cap::supported(Assumed)
                .filters(&["patient_id", "resource_id", "healthcare_service_id", "start", "end", "status"]),
        ),
        (Op::GetAppointment, Cap::supported(Assumed)),
        (Op::BookAppointment, Cap::supported(Assumed).reconcile_by(ReconcileBy::NaturalKey)),
        (Op::MoveAppointment, Cap::unsupported(NO_CHANGES)),
        (Op::CommentAppointment, Cap::unsupported(NO_CHANGES)),
        (Op::CancelAppointment, Cap::unsupported("Kaddio's API has no known operation that cancels a booking.")),
        (Op::ConfirmAppointment, Cap::unsupported("Bookings in Kaddio need no confirmation.")),
        (
            Op::ReadNotes,
            Cap::supported(Assumed).note("Journal entries (kontakter); the title is the name of the template (kontakttyp)."),
        ),
        (
            Op::CreateNote,
            Cap::supported(Assumed)
                .not_stored(&["title"])
                .note("Unsigned, in the name of the host that created_by_id names, else of the connection's default.")
                .reconcile_by(ReconcileBy::Nothing),
        ),
        (Op::ListNoteTemplates, Cap::supported(Assumed).note("As the connection maps them.")),
        (Op::ListDocuments, Cap::unsupported(NO_DOCUMENTS)),
        (Op::GetDocument, Cap::unsupported(NO_DOCUMENTS)),
        (Op::CreateDocument, Cap::unsupported(NO_DOCUMENTS)),
    ]);
    Capabilities {
        fields_not_stored: fields_not_stored(&operations),
        operations,
        patient_id_types: vec![PatientIdType::EmrId, PatientIdType::SePersonalNumber],
        resource_id_types: vec![ResourceIdType::EmrId],
        external_id_types: vec![ExternalIdType::SePersonalNumber],
        author: Author::Request,
        upsert: Upsert::Full,
        keeps_cancelled: true,
        limits: Limits {
            max_comment_length: None,
            max_document_bytes: None,
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

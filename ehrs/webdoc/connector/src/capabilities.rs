//! What works over Webdoc's API, and how sure we are of it.

use std::collections::BTreeMap;

use vardbro_model::capabilities::{
    Author, Capabilities, Evidence, Limits, Operation, OperationCapability, ReconcileBy, Upsert,
    fields_not_stored,
};
use vardbro_model::patient::ExternalIdType;
use vardbro_model::typed_id::{PatientIdType, ResourceIdType};

use crate::mapping::document;

/// One list of free rows spans it all.
const AVAILABILITY_WINDOW_DAYS: u16 = 92;

pub(crate) fn capabilities() -> Capabilities {
    use Evidence::{Assumed, Documented, Observed};
    use Operation as Op;
    use OperationCapability as Cap;

    let operations = BTreeMap::from([
        (Op::ListCareUnits, Cap::supported(Documented).note("The clinics.")),
        (
            Op::ListResources,
            Cap::supported(Documented)
                .note("The caregivers of the clinic. Webdoc does not tell who offers what."),
        ),
        (
            Op::ListHealthcareServices,
            Cap::supported(Documented).note(
                "The booking types, which are those of all clinics; bookable_online tells whether patients may book one themselves.",
            ),
        ),
        (
            Op::ListTimeslots,
            Cap::supported(Assumed).filters(&["start", "end", "resource_id", "healthcare_service_id"]).note(
                "Webdoc has no call for free times: rows of the calendar that nobody has taken count as free (setting free_slot_query), \
                 of booking types that patients may book themselves (setting timeslot_services).",
            ),
        ),
        (Op::ReadSchedule, Cap::unsupported("Webdoc's API tells free and booked rows only.")),
        (Op::CreateSchedule, Cap::unsupported("Webdoc's API does not write schedules.")),
        (
            Op::SearchPatients,
            Cap::supported(Documented).filters(&["external_id"]).note("Webdoc finds patients by their number only."),
        ),
        (
            Op::GetPatient,
            Cap::supported(Documented)
                .note("The id is the Swedish number, or the identification number of a patient without one."),
        ),
        (
            Op::CreatePatient,
            Cap::supported(Documented)
                .not_stored(&["first_name", "last_name"])
                .not_supported(&["address.country"])
                .note(
                    "With a Swedish number as external_id, Webdoc takes name and address from the population register. Without one, first_name, \
                     last_name, date_of_birth and gender (female or male) are needed and kept, and the patient gets an identification number \
                     that the gateway makes up. One phone, one e-mail address.",
                )
                .reconcile_by(ReconcileBy::NaturalKey),
        ),
        (
            Op::UpdatePatient,
            Cap::supported(Documented)
                .not_supported(&[
                    "external_id",
                    "external_id_type",
                    "date_of_birth",
                    "gender",
                    "address.country",
                ])
                .note(
                    "Names, address, one e-mail address and the mobile number; home and work numbers cannot be changed. That an empty text empties \
                     a field is assumed.",
                )
                .reconcile_by(ReconcileBy::NaturalKey),
        ),
        (
            Op::ListAppointments,
            Cap::supported(Documented)
                .filters(&["patient_id", "resource_id", "healthcare_service_id", "start", "end", "status"])
                .note("Without a patient or a window the clinic's whole calendar is read. Cancelled bookings are gone."),
        ),
        (
            Op::GetAppointment,
            Cap::supported(Assumed).note(
                "Webdoc has no call for one booking: it is looked for on the day that the id names, then around it (setting booking_search_days).",
            ),
        ),
        (
            Op::BookAppointment,
            Cap::supported(Assumed)
                .note("The booking is documented; that it takes a free row is assumed (setting take_slot). Overlaps are forbidden.")
                .reconcile_by(ReconcileBy::NaturalKey),
        ),
        (
            Op::MoveAppointment,
            Cap::supported(Documented)
                .note("The new time must be a free row of the same booking type, or covered by such rows and the booking's own time.")
                .reconcile_by(ReconcileBy::NaturalKey),
        ),
        (Op::CommentAppointment, Cap::supported(Documented).reconcile_by(ReconcileBy::NaturalKey)),
        (
            Op::CancelAppointment,
            Cap::supported(Documented)
                .not_stored(&["comment"])
                .note("The booking is gone afterwards.")
                .reconcile_by(ReconcileBy::NaturalKey),
        ),
        (Op::ConfirmAppointment, Cap::unsupported("Bookings in Webdoc need no confirmation.")),
        (Op::ReadNotes, Cap::unsupported("Webdoc's API does not hand out notes.")),
        (
            Op::CreateNote,
            Cap::supported(Observed)
                .not_stored(&["title"])
                .not_supported(&["appointment_id"])
                .note(
                    "An unsigned note, to be signed in Webdoc. Where the connection has no acting_user_id, created_by_id is needed. If the second \
                     of its two steps fails, an empty note stays behind, and the error names it.",
                )
                .reconcile_by(ReconcileBy::Nothing),
        ),
        (Op::ListNoteTemplates, Cap::supported(Documented).note("As the connection maps them.")),
        (Op::ListDocuments, Cap::unsupported("Webdoc's API does not list documents.")),
        (Op::GetDocument, Cap::unsupported("Webdoc's API does not hand out documents.")),
        (
            Op::CreateDocument,
            Cap::supported(Observed)
                .not_stored(&["title"])
                .note(
                    "type is the name or id of one of Webdoc's active document types, and needed where the connection has no \
                     default_document_type. The title becomes the file name; whether Webdoc shows it is not known. Webdoc tells no id.",
                )
                .reconcile_by(ReconcileBy::Nothing),
        ),
    ]);
    Capabilities {
        fields_not_stored: fields_not_stored(&operations),
        operations,
        patient_id_types: vec![PatientIdType::EmrId, PatientIdType::SePersonalNumber],
        resource_id_types: vec![
            ResourceIdType::EmrId,
            ResourceIdType::HsaId,
            ResourceIdType::SePersonalNumber,
        ],
        external_id_types: vec![ExternalIdType::SePersonalNumber],
        author: Author::Request,
        upsert: Upsert::Number,
        keeps_cancelled: false,
        limits: Limits {
            max_comment_length: None,
            max_document_bytes: Some(document::MAX_BYTES),
            document_formats: document::FORMATS.iter().map(|(format, _)| *format).collect(),
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

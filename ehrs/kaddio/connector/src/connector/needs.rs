//! Which documents an operation of the API cannot do without.

use vardbro_model::capabilities::Operation;

use crate::config::FreeTimesFrom;
use crate::operations::Name;

/// What must not be turned off, and must fit the server's schema.
pub(crate) fn needs(operation: Operation, free_times: FreeTimesFrom) -> &'static [Name] {
    use Name::{
        Booking, Bookings, Catalogue, Client, Clients, Contact, Contacts, CreateBooking, CreateClient,
        CreateContact, FreeTimes,
    };
    match (operation, free_times) {
        (
            Operation::ListCareUnits
            | Operation::ListResources
            | Operation::ListHealthcareServices
            | Operation::ListNoteTemplates,
            _,
        ) => &[Catalogue],
        (Operation::ListTimeslots, FreeTimesFrom::GraphQl) => &[Catalogue, FreeTimes],
        (Operation::ListTimeslots, FreeTimesFrom::Rest) => &[Catalogue],
        (Operation::SearchPatients, _) => &[Catalogue, Clients],
        (Operation::GetPatient, _) => &[Catalogue, Client],
        (Operation::CreatePatient, _) => &[Catalogue, Client, Clients, CreateClient],
        (Operation::ListAppointments, _) => &[Catalogue, Bookings],
        (Operation::GetAppointment, _) => &[Catalogue, Booking],
        (Operation::BookAppointment, FreeTimesFrom::GraphQl) => {
            &[Catalogue, FreeTimes, Client, CreateBooking]
        }
        (Operation::BookAppointment, FreeTimesFrom::Rest) => &[Catalogue, Client, CreateBooking],
        (Operation::ReadNotes, _) => &[Catalogue, Client, Contacts, Contact],
        (Operation::CreateNote, _) => &[Catalogue, Client, CreateContact],
        (
            Operation::ReadSchedule
            | Operation::CreateSchedule
            | Operation::UpdatePatient
            | Operation::MoveAppointment
            | Operation::CommentAppointment
            | Operation::CancelAppointment
            | Operation::ConfirmAppointment
            | Operation::ListDocuments
            | Operation::GetDocument
            | Operation::CreateDocument,
            _,
        ) => &[],
    }
}

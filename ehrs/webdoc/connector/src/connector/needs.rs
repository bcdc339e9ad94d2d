//! Which scopes an operation needs.

use std::collections::BTreeSet;

use vardbro_model::capabilities::Operation;

use crate::config::{Config, FreeSlotQuery};
use crate::wire::Scope;

/// The scopes without which the operation cannot be carried out, as the connection is set.
pub(super) fn of(operation: Operation, config: &Config) -> BTreeSet<Scope> {
    use Operation as Op;

    let free_times = match config.free_slot_query {
        FreeSlotQuery::Bookings => Scope::BookingsRead,
        FreeSlotQuery::ClinicBookings => Scope::SelfService,
    };
    let own: &[Scope] = match operation {
        Op::ListCareUnits | Op::ListNoteTemplates => &[],
        Op::ListResources => &[Scope::UsersRead],
        Op::ListHealthcareServices => &[Scope::SelfService],
        Op::ListTimeslots => &[Scope::SelfService, Scope::UsersRead, free_times],
        Op::SearchPatients | Op::GetPatient => &[Scope::PatientRead],
        Op::CreatePatient if config.default_patient_type_name.is_some() => {
            &[Scope::PatientRead, Scope::PatientWrite]
        }
        Op::CreatePatient => &[Scope::PatientRead, Scope::PatientWrite, Scope::PatientTypesRead],
        Op::UpdatePatient => &[Scope::PatientRead, Scope::PatientWrite],
        Op::ListAppointments | Op::GetAppointment => &[Scope::BookingsRead],
        Op::BookAppointment => &[
            Scope::SelfService,
            Scope::BookingsRead,
            Scope::BookingsWrite,
            Scope::PatientRead,
            Scope::UsersRead,
        ],
        Op::MoveAppointment => {
            &[Scope::SelfService, Scope::BookingsRead, Scope::BookingsWrite, Scope::UsersRead]
        }
        Op::CommentAppointment | Op::CancelAppointment => &[Scope::BookingsRead, Scope::BookingsWrite],
        Op::CreateNote => &[Scope::PatientRead, Scope::PatientWrite, Scope::UsersRead],
        Op::CreateDocument => {
            &[Scope::PatientRead, Scope::UsersRead, Scope::DocumentsWrite, Scope::DocumentTypesRead]
        }
        // Webdoc does not have these.
        Op::ReadSchedule
        | Op::CreateSchedule
        | Op::ConfirmAppointment
        | Op::ReadNotes
        | Op::ListDocuments
        | Op::GetDocument => return BTreeSet::new(),
    };
    // Every operation begins with the care unit.
    own.iter().copied().chain([Scope::ClinicsRead]).collect()
}

/// The scopes of all operations together: what a token is asked for.
pub(super) fn of_all(config: &Config) -> BTreeSet<Scope> {
    Operation::ALL.iter().flat_map(|operation| of(*operation, config)).collect()
}

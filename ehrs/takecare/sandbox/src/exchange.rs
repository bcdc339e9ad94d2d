//! One message in, one message out.

use crate::call::Call;
use crate::message::{Answering, Request};
use crate::refusal::Refusal;
use crate::service::Operation;
use crate::soap::Strings;
use crate::state::{Sandbox, Session};
use crate::xml::Markup;
use crate::{booking, care_units, case_notes, documents, patients};

/// What an operation answers: the content of the message.
pub type Answer = Result<Markup, Refusal>;

/// The inner message that answers these strings.
pub fn exchange(sandbox: &Sandbox, operation: Operation, strings: &Strings) -> String {
    let mut session = sandbox.session();
    let answering = Answering {
        operation,
        user: &strings.externaluser,
        care_unit_type: &strings.careunitidtype,
        care_unit: &strings.careunitid,
        now: session.now,
    };
    match perform(&mut session, operation, strings) {
        Ok(content) => answering.response(content),
        Err(refusal) => answering.error(refusal),
    }
}

/// The caller is looked at before the message is, and the invoking system as soon as it can be read.
fn perform(session: &mut Session<'_>, operation: Operation, strings: &Strings) -> Answer {
    let options = session.options;
    if strings.externaluser != options.external_user {
        return Err(Refusal::Caller);
    }
    let signed_in = options.account.as_ref().is_none_or(|account| {
        account.username == strings.tcusername && account.password == strings.tcpassword
    });
    if !signed_in {
        return Err(Refusal::Account);
    }
    let request = Request::read(&strings.xml)?;
    if request.invoking_system() != options.invoking_system {
        return Err(Refusal::Caller);
    }
    let call = Call { strings, options, fields: request.fields()? };
    match operation {
        Operation::GetTimeTypes => booking::time_types(call),
        Operation::GetAvailableDates => booking::available_dates(session, call),
        Operation::GetAvailableTimeslots => booking::available_timeslots(session, call),
        Operation::GetBookings => booking::list(session, call),
        Operation::MakeBooking => booking::make(session, call),
        Operation::RescheduleBooking => booking::reschedule(session, call),
        Operation::CancelBooking => booking::cancel(session, call),
        Operation::GetCareUnits => care_units::list(call),
        Operation::GetPatient => patients::get(session, call),
        Operation::CreatePatient => patients::create(session, call),
        Operation::GetCaseNotes => case_notes::list(session, call),
        Operation::CreateCaseNote => case_notes::create(session, call),
        Operation::GetDocuments => documents::list(session, call),
        Operation::CreateDocument => documents::create(session, call),
    }
}

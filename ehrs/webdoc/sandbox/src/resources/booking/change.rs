//! Moving, changing and cancelling.

use axum::extract::{Path, State};
use serde::Deserialize;

use super::{NEW, needed, refuse_past, refuse_taken};
use crate::answer::{Answer, nothing, ok};
use crate::body::Body;
use crate::diary::{Booking, Slot};
use crate::id::Id;
use crate::local;
use crate::refusal::Refusal;
use crate::resources::action_code::ActionCode;
use crate::resources::booking_type::BookingType;
use crate::resources::clinic_booking;
use crate::resources::user::User;
use crate::state::{App, Session};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    requested_by_user_id: Option<Id>,
    booking_type_id: Option<i64>,
    caregiver: Option<Caregiver>,
    reserved_for_organization_id: Option<i64>,
    reserved_for_department_id: Option<i64>,
    patient_id: Option<Id>,
    date: Option<String>,
    start_time: Option<String>,
    end_time: Option<String>,
    note: Option<String>,
    injury_number: Option<String>,
    action_codes: Option<Vec<i64>>,
}

#[derive(Deserialize)]
struct Caregiver {
    id: Id,
}

/// A booking is moved or changed; a free row with a `patientId` becomes one and keeps its id.
pub async fn change(State(app): State<App>, Path(id): Path<Id>, Body(change): Body<Change>) -> Answer {
    let mut session = app.session();
    if let Some(user) = change.requested_by_user_id {
        User::of_body(user, "requestedByUserId")?;
    }
    let (before, takes_row) = match session.diary.booking(id) {
        Some(booking) => (booking.clone(), false),
        None => {
            let slot = session.diary.free(id).ok_or(Refusal::NotFound("booking"))?;
            (taking(slot, &change, &session)?, true)
        }
    };
    let booking = change.applied(before.clone(), &session)?;
    let moved = booking.period != before.period;
    if takes_row && (moved || booking.booking_type != before.booking_type) {
        return Err(Refusal::invalid("patientId", "takes a row as it is"));
    }
    if moved || takes_row {
        refuse_past(&booking.period, &session)?;
    }
    if moved {
        refuse_visited(id, &session)?;
        refuse_taken(&booking, Some(id), &session)?;
    }
    let body = clinic_booking::changed(&booking, &session);
    if takes_row {
        let renamed = session.new_id();
        session.diary.rename_slot(id, renamed);
    }
    session.diary.put(booking);
    ok(body)
}

/// The booking that a free row becomes, with its patient's own type.
fn taking(slot: &Slot, change: &Change, session: &Session<'_>) -> Result<Booking, Refusal> {
    let patient = change.patient_id.ok_or_else(|| Refusal::invalid("patientId", "is required of a row"))?;
    let patient = session.patients.get(&patient).ok_or(Refusal::NotFound("patient"))?;
    Ok(Booking {
        id: slot.id,
        clinic: slot.clinic,
        period: slot.period,
        booking_type: slot.booking_type,
        patient: patient.id,
        patient_type: patient.patient_type,
        note: String::new(),
        injury_number: String::new(),
        sms_reminder: false,
        fee: None,
        action_codes: Vec::new(),
        reserved_organization: None,
        reserved_department: None,
        arrived: false,
        phase: NEW,
    })
}

impl Change {
    /// The booking with what was sent; what is null or missing stays.
    fn applied(self, mut booking: Booking, session: &Session<'_>) -> Result<Booking, Refusal> {
        if let Some(kind) = self.booking_type_id {
            booking.booking_type = BookingType::of_body(kind)?.id;
        }
        if let Some(caregiver) = self.caregiver {
            booking.period.user = User::caregiver_of_body(caregiver.id, booking.clinic, "caregiver.id")?.id;
        }
        if let Some(patient) = self.patient_id {
            session.patients.get(&patient).ok_or(Refusal::NotFound("patient"))?;
            if patient != booking.patient {
                return Err(Refusal::invalid("patientId", "is not the booking's patient"));
            }
        }
        if let Some(date) = self.date {
            booking.period.date = needed(local::date(&date), "date")?;
        }
        if let Some(start) = self.start_time {
            booking.period.start = needed(local::time(&start), "startTime")?;
        }
        if let Some(end) = self.end_time {
            booking.period.end = needed(local::time(&end), "endTime")?;
        }
        if let Some(codes) = self.action_codes {
            ActionCode::of_body(&codes)?;
            booking.action_codes = codes;
        }
        let (organization, department) = (self.reserved_for_organization_id, self.reserved_for_department_id);
        session.refuse_unknown_reservation(organization, department)?;
        booking.reserved_organization = organization.or(booking.reserved_organization);
        booking.reserved_department = department.or(booking.reserved_department);
        booking.note = self.note.unwrap_or(booking.note);
        booking.injury_number = self.injury_number.unwrap_or(booking.injury_number);
        Ok(booking)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Removal {
    user_id: Id,
}

pub async fn remove(State(app): State<App>, Path(id): Path<Id>, Body(removal): Body<Removal>) -> Answer {
    let mut session = app.session();
    User::of_body(removal.user_id, "userId")?;
    session.diary.booking(id).ok_or(Refusal::NotFound("booking"))?;
    refuse_visited(id, &session)?;
    session.diary.remove(id);
    nothing()
}

/// Whoever has been there stays in the diary.
fn refuse_visited(id: Id, session: &Session<'_>) -> Result<(), Refusal> {
    if session.visits.values().any(|visit| visit.booking == id) {
        return Err(Refusal::invalid("bookingId", "has a visit"));
    }
    Ok(())
}

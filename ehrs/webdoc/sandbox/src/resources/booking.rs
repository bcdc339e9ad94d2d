//! Bookings: the search across clinics, and a new one. Changing and cancelling is in [`change`].

mod change;
mod filter;

pub use filter::RowFilter;

use axum::Router;
use axum::extract::State;
use axum::routing::{get, patch, post};
use serde::Deserialize;
use serde_json::{Number, Value, json};

use crate::access::needs;
use crate::answer::{Answer, created, list};
use crate::body::Body;
use crate::diary::{Booking, Period, Row};
use crate::id::Id;
use crate::local;
use crate::money::Money;
use crate::query::{Query, admits};
use crate::refusal::Refusal;
use crate::resources::action_code::{self, ActionCode};
use crate::resources::booking_type::BookingType;
use crate::resources::clinic::Clinic;
use crate::resources::patient_type::PatientType;
use crate::resources::user::User;
use crate::state::{App, Session, World};

pub fn routes() -> Router<App> {
    let methods = needs("bookings:read", get(search)).merge(needs("bookings:write", post(create)));
    Router::new()
        .route("/v1/bookings", methods)
        .route("/v1/bookings/{id}", needs("bookings:write", patch(change::change).delete(change::remove)))
}

async fn search(State(app): State<App>, query: Query) -> Answer {
    let (booked, arrival) = (query.bit("isBooked")?, query.integer("arrivalStatus")?);
    let (clinic, offset) = (query.id("clinicId"), query.rows("offset")?.unwrap_or(0));
    let session = app.session();
    let filter = RowFilter::read(&query, query.span_of_days()?, &session)?;
    let rows = session.diary.rows(|row| {
        admits(booked, row.booking.is_some())
            && admits(clinic, row.clinic)
            && (arrival.is_none() || arrival == row.booking.map(|booking| i64::from(booking.arrived)))
            && filter.admits(row)
    });
    let page = rows.iter().skip(offset).take(app.options.page_size);
    list(page.map(|row| found(row, &session)))
}

/// A row as the search answers it: ids of types are numbers, the caregiver is a `user`.
fn found(row: &Row<'_>, world: &World) -> Value {
    let mut body = shown(row, world, |id| json!(id));
    if let Some(body) = body.as_object_mut() {
        body.insert("user".to_owned(), json!(User::find(row.period.user).map(User::of_booking)));
    }
    body
}

/// What search and create have in common; they differ in the ids of types.
fn shown(row: &Row<'_>, world: &World, id: fn(i64) -> Value) -> Value {
    let booking = row.booking;
    let kind = BookingType::find(row.booking_type);
    let patient_type = booking.and_then(|booking| PatientType::find(booking.patient_type));
    let codes = booking.map(|booking| booking.action_codes.as_slice()).unwrap_or_default();
    json!({
        "id": row.id,
        "date": row.period.date.to_string(),
        "startTime": local::minutes(row.period.start),
        "endTime": local::minutes(row.period.end),
        "note": booking.map_or("", |booking| &booking.note),
        "injuryNumber": booking.map_or("", |booking| &booking.injury_number),
        "smsReminder": booking.is_some_and(|booking| booking.sms_reminder),
        "reservedForOrganizationId": booking.and_then(|booking| booking.reserved_organization),
        "reservedForDepartmentId": booking.and_then(|booking| booking.reserved_department),
        "phase": booking.map_or(0, |booking| booking.phase),
        "actionCodes": action_code::brief(codes, id),
        "bookingType": kind.map(|kind| json!({"id": id(kind.id), "name": kind.name})),
        "patientType": patient_type.map(|kind| json!({"id": id(kind.id), "name": kind.name})),
        "clinic": Clinic::find(row.clinic).map(Clinic::brief),
        "patient": booking.and_then(|booking| world.patients.get(&booking.patient)).map(|row| row.brief()),
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NewBooking {
    user_id: Id,
    clinic_id: Id,
    patient_id: Id,
    booking_type_id: i64,
    patient_type_id: Option<i64>,
    date: String,
    start_time: String,
    end_time: String,
    injury_number: Option<String>,
    note: Option<String>,
    previous_visit_id: Option<Id>,
    fee: Option<Number>,
    sms_reminder: Option<bool>,
    /// Nothing is sent from here, but its type is checked.
    #[serde(rename = "smsConfirmation")]
    _sms_confirmation: Option<bool>,
    action_codes: Option<Vec<i64>>,
    allow_overlap: Option<bool>,
    reserved_for_organization_id: Option<i64>,
    reserved_for_department_id: Option<i64>,
}

async fn create(State(app): State<App>, Body(new): Body<NewBooking>) -> Answer {
    let mut session = app.session();
    let allow_overlap = new.allow_overlap.unwrap_or(false);
    let booking = new.checked(&session)?;
    refuse_past(&booking.period, &session)?;
    if !allow_overlap {
        refuse_taken(&booking, None, &session)?;
    }
    let row = Row::from(&booking);
    let mut body = shown(&row, &session, |id| json!(id.to_string()));
    if let Some(body) = body.as_object_mut() {
        let caregiver = User::find(booking.period.user).map(User::caregiver_of_new_booking);
        body.insert("caregiver".to_owned(), json!(caregiver));
    }
    session.diary.put(booking);
    created(body)
}

impl NewBooking {
    fn checked(self, session: &Session<'_>) -> Result<Booking, Refusal> {
        let clinic = Clinic::of_body(self.clinic_id)?.id;
        let user = User::caregiver_of_body(self.user_id, clinic, "userId")?.id;
        let patient = session.patients.get(&self.patient_id).ok_or(Refusal::NotFound("patient"))?;
        let patient_type = self.patient_type_id.unwrap_or(patient.patient_type);
        let action_codes = self.action_codes.unwrap_or_default();
        PatientType::of_body(patient_type)?;
        ActionCode::of_body(&action_codes)?;
        let (organization, department) = (self.reserved_for_organization_id, self.reserved_for_department_id);
        session.refuse_unknown_reservation(organization, department)?;
        let previous = self.previous_visit_id.map(|visit| session.visits.get(&visit));
        if previous.is_some_and(|visit| visit.is_none_or(|visit| visit.patient != patient.id)) {
            return Err(Refusal::invalid("previousVisitId", "is no visit of the patient's"));
        }
        Ok(Booking {
            id: session.new_id(),
            clinic,
            period: Period {
                date: needed(local::date(&self.date), "date")?,
                start: needed(local::time(&self.start_time), "startTime")?,
                end: needed(local::time(&self.end_time), "endTime")?,
                user,
            },
            booking_type: BookingType::of_body(self.booking_type_id)?.id,
            patient: patient.id,
            patient_type,
            note: self.note.unwrap_or_default(),
            injury_number: self.injury_number.unwrap_or_default(),
            sms_reminder: self.sms_reminder.unwrap_or(false),
            fee: self.fee.map(|fee| needed(Money::parse(&fee.to_string()), "fee")).transpose()?,
            action_codes,
            reserved_organization: organization,
            reserved_department: department,
            arrived: false,
            phase: NEW,
        })
    }
}

/// The phase of a new booking.
const NEW: i64 = 1;

fn needed<T>(parsed: Option<T>, field: &str) -> Result<T, Refusal> {
    parsed.ok_or_else(|| Refusal::invalid(field, "is not of the documented form"))
}

/// A booking must lie ahead and end after it starts.
fn refuse_past(period: &Period, session: &Session<'_>) -> Result<(), Refusal> {
    if period.end <= period.start {
        return Err(Refusal::invalid("endTime", "must be after startTime"));
    }
    if period.starts() <= session.now {
        return Err(Refusal::invalid("date", "must not be in the past"));
    }
    Ok(())
}

/// A booking needs a free row of exactly its caregiver, clinic, time and type.
fn refuse_taken(booking: &Booking, moving: Option<Id>, session: &Session<'_>) -> Result<(), Refusal> {
    let Booking { clinic, period, booking_type, .. } = booking;
    if session.diary.offers(*clinic, period, *booking_type, moving) {
        return Ok(());
    }
    Err(Refusal::invalid("startTime", "is no free row of the caregiver's"))
}

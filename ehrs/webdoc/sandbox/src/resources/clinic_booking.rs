//! One clinic's bookings, in a shape of their own.

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::get;
use serde_json::{Value, json};

use crate::access::needs;
use crate::answer::{Answer, list};
use crate::diary::{Booking, Row};
use crate::id::Id;
use crate::local;
use crate::query::{Query, admits};
use crate::resources::action_code;
use crate::resources::booking::RowFilter;
use crate::resources::booking_type::BookingType;
use crate::resources::clinic::Clinic;
use crate::resources::patient::FreeCardShape;
use crate::resources::patient_type;
use crate::resources::payment;
use crate::resources::user::User;
use crate::state::{App, World};

pub fn routes() -> Router<App> {
    Router::new().route("/v1/clinics/{id}/bookings", needs("self-service", get(of_clinic)))
}

async fn of_clinic(State(app): State<App>, Path(clinic): Path<Id>, query: Query) -> Answer {
    let clinic = Clinic::of_path(clinic)?.id;
    let (booked, self_service, arrived) =
        (query.flag("booked")?, query.flag("selfService")?, query.bit("arrived")?);
    let (offset, limit) = (query.rows("offset")?.unwrap_or(0), query.rows("limit")?);
    let limit = limit.unwrap_or(app.options.page_size).min(app.options.page_size);
    let session = app.session();
    let filter = RowFilter::read(&query, query.days()?, &session)?;
    let rows = session.diary.rows(|row| {
        let kind = BookingType::find(row.booking_type);
        row.clinic == clinic
            && admits(booked, row.booking.is_some())
            && admits(self_service, kind.is_some_and(|kind| kind.self_service))
            && (arrived.is_none() || arrived == row.booking.map(|booking| booking.arrived))
            && filter.admits(row)
    });
    let page = rows.iter().skip(offset).take(limit);
    list(page.map(|row| shown(row, &session, FreeCardShape::Object)))
}

/// The answer to a change: the same shape, but for the free card.
pub fn changed(booking: &Booking, world: &World) -> Value {
    shown(&Row::from(booking), world, FreeCardShape::EmptyArray)
}

fn shown(row: &Row<'_>, world: &World, free_card: FreeCardShape) -> Value {
    let booking = row.booking;
    let patient = booking.and_then(|booking| world.patients.get(&booking.patient));
    let codes = booking.map(|booking| booking.action_codes.as_slice()).unwrap_or_default();
    json!({
        "id": row.id,
        "clinicId": row.clinic,
        "date": row.period.date.to_string(),
        "startTime": local::minutes(row.period.start),
        "endTime": local::minutes(row.period.end),
        "arrived": booking.map_or(0, |booking| i64::from(booking.arrived)),
        "actionCodes": action_code::brief(codes, |id| json!(id)),
        "bookingDescription": booking.map_or("", |booking| &booking.note),
        "bookingType": BookingType::find(row.booking_type).map(|kind| kind.name),
        "bookedPatientType": booking.map(|booking| patient_type::name(booking.patient_type)),
        "injuryNumber": booking.map_or("", |booking| &booking.injury_number),
        "payments": booking.map_or(json!([]), payment::of_booking),
        "patient": patient.map(|patient| patient.of_clinic_booking(free_card)),
        "caregiver": User::find(row.period.user).map(User::caregiver),
    })
}

//! Visits: a booking whose patient has come.

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use jiff::civil::DateTime;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::access::needs;
use crate::answer::{Answer, created, list};
use crate::body::Body;
use crate::diary::Booking;
use crate::id::Id;
use crate::local;
use crate::query::{Query, admits};
use crate::record_templates::UNSTRUCTURED;
use crate::refusal::Refusal;
use crate::resources::booking_type::BookingType;
use crate::resources::clinic::Clinic;
use crate::resources::patient::FreeCardShape;
use crate::resources::payment;
use crate::resources::record::{Record, template};
use crate::resources::user::User;
use crate::state::{App, World};

pub struct Visit {
    pub id: Id,
    pub clinic: Id,
    pub booking: Id,
    pub patient: Id,
    pub user: Id,
    pub at: DateTime,
    pub record: Record,
}

/// The phase of a booking that has become a visit.
const VISITED: i64 = 2;

impl World {
    /// Turns a booking into a visit, with the template of its type, else the caregiver's, else free text.
    pub fn visit(&mut self, id: Id, booking: &Booking, at: DateTime) {
        let of_type = BookingType::find(booking.booking_type).and_then(|kind| kind.record_template);
        let of_user = User::find(booking.period.user).and_then(|user| user.default_record_template);
        let of_user = of_user.and_then(|id| template(id).ok());
        let visit = Visit {
            id,
            clinic: booking.clinic,
            booking: booking.id,
            patient: booking.patient,
            user: booking.period.user,
            at,
            record: Record::blank(of_type.or(of_user).unwrap_or(UNSTRUCTURED)),
        };
        self.visits.insert(id, visit);
        self.diary.put(Booking { arrived: true, phase: VISITED, ..booking.clone() });
    }
}

impl Visit {
    /// As it is answered when it is made: without the record template.
    fn json(&self, world: &World) -> Map<String, Value> {
        let booking = world.diary.booking(self.booking);
        let patient = world.patients.get(&self.patient);
        let body = json!({
            "id": self.id,
            "clinicId": self.clinic,
            "visitDate": local::seconds(self.at),
            "bookingId": self.booking,
            "injuryNumber": booking.map_or("", |booking| &booking.injury_number),
            "payments": booking.map_or(json!([]), payment::of_booking),
            "patient": patient.map(|patient| patient.of_clinic_booking(FreeCardShape::Object)),
            "caregiver": User::find(self.user).map(User::caregiver),
        });
        match body {
            Value::Object(body) => body,
            _ => Map::new(),
        }
    }

    fn listed(&self, world: &World) -> Value {
        let mut body = self.json(world);
        body.insert("recordTemplateId".to_owned(), json!(self.record.template.id.to_string()));
        Value::Object(body)
    }
}

pub fn routes() -> Router<App> {
    Router::new()
        .route("/v2/visits", needs("self-service", post(create)))
        .route("/v1/clinics/{id}/visits", needs("self-service", get(of_clinic)))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct New {
    booking_id: Id,
    visit_date: String,
}

async fn create(State(app): State<App>, Body(new): Body<New>) -> Answer {
    let mut session = app.session();
    let at = local::second(&new.visit_date)
        .ok_or_else(|| Refusal::invalid("visitDate", "must be YYYY-MM-DD HH:MM:SS"))?;
    let booking = session.diary.booking(new.booking_id).ok_or(Refusal::NotFound("booking"))?.clone();
    if session.visits.values().any(|visit| visit.booking == booking.id) {
        return Err(Refusal::invalid("bookingId", "has a visit already"));
    }
    let id = session.new_id();
    session.visit(id, &booking, at);
    created(session.visits.get(&id).map(|visit| visit.json(&session)).into())
}

async fn of_clinic(State(app): State<App>, Path(clinic): Path<Id>, query: Query) -> Answer {
    let clinic = Clinic::of_path(clinic)?.id;
    let (days, user, signed) = (query.days()?, query.id("userId"), query.bit("isSigned")?);
    let template = query.integer("recordTemplateId")?;
    let session = app.session();
    let patients = session.patients_filtered(&query);
    let visits = session.visits.values().filter(|visit| {
        visit.clinic == clinic
            && days.include(visit.at.date())
            && admits(user, visit.user)
            && admits(signed, visit.record.signed_by.is_some())
            && admits(template, visit.record.template.id)
            && patients.admit(Some(visit.patient))
    });
    let mut visits: Vec<&Visit> = visits.collect();
    visits.sort_by_key(|visit| (visit.at, visit.id));
    list(visits.into_iter().map(|visit| visit.listed(&session)))
}

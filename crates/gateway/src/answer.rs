//! Answers that succeed.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::header::{HeaderName, LINK};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::Serialize;
use vardbro_ehr::EhrResult;
use vardbro_model::appointment::Appointment;
use vardbro_model::document::Document;
use vardbro_model::healthcare_service::HealthcareService;
use vardbro_model::id::{CareUnitId, PatientId};
use vardbro_model::medical_note::MedicalNote;
use vardbro_model::page::Page;
use vardbro_model::patient::{Patient, Upserted};
use vardbro_model::resource::Resource;
use vardbro_model::schedule::ScheduleBlock;
use vardbro_model::timeslot::Timeslot;

use crate::request::next_link;
use crate::scope::CareUnitScope;

const NOT_STORED: HeaderName = HeaderName::from_static("vardbro-not-stored");

/// A JSON answer and its headers.
pub(crate) struct Answer<T> {
    status: StatusCode,
    headers: HeaderMap,
    body: T,
}

impl<T> Answer<T> {
    pub(crate) fn ok(body: T) -> Self {
        Self { status: StatusCode::OK, headers: HeaderMap::new(), body }
    }

    pub(crate) fn created(body: T) -> Self {
        Self { status: StatusCode::CREATED, ..Self::ok(body) }
    }

    pub(crate) fn status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    pub(crate) fn header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
        self
    }

    /// Names the fields that were accepted without the EHR having a place for them.
    pub(crate) fn not_stored(self, fields: &[&str]) -> Self {
        if fields.is_empty() { self } else { self.header(NOT_STORED, &fields.join(", ")) }
    }
}

impl<T> Answer<Vec<T>> {
    /// A page, with the link to the next one.
    pub(crate) fn page(page: Page<T>, scope: &CareUnitScope) -> Self {
        let Page { items, next } = page;
        let answer = Self::ok(items);
        match next {
            Some(cursor) => {
                let link = next_link(scope.emr.gateway.public_origin(), &scope.emr.uri, &cursor);
                answer.header(LINK, &link)
            }
            None => answer,
        }
    }
}

impl<T: Serialize> IntoResponse for Answer<T> {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body)).into_response();
        response.headers_mut().extend(self.headers);
        response
    }
}

/// A thing that says which care unit it belongs to, and which patient, if it is about one.
pub(crate) trait OfCareUnit {
    fn care_unit_id(&mut self) -> &mut CareUnitId;

    fn patient_id(&self) -> Option<&PatientId>;

    /// The same thing under the care unit's id as the client knows it. Whom it is about is disclosed with it.
    fn seen_from(mut self, scope: &CareUnitScope) -> Self
    where
        Self: Sized,
    {
        if let Some(patient) = self.patient_id() {
            scope.emr.exchange.access.touches(patient);
        }
        self.care_unit_id().clone_from(&scope.public);
        self
    }
}

macro_rules! of_care_unit {
    ($($name:ty: |$thing:ident| $patient:expr),+ $(,)?) => {
        $(impl OfCareUnit for $name {
            fn care_unit_id(&mut self) -> &mut CareUnitId {
                &mut self.care_unit_id
            }

            fn patient_id(&self) -> Option<&PatientId> {
                let $thing = self;
                $patient
            }
        })+
    };
}

of_care_unit!(
    Resource: |_resource| None,
    HealthcareService: |_service| None,
    Timeslot: |_slot| None,
    ScheduleBlock: |_block| None,
    Patient: |patient| Some(&patient.id),
    Appointment: |appointment| appointment.patient_id.as_ref(),
    MedicalNote: |note| Some(&note.patient_id),
    Document: |document| Some(&document.patient_id),
);

/// What came of a write, which tells whom it changed.
pub(crate) trait Touches {
    fn patients(&self) -> Vec<&PatientId>;
}

impl<T: OfCareUnit> Touches for T {
    fn patients(&self) -> Vec<&PatientId> {
        self.patient_id().into_iter().collect()
    }
}

impl Touches for Upserted {
    fn patients(&self) -> Vec<&PatientId> {
        vec![&self.patient.id]
    }
}

/// Several, each under the id by which it was asked for.
impl Touches for Vec<(String, EhrResult<Appointment>)> {
    fn patients(&self) -> Vec<&PatientId> {
        self.iter().filter_map(|(_, outcome)| outcome.as_ref().ok()?.patient_id()).collect()
    }
}

/// Each of them under the care unit's id as the client knows it.
pub(crate) fn seen_from<T: OfCareUnit>(things: Vec<T>, scope: &CareUnitScope) -> Vec<T> {
    things.into_iter().map(|thing| thing.seen_from(scope)).collect()
}

//! Every route of the gateway, and what it is to applications that do not own what its request names.

use http::Method;
use serde_json::{Value, json};

use super::things::{Things, with};

/// One method of one path.
pub struct Route {
    pub method: Method,
    /// As the OpenAPI document writes it.
    pub path: &'static str,
    /// Whom it lets in.
    pub door: Door,
    query: Parameters,
    body: Option<fn(&Things) -> Value>,
    /// What it answers whoever owns the things.
    pub own: u16,
    /// What it answers an application with another installation of the same EHR.
    pub foreign: Foreign,
}

type Parameters = fn(&Things) -> Vec<(&'static str, String)>;

/// Whom a route lets in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// Anybody.
    Open,
    /// Any application.
    Application,
    /// An application with a connection to the EHR.
    Connection,
}

/// What an application with another installation of the EHR is answered when it sends the same request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Foreign {
    /// The same about its own installation.
    Own(u16),
    /// What the path names is not there.
    NotFound,
    /// What the parameter or the field names is not there.
    Fault(&'static str, &'static str),
    /// The same for each of several that the body names.
    EachFault(&'static str, &'static str),
}

use Foreign::{EachFault, Fault, NotFound, Own};

const NO_PATIENT: Foreign = Fault("INVALID_PATIENT_ID", "patient_id");

impl Route {
    /// The path and the query of a request that names these things.
    pub fn target(&self, things: &Things) -> String {
        let parts = self.path.split('/').map(|part| match part {
            "{emr}" => "mock",
            "{care_unit_id}" => &things.care_unit,
            "{resource_id}" => &things.slot.resource_id,
            "{healthcare_service_id}" => &things.slot.healthcare_service_id,
            "{patient_id}" => &things.patient,
            "{appointment_id}" => &things.appointment,
            "{note_id}" => &things.note,
            "{document_id}" => &things.document,
            part => part,
        });
        let path = parts.collect::<Vec<_>>().join("/");
        let query = (self.query)(things);
        let query: Vec<_> = query.iter().map(|(name, value)| (*name, value.as_str())).collect();
        if query.is_empty() { path } else { crate::client::with_query(&path, &query) }
    }

    /// The body of a request that names these things.
    pub fn body(&self, things: &Things) -> Option<Value> {
        self.body.map(|body| body(things))
    }

    /// What an application is answered that has no connection of the care unit's tag.
    pub fn of_another_tag(&self) -> Foreign {
        match self.door {
            Door::Connection if self.path.contains("{care_unit_id}") => NotFound,
            Door::Connection if self.path.contains("/appointments") => {
                Fault("INVALID_CARE_UNIT_ID", "care_unit_id")
            }
            _ => self.foreign,
        }
    }

    fn at(method: Method, path: &'static str, own: u16, foreign: Foreign) -> Self {
        let door = Door::Connection;
        Self { method, path, door, query: |_| Vec::new(), body: None, own, foreign }
    }

    fn get(path: &'static str, foreign: Foreign) -> Self {
        Self::at(Method::GET, path, 200, foreign)
    }

    fn post(path: &'static str, body: fn(&Things) -> Value, foreign: Foreign) -> Self {
        Self { body: Some(body), ..Self::at(Method::POST, path, 201, foreign) }
    }

    fn patch(path: &'static str, body: fn(&Things) -> Value, foreign: Foreign) -> Self {
        Self { body: Some(body), ..Self::at(Method::PATCH, path, 200, foreign) }
    }

    fn open(path: &'static str) -> Self {
        Self { door: Door::Open, ..Self::get(path, Own(200)) }
    }

    fn of_any(path: &'static str) -> Self {
        Self { door: Door::Application, ..Self::get(path, Own(200)) }
    }

    fn query(self, query: Parameters) -> Self {
        Self { query, ..self }
    }

    fn answers(self, own: u16) -> Self {
        Self { own, ..self }
    }
}

/// A path of a care unit.
macro_rules! at {
    ($rest:literal) => {
        concat!("/api/emrs/{emr}/care-units/{care_unit_id}", $rest)
    };
}

/// Every route.
pub fn table() -> Vec<Route> {
    let mut all = open();
    all.extend(of_places());
    all.extend(of_patients());
    all.extend(of_appointments());
    all.extend(of_records());
    all.extend(older());
    all
}

fn open() -> Vec<Route> {
    vec![
        Route::open("/healthz"),
        Route::open("/readyz"),
        Route::open("/metrics"),
        Route::open("/docs").answers(303),
        Route::open("/docs/errors"),
        Route::open("/api/openapi.json"),
    ]
}

fn of_places() -> Vec<Route> {
    vec![
        Route::of_any("/api/emrs"),
        Route::of_any("/api/emrs/{emr}"),
        Route::get("/api/emrs/{emr}/care-units", Own(200)),
        Route::get(at!(""), Own(200)),
        Route::get(at!("/resources"), Own(200)),
        Route::get(at!("/resources/{resource_id}"), Own(200)),
        Route::get(at!("/resources/{resource_id}/schedules"), Own(200)),
        Route::post(
            at!("/resources/{resource_id}/schedules"),
            |_| json!({"start": "2026-06-01T10:00:00Z", "end": "2026-06-01T11:00:00Z", "kind": "blocked"}),
            Own(201),
        ),
        Route::get(at!("/healthcare-services"), Own(200)),
        Route::get(at!("/healthcare-services/{healthcare_service_id}"), Own(200)),
        Route::get(at!("/timeslots"), Own(200)),
        Route::get(at!("/medical-note-templates"), Own(200)),
    ]
}

fn of_patients() -> Vec<Route> {
    vec![
        Route::get(at!("/patients"), Own(200)).query(|things| vec![("email", things.email.clone())]),
        // Who is there already is found; whoever does not see them makes a patient of their own.
        Route::post(at!("/patients"), |things| things.person.clone(), Own(201)).answers(200),
        Route::get(at!("/patients/{patient_id}"), NotFound),
        Route::patch(at!("/patients/{patient_id}"), |_| json!({"gender": "other"}), NotFound),
    ]
}

fn of_appointments() -> Vec<Route> {
    vec![
        Route::get(at!("/appointments"), NO_PATIENT)
            .query(|things| vec![("patient_id", things.patient.clone())]),
        Route::post(at!("/appointments"), |things| things.slot.booking(&things.patient), NO_PATIENT),
        Route::patch(
            at!("/appointments"),
            |things| json!({"ids": [things.appointment], "comment": "Several"}),
            EachFault("INVALID_APPOINTMENT_ID", "ids.0"),
        ),
        Route::get(at!("/appointments/{appointment_id}"), NotFound),
        Route::patch(at!("/appointments/{appointment_id}"), |_| json!({"comment": "One"}), NotFound),
    ]
}

fn of_records() -> Vec<Route> {
    vec![
        Route::get(at!("/patients/{patient_id}/medical-notes"), NotFound),
        Route::post(at!("/patients/{patient_id}/medical-notes"), |things| things.new_note.clone(), NotFound),
        Route::get(at!("/patients/{patient_id}/medical-notes/{note_id}"), NotFound),
        Route::get(at!("/patients/{patient_id}/documents"), NotFound),
        Route::post(at!("/patients/{patient_id}/documents"), |things| things.new_document.clone(), NotFound),
        Route::get(at!("/patients/{patient_id}/documents/{document_id}"), NotFound),
    ]
}

fn older() -> Vec<Route> {
    let of_patient: Parameters = |things| vec![("patient_id", things.patient.clone())];
    let at_care_unit: Parameters = |things| vec![("care_unit_id", things.care_unit.clone())];
    vec![
        Route::get(at!("/medical-notes"), NO_PATIENT).query(of_patient),
        Route::post(
            at!("/medical-notes"),
            |things| with(&things.new_note, "patient_id", &things.patient),
            NO_PATIENT,
        ),
        Route::get(at!("/documents"), NO_PATIENT).query(of_patient),
        Route::post(
            at!("/documents"),
            |things| with(&things.new_document, "patient_id", &things.patient),
            NO_PATIENT,
        ),
        Route::get("/api/emrs/{emr}/appointments", NO_PATIENT).query(|things| {
            vec![("care_unit_id", things.care_unit.clone()), ("patient_id", things.patient.clone())]
        }),
        Route::post(
            "/api/emrs/{emr}/appointments",
            |things| with(&things.other_slot.booking(&things.patient), "care_unit_id", &things.care_unit),
            NO_PATIENT,
        ),
        Route::patch(
            "/api/emrs/{emr}/appointments",
            |things| json!({"ids": [things.appointment], "comment": "Older", "care_unit_id": things.care_unit}),
            EachFault("INVALID_APPOINTMENT_ID", "ids.0"),
        ),
        Route::get("/api/emrs/{emr}/appointments/{appointment_id}", NotFound).query(at_care_unit),
        Route::patch(
            "/api/emrs/{emr}/appointments/{appointment_id}",
            |_| json!({"comment": "Older"}),
            NotFound,
        )
        .query(at_care_unit),
    ]
}

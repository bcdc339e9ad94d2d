//! Patients: the record and reading it. Creating is in [`crate::resources::patient_registration`].

mod change;
mod shape;

pub use shape::FreeCardShape;

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::{get, put};
use jiff::civil::Date;
use serde::Deserialize;

use crate::access::needs;
use crate::answer::{Answer, list, nothing, ok};
use crate::body::Body;
use crate::id::Id;
use crate::number;
use crate::options::UnknownPatient;
use crate::query::Query;
use crate::refusal::Refusal;
use crate::register;
use crate::state::{App, World};

#[derive(Clone, Default)]
pub struct Address {
    pub street: String,
    pub co: String,
    pub zip_code: String,
    pub city: String,
    pub state_code: String,
    pub county_code: String,
}

/// Where the patient is listed (vårdval).
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Listing {
    pub name: String,
    pub hsa_id: String,
    pub county_name: String,
}

#[derive(Clone)]
pub struct FreeCard {
    pub number: &'static str,
    pub from: Date,
    pub until: Date,
    pub left: i64,
}

#[derive(Clone)]
pub struct Patient {
    pub id: Id,
    /// 12 digits, or the identification number of somebody without a Swedish one.
    pub number: String,
    pub born: Option<Date>,
    pub woman: bool,
    pub first_name: String,
    pub last_name: String,
    pub spoken_name: String,
    pub address: Address,
    pub nationality: &'static str,
    pub email: String,
    pub mobile: String,
    pub work_phone: String,
    pub home_phone: String,
    pub listing: Listing,
    pub interpreter: Option<&'static str>,
    pub patient_type: i64,
    /// Organization and department.
    pub employer: Option<(i64, i64)>,
    pub free_card: Option<FreeCard>,
    pub registered: Date,
}

impl World {
    /// `number` without its dash.
    pub fn patient_numbered(&self, number: &str) -> Option<&Patient> {
        self.patients.values().find(|patient| patient.number == number)
    }

    /// The filter `personalNumber` of a list.
    pub fn patients_filtered(&self, query: &Query) -> PatientFilter {
        match query.number("personalNumber") {
            None => PatientFilter::Any,
            Some(number) => PatientFilter::Only(self.patient_numbered(&number).map(|patient| patient.id)),
        }
    }
}

pub enum PatientFilter {
    Any,
    /// None: there is no such patient.
    Only(Option<Id>),
}

impl PatientFilter {
    pub fn admit(&self, patient: Option<Id>) -> bool {
        match self {
            Self::Any => true,
            Self::Only(wanted) => wanted.is_some() && *wanted == patient,
        }
    }
}

pub fn routes() -> Router<App> {
    Router::new()
        .route("/v2/patients", needs("patient:read", get(current)))
        .route("/v1/nationalRegistry/{number}", needs("patient:read", get(registered)))
        .route("/v1/currentUser/currentPatient", needs("patient:write", put(open)))
        .merge(change::routes())
}

fn asked(query: &Query) -> Result<String, Refusal> {
    query.number("personalNumber").ok_or_else(|| Refusal::invalid("personalNumber", "is required"))
}

async fn current(State(app): State<App>, query: Query) -> Answer {
    let number = asked(&query)?;
    let session = app.session();
    let found = session.patient_numbered(&number);
    if found.is_none() && app.options.unknown_patient == UnknownPatient::NotFound {
        return Err(Refusal::NotFound("patient"));
    }
    list(found.iter().map(|patient| patient.v2(&session)))
}

/// The deprecated single object.
pub async fn deprecated(State(app): State<App>, query: Query) -> Answer {
    let number = asked(&query)?;
    let session = app.session();
    ok(session.patient_numbered(&number).ok_or(Refusal::NotFound("patient"))?.v1())
}

async fn registered(State(app): State<App>, Path(number): Path<String>) -> Answer {
    let number = number::plain(&number);
    let person = register::person(&number).filter(|_| !app.options.unregistered.contains(&number));
    ok(person.ok_or(Refusal::NotFound("person"))?.json())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Open {
    personal_number: String,
    #[serde(rename = "showWarning")]
    _show_warning: Option<bool>,
}

/// Opens the patient in the user's window, which a sandbox has not; what it can say is whether there is such a patient.
async fn open(State(app): State<App>, Body(open): Body<Open>) -> Answer {
    let number = number::plain(&open.personal_number);
    app.session().patient_numbered(&number).ok_or(Refusal::NotFound("patient"))?;
    nothing()
}

//! What a request does to patients' records, for the access log: begun before anything is asked of the EHR, written when it has ended.
//!
//! Refusals are logged as well, with two exceptions. Who is not authenticated (401) is nobody. And who is over a limit (429, 503) has
//! been refused before anybody looked at what is asked: logged, the refusals that protect the gateway would fill the log.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::{HeaderMap, HeaderName, Method, StatusCode};
use tokio::time::timeout;
use tracing::error;
use uuid::Uuid;
use vardbro_model::capabilities::Operation;
use vardbro_model::ehr::EhrCode;
use vardbro_model::error::{ErrorCode, Fault, FaultCode};
use vardbro_model::id::{CareUnitId, PatientId};
use vardbro_model::typed_id::PatientRef;
use vardbro_store::Application;
use vardbro_store::access_log::{AccessLog, Actor, Entry, NoPlace, Outcome, Place, Unwritten};

use crate::problem::Problem;

/// How long a write waits to be in the access log. Its entry stays queued after that.
const TIME_TO_LOG: Duration = Duration::from_secs(10);

const ACTOR: HeaderName = HeaderName::from_static("x-actor");

/// One request's part in the access log. Clones share it; the last one that is dropped writes what nobody ended.
#[derive(Clone, Default)]
pub(crate) struct Access(Arc<Mutex<Option<Begun>>>);

/// An entry on its way, and its place in the queue.
struct Begun {
    place: Option<Place>,
    entry: Entry,
    /// The codes of what failed within an answer that is none.
    failures: Vec<&'static str>,
}

impl Drop for Begun {
    fn drop(&mut self) {
        if let Some(place) = self.place.take() {
            place.record_later(self.entry.clone());
        }
    }
}

impl Access {
    /// Takes a place in the access log for a request that touches patients. Without one nothing may happen.
    pub(crate) fn begin(
        &self,
        log: Option<&AccessLog>,
        application: &Application,
        ehr: EhrCode,
        action: Operation,
        request: Uuid,
    ) -> Result<(), Problem> {
        let Some(log) = log else { return Ok(()) };
        let place = log.reserve().map_err(no_place)?;
        let entry = Entry {
            application: application.id(),
            client_id: application.client_id().clone(),
            actor: None,
            ehr,
            connection: None,
            care_unit: None,
            action,
            patients: Vec::new(),
            named: None,
            outcome: Outcome::Abandoned,
            request,
        };
        *self.begun() = Some(Begun { place: Some(place), entry, failures: Vec::new() });
        Ok(())
    }

    /// What is asked for, more exactly than the route tells.
    pub(crate) fn asks(&self, action: Operation) {
        self.change(|entry| entry.action = action);
    }

    /// For whom the application asks.
    pub(crate) fn on_behalf_of(&self, actor: Actor) {
        self.change(|entry| entry.actor = Some(actor));
    }

    /// Where it is asked, by the id that the client knows.
    pub(crate) fn at(&self, care_unit: &CareUnitId) {
        self.change(|entry| entry.care_unit = Some(care_unit.clone()));
    }

    /// Through which connection.
    pub(crate) fn through(&self, connection: Uuid) {
        self.change(|entry| entry.connection = Some(connection));
    }

    /// Whom the request names.
    pub(crate) fn names(&self, patient: &PatientRef) {
        self.change(|entry| entry.named = Some(patient.clone()));
    }

    /// Whom the answer discloses, or the write changed.
    pub(crate) fn touches(&self, patient: &PatientId) {
        self.change(|entry| entry.patients.push(patient.clone()));
    }

    /// A part of what was asked failed, though the rest is answered.
    pub(crate) fn fails_in_part(&self, problem: &Problem) {
        if let Some(begun) = self.begun().as_mut() {
            begun.failures.extend(problem.codes());
        }
    }

    /// Writes the entry. A write of which anything was `sent` is answered only when it is durable: else what it came to is not told.
    pub(crate) async fn end(
        &self,
        method: &Method,
        sent: bool,
        status: StatusCode,
        mut codes: Vec<&'static str>,
    ) -> Result<(), Problem> {
        let Some(mut begun) = self.begun().take() else { return Ok(()) };
        codes.append(&mut begun.failures);
        begun.entry.outcome = Outcome::Answered { status: status.as_u16(), codes };
        let Some(place) = begun.place.take() else { return Ok(()) };
        if method.is_safe() || !sent {
            place.record_later(begun.entry.clone());
            return Ok(());
        }
        match timeout(TIME_TO_LOG, place.record(begun.entry.clone())).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(Unwritten)) | Err(_) => {
                error!("a write that has ended cannot be entered in the access log now");
                let detail = "The write has ended, but cannot be entered in the access log now. Look before you repeat it.";
                Err(Problem::new(ErrorCode::OutcomeUnknown, detail))
            }
        }
    }

    fn change(&self, change: impl FnOnce(&mut Entry)) {
        if let Some(begun) = self.begun().as_mut() {
            change(&mut begun.entry);
        }
    }

    fn begun(&self) -> MutexGuard<'_, Option<Begun>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whom it touches is nobody's business.
impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Access")
    }
}

fn no_place(why: NoPlace) -> Problem {
    Problem::new(ErrorCode::ServiceUnavailable, format!("Nothing is done that cannot be logged: {why}."))
}

/// For whom the application asks, if it says so.
pub(crate) fn actor(headers: &HeaderMap) -> Result<Option<Actor>, Problem> {
    let mut values = headers.get_all(ACTOR).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let text = std::str::from_utf8(value.as_bytes()).ok().filter(|_| values.next().is_none());
    let actor = text.and_then(|text| Actor::parse(text.trim()));
    actor.map(Some).ok_or_else(|| {
        let detail = format!("An actor is 1 to {} characters of UTF-8, given once.", Actor::MAX_LENGTH);
        Problem::faults(vec![Fault::at("X-Actor", FaultCode::BadInput, detail)])
    })
}

/// What a route asks for, if it touches patients. The request's body may tell it more exactly.
pub(crate) fn touches_patients(method: &Method, route: &str) -> Option<Operation> {
    let read = *method == Method::GET || *method == Method::HEAD;
    let last = |text: &str| route.ends_with(text);
    Some(if last("/patients") {
        if read { Operation::SearchPatients } else { Operation::CreatePatient }
    } else if last("/patients/{patient_id}") {
        if read { Operation::GetPatient } else { Operation::UpdatePatient }
    } else if last("/appointments") {
        match *method {
            Method::POST => Operation::BookAppointment,
            Method::PATCH => Operation::MoveAppointment,
            _ => Operation::ListAppointments,
        }
    } else if last("/appointments/{appointment_id}") {
        if read { Operation::GetAppointment } else { Operation::MoveAppointment }
    } else if last("/medical-notes") || last("/medical-notes/{note_id}") {
        if read { Operation::ReadNotes } else { Operation::CreateNote }
    } else if last("/documents") {
        if read { Operation::ListDocuments } else { Operation::CreateDocument }
    } else if last("/documents/{document_id}") {
        Operation::GetDocument
    } else {
        return None;
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever a new route is called, somebody decides here whether it touches patients.
    #[test]
    fn every_route_that_names_or_answers_a_patient_is_logged() {
        const OTHERS: [&str; 12] = [
            "/api/emrs",
            "/api/emrs/{emr}",
            "/api/emrs/{emr}/care-units",
            "/api/emrs/{emr}/care-units/{care_unit_id}",
            "/api/emrs/{emr}/care-units/{care_unit_id}/resources",
            "/api/emrs/{emr}/care-units/{care_unit_id}/resources/{resource_id}",
            "/api/emrs/{emr}/care-units/{care_unit_id}/resources/{resource_id}/schedules",
            "/api/emrs/{emr}/care-units/{care_unit_id}/healthcare-services",
            "/api/emrs/{emr}/care-units/{care_unit_id}/healthcare-services/{healthcare_service_id}",
            "/api/emrs/{emr}/care-units/{care_unit_id}/timeslots",
            "/api/emrs/{emr}/care-units/{care_unit_id}/medical-note-templates",
            "/api/openapi.json",
        ];
        let document = crate::openapi_document();
        for (path, operations) in document["paths"].as_object().unwrap() {
            for method in operations.as_object().unwrap().keys() {
                let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
                let logged = touches_patients(&method, path).is_some();
                let other =
                    OTHERS.contains(&path.as_str()) || path.starts_with('/') && !path.starts_with("/api");
                assert_ne!(logged, other, "{method} {path}");
            }
        }
    }
}

//! How an operation of an EHR fails.

use std::fmt;
use std::time::Duration;

use vardbro_model::error::{Fault, FaultCode};

use crate::scrub::scrub;
use crate::wire::{Delivery, Safety, WireError, WireErrorKind};

/// The result of an operation.
pub type EhrResult<T> = Result<T, EhrError>;

/// A thing that an id can fail to name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thing {
    /// A care unit.
    CareUnit,
    /// A resource.
    Resource,
    /// A healthcare service.
    HealthcareService,
    /// A patient.
    Patient,
    /// An appointment.
    Appointment,
    /// A medical note.
    Note,
    /// A document.
    Document,
}

impl Thing {
    /// The fault when the id stood in a query or a body.
    pub fn fault_code(self) -> FaultCode {
        match self {
            Self::CareUnit => FaultCode::InvalidCareUnitId,
            Self::Resource => FaultCode::InvalidResourceId,
            Self::HealthcareService => FaultCode::InvalidHealthcareServiceId,
            Self::Patient => FaultCode::InvalidPatientId,
            Self::Appointment => FaultCode::InvalidAppointmentId,
            Self::Note => FaultCode::InvalidNoteId,
            Self::Document => FaultCode::InvalidDocumentId,
        }
    }

    /// The name of the parameter or field that holds such an id.
    pub fn parameter(self) -> &'static str {
        match self {
            Self::CareUnit => "care_unit_id",
            Self::Resource => "resource_id",
            Self::HealthcareService => "healthcare_service_id",
            Self::Patient => "patient_id",
            Self::Appointment => "appointment_id",
            Self::Note => "note_id",
            Self::Document => "document_id",
        }
    }

    /// Its name in a sentence.
    pub fn name(self) -> &'static str {
        match self {
            Self::CareUnit => "care unit",
            Self::Resource => "resource",
            Self::HealthcareService => "healthcare service",
            Self::Patient => "patient",
            Self::Appointment => "appointment",
            Self::Note => "medical note",
            Self::Document => "document",
        }
    }
}

/// Why an operation failed. Each kind is one answer of the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EhrErrorKind {
    /// The request cannot be carried out as it stands (400).
    Invalid(Vec<Fault>),
    /// The id names nothing (404 if it stood in the path, 400 elsewhere).
    NotFound(Thing),
    /// The state of the thing forbids it (409).
    Conflict,
    /// The EHR's quota is used up (429).
    RateLimited,
    /// The EHR broke, answered nonsense, or refused our credentials (502).
    Failed,
    /// The EHR is known to be down (503).
    Unavailable,
    /// A read ran out of time (504).
    Timeout,
    /// A write may or may not have happened (504).
    OutcomeUnknown,
}

/// Why an operation failed, and what is known about its effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EhrError {
    /// What kind of failure.
    pub kind: EhrErrorKind,
    /// A sentence for the client, without personal data.
    pub detail: String,
    /// What is known of the operation's effect in the EHR.
    pub delivery: Delivery,
    /// When to try again.
    pub retry_after: Option<Duration>,
    /// The EHR's own words, scrubbed.
    pub emr_error: Option<String>,
    /// Why a call got no answer, if that is the failure.
    pub unanswered: Option<WireErrorKind>,
}

impl EhrError {
    /// The request cannot be carried out as it stands.
    pub fn invalid(faults: Vec<Fault>) -> Self {
        Self::new(EhrErrorKind::Invalid(faults), "The request cannot be carried out as it stands.")
    }

    /// One fault of one field.
    pub fn fault(path: &str, code: FaultCode, detail: impl Into<String>) -> Self {
        Self::invalid(vec![Fault::at(path, code, detail)])
    }

    /// The id names nothing.
    pub fn not_found(thing: Thing) -> Self {
        Self::new(EhrErrorKind::NotFound(thing), format!("There is no such {}.", thing.name()))
    }

    /// Several failures of one request as one: their faults together, or the first that is more than a fault.
    pub fn together(first: Self, others: impl IntoIterator<Item = Self>) -> Self {
        let mut others = others.into_iter().peekable();
        if others.peek().is_none() {
            return first;
        }
        let mut faults = Vec::new();
        for error in std::iter::once(first).chain(others) {
            match error.kind {
                EhrErrorKind::Invalid(some) => faults.extend(some),
                EhrErrorKind::NotFound(thing) => {
                    faults.push(Fault::at(thing.parameter(), thing.fault_code(), error.detail));
                }
                _ => return error,
            }
        }
        Self::invalid(faults)
    }

    /// The slot is not free.
    pub fn no_timeslots() -> Self {
        Self::fault(
            "start",
            FaultCode::NoTimeslotsAvailable,
            "No timeslots available for the given parameters",
        )
    }

    /// The state of the thing forbids it.
    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::new(EhrErrorKind::Conflict, detail)
    }

    /// The EHR broke or answered nonsense.
    pub fn failed(detail: impl Into<String>) -> Self {
        Self::new(EhrErrorKind::Failed, detail)
    }

    /// A write may or may not have happened.
    pub fn outcome_unknown(detail: impl Into<String>) -> Self {
        Self { delivery: Delivery::Unknown, ..Self::new(EhrErrorKind::OutcomeUnknown, detail) }
    }

    /// The operation is not one that this EHR has. The gateway asks the capabilities first, so this is the second line.
    pub fn not_supported(operation: vardbro_model::capabilities::Operation) -> Self {
        Self::invalid(vec![Fault::of_request(
            FaultCode::NotSupported,
            format!("This EHR does not support {operation}."),
        )])
    }

    /// Something that this EHR, or this connection to it, does not have: what is missing, and where else to look.
    pub fn not_offered(detail: impl Into<String>) -> Self {
        let detail = detail.into();
        let fault = Fault::of_request(FaultCode::NotSupported, detail.clone());
        Self::new(EhrErrorKind::Invalid(vec![fault]), detail)
    }

    /// A failure of a kind, with nothing sent.
    pub fn new(kind: EhrErrorKind, detail: impl Into<String>) -> Self {
        Self {
            kind,
            detail: detail.into(),
            delivery: Delivery::NotSent,
            retry_after: None,
            emr_error: None,
            unanswered: None,
        }
    }

    /// With the EHR's own words, which are scrubbed here.
    #[must_use]
    pub fn with_words(mut self, words: &str) -> Self {
        let words = scrub(words);
        if let EhrErrorKind::Invalid(faults) = &mut self.kind {
            for fault in faults {
                fault.emr_error.get_or_insert_with(|| words.clone());
            }
        }
        Self { emr_error: Some(words), ..self }
    }

    /// With what is known of the effect.
    #[must_use]
    pub fn delivered(self, delivery: Delivery) -> Self {
        Self { delivery, ..self }
    }

    /// The failure of a call, as it concerns the operation that the call was made for.
    pub fn from_wire(error: WireError, safety: Safety) -> Self {
        let (kind, detail) = match (error.kind, error.delivery, safety) {
            (WireErrorKind::Quota, ..) => {
                (EhrErrorKind::RateLimited, "The EHR's quota is used up for now.".to_owned())
            }
            (WireErrorKind::CircuitOpen, ..) => {
                (EhrErrorKind::Unavailable, "The EHR has been failing and is given time to recover.".to_owned())
            }
            (_, Delivery::Unknown, Safety::Once | Safety::Idempotent) => (
                EhrErrorKind::OutcomeUnknown,
                "The EHR's answer was lost: the write may or may not have happened. Look before you repeat it.".to_owned(),
            ),
            (WireErrorKind::Deadline | WireErrorKind::Timeout | WireErrorKind::Dropped, ..) => {
                (EhrErrorKind::Timeout, "The EHR did not answer in time.".to_owned())
            }
            (kind, ..) => (EhrErrorKind::Failed, format!("The EHR could not be reached: {kind}.")),
        };
        Self {
            kind,
            detail,
            delivery: error.delivery,
            retry_after: error.retry_after,
            emr_error: None,
            unanswered: Some(error.kind),
        }
    }
}

impl fmt::Display for EhrError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

impl std::error::Error for EhrError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_things_that_are_none_are_faults_of_one_request() {
        let both =
            EhrError::together(EhrError::not_found(Thing::Patient), [EhrError::not_found(Thing::Resource)]);
        let EhrErrorKind::Invalid(faults) = both.kind else { panic!("{both:?}") };
        assert_eq!(faults.len(), 2);
    }

    #[test]
    fn a_single_failure_stays_what_it_is_and_a_graver_one_wins() {
        let alone = EhrError::together(EhrError::not_found(Thing::Patient), []);
        assert_eq!(alone.kind, EhrErrorKind::NotFound(Thing::Patient));
        let graver = EhrError::together(alone, [EhrError::failed("down")]);
        assert_eq!(graver.kind, EhrErrorKind::Failed);
    }
}

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use vardbro_model::capabilities::Operation;
use vardbro_model::ehr::EhrCode;
use vardbro_model::id::{CareUnitId, PatientId};
use vardbro_model::typed_id::PatientRef;
use vardbro_vault::{AuditKey, PatientSeal};

use super::chain::Row;
use super::name::{PatientName, words};
use crate::application::{ApplicationId, ClientId};

/// What is to be logged of one request. Does not print whom it touched.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Which application asked.
    pub application: ApplicationId,
    /// What that application presents.
    pub client_id: ClientId,
    /// For whom it asked, if it said so.
    pub actor: Option<Actor>,
    /// Which EHR was asked.
    pub ehr: EhrCode,
    /// Through which connection, where that is known.
    pub connection: Option<Uuid>,
    /// At which care unit, by its public id.
    pub care_unit: Option<CareUnitId>,
    /// What was asked.
    pub action: Operation,
    /// Whom the answer disclosed or the request touched: a row for each. Nobody that is known: one row without a patient.
    pub patients: Vec<PatientId>,
    /// How the request named the patient.
    pub named: Option<PatientRef>,
    /// How it ended.
    pub outcome: Outcome,
    /// The id of the request.
    pub request: Uuid,
}

/// Whom an application says that it asks for: the header `X-Actor`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor(String);

impl Actor {
    /// The most characters that an actor has.
    pub const MAX_LENGTH: usize = 200;

    /// 1 to 200 characters, none of them a control character.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=Self::MAX_LENGTH).contains(&text.chars().count());
        (fits && !text.chars().any(char::is_control)).then(|| Self(text.to_owned()))
    }

    /// As it was sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// How a request ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was answered.
    Answered {
        /// The HTTP status.
        status: u16,
        /// The code of the problem or of its faults; none if all went well.
        codes: Vec<&'static str>,
    },
    /// The client went away before the answer.
    Abandoned,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Abandoned => f.write_str("abandoned"),
            Self::Answered { status, codes } => {
                write!(f, "{status}")?;
                let mut told = Vec::new();
                for code in codes {
                    if !told.contains(code) {
                        write!(f, " {code}")?;
                        told.push(*code);
                    }
                }
                Ok(())
            }
        }
    }
}

/// What is sealed to the operator's public key.
#[derive(Serialize, Deserialize)]
pub(crate) struct Sealed {
    pub(crate) ehr: String,
    pub(crate) connection: Option<Uuid>,
    pub(crate) patient: Option<String>,
    pub(crate) named: Option<String>,
}

impl Entry {
    /// At most how many rows it has.
    pub(crate) fn count(&self) -> usize {
        self.patients.len().max(1)
    }

    /// Its rows, without a place in a chain.
    pub(crate) fn rows(&self, at: Timestamp, key: &AuditKey, seal: &PatientSeal) -> Vec<Row> {
        match self.patients.as_slice() {
            [] => vec![self.row(None, at, key, seal)],
            patients => {
                let mut patients: Vec<_> = patients.iter().collect();
                patients.sort_unstable();
                patients.dedup();
                patients.into_iter().map(|patient| self.row(Some(patient), at, key, seal)).collect()
            }
        }
    }

    fn row(&self, patient: Option<&PatientId>, at: Timestamp, key: &AuditKey, seal: &PatientSeal) -> Row {
        let ehr = self.ehr.as_str();
        let name = patient.map(|patient| PatientName::of_ehr(ehr, patient));
        let named = self.named.as_ref().map(|named| PatientName::of_request(ehr, named));
        let sealed = Sealed {
            ehr: ehr.to_owned(),
            connection: self.connection,
            patient: patient.map(|patient| patient.as_str().to_owned()),
            named: self.named.as_ref().map(words).map(|(kind, value)| format!("{kind}:{value}")),
        };
        let sealed = (name.is_some() || named.is_some())
            .then(|| seal.seal(serde_json::to_string(&sealed).unwrap_or_default().as_bytes()));
        Row {
            node: String::new(),
            sequence: 0,
            at: at.as_millisecond(),
            application: self.application.to_string(),
            client_id: self.client_id.to_string(),
            actor: self.actor.as_ref().map(|actor| actor.0.clone()),
            ehr: ehr.to_owned(),
            connection: self.connection.map(|connection| connection.to_string()),
            care_unit: self.care_unit.as_ref().map(CareUnitId::to_string),
            action: self.action.to_string(),
            patient: name.as_ref().map(|name| name.under(key).to_vec()),
            // What says the same as `patient` is not said twice.
            named: named.filter(|named| name.as_ref() != Some(named)).map(|named| named.under(key).to_vec()),
            sealed,
            outcome: self.outcome.to_string(),
            request: self.request.to_string(),
            audit_key: key.id().to_owned(),
            mac: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_actor_is_a_line_of_at_most_200_characters() {
        assert_eq!(Actor::parse("Dr Åsa Öst").unwrap().as_str(), "Dr Åsa Öst");
        assert!(Actor::parse(&"å".repeat(200)).is_some());
        for wrong in ["", "a\nb", "a\0", &"å".repeat(201)] {
            assert!(Actor::parse(wrong).is_none(), "{wrong:?}");
        }
    }

    #[test]
    fn an_outcome_tells_each_code_once() {
        let codes = vec!["BAD_INPUT", "NOT_SUPPORTED", "BAD_INPUT"];
        assert_eq!(Outcome::Answered { status: 400, codes }.to_string(), "400 BAD_INPUT NOT_SUPPORTED");
        assert_eq!(Outcome::Answered { status: 200, codes: vec![] }.to_string(), "200");
        assert_eq!(Outcome::Abandoned.to_string(), "abandoned");
    }
}

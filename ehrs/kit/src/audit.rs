use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One appointment as the auditor sees it: the same shape for every EHR, with the EHR's own ids.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct AppointmentState {
    pub id: String,
    pub care_unit_id: String,
    pub resource_id: String,
    pub service_id: String,
    pub patient_id: String,
    /// UTC, RFC 3339 with `Z`.
    pub start: Timestamp,
    pub end: Timestamp,
    /// False once cancelled, archived or deleted.
    pub live: bool,
}

/// What is really in an EHR, read beside its protocol.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct AuditState {
    pub appointments: Vec<AppointmentState>,
    pub patients: usize,
    pub notes: usize,
    pub documents: usize,
}

/// An EHR that lets an auditor look inside and start it over.
pub trait Auditable: Send + Sync + 'static {
    fn state(&self) -> AuditState;

    /// Restores the seed data and keeps the credentials. The controls are reset by the caller.
    fn reset(&self);
}

impl<T: Auditable + ?Sized> Auditable for Arc<T> {
    fn state(&self) -> AuditState {
        T::state(self)
    }

    fn reset(&self) {
        T::reset(self);
    }
}

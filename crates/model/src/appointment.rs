//! Appointments, and what may be done with them.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::id::{AppointmentId, CareUnitId, HealthcareServiceId, PatientId, ResourceId};
use crate::time::{DateTime, Window};
use crate::timeslot::Timeslot;
use crate::typed_id::{PatientRef, ResourceRef};

/// Where an appointment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AppointmentStatus {
    /// Scheduled.
    Booked,
    /// A code must be given before it counts; see `confirmation`.
    AwaitingConfirmation,
    /// The EHR says that the patient came, or the end has passed.
    Completed,
    /// Cancelled.
    Cancelled,
}

/// How the EHR asks for a confirmation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Confirmation {
    /// The way on which the code travels, such as `sms`.
    pub method: String,
    /// Where it was sent, masked, such as `+61•••••006`.
    pub sent_to: Option<String>,
}

/// An appointment.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "1390726237298631770", "emr_id": "1390726237298631770", "care_unit_id": "1390726237298631001", "status": "booked",
    "emr_status": null, "start": "2024-03-25T14:00:00+01:00", "end": "2024-03-25T14:30:00+01:00",
    "patient_id": "837047015488620153", "resource_id": "1390710863102485699", "healthcare_service_id": "1390710863102485701",
    "comment": "First consultation", "confirmation": null, "created_at": "2024-03-20T09:12:44+01:00",
    "updated_at": "2024-03-20T09:12:44+01:00"
}))]
pub struct Appointment {
    /// Use this in every later call; an answer may carry a new one.
    pub id: AppointmentId,
    /// The EHR's own id, for people and debugging.
    pub emr_id: String,
    /// The care unit.
    pub care_unit_id: CareUnitId,
    /// Where it stands.
    pub status: AppointmentStatus,
    /// The EHR's own word for that.
    pub emr_status: Option<String>,
    /// When it begins.
    pub start: DateTime,
    /// When it ends.
    pub end: DateTime,
    /// Whose it is.
    pub patient_id: Option<PatientId>,
    /// With whom.
    pub resource_id: Option<ResourceId>,
    /// For what.
    pub healthcare_service_id: Option<HealthcareServiceId>,
    /// The comment of the booking.
    pub comment: Option<String>,
    /// What the EHR waits for; `null` when nothing.
    pub confirmation: Option<Confirmation>,
    /// When it was made.
    pub created_at: Option<DateTime>,
    /// When it was last changed.
    pub updated_at: Option<DateTime>,
}

impl fmt::Debug for Appointment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Appointment")
            .field("id", &self.id)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

/// What appointments are listed by; all given ones must hold.
#[derive(Debug, Clone, Default)]
pub struct AppointmentQuery {
    /// Whose.
    pub patient: Option<PatientRef>,
    /// With whom.
    pub resource: Option<ResourceRef>,
    /// For what.
    pub healthcare_service: Option<HealthcareServiceId>,
    /// Whose start lies inside.
    pub window: Option<Window>,
    /// In this state; `None`: all but the cancelled ones.
    pub status: Option<AppointmentStatus>,
}

impl AppointmentQuery {
    /// Whether an appointment of this status belongs into the answer.
    pub fn wants(&self, status: AppointmentStatus) -> bool {
        match self.status {
            None => status != AppointmentStatus::Cancelled,
            Some(wanted) => wanted == status,
        }
    }
}

/// Which timeslot is meant, by its times and as much else as is known.
#[derive(Debug, Clone)]
pub struct SlotChoice {
    /// From when to when, exactly.
    pub window: Window,
    /// With whom; `None`: whoever is the only one free.
    pub resource: Option<ResourceRef>,
    /// For what; `None`: the only one possible.
    pub healthcare_service: Option<HealthcareServiceId>,
}

/// What was found when a slot was looked for among the free ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chosen {
    /// Exactly this one.
    One(Box<Timeslot>),
    /// None is free then.
    None,
    /// Several are; the client must say which.
    Several(Vec<Timeslot>),
}

/// Picks the slot with these times among the free ones, which are already those of the wanted resource and service.
pub fn choose(free: impl IntoIterator<Item = Timeslot>, window: Window) -> Chosen {
    let same = |slot: &Timeslot| slot.start.timestamp() == window.start && slot.end.timestamp() == window.end;
    let mut matching: Vec<Timeslot> = free.into_iter().filter(same).collect();
    match (matching.pop(), matching.is_empty()) {
        (None, _) => Chosen::None,
        (Some(only), true) => Chosen::One(Box::new(only)),
        (Some(last), false) => {
            matching.push(last);
            crate::timeslot::sort(&mut matching);
            Chosen::Several(matching)
        }
    }
}

/// A booking to be made.
#[derive(Clone)]
pub struct Booking {
    /// Which slot.
    pub slot: SlotChoice,
    /// For whom.
    pub patient: PatientRef,
    /// A comment to the care unit.
    pub comment: Option<String>,
}

impl fmt::Debug for Booking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Booking").field("slot", &self.slot).finish_non_exhaustive()
    }
}

/// A change to an appointment: at least one field is given.
#[derive(Clone, Default)]
pub struct AppointmentChange {
    /// New times.
    pub window: Option<Window>,
    /// Another resource.
    pub resource: Option<ResourceRef>,
    /// A new comment; `Some(None)` empties it.
    pub comment: Option<Option<String>>,
}

impl fmt::Debug for AppointmentChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AppointmentChange")
            .field("window", &self.window)
            .field("resource", &self.resource)
            .finish_non_exhaustive()
    }
}

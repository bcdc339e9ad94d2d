//! A mock EHR, a way to ask it, and short names for what the tests say again and again.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;
use uuid::Uuid;
use vardbro_ehr::connection::{Connection, NoteMapping, Settings};
use vardbro_ehr::environment::Machine;
use vardbro_ehr::meter::Meter;
use vardbro_ehr::wire::{Wire, WireError, WireErrorKind};
use vardbro_ehr::{Ctx, Ehr, EhrError, EhrErrorKind};
use vardbro_mock::{Mock, Options};
use vardbro_model::appointment::{Appointment, Booking, SlotChoice};
use vardbro_model::capabilities::Operation;
use vardbro_model::ehr::{EhrCode, Mode};
use vardbro_model::error::FaultCode;
use vardbro_model::id::{AppointmentId, CareUnitId, HealthcareServiceId, PatientId, ResourceId};
use vardbro_model::page::PageRequest;
use vardbro_model::time::Window;
use vardbro_model::timeslot::Timeslot;
use vardbro_model::typed_id::{PatientRef, ResourceRef};
use vardbro_sandbox_kit::ManualClock;

/// A Tuesday, 10:07 in Stockholm.
pub const NOW: &str = "2026-03-03T09:07:00Z";

pub struct Clinic {
    pub ehr: Arc<Mock>,
    pub clock: Arc<ManualClock>,
    pub ctx: Ctx,
}

impl Clinic {
    pub fn new() -> Self {
        Self::at(NOW)
    }

    pub fn at(now: &str) -> Self {
        let clock = Arc::new(ManualClock::at(now.parse().unwrap()));
        let options = Options { clock: clock.clone(), ..Options::default() };
        Self { ehr: Mock::new(options), clock, ctx: ctx(NoteMapping::default()) }
    }

    pub async fn slots(&self, care_unit: &CareUnitId, resource: &str, service: &str) -> Vec<Timeslot> {
        let (resource, service) = (self::resource(resource), self::service(service));
        self.ehr
            .timeslots(&self.ctx, care_unit, self.days(30), Some(&resource), Some(&service))
            .await
            .unwrap()
    }

    /// From now on.
    pub fn days(&self, days: i64) -> Window {
        let start = vardbro_sandbox_kit::Clock::now(&*self.clock);
        Window { start, end: start + SignedDuration::from_hours(24 * days) }
    }

    pub async fn book(&self, care_unit: &CareUnitId, slot: &Timeslot) -> Appointment {
        self.ehr.book(&self.ctx, care_unit, booking_of(slot)).await.unwrap()
    }

    pub fn faults(&self, change: serde_json::Value) {
        self.ehr.controls().set_faults(change.as_object().unwrap()).unwrap();
    }

    pub fn calls(&self, operation: &str) -> u64 {
        self.ehr.controls().calls().get(operation).copied().unwrap_or_default()
    }
}

pub fn ctx(note_mapping: NoteMapping) -> Ctx {
    let connection = Connection {
        id: Uuid::nil(),
        ehr: EhrCode::new("mock"),
        name: "mock".into(),
        tag: None,
        mode: Mode::Sandbox,
        settings: Settings::default(),
        note_mapping,
    };
    // Nothing may be sent: the reference EHR is in the same process.
    let nowhere = tower::service_fn(async |_| Err(WireError::not_sent(WireErrorKind::Connect)));
    Ctx {
        connection: Arc::new(connection),
        operation: Operation::ListCareUnits,
        clock: Arc::new(Machine),
        deadline: Instant::now() + Duration::from_secs(25),
        fresh: false,
        meter: Meter::default(),
        wire: Wire::new(nowhere),
    }
}

/// Books and cancels at once.
pub fn stockholm() -> CareUnitId {
    CareUnitId::parse("cu-1").unwrap()
}

/// Asks for codes.
pub fn london() -> CareUnitId {
    CareUnitId::parse("cu-2").unwrap()
}

pub fn patient(id: &str) -> PatientRef {
    PatientRef::Id(PatientId::parse(id).unwrap())
}

pub fn typed_patient(text: &str) -> PatientRef {
    PatientRef::parse(text, jiff::civil::date(2026, 3, 3)).unwrap()
}

pub fn resource(id: &str) -> ResourceRef {
    ResourceRef::Id(ResourceId::parse(id).unwrap())
}

pub fn typed_resource(text: &str) -> ResourceRef {
    ResourceRef::parse(text, jiff::civil::date(2026, 3, 3)).unwrap()
}

pub fn service(id: &str) -> HealthcareServiceId {
    HealthcareServiceId::parse(id).unwrap()
}

pub fn appointment(id: &str) -> AppointmentId {
    AppointmentId::parse(id).unwrap()
}

pub fn first_page(limit: usize) -> PageRequest {
    PageRequest { limit, cursor: None }
}

pub fn window_of(slot: &Timeslot) -> Window {
    Window { start: slot.start.timestamp(), end: slot.end.timestamp() }
}

pub fn span(start: &str, end: &str) -> Window {
    let instant = |text: &str| text.parse::<Timestamp>().unwrap();
    Window { start: instant(start), end: instant(end) }
}

/// For the patient `pat-1`, by what the slot says.
pub fn booking_of(slot: &Timeslot) -> Booking {
    Booking {
        slot: SlotChoice {
            window: window_of(slot),
            resource: Some(ResourceRef::Id(slot.resource_id.clone())),
            healthcare_service: Some(slot.healthcare_service_id.clone()),
        },
        patient: patient("pat-1"),
        comment: None,
    }
}

/// The code and path of the only fault.
#[track_caller]
pub fn only_fault(error: EhrError) -> (FaultCode, Option<String>) {
    match error.kind {
        EhrErrorKind::Invalid(faults) if faults.len() == 1 => (faults[0].code, faults[0].path.clone()),
        other => panic!("not a single fault: {other:?}"),
    }
}

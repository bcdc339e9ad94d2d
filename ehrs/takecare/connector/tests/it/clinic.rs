//! A sandboxed TakeCare and a connection to it, through the real wire.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tokio::time::Instant;
use uuid::Uuid;
use vardbro_ehr::connection::{Connection, MappedField, MappedTemplate, NoteMapping, Settings};
use vardbro_ehr::environment::{Clock, Machine};
use vardbro_ehr::meter::Meter;
use vardbro_ehr::wire::{CallContext, Egress, Wire, WireError, WireErrorKind, WireFactory};
use vardbro_ehr::{Ctx, Ehr, EhrError, EhrErrorKind, EhrResult};
use vardbro_model::appointment::{Appointment, Booking, SlotChoice};
use vardbro_model::capabilities::Operation;
use vardbro_model::ehr::Mode;
use vardbro_model::error::{Fault, FaultCode};
use vardbro_model::id::{CareUnitId, PatientId, ResourceId};
use vardbro_model::medical_note::TemplateId;
use vardbro_model::page::PageRequest;
use vardbro_model::time::Window;
use vardbro_model::timeslot::Timeslot;
use vardbro_model::typed_id::{PatientRef, ResourceRef};
use vardbro_sandbox_kit::ManualClock;
use vardbro_takecare::{CODE, TakeCare};
use vardbro_takecare_sandbox::note_templates::{self, NoteTemplate};
use vardbro_takecare_sandbox::{Options, Running};

/// Patients whom the sandbox has.
pub const ANNA: &str = "197110021834";
pub const TOLVAN: &str = "191212121212";

/// The resource whom the sandbox's pages recommend.
pub const EHN: &str = "10-991890000019";

pub struct Clinic {
    pub running: Running,
    pub takecare: TakeCare,
    pub connection: Arc<Connection>,
    pub wire: Wire,
    pub wall: Arc<ManualClock>,
}

/// The sandbox's clock is ours too.
struct Wall(Arc<ManualClock>);

impl Clock for Wall {
    fn now(&self) -> Timestamp {
        vardbro_sandbox_kit::Clock::now(self.0.as_ref())
    }
}

impl Clinic {
    /// On one and the same Friday, so that the seeded calendar is always the same.
    pub async fn open() -> Self {
        Self::open_at("2026-11-20T03:00:00Z").await
    }

    pub async fn open_at(now: &str) -> Self {
        Self::open_with(now, |options| options, |settings| settings).await
    }

    pub async fn open_with(
        now: &str,
        choose: impl FnOnce(Options) -> Options,
        settle: impl FnOnce(Settings) -> Settings,
    ) -> Self {
        let wall = Arc::new(ManualClock::at(now.parse().unwrap()));
        let options = choose(Options { clock: wall.clone(), ..Options::default() });
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let running = vardbro_takecare_sandbox::start(options, listen).await.unwrap();
        let settings = Settings::default()
            .with("booking_url", running.native.clone())
            .with_secret("externaluser", running.credentials["externaluser"].clone())
            .with_secret("invokingsystem", running.credentials["invokingsystem"].clone())
            .with_secret("default_user_id", EHN.trim_start_matches("10-"));
        let takecare = TakeCare::new();
        let connection = connection(settle(settings));
        let factory = WireFactory::new(Egress::loopback(), Arc::new(Machine), Arc::new(Machine)).unwrap();
        let wire = factory.wire(&takecare.wire_profile(&connection).unwrap()).unwrap();
        running.controls.reset();
        Self { running, takecare, connection: Arc::new(connection), wire, wall }
    }

    pub fn now(&self) -> Timestamp {
        vardbro_sandbox_kit::Clock::now(self.wall.as_ref())
    }

    pub fn ctx(&self) -> Ctx {
        Ctx {
            connection: Arc::clone(&self.connection),
            operation: Operation::ListTimeslots,
            clock: Arc::new(Wall(Arc::clone(&self.wall))),
            deadline: Instant::now() + Duration::from_secs(25),
            fresh: false,
            meter: Meter::default(),
            wire: self.wire.clone(),
        }
    }

    pub fn fresh(&self) -> Ctx {
        Ctx { fresh: true, ..self.ctx() }
    }

    pub fn calls(&self) -> BTreeMap<String, u64> {
        self.running.controls.calls()
    }

    pub fn call_count(&self) -> u64 {
        self.calls().values().sum()
    }

    /// Calls of operations whose name contains this.
    pub fn calls_of(&self, part: &str) -> u64 {
        self.calls().iter().filter(|(name, _)| name.contains(part)).map(|(_, count)| count).sum()
    }

    /// Starts counting anew, without faults.
    pub fn forget_calls(&self) {
        self.running.controls.reset();
    }

    pub fn faults(&self, change: Value) {
        self.running.controls.set_faults(change.as_object().unwrap()).unwrap();
    }

    pub fn live(&self) -> usize {
        self.running.ehr.state().appointments.iter().filter(|appointment| appointment.live).count()
    }

    pub fn window(&self, from_days: i64, to_days: i64) -> Window {
        let at = |days: i64| self.now() + SignedDuration::from_hours(24 * days);
        Window { start: at(from_days), end: at(to_days) }
    }

    pub async fn slots(&self, window: Window) -> Vec<Timeslot> {
        self.takecare.timeslots(&self.ctx(), &ten(), window, None, None).await.unwrap()
    }

    /// A free time of the recommended resource, some days ahead.
    pub async fn slot(&self) -> Timeslot {
        self.slots_of(EHN).await.remove(0)
    }

    pub async fn slots_of(&self, resource: &str) -> Vec<Timeslot> {
        let resource = resource_ref(resource);
        let window = self.window(3, 10);
        self.takecare.timeslots(&self.ctx(), &ten(), window, Some(&resource), None).await.unwrap()
    }

    pub async fn book(&self, slot: &Timeslot, patient: &str) -> EhrResult<Appointment> {
        self.takecare.book(&self.ctx(), &ten(), booking(slot, patient)).await
    }

    /// What is known of the care unit is known from here on.
    pub async fn warm(&self) {
        self.takecare.resources(&self.ctx(), &ten(), None).await.unwrap();
        self.forget_calls();
    }
}

/// The recommended care unit.
pub fn ten() -> CareUnitId {
    CareUnitId::parse("10").unwrap()
}

pub fn connection(settings: Settings) -> Connection {
    Connection {
        id: Uuid::nil(),
        ehr: CODE,
        name: "clinic".into(),
        tag: None,
        mode: Mode::Sandbox,
        settings,
        note_mapping: mapping(),
    }
}

/// The sandbox's templates for ours.
pub fn mapping() -> NoteMapping {
    let theirs = |id: TemplateId| -> NoteTemplate {
        match id {
            TemplateId::LeyrUnstructured => note_templates::UNSTRUCTURED,
            TemplateId::LeyrAcuteVisit => note_templates::ACUTE_VISIT,
            TemplateId::LeyrNewVisitPsychology => note_templates::NEW_VISIT_PSYCHOLOGY,
            TemplateId::LeyrFollowUpVisitPsychology => note_templates::FOLLOW_UP_VISIT_PSYCHOLOGY,
            TemplateId::LeyrCareStatus => note_templates::CARE_STATUS,
        }
    };
    let mapped = TemplateId::ALL.iter().map(|id| {
        let template = theirs(*id);
        // Both list the same fields in the same order.
        assert_eq!(id.fields().len(), template.terms.len());
        let field = |(name, term): (&&str, &note_templates::Term)| {
            ((*name).to_owned(), MappedField { emr_id: term.id.to_string(), max_length: None })
        };
        let fields = id.fields().iter().zip(template.terms).map(field).collect();
        (*id, MappedTemplate { emr_id: template.id.to_string(), fields })
    });
    NoteMapping(mapped.collect())
}

pub fn booking(slot: &Timeslot, patient: &str) -> Booking {
    Booking {
        slot: SlotChoice {
            window: window_of(slot),
            resource: Some(ResourceRef::Id(slot.resource_id.clone())),
            healthcare_service: Some(slot.healthcare_service_id.clone()),
        },
        patient: patient_ref(patient),
        comment: Some("Hosta".into()),
    }
}

pub fn window_of(slot: &Timeslot) -> Window {
    Window { start: slot.start.timestamp(), end: slot.end.timestamp() }
}

pub fn patient_ref(id: &str) -> PatientRef {
    PatientRef::Id(PatientId::parse(id).unwrap())
}

pub fn resource_ref(id: &str) -> ResourceRef {
    ResourceRef::Id(ResourceId::parse(id).unwrap())
}

pub fn first(limit: usize) -> PageRequest {
    PageRequest { limit, cursor: None }
}

pub fn faults(error: EhrError) -> Vec<Fault> {
    match error.kind {
        EhrErrorKind::Invalid(faults) => faults,
        other => panic!("{other:?}: {}", error.detail),
    }
}

pub fn fault<T: std::fmt::Debug>(result: EhrResult<T>) -> (FaultCode, Option<String>) {
    let fault = faults(result.unwrap_err()).remove(0);
    (fault.code, fault.path)
}

pub fn kind<T: std::fmt::Debug>(result: EhrResult<T>) -> EhrErrorKind {
    result.unwrap_err().kind
}

/// What is done to a call on its way.
pub enum Meddling {
    /// Carry it.
    Pass,
    /// Carry it, and lose the answer.
    Lose,
    /// Lose it before it arrives, without anybody knowing.
    Swallow,
    /// Answer this instead.
    Answer(u16, String),
}

type Meddler = dyn Fn(&str, &http::Request<Bytes>) -> BoxFuture<'static, Meddling> + Send + Sync;

impl Clinic {
    /// A context whose calls somebody meddles with, who is told the operation of each.
    pub fn meddled(
        &self,
        meddler: impl Fn(&str, &http::Request<Bytes>) -> BoxFuture<'static, Meddling> + Send + Sync + 'static,
    ) -> Ctx {
        let meddler: Arc<Meddler> = Arc::new(meddler);
        let inner = self.wire.clone();
        let wire = Wire::new(tower::service_fn(move |request: http::Request<Bytes>| {
            let (inner, meddler) = (inner.clone(), Arc::clone(&meddler));
            async move {
                let context = request.extensions().get::<CallContext>().cloned().unwrap();
                let operation = context.endpoint.rsplit('.').next().unwrap_or_default();
                let meddling = meddler(operation, &request).await;
                match meddling {
                    Meddling::Pass => inner.send(request, context).await,
                    Meddling::Lose => {
                        inner.send(request, context).await?;
                        Err(WireError::unknown(WireErrorKind::Dropped))
                    }
                    Meddling::Swallow => Err(WireError::unknown(WireErrorKind::Timeout)),
                    Meddling::Answer(status, body) => {
                        Ok(http::Response::builder().status(status).body(Bytes::from(body)).unwrap())
                    }
                }
            }
        }));
        Ctx { wire, ..self.ctx() }
    }
}

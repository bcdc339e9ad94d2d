//! A sandboxed Webdoc and a connection to it, through the real wire.

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
use vardbro_ehr::environment::Clock;
use vardbro_ehr::environment::Machine;
use vardbro_ehr::meter::Meter;
use vardbro_ehr::wire::{CallContext, Egress, Wire, WireError, WireErrorKind, WireFactory};
use vardbro_ehr::{Ctx, Ehr, EhrError, EhrErrorKind, EhrResult};
use vardbro_model::appointment::{Appointment, AppointmentQuery, Booking, SlotChoice};
use vardbro_model::capabilities::Operation;
use vardbro_model::ehr::Mode;
use vardbro_model::error::{Fault, FaultCode};
use vardbro_model::id::{CareUnitId, PatientId};
use vardbro_model::medical_note::TemplateId;
use vardbro_model::page::PageRequest;
use vardbro_model::time::Window;
use vardbro_model::timeslot::Timeslot;
use vardbro_model::typed_id::{PatientRef, ResourceRef};
use vardbro_sandbox_kit::ManualClock;
use vardbro_webdoc::{CODE, Webdoc};
use vardbro_webdoc_sandbox::{Grants, Options, Running};

/// A Friday in winter time.
pub const FRIDAY: &str = "2026-11-20T08:00:00Z";

pub struct Clinic {
    pub running: Running,
    pub webdoc: Webdoc,
    pub connection: Arc<Connection>,
    pub wire: Wire,
    pub clock: Arc<SharedClock>,
    pub grants: Grants,
}

impl Clinic {
    pub async fn open() -> Self {
        Self::open_with(|_| {}, |settings| settings).await
    }

    pub async fn open_set(settle: impl FnOnce(Settings) -> Settings) -> Self {
        Self::open_with(|_| {}, settle).await
    }

    pub async fn open_with(
        prepare: impl FnOnce(&mut Options),
        settle: impl FnOnce(Settings) -> Settings,
    ) -> Self {
        Self::open_at(FRIDAY, prepare, settle).await
    }

    pub async fn open_at(
        now: &str,
        prepare: impl FnOnce(&mut Options),
        settle: impl FnOnce(Settings) -> Settings,
    ) -> Self {
        let clock = Arc::new(SharedClock(ManualClock::at(now.parse().unwrap())));
        let mut options = Options { clock: clock.clone(), ..Options::default() };
        prepare(&mut options);
        let grants = options.grants.clone();
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let running = vardbro_webdoc_sandbox::start(options, listen).await.unwrap();
        let settings = ["client_id", "client_secret", "token_url"]
            .into_iter()
            .fold(Settings::default(), |settings, name| {
                settings.with_secret(name, running.credentials[name].clone())
            })
            .with("api_url", &running.native);
        let webdoc = Webdoc::new();
        let connection = connection(settle(settings), mapping());
        let factory = WireFactory::new(Egress::loopback(), Arc::new(Machine), Arc::new(Machine)).unwrap();
        let wire = factory.wire(&webdoc.wire_profile(&connection).unwrap()).unwrap();
        Self { running, webdoc, connection: Arc::new(connection), wire, clock, grants }
    }

    /// The same connection with another note mapping.
    pub fn map(&mut self, note_mapping: NoteMapping) {
        let given = &self.connection.settings;
        let settings = self.webdoc.settings().iter().fold(Settings::default(), |copy, setting| {
            match (given.plain(setting.name), given.secret(setting.name)) {
                (Some(value), _) => copy.with(setting.name, value),
                (None, Some(value)) => copy.with_secret(setting.name, value.clone()),
                (None, None) => copy,
            }
        });
        self.connection = Arc::new(connection(settings, note_mapping));
    }

    pub fn ctx(&self) -> Ctx {
        Ctx {
            connection: Arc::clone(&self.connection),
            operation: Operation::ListTimeslots,
            clock: self.clock.clone(),
            deadline: Instant::now() + Duration::from_secs(25),
            fresh: false,
            meter: Meter::default(),
            wire: self.wire.clone(),
        }
    }

    pub fn calls(&self) -> BTreeMap<String, u64> {
        self.running.controls.calls()
    }

    pub fn call_count(&self) -> u64 {
        self.calls().values().sum()
    }

    /// Calls of endpoints whose name contains this.
    pub fn calls_of(&self, part: &str) -> u64 {
        self.calls().iter().filter(|(name, _)| name.contains(part)).map(|(_, count)| count).sum()
    }

    pub fn faults(&self, change: Value) {
        self.running.controls.set_faults(change.as_object().unwrap()).unwrap();
    }

    /// Bookings that stand in the calendars.
    pub fn live(&self) -> usize {
        self.running.ehr.state().appointments.iter().filter(|appointment| appointment.live).count()
    }

    /// The first care unit, by name.
    pub async fn unit(&self) -> CareUnitId {
        self.webdoc.care_units(&self.ctx()).await.unwrap()[0].id.clone()
    }

    pub fn window(&self, from_days: i64, to_days: i64) -> Window {
        let at = |days: i64| self.clock.now() + SignedDuration::from_hours(24 * days);
        Window { start: at(from_days), end: at(to_days) }
    }

    pub async fn slots(&self, unit: &CareUnitId, from_days: i64, to_days: i64) -> Vec<Timeslot> {
        let window = self.window(from_days, to_days);
        self.webdoc.timeslots(&self.ctx(), unit, window, None, None).await.unwrap()
    }

    /// Free times of one caregiver for one service, some days ahead.
    pub async fn calendar(&self, unit: &CareUnitId) -> Vec<Timeslot> {
        let mut slots = self.slots(unit, 3, 12).await;
        let first = slots[0].clone();
        slots.retain(|slot| {
            slot.resource_id == first.resource_id && slot.healthcare_service_id == first.healthcare_service_id
        });
        slots
    }

    pub async fn book(&self, unit: &CareUnitId, slot: &Timeslot) -> EhrResult<Appointment> {
        self.webdoc.book(&self.ctx(), unit, booking(slot, tolvan())).await
    }

    pub async fn listed(&self, unit: &CareUnitId, query: AppointmentQuery) -> Vec<Appointment> {
        self.webdoc.appointments(&self.ctx(), unit, query, first(500)).await.unwrap().items
    }
}

/// One clock for both sides.
pub struct SharedClock(pub ManualClock);

impl SharedClock {
    pub fn now(&self) -> Timestamp {
        Clock::now(self)
    }
}

impl Clock for SharedClock {
    fn now(&self) -> Timestamp {
        vardbro_sandbox_kit::Clock::now(&self.0)
    }
}

impl vardbro_sandbox_kit::Clock for SharedClock {
    fn now(&self) -> Timestamp {
        vardbro_sandbox_kit::Clock::now(&self.0)
    }
}

pub fn connection(settings: Settings, note_mapping: NoteMapping) -> Connection {
    Connection {
        id: Uuid::nil(),
        ehr: CODE,
        name: "clinic".into(),
        tag: None,
        mode: Mode::Sandbox,
        settings,
        note_mapping,
    }
}

/// Two templates of ours, by the titles that the sandbox's have.
fn mapping() -> NoteMapping {
    use vardbro_webdoc_sandbox::record_templates::{CARE_STATUS, RecordTemplate, UNSTRUCTURED};
    let mapped = |id: TemplateId, native: &RecordTemplate, most: Option<u32>| {
        let keywords = native.keywords.iter().filter(|keyword| keyword.parent.is_none());
        let fields = id.fields().iter().zip(keywords).map(|(name, keyword)| {
            ((*name).to_owned(), MappedField { emr_id: keyword.id.to_string(), max_length: most })
        });
        (id, MappedTemplate { emr_id: native.id.to_string(), fields: fields.collect() })
    };
    NoteMapping(BTreeMap::from([
        mapped(TemplateId::LeyrUnstructured, &UNSTRUCTURED, None),
        mapped(TemplateId::LeyrCareStatus, &CARE_STATUS, Some(50)),
    ]))
}

pub fn mapping_of_nothing() -> NoteMapping {
    NoteMapping::default()
}

pub fn tolvan() -> PatientRef {
    patient("191212121212")
}

pub fn patient(id: &str) -> PatientRef {
    PatientRef::Id(PatientId::parse(id).unwrap())
}

pub fn typed(text: &str) -> ResourceRef {
    ResourceRef::parse(text, jiff::civil::date(2026, 11, 20)).unwrap()
}

pub fn booking(slot: &Timeslot, patient: PatientRef) -> Booking {
    Booking {
        slot: SlotChoice {
            window: window_of(slot),
            resource: Some(ResourceRef::Id(slot.resource_id.clone())),
            healthcare_service: Some(slot.healthcare_service_id.clone()),
        },
        patient,
        comment: Some("Hosta".into()),
    }
}

pub fn window_of(slot: &Timeslot) -> Window {
    Window { start: slot.start.timestamp(), end: slot.end.timestamp() }
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

pub fn no_timeslots() -> (FaultCode, Option<String>) {
    (FaultCode::NoTimeslotsAvailable, Some("start".into()))
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
    /// Do not carry it, and lose the answer.
    Swallow,
    /// Answer this instead.
    Answer(u16, String),
}

/// What is done to every call that is meant.
pub type Fate = fn() -> Meddling;

type Meddler = dyn Fn(&http::Request<Bytes>) -> BoxFuture<'static, Meddling> + Send + Sync;

/// A wire whose calls somebody meddles with.
pub fn meddled(
    inner: Wire,
    meddler: impl Fn(&http::Request<Bytes>) -> BoxFuture<'static, Meddling> + Send + Sync + 'static,
) -> Wire {
    let meddler: Arc<Meddler> = Arc::new(meddler);
    Wire::new(tower::service_fn(move |request: http::Request<Bytes>| {
        let (inner, meddler) = (inner.clone(), Arc::clone(&meddler));
        async move {
            let meddling = meddler(&request).await;
            let context = request.extensions().get::<CallContext>().cloned().unwrap();
            match meddling {
                Meddling::Pass => inner.send(request, context).await,
                Meddling::Lose => {
                    inner.send(request, context).await?;
                    Err(WireError::unknown(WireErrorKind::Dropped))
                }
                Meddling::Swallow => Err(WireError::unknown(WireErrorKind::Dropped)),
                Meddling::Answer(status, body) => {
                    Ok(http::Response::builder().status(status).body(Bytes::from(body)).unwrap())
                }
            }
        }
    }))
}

impl Clinic {
    /// A context in which writes of this method and path fare as told, and everything else well.
    pub fn with_fate(&self, method: &'static str, path: &'static str, fate: Fate) -> Ctx {
        let wire = meddled(self.wire.clone(), move |request| {
            let meant = request.method() == method && request.uri().path().contains(path);
            let meddling = if meant { fate() } else { Meddling::Pass };
            Box::pin(async move { meddling })
        });
        Ctx { wire, ..self.ctx() }
    }
}

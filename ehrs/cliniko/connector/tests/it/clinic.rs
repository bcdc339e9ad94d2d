//! A sandboxed clinic and a connection to it, through the real wire.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tokio::time::Instant;
use uuid::Uuid;
use vardbro_cliniko::{CODE, Cliniko};
use vardbro_cliniko_sandbox::{Options, Running};
use vardbro_ehr::connection::{Connection, MappedField, MappedTemplate, NoteMapping, Settings};
use vardbro_ehr::environment::{Clock, Machine};
use vardbro_ehr::meter::Meter;
use vardbro_ehr::wire::{Call, CallContext, Egress, Safety, Wire, WireError, WireErrorKind, WireFactory};
use vardbro_ehr::{Ctx, Ehr, EhrError, EhrErrorKind, EhrResult};
use vardbro_model::appointment::{Appointment, Booking, SlotChoice};
use vardbro_model::capabilities::Operation;
use vardbro_model::care_unit::CareUnit;
use vardbro_model::ehr::Mode;
use vardbro_model::error::{Fault, FaultCode};
use vardbro_model::id::{CareUnitId, PatientId};
use vardbro_model::medical_note::TemplateId;
use vardbro_model::page::PageRequest;
use vardbro_model::patient::{NewPatient, Patient};
use vardbro_model::time::Window;
use vardbro_model::timeslot::Timeslot;
use vardbro_model::typed_id::{PatientRef, ResourceRef};

pub struct Clinic {
    pub running: Running,
    pub cliniko: Cliniko,
    pub connection: Arc<Connection>,
    pub wire: Wire,
    pub clock: Arc<dyn Clock>,
}

impl Clinic {
    /// On one and the same Friday, so that the seeded calendar is always the same.
    pub async fn open() -> Self {
        Self::open_at("2026-11-20T03:00:00Z", |settings| settings).await
    }

    /// Where time goes by, as a file needs that is worked on.
    pub async fn open_now() -> Self {
        Self::open_with(Options::default(), |settings| settings).await
    }

    /// A clinic in which it is always this instant.
    pub async fn open_at(now: &str, settle: impl FnOnce(Settings) -> Settings) -> Self {
        let stopped = Arc::new(Stopped(now.parse().unwrap()));
        let options = Options { clock: stopped.clone(), ..Options::default() };
        Self { clock: stopped, ..Self::open_with(options, settle).await }
    }

    pub async fn open_with(options: Options, settle: impl FnOnce(Settings) -> Settings) -> Self {
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let running = vardbro_cliniko_sandbox::start(options, listen).await.unwrap();
        let settings = Settings::default()
            .with_secret("api_key", running.credentials["api_key"].clone())
            .with("contact_email", "tests@vardbro.example")
            .with("base_url", running.native.clone())
            .with("requests_per_minute", "1000000");
        let cliniko = Cliniko::new();
        let settled = connection(settle(settings));
        let factory = WireFactory::new(Egress::loopback(), Arc::new(Machine), Arc::new(Machine)).unwrap();
        let wire = factory.wire(&cliniko.wire_profile(&settled).unwrap()).unwrap();
        let mut clinic =
            Self { running, cliniko, connection: Arc::new(settled), wire, clock: Arc::new(Machine) };
        let templates = clinic.native("GET", "/treatment_note_templates", None).await;
        let template = templates["treatment_note_templates"][0]["id"].as_str().unwrap();
        Arc::get_mut(&mut clinic.connection).unwrap().note_mapping = mapping(template);
        clinic.forget_calls();
        clinic
    }

    /// The same connection with another note mapping.
    pub fn map(&mut self, note_mapping: NoteMapping) {
        let given = &self.connection.settings;
        let settings = self.cliniko.settings().iter().fold(Settings::default(), |copy, setting| {
            match (given.plain(setting.name), given.secret(setting.name)) {
                (Some(value), _) => copy.with(setting.name, value),
                (None, Some(value)) => copy.with_secret(setting.name, value.clone()),
                (None, None) => copy,
            }
        });
        self.connection = Arc::new(Connection { note_mapping, ..connection(settings) });
    }

    pub fn ctx(&self) -> Ctx {
        Ctx {
            connection: Arc::clone(&self.connection),
            operation: Operation::ListTimeslots,
            clock: Arc::clone(&self.clock),
            deadline: Instant::now() + Duration::from_secs(25),
            fresh: false,
            meter: Meter::default(),
            wire: self.wire.clone(),
        }
    }

    pub fn fresh(&self) -> Ctx {
        Ctx { fresh: true, ..self.ctx() }
    }

    /// A call beside the connector, to set the stage or look behind it.
    pub async fn native(&self, method: &str, path: &str, body: Option<Value>) -> Value {
        let key = format!("{}:", self.running.credentials["api_key"]);
        let authorization =
            format!("Basic {}", base64::Engine::encode(&base64::engine::general_purpose::STANDARD, key));
        let request = http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.running.native))
            .header("authorization", authorization)
            .header("user-agent", "Stage (tests@vardbro.example)")
            .header("accept", "application/json")
            .header("content-type", "application/json")
            .body(body.map(|body| body.to_string().into()).unwrap_or_default())
            .unwrap();
        let answer = self.ctx().send(Call::new(Safety::Read, "stage", request)).await.unwrap();
        assert!(answer.status().is_success(), "{method} {path}: {} {:?}", answer.status(), answer.body());
        serde_json::from_slice(answer.body()).unwrap_or(Value::Null)
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

    /// Starts counting anew, without faults and without a quota.
    pub fn forget_calls(&self) {
        self.running.controls.reset();
        self.faults(json!({"rate_limit_per_minute": 1_000_000}));
    }

    pub fn faults(&self, change: Value) {
        self.running.controls.set_faults(change.as_object().unwrap()).unwrap();
    }

    pub fn live(&self) -> usize {
        self.running.ehr.state().appointments.iter().filter(|appointment| appointment.live).count()
    }

    pub async fn units(&self) -> Vec<CareUnit> {
        self.cliniko.care_units(&self.ctx()).await.unwrap()
    }

    pub async fn unit(&self) -> CareUnitId {
        self.units().await[0].id.clone()
    }

    pub fn window(&self, from_days: i64, to_days: i64) -> Window {
        let at = |days: i64| self.clock.now() + SignedDuration::from_hours(24 * days);
        Window { start: whole(at(from_days)), end: whole(at(to_days)) }
    }

    pub async fn slots(&self, unit: &CareUnitId, window: Window) -> Vec<Timeslot> {
        self.cliniko.timeslots(&self.ctx(), unit, window, None, None).await.unwrap()
    }

    /// A free time some days ahead.
    pub async fn slot(&self, unit: &CareUnitId) -> Timeslot {
        self.slots(unit, self.window(3, 6)).await.into_iter().next().unwrap()
    }

    pub async fn patient(&self, unit: &CareUnitId) -> Patient {
        let new = NewPatient {
            first_name: Some("Ada".into()),
            last_name: Some(format!("Berg{}", Uuid::from_u128(rand_bits()).simple())),
            ..NewPatient::default()
        };
        self.cliniko.create_patient(&self.ctx(), unit, new).await.unwrap().patient
    }

    pub async fn book(
        &self,
        unit: &CareUnitId,
        slot: &Timeslot,
        patient: &Patient,
    ) -> EhrResult<Appointment> {
        self.cliniko.book(&self.ctx(), unit, booking(slot, patient)).await
    }
}

/// A clock that stands still.
pub struct Stopped(Timestamp);

impl Clock for Stopped {
    fn now(&self) -> Timestamp {
        self.0
    }
}

impl vardbro_sandbox_kit::Clock for Stopped {
    fn now(&self) -> Timestamp {
        self.0
    }
}

fn rand_bits() -> u128 {
    use vardbro_ehr::environment::Random;
    u128::from(Machine.bits())
}

fn whole(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap()
}

pub fn connection(settings: Settings) -> Connection {
    Connection {
        id: Uuid::nil(),
        ehr: CODE,
        name: "clinic".into(),
        tag: None,
        mode: Mode::Sandbox,
        settings,
        note_mapping: NoteMapping::default(),
    }
}

/// Every template but the last is mapped.
pub fn mapping(template: &str) -> NoteMapping {
    let mapped = TemplateId::ALL.iter().filter(|id| **id != TemplateId::LeyrCareStatus).map(|id| {
        let field = |name: &&str| {
            ((*name).to_owned(), MappedField { emr_id: format!("Visit/{name}"), max_length: Some(1000) })
        };
        let fields = id.fields().iter().map(field).collect();
        (*id, MappedTemplate { emr_id: template.to_owned(), fields })
    });
    NoteMapping(mapped.collect())
}

pub fn booking(slot: &Timeslot, patient: &Patient) -> Booking {
    Booking {
        slot: SlotChoice {
            window: window_of(slot),
            resource: Some(ResourceRef::Id(slot.resource_id.clone())),
            healthcare_service: Some(slot.healthcare_service_id.clone()),
        },
        patient: PatientRef::Id(patient.id.clone()),
        comment: Some("First consultation".into()),
    }
}

pub fn window_of(slot: &Timeslot) -> Window {
    Window { start: slot.start.timestamp(), end: slot.end.timestamp() }
}

pub fn reference(patient: &Patient) -> PatientRef {
    PatientRef::Id(patient.id.clone())
}

pub fn nobody() -> PatientRef {
    PatientRef::Id(PatientId::parse("4242").unwrap())
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
    /// Answer this instead.
    Answer(u16, &'static str),
}

type Meddler = dyn Fn(&http::Request<Bytes>) -> BoxFuture<'static, Meddling> + Send + Sync;

impl Clinic {
    /// A context whose calls somebody meddles with.
    pub fn meddled(
        &self,
        meddler: impl Fn(&http::Request<Bytes>) -> BoxFuture<'static, Meddling> + Send + Sync + 'static,
    ) -> Ctx {
        let meddler: Arc<Meddler> = Arc::new(meddler);
        let inner = self.wire.clone();
        let wire = Wire::new(tower::service_fn(move |request: http::Request<Bytes>| {
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
                    Meddling::Answer(status, body) => Ok(http::Response::builder()
                        .status(status)
                        .body(Bytes::from_static(body.as_bytes()))
                        .unwrap()),
                }
            }
        }));
        Ctx { wire, ..self.ctx() }
    }
}

//! A sandboxed organisation and a connection to it, through the real wire.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use futures::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tokio::time::Instant;
use uuid::Uuid;
use vardbro_ehr::connection::{Connection, MappedField, MappedTemplate, NoteMapping, Settings};
use vardbro_ehr::environment::{Clock, Machine};
use vardbro_ehr::meter::Meter;
use vardbro_ehr::wire::{Call, CallContext, Egress, Safety, Wire, WireError, WireErrorKind, WireFactory};
use vardbro_ehr::{Ctx, Ehr, EhrError, EhrErrorKind, EhrResult};
use vardbro_kaddio::{CODE, Kaddio};
use vardbro_kaddio_sandbox::contact_types::{self, ContactType};
use vardbro_kaddio_sandbox::{Options, Running, custom_fields};
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
    pub kaddio: Kaddio,
    pub connection: Arc<Connection>,
    pub wire: Wire,
    pub clock: Arc<dyn Clock>,
    stopped: Arc<Stopped>,
}

/// A Friday morning, so that the seeded calendar is always the same.
const FRIDAY: &str = "2026-11-20T08:00:00Z";

impl Clinic {
    pub async fn open() -> Self {
        Self::open_with(Options::default(), |settings| settings).await
    }

    pub async fn open_with(options: Options, settle: impl FnOnce(Settings) -> Settings) -> Self {
        let stopped = Arc::new(Stopped::at(FRIDAY));
        let options = Options { clock: stopped.clone(), ..options };
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let running = vardbro_kaddio_sandbox::start(options, listen).await.unwrap();
        let settings = Settings::default()
            .with_secret("token", running.credentials["token"].clone())
            .with("url", running.native.clone())
            .with("custom_fields", kept_in_custom_fields());
        let kaddio = Kaddio::new();
        let connection = Connection { note_mapping: mapping(), ..connection(settle(settings)) };
        let factory = WireFactory::new(Egress::loopback(), Arc::new(Machine), Arc::new(Machine)).unwrap();
        let wire = factory.wire(&kaddio.wire_profile(&connection).unwrap()).unwrap();
        Self { running, kaddio, connection: Arc::new(connection), wire, clock: stopped.clone(), stopped }
    }

    /// The same connection with another note mapping.
    pub fn map(&mut self, note_mapping: NoteMapping) {
        let given = &self.connection.settings;
        let settings = self.kaddio.settings().iter().fold(Settings::default(), |copy, setting| {
            match (given.plain(setting.name), given.secret(setting.name)) {
                (Some(value), _) => copy.with(setting.name, value),
                (None, Some(value)) => copy.with_secret(setting.name, value.clone()),
                (None, None) => copy,
            }
        });
        self.connection = Arc::new(Connection { note_mapping, ..connection(settings) });
    }

    pub fn ctx(&self) -> Ctx {
        context(&self.connection, &self.wire, &self.clock)
    }

    pub fn fresh(&self) -> Ctx {
        Ctx { fresh: true, ..self.ctx() }
    }

    /// A minute goes by.
    pub fn wait(&self) {
        *self.stopped.0.lock().unwrap() += SignedDuration::from_mins(1);
    }

    /// A GraphQL call beside the connector, to set the stage or look behind it.
    pub async fn native(&self, query: &str, variables: Value) -> Value {
        self.native_as(None, query, variables).await
    }

    pub async fn native_as(&self, host: Option<&str>, query: &str, variables: Value) -> Value {
        let mut request = http::Request::post(&self.running.native)
            .header("authorization", &self.running.credentials["token"])
            .header("content-type", "application/json")
            .body(Bytes::from(json!({"query": query, "variables": variables}).to_string()))
            .unwrap();
        if let Some(host) = host {
            request.headers_mut().insert("impersonationid", host.parse().unwrap());
        }
        let answer = self.ctx().send(Call::new(Safety::Read, "stage", request)).await.unwrap();
        let answer: Value = serde_json::from_slice(answer.body()).unwrap();
        assert!(answer.get("errors").is_none(), "{query}: {answer}");
        answer["data"].clone()
    }

    pub fn calls(&self) -> BTreeMap<String, u64> {
        self.running.controls.calls()
    }

    pub fn call_count(&self) -> u64 {
        self.calls().values().sum()
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

    pub async fn units(&self) -> Vec<CareUnit> {
        self.kaddio.care_units(&self.ctx()).await.unwrap()
    }

    pub async fn unit(&self) -> CareUnitId {
        self.units().await[0].id.clone()
    }

    pub fn window(&self, from_days: i64, to_days: i64) -> Window {
        let at = |days: i64| self.clock.now() + SignedDuration::from_hours(24 * days);
        Window { start: at(from_days), end: at(to_days) }
    }

    pub async fn slots(&self, unit: &CareUnitId, window: Window) -> Vec<Timeslot> {
        self.kaddio.timeslots(&self.ctx(), unit, window, None, None).await.unwrap()
    }

    /// A free time some days ahead.
    pub async fn slot(&self, unit: &CareUnitId) -> Timeslot {
        self.slots(unit, self.window(3, 8)).await.into_iter().next().unwrap()
    }

    pub async fn patient(&self, unit: &CareUnitId) -> Patient {
        let new = NewPatient {
            first_name: Some("Ada".into()),
            last_name: Some(format!("Berg{}", Uuid::new_v4().simple())),
            ..NewPatient::default()
        };
        self.kaddio.create_patient(&self.ctx(), unit, new).await.unwrap().patient
    }

    pub async fn book(
        &self,
        unit: &CareUnitId,
        slot: &Timeslot,
        patient: &Patient,
    ) -> EhrResult<Appointment> {
        self.kaddio.book(&self.ctx(), unit, booking(slot, patient)).await
    }
}

pub fn context(connection: &Arc<Connection>, wire: &Wire, clock: &Arc<dyn Clock>) -> Ctx {
    Ctx {
        connection: Arc::clone(connection),
        operation: Operation::ListTimeslots,
        clock: Arc::clone(clock),
        deadline: Instant::now() + Duration::from_secs(25),
        fresh: false,
        meter: Meter::default(),
        wire: wire.clone(),
    }
}

/// A clock that stands still until it is told to go on.
pub struct Stopped(Mutex<Timestamp>);

impl Stopped {
    pub fn at(instant: &str) -> Self {
        Self(Mutex::new(instant.parse().unwrap()))
    }
}

impl Clock for Stopped {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

impl vardbro_sandbox_kit::Clock for Stopped {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
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

fn kept_in_custom_fields() -> String {
    let fields = [
        ("date_of_birth", custom_fields::DATE_OF_BIRTH),
        ("gender", custom_fields::GENDER),
        ("co_address", custom_fields::CO_ADDRESS),
        ("country", custom_fields::COUNTRY),
        ("other_phones", custom_fields::OTHER_PHONES),
        ("other_emails", custom_fields::OTHER_EMAILS),
    ];
    fields.map(|(name, field)| format!("{name}={}", field.id)).join(", ")
}

/// Every template but the last is mapped.
pub fn mapping() -> NoteMapping {
    let mapped = [
        (TemplateId::LeyrUnstructured, contact_types::UNSTRUCTURED),
        (TemplateId::LeyrAcuteVisit, contact_types::ACUTE_VISIT),
        (TemplateId::LeyrNewVisitPsychology, contact_types::NEW_VISIT_PSYCHOLOGY),
        (TemplateId::LeyrFollowUpVisitPsychology, contact_types::FOLLOW_UP_VISIT_PSYCHOLOGY),
    ];
    NoteMapping(mapped.into_iter().map(|(id, theirs)| (id, mapped_to(id, theirs))).collect())
}

fn mapped_to(id: TemplateId, theirs: ContactType) -> MappedTemplate {
    let fields = id.fields().iter().zip(theirs.headings).map(|(name, heading)| {
        ((*name).to_owned(), MappedField { emr_id: heading.id.to_owned(), max_length: Some(1000) })
    });
    MappedTemplate { emr_id: theirs.id.to_owned(), fields: fields.collect() }
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
    PatientRef::Id(PatientId::parse("nobody").unwrap())
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
    /// Lose it on its way.
    Drop,
    /// Answer this instead.
    Answer(u16, &'static str),
}

type Meddler = dyn Fn(&'static str) -> BoxFuture<'static, Meddling> + Send + Sync;

impl Clinic {
    /// A context whose calls somebody meddles with, who is told what each one is for.
    pub fn meddled(
        &self,
        meddler: impl Fn(&'static str) -> BoxFuture<'static, Meddling> + Send + Sync + 'static,
    ) -> Ctx {
        let meddler: Arc<Meddler> = Arc::new(meddler);
        let inner = self.wire.clone();
        let wire = Wire::new(tower::service_fn(move |request: http::Request<Bytes>| {
            let (inner, meddler) = (inner.clone(), Arc::clone(&meddler));
            async move {
                let context = request.extensions().get::<CallContext>().cloned().unwrap();
                let operation = context.endpoint.rsplit(' ').next().unwrap();
                match meddler(operation).await {
                    Meddling::Pass => inner.send(request, context).await,
                    Meddling::Lose => {
                        inner.send(request, context).await?;
                        Err(WireError::unknown(WireErrorKind::Dropped))
                    }
                    Meddling::Drop => Err(WireError::unknown(WireErrorKind::Dropped)),
                    Meddling::Answer(status, body) => Ok(http::Response::builder()
                        .status(status)
                        .body(Bytes::from_static(body.as_bytes()))
                        .unwrap()),
                }
            }
        }));
        Ctx { wire, ..self.ctx() }
    }

    /// A context in which the calls for this operation meet this fate.
    pub fn with_fate(&self, fated: &'static str, fate: fn() -> Meddling) -> Ctx {
        self.meddled(move |operation| {
            let meddling = if operation == fated { fate() } else { Meddling::Pass };
            Box::pin(async move { meddling })
        })
    }
}

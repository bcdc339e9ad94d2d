//! A gateway over a sandbox, for one case.

use std::sync::Arc;

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use uuid::Uuid;
use vardbro_ehr::connection::{Connection, NoteMapping, Settings};
use vardbro_ehr::environment::{Machine, Random};
use vardbro_ehr::wire::{Egress, WireFactory};
use vardbro_ehr::{CheckReport, Ehr};
use vardbro_gateway::{Gateway, Limits, Parts, router};
use vardbro_model::capabilities::{Capabilities, Operation};
use vardbro_model::ehr::Mode;
use vardbro_model::patient::ExternalIdType;
use vardbro_sandbox_kit::{AppointmentState, Running};
use vardbro_store::{Application, ApplicationId, ClientId, ClientSecret, NewApplication, Store};

use crate::client::{Client, ORIGIN};
use crate::clock::CaseClock;
use crate::log::Log;
use crate::subjects::{FIXED_SLOTS, ONE_LINE_NOTES, Started, start};
use vardbro_registry::Registered;

/// Opens no EHR.
pub const WRONG_SECRET: &str = "wrong-secret-of-nobody";

/// The whole gateway over one EHR, and whatever a case looks at beside the API.
pub struct Subject {
    /// The EHR's code.
    pub code: &'static str,
    /// What it declares.
    pub capabilities: Capabilities,
    /// An application with a connection to the EHR.
    pub client: Client,
    /// An application without one.
    pub stranger: Client,
    /// The EHR.
    pub sandbox: Running,
    /// Whether the gateway knows how many calls the EHR allows.
    pub knows_quota: bool,
    /// The time of gateway and EHR.
    pub clock: CaseClock,
    /// Everything that was logged.
    pub log: Log,
    registered: &'static Registered,
    ehr: Arc<dyn Ehr>,
    settings: Settings,
    application: Application,
    connection: Uuid,
    gateway: Gateway,
    store: Arc<Store>,
    _directory: TempDir,
}

impl Subject {
    pub async fn start(registered: &'static Registered, log: Log) -> Self {
        let clock = CaseClock::start();
        let started = start(registered, clock).await;
        let capabilities = started.ehr.capabilities().clone();
        let directory = tempfile::tempdir().expect("a directory for the database");
        let store = Store::open(&directory.path().join("vardbro.db")).await.expect("a database");
        let store = Arc::new(store);
        let wires = WireFactory::new(Egress::loopback(), Arc::new(clock), Arc::new(Machine));
        let wires = wires.expect("a wire factory");
        let gateway = Gateway::new(Parts {
            ehrs: vec![started.ehr.clone()],
            store: store.clone(),
            wires,
            clock: Arc::new(clock),
            random: Arc::new(Machine),
            public_origin: ORIGIN.to_owned(),
            limits: Limits::unlimited(),
        });
        let router = router(gateway.clone());
        let (application, client) = application(&store, &router, "clinic").await;
        let (_, stranger) = self::application(&store, &router, "stranger").await;
        let ehr = started.ehr.clone();
        let settings = copy(&*ehr, &started.settings);
        let (sandbox, connection) = connect(&gateway, &application, started, None);
        let knows_quota = connection.knows_quota;
        let code = registered.code;
        Self {
            code,
            capabilities,
            client,
            stranger,
            sandbox,
            knows_quota,
            clock,
            log,
            registered,
            ehr,
            settings,
            application,
            connection: connection.id,
            gateway,
            store,
            _directory: directory,
        }
    }

    /// Another application, with two installations of the EHR: a plain one, and one whose tag is `north`.
    pub async fn with_two_connections(&self) -> (Client, Running, Running) {
        let (application, client) = application(&self.store, &self.client.router, "two").await;
        let first = start(self.registered, self.clock).await;
        let second = start(self.registered, self.clock).await;
        let (first, _) = connect(&self.gateway, &application, first, None);
        let (second, _) = connect(&self.gateway, &application, second, Some("north"));
        (client, first, second)
    }

    /// Another application that reaches this very sandbox, through a connection of its own.
    pub async fn with_another_door(&self) -> Client {
        let (application, client) = application(&self.store, &self.client.router, "door").await;
        let connection = Connection {
            id: Uuid::new_v4(),
            ehr: self.ehr.about().code,
            name: "door".to_owned(),
            tag: None,
            mode: Mode::Sandbox,
            settings: copy(&*self.ehr, &self.settings),
            note_mapping: NoteMapping::default(),
        };
        self.gateway.connect(&application, &self.ehr, connection).expect("the settings work");
        client
    }

    /// Another application, whose connection has credentials that the EHR does not know.
    pub async fn with_wrong_credentials(&self) -> (Client, Running) {
        let (application, client) = application(&self.store, &self.client.router, "wrong").await;
        let started = start(self.registered, self.clock).await;
        // An address is no credential.
        let credentials = started.sandbox.credentials.iter().filter(|(_, value)| !value.contains("://"));
        let names: Vec<String> = credentials.map(|(name, _)| name.clone()).collect();
        let settings =
            names.iter().fold(started.settings, |settings, name| settings.with_secret(name, WRONG_SECRET));
        let (sandbox, _) = connect(&self.gateway, &application, Started { settings, ..started }, None);
        (client, sandbox)
    }

    /// What the EHR says of the connection.
    pub async fn check(&self) -> CheckReport {
        self.gateway.check(&self.application, self.connection).await.expect("the connection works")
    }

    /// The path of the EHR.
    pub fn emr(&self) -> String {
        format!("/api/emrs/{}", self.code)
    }

    pub fn can(&self, operation: Operation) -> bool {
        self.capabilities.of(operation).supported
    }

    /// Whether a patient's `external_id` is their Swedish number.
    pub fn numbers_patients(&self) -> bool {
        self.capabilities.external_id_types == [ExternalIdType::SePersonalNumber]
    }

    /// A right id of a patient, who need not be there.
    pub fn a_patient_id(&self) -> &'static str {
        if self.numbers_patients() { "191212121212" } else { "1" }
    }

    /// Whether notes are one line of Western European letters.
    pub fn has_one_line_notes(&self) -> bool {
        ONE_LINE_NOTES.contains(&self.code)
    }

    /// A format of documents that the EHR takes.
    pub fn document_format(&self) -> &'static str {
        let formats = &self.capabilities.limits.document_formats;
        let pdf = formats.iter().find(|format| **format == "application/pdf");
        pdf.or(formats.first()).unwrap_or(&"application/pdf")
    }

    /// Whether appointments begin only where a timeslot does, so that one cannot be moved by half its length.
    pub fn has_fixed_slots(&self) -> bool {
        FIXED_SLOTS.contains(&self.code)
    }

    /// The country in which the EHR is used, if it is one.
    pub fn only_country(&self) -> Option<&'static str> {
        match self.ehr.about().countries {
            [only] => Some(*only),
            _ => None,
        }
    }

    /// Whether the EHR keeps this field of the body, rather than accepting it without having a place for it.
    pub fn keeps(&self, operation: Operation, field: &str) -> bool {
        !self.capabilities.of(operation).fields_not_stored.contains(&field)
    }

    /// Calls that have reached the EHR.
    pub fn calls(&self) -> u64 {
        self.sandbox.controls.calls().values().sum()
    }

    /// Calls that have reached the EHR and were made to change something, where its protocol shows that.
    pub fn writes(&self) -> u64 {
        let changes =
            |name: &str| ["POST ", "PUT ", "PATCH ", "DELETE "].iter().any(|method| name.starts_with(method));
        self.sandbox.controls.calls().iter().filter(|(name, _)| changes(name)).map(|(_, count)| count).sum()
    }

    /// Sets the EHR's fault switches.
    pub fn faults(&self, switches: Value) {
        let switches = switches.as_object().expect("an object of switches");
        self.sandbox.controls.set_faults(switches).expect("switches that there are");
    }

    /// Puts the EHR's fault switches back, all but the speed.
    pub fn no_faults(&self) {
        self.faults(json!({"error_rate": 0, "lose_response_rate": 0, "latency_ms": 0}));
    }

    /// The appointments that really stand in the EHR's calendars.
    pub fn live(&self) -> Vec<AppointmentState> {
        self.sandbox.ehr.state().appointments.into_iter().filter(|booked| booked.live).collect()
    }

    /// The newest code that the EHR sent for this appointment.
    pub async fn code_for(&self, appointment: &str) -> String {
        let host = self.sandbox.origin.strip_prefix("http://").expect("a loopback origin");
        let mut stream = TcpStream::connect(host).await.expect("the sandbox listens");
        let request = format!("GET /_sandbox/outbox HTTP/1.0\r\nHost: {host}\r\n\r\n");
        stream.write_all(request.as_bytes()).await.expect("the sandbox reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("the sandbox answers");
        let (_, body) = answer.split_once("\r\n\r\n").expect("an HTTP answer");
        let outbox: Vec<Value> = serde_json::from_str(body).expect("a list of messages");
        let message = outbox.iter().rev().find(|message| message["appointment_id"] == appointment);
        message.and_then(|message| message["code"].as_str()).expect("a code was sent").to_owned()
    }

    /// Lets what is in flight end.
    pub async fn stop(self) {
        self.gateway.drain().await;
        self.sandbox.shutdown().await;
        self.store.close().await;
    }
}

async fn application(store: &Store, router: &axum::Router, id: &str) -> (Application, Client) {
    let bits: [u64; 4] = std::array::from_fn(|_| Machine.bits());
    let mut secret = [0; 32];
    for (eight, bits) in secret.chunks_mut(8).zip(bits) {
        eight.copy_from_slice(&bits.to_be_bytes());
    }
    let secret = ClientSecret::from_random(secret);
    let client_id = ClientId::parse(id).expect("a client id");
    let new = NewApplication {
        id: ApplicationId(Uuid::new_v4()),
        client_id,
        secret: secret.clone(),
        name: id.to_owned(),
    };
    let application = store.put_application(new, &[]).await.expect("the application is kept");
    let client = Client { router: router.clone(), id: id.to_owned(), secret: secret.expose().to_owned() };
    (application, client)
}

/// The same settings once more.
fn copy(ehr: &dyn Ehr, settings: &Settings) -> Settings {
    ehr.settings().iter().fold(Settings::default(), |copy, setting| {
        match (settings.plain(setting.name), settings.secret(setting.name)) {
            (Some(value), _) => copy.with(setting.name, value),
            (None, Some(value)) => copy.with_secret(setting.name, value.clone()),
            (None, None) => copy,
        }
    })
}

/// A connection that was made.
struct Connected {
    id: Uuid,
    knows_quota: bool,
}

fn connect(
    gateway: &Gateway,
    application: &Application,
    started: Started,
    tag: Option<&str>,
) -> (Running, Connected) {
    let Started { ehr, sandbox, settings, note_mapping } = started;
    let connection = Connection {
        id: Uuid::new_v4(),
        ehr: ehr.about().code,
        name: tag.unwrap_or("first").to_owned(),
        tag: tag.map(str::to_owned),
        mode: Mode::Sandbox,
        settings,
        note_mapping,
    };
    let knows_quota = ehr.wire_profile(&connection).expect("the settings work").calls_per_minute.is_some();
    let id = connection.id;
    gateway.connect(application, &ehr, connection).expect("the settings work");
    (sandbox, Connected { id, knows_quota })
}

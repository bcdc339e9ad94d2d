//! A gateway over a sandbox, for one case.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use uuid::Uuid;
use vardbro_ehr::connection::{Connection, NoteMapping, Settings};
use vardbro_ehr::environment::Machine;
use vardbro_ehr::wire::{Egress, WireFactory};
use vardbro_ehr::{CheckReport, Ehr};
use vardbro_gateway::{Gateway, Limits, Parts, router};
use vardbro_model::capabilities::{Capabilities, Operation};
use vardbro_model::ehr::Mode;
use vardbro_model::patient::ExternalIdType;
use vardbro_sandbox_kit::{AppointmentState, Running};
use vardbro_store::access_log::{AccessLog, ExportedEntry, Filter, NodeName};
use vardbro_store::{ApplicationRecord, ClientId, Location, Migrations, Store, StoredConnection};
use vardbro_vault::{AuditKey, AuditPrivateKey, ClientSecret, DataKey, KeyRing, MasterKey};

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
    connection: Uuid,
    gateway: Gateway,
    store: Arc<Store>,
    access_log: Arc<AccessLog>,
    audit_key: AuditPrivateKey,
    keys: Arc<KeyRing>,
    _directory: TempDir,
}

impl Subject {
    pub async fn start(registered: &'static Registered, log: Log) -> Self {
        let clock = CaseClock::start();
        let started = start(registered, clock).await;
        let capabilities = started.ehr.capabilities().clone();
        let directory = tempfile::tempdir().expect("a directory for the database");
        let database = Location::Sqlite(directory.path().join("vardbro.db"));
        let store = Arc::new(Store::open(&database, Migrations::Run).await.expect("a database"));
        let mut keys = KeyRing::default();
        keys.add_master(MasterKey::random(clock.now()));
        let audit_key = AuditPrivateKey::random();
        keys.add_audit(AuditKey::random(clock.now(), audit_key.public()));
        let keys = Arc::new(keys);
        let node = NodeName::parse("conformance").expect("a name");
        let records = store.access_records();
        let access_log = AccessLog::open(records, node, keys.clone(), Arc::new(clock), 1_000).await;
        let access_log = Arc::new(access_log.expect("an access log"));
        let wires = WireFactory::new(Egress::loopback(), Arc::new(clock), Arc::new(Machine));
        let wires = wires.expect("a wire factory");
        let gateway = Gateway::new(Parts {
            ehrs: vec![started.ehr.clone()],
            store: store.clone(),
            access_log: Some(access_log.clone()),
            keys: Arc::new(keys.clone()),
            unlocked_for: Duration::from_secs(900),
            wires,
            clock: Arc::new(clock),
            random: Arc::new(Machine),
            public_origin: ORIGIN.to_owned(),
            limits: Limits::unlimited(),
        });
        let router = router(gateway.clone());
        let (application, client) = application(&store, &keys, &router, "clinic").await;
        let (_, stranger) = self::application(&store, &keys, &router, "stranger").await;
        let ehr = started.ehr.clone();
        let settings = copy(&*ehr, &started.settings);
        let (sandbox, connection) = connect(&store, &application, started, None).await;
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
            connection: connection.id,
            gateway,
            store,
            access_log,
            audit_key,
            keys,
            _directory: directory,
        }
    }

    /// Another application, with two installations of the EHR: a plain one, and one whose tag is `north`.
    pub async fn with_two_connections(&self) -> (Client, Running, Running) {
        let (application, client) = self.application("two").await;
        let first = start(self.registered, self.clock).await;
        let second = start(self.registered, self.clock).await;
        let (first, _) = connect(&self.store, &application, first, None).await;
        let (second, _) = connect(&self.store, &application, second, Some("north")).await;
        (client, first, second)
    }

    /// Another application that reaches this very sandbox, through a connection of its own.
    pub async fn with_another_door(&self) -> Client {
        let (application, client) = self.application("door").await;
        keep(&self.store, &application, &*self.ehr, "door", None, &self.settings, NoteMapping::default())
            .await;
        client
    }

    /// Another application, whose connection has credentials that the EHR does not know.
    pub async fn with_wrong_credentials(&self) -> (Client, Running) {
        let (application, client) = self.application("wrong").await;
        let started = start(self.registered, self.clock).await;
        // An address is no credential.
        let credentials = started.sandbox.credentials.iter().filter(|(_, value)| !value.contains("://"));
        let names: Vec<String> = credentials.map(|(name, _)| name.clone()).collect();
        let settings =
            names.iter().fold(started.settings, |settings, name| settings.with_secret(name, WRONG_SECRET));
        let (sandbox, _) = connect(&self.store, &application, Started { settings, ..started }, None).await;
        (client, sandbox)
    }

    /// What the EHR says of the connection.
    pub async fn check(&self) -> CheckReport {
        let (client, now) = (&self.client, self.clock.now());
        let who =
            self.store.authenticate(&client.id, &client.secret, now).await.expect("the database answers");
        let who = who.expect("the application is there");
        let report = self.gateway.check(&who, self.connection).await.expect("the connection works");
        let unavailable = report.unavailable.iter().cloned().collect();
        let operator = self.store.operator();
        let kept = operator.set_unavailable(who.application.id(), self.connection, &unavailable).await;
        assert!(kept.expect("the database answers"), "the connection is there");
        report
    }

    /// What stands in the access log of this request, opened with the operator's key. Entries of reads are written a moment later.
    pub async fn accesses(&self, request: &str) -> Vec<ExportedEntry> {
        for _ in 0..500 {
            let mut all = self.all_accesses().await;
            all.retain(|entry| entry.request == request);
            if !all.is_empty() {
                return all;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Vec::new()
    }

    /// What stands in the access log now.
    pub async fn all_accesses(&self) -> Vec<ExportedEntry> {
        let private = [self.audit_key.clone()];
        let mut export = self.store.access_records().export(&Filter::default(), &self.keys, &private);
        let mut entries = Vec::new();
        loop {
            let page = export.next().await.expect("the log can be read");
            if page.is_empty() {
                return entries;
            }
            entries.extend(page);
        }
    }

    async fn application(&self, id: &str) -> (Application, Client) {
        application(&self.store, &self.keys, &self.client.router, id).await
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
        self.access_log.close().await;
        self.store.close().await;
    }
}

/// An application, and the key to what is kept for it.
struct Application {
    record: ApplicationRecord,
    key: DataKey,
}

async fn application(
    store: &Store,
    keys: &KeyRing,
    router: &axum::Router,
    id: &str,
) -> (Application, Client) {
    let secret = ClientSecret::random();
    let client_id = ClientId::parse(id).expect("a client id");
    let master = keys.newest_master().expect("a master key");
    let enrolled = store.operator().enrol(client_id, id, &secret, master, Timestamp::UNIX_EPOCH).await;
    let (record, key) = enrolled.expect("the application is kept");
    let client = Client { router: router.clone(), id: id.to_owned(), secret: secret.expose().to_owned() };
    (Application { record, key }, client)
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

async fn connect(
    store: &Store,
    application: &Application,
    started: Started,
    tag: Option<&str>,
) -> (Running, Connected) {
    let Started { ehr, sandbox, settings, note_mapping } = started;
    let name = tag.unwrap_or("first");
    let connected = keep(store, application, &*ehr, name, tag, &settings, note_mapping).await;
    (sandbox, connected)
}

async fn keep(
    store: &Store,
    application: &Application,
    ehr: &dyn Ehr,
    name: &str,
    tag: Option<&str>,
    settings: &Settings,
    note_mapping: NoteMapping,
) -> Connected {
    let mut connection = StoredConnection {
        id: Uuid::new_v4(),
        version: 1,
        ehr: ehr.about().code.to_string(),
        name: name.to_owned(),
        tag: tag.map(str::to_owned),
        mode: Mode::Sandbox,
        enabled: true,
        settings: BTreeMap::new(),
        sealed: BTreeMap::new(),
        note_mapping: note_mapping.clone(),
        unavailable: BTreeMap::new(),
    };
    let Application { record, key } = application;
    for setting in ehr.settings() {
        if let Some(value) = settings.plain(setting.name) {
            connection.settings.insert(setting.name.to_owned(), value.to_owned());
        }
        if let Some(value) = settings.secret(setting.name) {
            connection.seal(record.id, key, setting.name, value);
        }
    }
    store.operator().add_connection(record.id, &connection).await.expect("the connection is kept");
    let ready = Connection {
        id: connection.id,
        ehr: ehr.about().code,
        name: name.to_owned(),
        tag: tag.map(str::to_owned),
        mode: Mode::Sandbox,
        settings: copy(ehr, settings),
        note_mapping,
    };
    let knows_quota = ehr.wire_profile(&ready).expect("the settings work").calls_per_minute.is_some();
    Connected { id: connection.id, knows_quota }
}

//! A gateway over a sandbox, for one case.

mod access_log;
mod applications;

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use uuid::Uuid;
use vardbro_ehr::connection::Settings;
use vardbro_ehr::environment::Machine;
use vardbro_ehr::wire::{Egress, WireFactory};
use vardbro_ehr::{CheckReport, Ehr};
use vardbro_gateway::{Gateway, Limits, Parts, router};
use vardbro_model::capabilities::{Capabilities, Operation};
use vardbro_model::patient::ExternalIdType;
use vardbro_sandbox_kit::{AppointmentState, Running};
use vardbro_store::access_log::{AccessLog, NodeName};
use vardbro_store::{Location, Migrations, Store};
use vardbro_vault::{AuditKey, AuditPrivateKey, KeyRing, MasterKey};

use crate::client::{Client, ORIGIN};
use crate::clock::CaseClock;
use crate::log::Log;
use crate::subjects::{FIXED_SLOTS, ONE_LINE_NOTES, start};
pub use applications::Tenant;
use applications::{application, connect, copy};
use vardbro_registry::Registered;

/// The file of the case's database, in its directory.
const DATABASE: &str = "vardbro.db";

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
    directory: TempDir,
}

impl Subject {
    pub async fn start(registered: &'static Registered, log: Log) -> Self {
        let clock = CaseClock::start();
        let started = start(registered, clock).await;
        let capabilities = started.ehr.capabilities().clone();
        let directory = tempfile::tempdir().expect("a directory for the database");
        let database = Location::Sqlite(directory.path().join(DATABASE));
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
        let (clinic, client) = application(&store, &keys, &router, "clinic").await;
        let (_, stranger) = application(&store, &keys, &router, "stranger").await;
        let ehr = started.ehr.clone();
        let settings = copy(&*ehr, &started.settings);
        let (sandbox, connection) = connect(&store, &clinic, started, None).await;
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
            directory,
        }
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

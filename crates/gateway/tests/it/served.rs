//! A gateway that is served over real sockets, in front of the reference EHR.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::sleep;
use uuid::Uuid;
use vardbro_ehr::connection::NoteMapping;
use vardbro_ehr::environment::Machine;
use vardbro_ehr::wire::{Egress, WireFactory};
use vardbro_gateway::{Gateway, Limits, Parts, Server, Tls, serve};
use vardbro_mock::{Mock, Options};
use vardbro_model::ehr::Mode;
use vardbro_store::access_log::{AccessLog, ExportedEntry, Filter, NodeName};
use vardbro_store::{ClientId, Location, Migrations, Store, StoredConnection};
use vardbro_vault::{AuditKey, AuditPrivateKey, ClientSecret, KeyRing, MasterKey};

use crate::http_client::{Answer, Client, Request};

/// A gateway and its two applications, each connected to the same EHR.
pub struct Served {
    pub address: SocketAddr,
    pub clinic: Application,
    pub hospital: Application,
    mock: Arc<Mock>,
    pub store: Arc<Store>,
    access_log: Arc<AccessLog>,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
    _directory: TempDir,
}

/// What an application logs in with.
#[derive(Clone)]
pub struct Application {
    pub id: String,
    pub secret: String,
}

impl Application {
    pub fn get(&self, path: &str) -> Request {
        Request::new("GET", path).with_credentials(&self.id, &self.secret)
    }

    pub fn post(&self, path: &str) -> Request {
        Request::new("POST", path)
            .with_credentials(&self.id, &self.secret)
            .with("content-type", "application/json")
    }
}

/// Asks the EHR.
pub const CARE_UNITS: &str = "/api/emrs/mock/care-units";

/// Asks nobody but the gateway.
pub const EMRS: &str = "/api/emrs";

impl Served {
    pub async fn start(limits: Limits) -> Self {
        Self::start_with(limits, None).await
    }

    pub async fn start_with(limits: Limits, tls: Option<Tls>) -> Self {
        Self::start_for(limits, tls, Duration::from_secs(30)).await
    }

    /// One that waits for so long when it is stopped.
    pub async fn start_with_grace(grace: Duration) -> Self {
        Self::start_for(Limits::unlimited(), None, grace).await
    }

    async fn start_for(limits: Limits, tls: Option<Tls>, grace: Duration) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let database = Location::Sqlite(directory.path().join("vardbro.db"));
        let store = Arc::new(Store::open(&database, Migrations::Run).await.unwrap());
        let mut keys = KeyRing::default();
        keys.add_master(MasterKey::random(Timestamp::UNIX_EPOCH));
        keys.add_audit(AuditKey::random(Timestamp::UNIX_EPOCH, AuditPrivateKey::random().public()));
        let keys = Arc::new(keys);
        let (records, node) = (store.access_records(), NodeName::parse("test").unwrap());
        let access_log =
            AccessLog::open(records, node, keys.clone(), Arc::new(Machine), 1_000).await.unwrap();
        let access_log = Arc::new(access_log);
        let clinic = application(&store, &keys, "clinic").await;
        let hospital = application(&store, &keys, "hospital").await;
        let mock = Mock::new(Options::default());
        let gateway = Gateway::new(Parts {
            ehrs: vec![mock.clone()],
            store: store.clone(),
            access_log: Some(access_log.clone()),
            keys: Arc::new(keys),
            unlocked_for: Duration::from_secs(900),
            wires: WireFactory::new(Egress::loopback(), Arc::new(Machine), Arc::new(Machine)).unwrap(),
            clock: Arc::new(Machine),
            random: Arc::new(Machine),
            public_origin: "http://vardbro.test".to_owned(),
            limits,
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let serving = tokio::spawn(async move {
            serve(gateway, Server { listener, tls, grace }, async { drop(stopped.await) }).await;
        });
        Self { address, clinic, hospital, mock, store, access_log, stop, serving, _directory: directory }
    }

    /// A connection from this machine.
    pub async fn client(&self) -> Client {
        Client::connect(self.address).await
    }

    /// A connection from another address of this machine, such as 127.0.0.2.
    pub async fn client_from(&self, from: &str) -> Client {
        let from: IpAddr = from.parse().unwrap();
        Client::connect_from(from, self.address).await
    }

    /// One request over a connection of its own.
    pub async fn ask(&self, request: &Request) -> Answer {
        self.client().await.ask(request).await
    }

    pub async fn ask_from(&self, from: &str, request: &Request) -> Answer {
        self.client_from(from).await.ask(request).await
    }

    /// Whether the EHR answers, or lets everybody wait.
    pub fn let_the_ehr_answer(&self, answers: bool) {
        self.let_the_ehr_answer_after(Duration::from_secs(if answers { 0 } else { 600 }));
    }

    pub fn let_the_ehr_answer_after(&self, latency: Duration) {
        let switches = json!({"latency_ms": u64::try_from(latency.as_millis()).unwrap()});
        self.mock.controls().set_faults(switches.as_object().unwrap()).unwrap();
    }

    /// Calls that have reached the EHR.
    pub fn calls(&self) -> u64 {
        self.mock.controls().calls().values().sum()
    }

    /// Waits until so many calls have reached the EHR.
    pub async fn until_calls(&self, calls: u64) {
        while self.calls() < calls {
            sleep(Duration::from_millis(5)).await;
        }
    }

    /// Asks until the answer has this status.
    pub async fn until(&self, status: u16, request: &Request) -> Answer {
        loop {
            let answer = self.ask(request).await;
            if answer.status == status {
                return answer;
            }
            sleep(Duration::from_millis(5)).await;
        }
    }

    /// How often that metric was counted in this process, over all labels that are not given.
    pub async fn counted(&self, metric: &str, labels: &[&str]) -> f64 {
        let answer = self.ask(&Request::new("GET", "/metrics")).await;
        let lines = answer.text().lines().map(str::to_owned).collect::<Vec<_>>();
        let counted = lines.iter().filter(|line| {
            line.starts_with(&format!("{metric}{{")) && labels.iter().all(|label| line.contains(label))
        });
        counted.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).sum()
    }

    pub async fn stop(self) {
        self.stop_and_read_the_log().await;
    }

    /// What the access log holds in the end.
    pub async fn stop_and_read_the_log(self) -> Vec<ExportedEntry> {
        drop(self.stop);
        self.serving.await.unwrap();
        self.access_log.close().await;
        let records = self.store.access_records();
        let logged = records.export(&Filter::default(), &KeyRing::default(), &[]).next().await.unwrap();
        self.store.close().await;
        logged
    }
}

async fn application(store: &Store, keys: &KeyRing, id: &str) -> Application {
    let (secret, master) = (ClientSecret::random(), keys.newest_master().unwrap());
    let client_id = ClientId::parse(id).unwrap();
    let enrolled = store.operator().enrol(client_id, id, &secret, master, Timestamp::UNIX_EPOCH).await;
    let (record, key) = enrolled.unwrap();
    let mut connection = StoredConnection {
        id: Uuid::new_v4(),
        version: 1,
        ehr: "mock".to_owned(),
        name: id.to_owned(),
        tag: None,
        mode: Mode::Sandbox,
        enabled: true,
        settings: BTreeMap::new(),
        sealed: BTreeMap::new(),
        note_mapping: NoteMapping::default(),
        unavailable: BTreeMap::new(),
    };
    connection.close(record.id, &key, BTreeMap::new(), &BTreeMap::new());
    store.operator().add_connection(record.id, &connection).await.unwrap();
    Application { id: id.to_owned(), secret: secret.expose().to_owned() }
}

/// A body of that many bytes that is no JSON.
pub fn noise(bytes: usize) -> Vec<u8> {
    vec![b'x'; bytes]
}

/// The code of a problem.
pub fn code(answer: &Answer) -> String {
    let body: Value = serde_json::from_slice(&answer.body).unwrap();
    body["code"].as_str().unwrap().to_owned()
}

//! The gateway as a process of its own, over the reference EHR and an SQLite file.

use std::collections::BTreeMap;
use std::io::stderr;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt, AsyncWriteExt, stdin, stdout};
use tokio::net::TcpListener;
use uuid::Uuid;
use vardbro_ehr::connection::NoteMapping;
use vardbro_ehr::environment::Machine;
use vardbro_ehr::wire::{Egress, WireFactory};
use vardbro_gateway::{Gateway, Limits, Parts, Server};
use vardbro_mock::{Mock, Options};
use vardbro_model::ehr::Mode;
use vardbro_store::access_log::{AccessLog, NodeName};
use vardbro_store::{ClientId, Location, Migrations, Store, StoredConnection};
use vardbro_vault::{AuditKey, AuditPrivateKey, ClientSecret, KeyRing, MasterKey};

use crate::error::{BenchError, Result};

/// What whoever calls it must know; the one line on its standard output.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Address {
    pub api: SocketAddr,
    /// A server with one route and nothing behind it: what HTTP over loopback takes by itself.
    pub bare: SocketAddr,
    pub client_id: String,
    pub client_secret: String,
}

/// Entries that may wait, as the configuration's default has it.
const PLACES: usize = 10_000;

/// Serves until standard input ends, so that it never outlives whoever started it.
pub async fn serve(directory: &Path, logs_access: bool) -> Result<()> {
    tracing_subscriber::fmt()
        .with_env_filter("info")
        .with_writer(stderr)
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .init();
    vardbro_gateway::record_metrics();
    let machine = Arc::new(Machine);
    let mut keys = KeyRing::default();
    keys.add_master(MasterKey::random(Timestamp::now()));
    keys.add_audit(AuditKey::random(Timestamp::now(), AuditPrivateKey::random().public()));
    let keys = Arc::new(keys);
    let location = Location::Sqlite(directory.join("vardbro.sqlite"));
    let store = Arc::new(Store::open(&location, Migrations::Run).await?);
    let (client_id, client_secret) = enrol(&store, &keys).await?;
    let access_log = if logs_access {
        let node = NodeName::parse("bench").ok_or(BenchError::Missing("a node"))?;
        let records = store.access_records();
        Some(Arc::new(AccessLog::open(records, node, keys.clone(), machine.clone(), PLACES).await?))
    } else {
        None
    };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let bare = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = Address {
        api: listener.local_addr()?,
        bare: bare.local_addr()?,
        client_id: client_id.to_string(),
        client_secret: client_secret.expose().to_owned(),
    };
    let gateway = Gateway::new(Parts {
        ehrs: vec![Mock::new(Options::default())],
        store: store.clone(),
        access_log: access_log.clone(),
        keys: Arc::new(keys),
        unlocked_for: Duration::from_secs(900),
        wires: WireFactory::new(Egress::loopback(), machine.clone(), machine.clone())?,
        clock: machine.clone(),
        random: machine,
        public_origin: format!("http://{}", address.api),
        // All that protects, but for the rates, which this load is there to exceed.
        limits: Limits { application: None, address: None, ..Limits::default() },
    });
    tokio::spawn(async move { axum::serve(bare, Router::new().route("/", get(async || "{}"))).await });

    let mut line = serde_json::to_vec(&address)?;
    line.push(b'\n');
    stdout().write_all(&line).await?;
    stdout().flush().await?;
    let abandoned = async {
        let _ = stdin().read_to_end(&mut Vec::new()).await;
    };
    vardbro_gateway::serve(gateway, Server { listener, tls: None, grace: Duration::ZERO }, abandoned).await;
    if let Some(access_log) = access_log {
        access_log.close().await;
    }
    store.close().await;
    Ok(())
}

/// An application with a connection to the reference EHR.
async fn enrol(store: &Store, keys: &KeyRing) -> Result<(ClientId, ClientSecret)> {
    let master = keys.newest_master().ok_or(BenchError::Missing("a master key"))?;
    let client_id = ClientId::parse("bench").ok_or(BenchError::Missing("a client id"))?;
    let secret = ClientSecret::random();
    let operator = store.operator();
    let enrolled = operator.enrol(client_id.clone(), "Bench", &secret, master, Timestamp::now());
    let (application, key) = enrolled.await?;
    let mut connection = StoredConnection {
        id: Uuid::new_v4(),
        version: 1,
        ehr: "mock".to_owned(),
        name: "Clinic".to_owned(),
        tag: None,
        mode: Mode::Sandbox,
        enabled: true,
        settings: BTreeMap::new(),
        sealed: BTreeMap::new(),
        note_mapping: NoteMapping::default(),
        unavailable: BTreeMap::new(),
    };
    connection.close(application.id, &key, BTreeMap::new(), &BTreeMap::new());
    operator.add_connection(application.id, &connection).await?;
    Ok((client_id, secret))
}

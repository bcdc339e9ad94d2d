//! The gateway over the sandboxes.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use indexmap::IndexMap;
use jiff::Timestamp;
use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tracing::{info, warn};
use uuid::Uuid;
use vardbro_ehr::Ehr;
use vardbro_ehr::environment::Machine;
use vardbro_ehr::wire::{Egress, WireFactory};
use vardbro_gateway::{Gateway, Limits, Parts, Server};
use vardbro_model::ehr::Mode;
use vardbro_registry::Started;
use vardbro_store::access_log::{AccessLog, NodeName};
use vardbro_store::{ApplicationId, Authenticated, Store, StoredConnection};
use vardbro_vault::{DataKey, KeyRing};

use super::announcement::GatewayAddress;
use super::credentials::Credentials;
use super::database::{self, Claim};
use super::keys;
use super::{DRAIN, SandboxError};
use crate::reachable::reachable;

/// The operator's name for what a sandbox keeps.
const NAME: &str = "Sandbox";

/// What the API needs before there is an EHR.
pub struct Desk {
    listener: TcpListener,
    origin: String,
    credentials: Credentials,
    keys: Arc<KeyRing>,
    store: Store,
    claim: Claim,
}

impl Desk {
    /// Takes the port before anything is written.
    pub async fn open(listen: SocketAddr, data_directory: &Path) -> Result<Self, SandboxError> {
        let cannot_listen = |source| SandboxError::Listen { address: listen, source };
        let listener = TcpListener::bind(listen).await.map_err(cannot_listen)?;
        let origin = format!("http://{}", reachable(listener.local_addr().map_err(cannot_listen)?));
        fs::create_dir_all(data_directory)
            .map_err(|source| SandboxError::DataDirectory { path: data_directory.to_owned(), source })?;
        let credentials = Credentials::kept_in(data_directory)?;
        let keys = keys::kept_in(data_directory)?;
        let (store, claim) = database::open(data_directory).await?;
        Ok(Self { listener, origin, credentials, keys, store, claim })
    }

    /// Connects the sandbox's one application to every EHR and answers from now on.
    pub async fn serve(self, ehrs: &IndexMap<&'static str, Started>) -> Result<Api, SandboxError> {
        let Self { listener, origin, credentials, keys, store, claim } = self;
        let (application, key) = enrolled(&store, &credentials, &keys).await?;
        for old in store.operator().connections(application).await? {
            store.operator().remove_connection(application, old.id).await?;
        }
        for (code, started) in ehrs {
            store.operator().add_connection(application, &stored(code, started, application, &key)).await?;
        }

        vardbro_gateway::record_metrics();
        let store = Arc::new(store);
        let machine = Arc::new(Machine);
        let node = NodeName::parse(NODE).ok_or(SandboxError::Application)?;
        let access_log =
            AccessLog::open(store.access_records(), node, keys.clone(), machine.clone(), MOST_WAITING)
                .await?;
        let access_log = Arc::new(access_log);
        let gateway = Gateway::new(Parts {
            ehrs: ehrs.values().map(|started| started.ehr.clone()).collect(),
            store: store.clone(),
            access_log: Some(access_log.clone()),
            keys: Arc::new(keys),
            unlocked_for: UNLOCKED_FOR,
            wires: WireFactory::new(Egress::loopback(), machine.clone(), machine.clone())?,
            clock: machine.clone(),
            random: machine,
            public_origin: origin.clone(),
            limits: Limits::unlimited(),
        });
        let who = known(&store, &credentials).await?;
        for kept in who.connections.iter() {
            if let Some(started) = ehrs.get(kept.ehr.as_str()) {
                follow(started, kept.id, gateway.clone());
            }
        }
        join_all(who.connections.iter().map(|kept| check(&gateway, &store, &who, kept))).await;

        let (stop, stopped) = oneshot::channel::<Infallible>();
        let serving = tokio::spawn(async move {
            // Whoever drops the other end wants this to stop.
            let stopped = async { drop(stopped.await) };
            vardbro_gateway::serve(gateway, Server { listener, tls: None, grace: DRAIN }, stopped).await;
        });
        info!(origin, "API started");
        Ok(Api { origin, credentials, store, access_log, stop, serving, claim })
    }
}

/// The sandbox's application and its data key: the one that was there if its secret and its keys still are.
async fn enrolled(
    store: &Store,
    credentials: &Credentials,
    keys: &KeyRing,
) -> Result<(ApplicationId, DataKey), SandboxError> {
    let Credentials { client_id, client_secret } = credentials;
    let now = Timestamp::now();
    if let Some(who) = store.authenticate(client_id.as_str(), client_secret.expose(), now).await? {
        let id = who.application.id();
        let master = keys.master(&who.wrapped_key.master_key);
        if let Some(Ok(key)) = master.map(|master| master.unwrap(id.0, client_secret, &who.wrapped_key)) {
            return Ok((id, key));
        }
    }
    if let Some(old) = store.operator().application(client_id.as_str()).await? {
        store.operator().delete_application(old.id).await?;
    }
    let master = keys.newest_master().ok_or(SandboxError::Application)?;
    let (record, key) = store.operator().enrol(client_id.clone(), NAME, client_secret, master, now).await?;
    Ok((record.id, key))
}

async fn known(store: &Store, credentials: &Credentials) -> Result<Authenticated, SandboxError> {
    let Credentials { client_id, client_secret } = credentials;
    let who = store.authenticate(client_id.as_str(), client_secret.expose(), Timestamp::now()).await?;
    who.ok_or(SandboxError::Application)
}

/// What the sandbox's part of the access log is called.
const NODE: &str = "sandbox";

/// Entries of the access log that may wait to be written.
const MOST_WAITING: usize = 10_000;

/// In a sandbox nothing is worth locking away again.
const UNLOCKED_FOR: Duration = Duration::MAX;

fn stored(code: &str, started: &Started, application: ApplicationId, key: &DataKey) -> StoredConnection {
    let mut connection = StoredConnection {
        id: Uuid::new_v4(),
        version: 1,
        ehr: code.to_owned(),
        name: NAME.to_owned(),
        tag: None,
        mode: Mode::Sandbox,
        enabled: true,
        settings: BTreeMap::new(),
        sealed: BTreeMap::new(),
        note_mapping: started.note_mapping.clone(),
        unavailable: BTreeMap::new(),
    };
    let secret = |(name, value): (&String, &String)| (name.clone(), SecretString::from(value.as_str()));
    let secrets = started.running.credentials.iter().map(secret).collect();
    connection.close(application, key, started.settings.clone(), &secrets);
    connection
}

/// Says in the log what works and what does not, and keeps what cannot be done. A connection that does not work is no reason not to start.
async fn check(gateway: &Gateway, store: &Store, who: &Authenticated, kept: &StoredConnection) {
    let ehr = &kept.ehr;
    match gateway.check(who, kept.id).await {
        Ok(report) => {
            report.findings.iter().for_each(|finding| info!(ehr, "{finding}"));
            report.warnings.iter().for_each(|warning| warn!(ehr, "{warning}"));
            let unavailable = report.unavailable.into_iter().collect();
            let written = store.operator().set_unavailable(who.application.id(), kept.id, &unavailable).await;
            if let Err(failure) = written {
                warn!(ehr, %failure, "what the check found is not kept");
            }
        }
        Err(failure) => warn!(ehr, %failure, "the connection does not work"),
    }
}

/// Makes the connection anew when somebody turns the sandbox's switches or resets it, with the quota that it then has: what was learnt
/// before was about another EHR, as it were.
fn follow(started: &Started, connection: Uuid, gateway: Gateway) {
    let takes_quota = takes_quota(&started.ehr);
    started.running.controls.on_change(move |faults| {
        let quota = faults.rate_limit_per_minute.filter(|_| takes_quota);
        let quota = quota.map(|quota| (QUOTA.to_owned(), quota.max(1).to_string()));
        gateway.renew(connection, quota.into_iter().collect());
    });
}

/// The setting by which connectors are told how many calls a minute they may make.
const QUOTA: &str = "requests_per_minute";

fn takes_quota(ehr: &Arc<dyn Ehr>) -> bool {
    ehr.settings().iter().any(|setting| setting.name == QUOTA)
}

/// The API while it answers.
pub struct Api {
    origin: String,
    credentials: Credentials,
    store: Arc<Store>,
    access_log: Arc<AccessLog>,
    stop: oneshot::Sender<Infallible>,
    serving: JoinHandle<()>,
    claim: Claim,
}

impl Api {
    /// What a client must know.
    pub fn address(&self) -> GatewayAddress<'_> {
        GatewayAddress {
            api: format!("{}/api", self.origin),
            docs: format!("{}/docs", self.origin),
            client_id: self.credentials.client_id.as_str(),
            client_secret: self.credentials.client_secret.expose(),
        }
    }

    /// Takes no more calls and lets those in flight finish.
    pub async fn drain(self) {
        let Self { store, access_log, stop, serving, claim, .. } = self;
        drop(stop);
        // It only ends early if it panicked, and then there is nothing left to wait for.
        let _ = serving.await;
        access_log.close().await;
        store.close().await;
        drop(claim);
    }
}

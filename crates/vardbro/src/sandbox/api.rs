//! The gateway over the sandboxes.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use futures::future::join_all;
use indexmap::IndexMap;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tracing::{info, warn};
use uuid::Uuid;
use vardbro_ehr::Ehr;
use vardbro_ehr::connection::{Connection, Settings};
use vardbro_ehr::environment::Machine;
use vardbro_ehr::wire::{Egress, WireFactory};
use vardbro_gateway::{Gateway, Limits, Parts, Server};
use vardbro_model::ehr::Mode;
use vardbro_registry::Started;
use vardbro_sandbox_kit::Faults;
use vardbro_store::{Application, ApplicationId, NewApplication, Store, StoredConnection};

use super::SandboxError;
use super::announcement::GatewayAddress;
use super::credentials::Credentials;

/// The operator's name for what a sandbox keeps.
const NAME: &str = "Sandbox";

/// What the API needs before there is an EHR.
pub struct Desk {
    listener: TcpListener,
    origin: String,
    credentials: Credentials,
    store: Store,
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
        let store = Store::open(&data_directory.join("vardbro.sqlite")).await?;
        Ok(Self { listener, origin, credentials, store })
    }

    /// Connects the sandbox's one application to every EHR and answers from now on.
    pub async fn serve(self, ehrs: &IndexMap<&'static str, Started>) -> Result<Api, SandboxError> {
        let Self { listener, origin, credentials, store } = self;
        let connections: Vec<_> = ehrs.iter().map(|(code, started)| stored(code, started)).collect();
        let application = NewApplication {
            id: ApplicationId(Uuid::new_v4()),
            client_id: credentials.client_id.clone(),
            secret: credentials.client_secret.clone(),
            name: NAME.to_owned(),
        };
        let application = store.put_application(application, &connections).await?;

        vardbro_gateway::record_metrics();
        let store = Arc::new(store);
        let machine = Arc::new(Machine);
        let gateway = Gateway::new(Parts {
            ehrs: ehrs.values().map(|started| started.ehr.clone()).collect(),
            store: store.clone(),
            wires: WireFactory::new(Egress::loopback(), machine.clone(), machine.clone())?,
            clock: machine.clone(),
            random: machine,
            public_origin: origin.clone(),
            limits: Limits::unlimited(),
        });
        let kept = store.connections(&application);
        for kept in kept.iter() {
            let Some((code, started)) = ehrs.get_key_value(kept.ehr.as_str()) else { continue };
            let faults = started.running.controls.faults();
            gateway
                .connect(
                    &application,
                    &started.ehr,
                    ready(kept, &started.ehr, &started.running.credentials, &faults),
                )
                .map_err(|error| SandboxError::Connection { code, reason: error.to_string() })?;
            follow(started, kept.clone(), gateway.clone(), application.clone());
        }
        join_all(kept.iter().map(|kept| check(&gateway, &application, kept))).await;

        let (stop, stopped) = oneshot::channel::<Infallible>();
        let serving = tokio::spawn(async move {
            // Whoever drops the other end wants this to stop.
            let stopped = async { drop(stopped.await) };
            vardbro_gateway::serve(gateway, Server { listener, tls: None }, stopped).await;
        });
        info!(origin, "API started");
        Ok(Api { origin, credentials, store, stop, serving })
    }
}

fn stored(code: &str, started: &Started) -> StoredConnection {
    StoredConnection {
        id: Uuid::new_v4(),
        ehr: code.to_owned(),
        name: NAME.to_owned(),
        tag: None,
        mode: Mode::Sandbox,
        enabled: true,
        settings: started.settings.clone(),
        note_mapping: started.note_mapping.clone(),
    }
}

/// Says in the log what works and what does not. A connection that does not is no reason not to start.
async fn check(gateway: &Gateway, application: &Application, kept: &StoredConnection) {
    let ehr = &kept.ehr;
    match gateway.check(application, kept.id).await {
        Ok(report) => {
            report.findings.iter().for_each(|finding| info!(ehr, "{finding}"));
            report.warnings.iter().for_each(|warning| warn!(ehr, "{warning}"));
        }
        Err(failure) => warn!(ehr, %failure, "the connection does not work"),
    }
}

/// Makes the connection anew when somebody turns the sandbox's switches or resets it: what was learnt of its quota and its failures
/// was about another EHR, as it were.
fn follow(started: &Started, kept: StoredConnection, gateway: Gateway, application: Application) {
    let (ehr, credentials) = (started.ehr.clone(), started.running.credentials.clone());
    started.running.controls.on_change(move |faults| {
        let connection = ready(&kept, &ehr, &credentials, faults);
        if let Err(failure) = gateway.connect(&application, &ehr, connection) {
            warn!(%failure, "the connection stays as it was");
        }
    });
}

/// What is kept, the credentials that are not, and the quota that the sandbox has at the moment.
fn ready(
    kept: &StoredConnection,
    ehr: &Arc<dyn Ehr>,
    credentials: &BTreeMap<String, String>,
    faults: &Faults,
) -> Connection {
    let StoredConnection { id, ehr: _, name, tag, mode, enabled, settings, note_mapping } = kept;
    let mut given = settings.iter().fold(Settings::default(), |all, (name, value)| all.with(name, value));
    if let Some(quota) = faults.rate_limit_per_minute.filter(|_| takes_quota(ehr)) {
        given = given.with(QUOTA, quota.max(1).to_string());
    }
    Connection {
        id: *id,
        ehr: ehr.about().code,
        name: name.clone(),
        tag: tag.clone(),
        mode: if *enabled { *mode } else { Mode::Off },
        settings: credentials.iter().fold(given, |all, (name, value)| all.with_secret(name, value.clone())),
        note_mapping: note_mapping.clone(),
    }
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
    stop: oneshot::Sender<Infallible>,
    serving: JoinHandle<()>,
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
        let Self { store, stop, serving, .. } = self;
        drop(stop);
        // It only ends early if it panicked, and then there is nothing left to wait for.
        let _ = serving.await;
        store.close().await;
    }
}

/// An address as a client on this machine can reach it: "any address" is none to connect to.
fn reachable(bound: SocketAddr) -> SocketAddr {
    let ip = match bound.ip() {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, bound.port())
}

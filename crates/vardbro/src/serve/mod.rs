//! `vardbro serve`: the gateway for real clinics.

mod keys;
mod limits;
mod rereading;
mod retention;

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tracing::{info, warn};
use vardbro_ehr::environment::Machine;
use vardbro_ehr::wire::{TransportError, WireFactory};
use vardbro_gateway::{Gateway, Keys, Parts, Server};
use vardbro_store::access_log::{AccessLog, AccessLogError};
use vardbro_store::{Migrations, Store, StoreError};

use crate::config::{AccessLog as AccessLogSettings, Config, Files, Loaded};
use crate::reachable::reachable;
use crate::signals::{Hangups, Signals};
use keys::KeyRingInUse;

/// How long the access log and the database may take to close, when what was in flight has had its time.
const TIME_TO_CLOSE: Duration = Duration::from_secs(5);

/// Why nothing is served.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error("cannot wait for signals: {0}")]
    Signals(io::Error),
    #[error("cannot listen on {address}: {source}")]
    Listen { address: SocketAddr, source: io::Error },
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    AccessLog(#[from] AccessLogError),
    #[error("cannot make calls: {0}")]
    Wire(#[from] TransportError),
}

/// Runs until somebody stops it.
pub async fn run(loaded: Loaded, files: Files) -> Result<ExitCode, ServeError> {
    let mut signals = Signals::new().map_err(ServeError::Signals)?;
    let hangups = Hangups::new().map_err(ServeError::Signals)?;
    loaded.risks(&files, Timestamp::now()).iter().for_each(|risk| warn!("{risk}"));
    let grace = loaded.config.server.shutdown_grace + TIME_TO_CLOSE;
    let serving = tokio::select! {
        serving = Serving::start(loaded.config, files, hangups) => serving?,
        () = signals.stop() => return Ok(ExitCode::SUCCESS),
    };
    Ok(signals.stop_after(serving.drain(), grace).await)
}

/// The API while it answers.
struct Serving {
    store: Arc<Store>,
    access_log: Arc<AccessLog>,
    stop: oneshot::Sender<Infallible>,
    answering: JoinHandle<()>,
    /// What goes on beside answering, until it is ended.
    besides: [JoinHandle<()>; 2],
}

impl Serving {
    /// Takes the port before the database is touched.
    async fn start(config: Config, files: Files, hangups: Hangups) -> Result<Self, ServeError> {
        let Files { keys, tls } = files;
        let address = config.server.listen;
        let cannot_listen = |source| ServeError::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(cannot_listen)?;
        let bound = listener.local_addr().map_err(cannot_listen)?;

        let migrations = if config.database.migrate { Migrations::Run } else { Migrations::Require };
        let store = Arc::new(Store::open(&config.database.location, migrations).await?);
        let keys = Arc::new(KeyRingInUse::new(config.keys.ring, keys));
        let machine = Arc::new(Machine);
        let AccessLogSettings { node, retention, queue } = config.access_log;
        let places = usize::try_from(queue).unwrap_or(usize::MAX);
        let access_log = Arc::new(
            AccessLog::open(store.access_records(), node, keys.ring(), machine.clone(), places).await?,
        );
        let public_origin = match &config.server.public_url {
            Some(url) => url.as_str().to_owned(),
            None if tls.is_some() => format!("https://{}", reachable(bound)),
            None => format!("http://{}", reachable(bound)),
        };
        let grace = config.server.shutdown_grace;
        let gateway = Gateway::new(Parts {
            ehrs: vardbro_registry::connectors(),
            store: store.clone(),
            access_log: Some(access_log.clone()),
            keys: keys.clone(),
            unlocked_for: config.keys.unlocked_for,
            wires: WireFactory::new(config.egress, machine.clone(), machine.clone())?,
            clock: machine.clone(),
            random: machine.clone(),
            public_origin: public_origin.clone(),
            limits: limits::of(&config.limits, &config.server),
        });
        let besides = [
            tokio::spawn(rereading::reread(tls.clone(), keys.clone(), access_log.clone(), hangups)),
            tokio::spawn(retention::prune(store.clone(), keys, retention, machine)),
        ];
        let (stop, stopped) = oneshot::channel::<Infallible>();
        let answering = tokio::spawn(async move {
            // Whoever drops the other end wants this to stop.
            let stopped = async { drop(stopped.await) };
            vardbro_gateway::serve(gateway, Server { listener, tls, grace }, stopped).await;
        });
        info!(origin = public_origin, listen = %bound, "API started");
        Ok(Self { store, access_log, stop, answering, besides })
    }

    /// Takes no more calls and lets those in flight finish.
    async fn drain(self) {
        let Self { store, access_log, stop, answering, besides } = self;
        drop(stop);
        // It only ends early if it panicked, and then there is nothing left to wait for.
        let _ = answering.await;
        besides.iter().for_each(JoinHandle::abort);
        access_log.close().await;
        store.close().await;
    }
}

//! `vardbro sandbox`: the gateway over a sandbox of every EHR, or the sandboxes alone.

mod announcement;
mod api;
mod credentials;
mod database;
mod kept;
mod keys;

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use indexmap::IndexMap;
use tracing::info;
use vardbro_ehr::wire::TransportError;
use vardbro_registry::{EHRS, Started};
use vardbro_sandbox_kit::SystemClock;
use vardbro_store::StoreError;
use vardbro_store::access_log::AccessLogError;

use crate::cli::SandboxOptions;
use crate::signals::Signals;
use announcement::{Announcement, NativeAddress};
use api::{Api, Desk};
use kept::KeptError;

/// How long what is in flight may take once somebody wants the program to end.
const DRAIN: Duration = Duration::from_secs(30);

/// Any free port, for this machine only.
const NATIVE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// Why there is no sandbox.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    #[error("cannot wait for signals: {0}")]
    Signals(io::Error),
    #[error("cannot listen on {address}: {source}")]
    Listen { address: SocketAddr, source: io::Error },
    #[error("cannot make the data directory {}: {source}", .path.display())]
    DataDirectory { path: PathBuf, source: io::Error },
    #[error(transparent)]
    Kept(#[from] KeptError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    AccessLog(#[from] AccessLogError),
    #[error("cannot make calls: {0}")]
    Wire(#[from] TransportError),
    #[error("cannot start the sandbox of {code}: {source}")]
    Ehr { code: &'static str, source: io::Error },
    #[error("the sandbox's application cannot be kept in the database")]
    Application,
    #[error("cannot say that the sandbox is ready: {0}")]
    Announce(io::Error),
}

/// Runs until somebody stops it.
pub async fn run(options: SandboxOptions) -> Result<ExitCode, SandboxError> {
    let mut signals = Signals::new().map_err(SandboxError::Signals)?;
    let sandbox = tokio::select! {
        sandbox = Sandbox::start(&options) => sandbox?,
        () = signals.stop() => return Ok(ExitCode::SUCCESS),
    };
    let announcement = sandbox.announcement();
    let said = if options.json { announcement.say_json() } else { announcement.say_text() };
    said.map_err(SandboxError::Announce)?;

    Ok(signals.stop_after(sandbox.drain(), DRAIN).await)
}

struct Sandbox {
    /// By code, in the order of the registry.
    ehrs: IndexMap<&'static str, Started>,
    api: Option<Api>,
}

impl Sandbox {
    /// What is likeliest to fail comes first, so that a mistake costs no time.
    async fn start(options: &SandboxOptions) -> Result<Self, SandboxError> {
        let SandboxOptions { listen, data_dir, only, native_only, json: _ } = options;
        let desk = if *native_only { None } else { Some(Desk::open(*listen, data_dir).await?) };
        let ehrs = start_ehrs(only.as_deref()).await?;
        let api = match desk {
            Some(desk) => Some(desk.serve(&ehrs).await?),
            None => None,
        };
        Ok(Self { ehrs, api })
    }

    fn announcement(&self) -> Announcement<'_> {
        let ehrs = self.ehrs.iter().map(|(code, started)| (*code, NativeAddress::of(started))).collect();
        Announcement { gateway: self.api.as_ref().map(Api::address), ehrs }
    }

    /// Lets what is in flight finish: calls of the API first, because they need the EHRs.
    async fn drain(self) {
        let Self { ehrs, api } = self;
        if let Some(api) = api {
            api.drain().await;
        }
        join_all(ehrs.into_values().map(|started| started.running.shutdown())).await;
    }
}

async fn start_ehrs(only: Option<&[String]>) -> Result<IndexMap<&'static str, Started>, SandboxError> {
    let wanted = |code: &str| only.is_none_or(|only| only.iter().any(|wanted| wanted == code));
    let mut started = IndexMap::new();
    for ehr in EHRS.iter().filter(|ehr| wanted(ehr.code)) {
        let sandbox = (ehr.start)(Arc::new(SystemClock), NATIVE)
            .await
            .map_err(|source| SandboxError::Ehr { code: ehr.code, source })?;
        info!(ehr = ehr.code, native = sandbox.running.native, "sandbox started");
        started.insert(ehr.code, sandbox);
    }
    Ok(started)
}

//! The EHRs that the cases run over: all that the registry knows.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use serde_json::json;
use vardbro_ehr::Ehr;
use vardbro_ehr::connection::{NoteMapping, Settings};
use vardbro_registry::{EHRS, Registered};
use vardbro_sandbox_kit::Running;

use crate::clock::CaseClock;

/// EHRs whose appointments begin only where a timeslot does.
pub const FIXED_SLOTS: &[&str] = &["kaddio", "takecare", "webdoc"];

/// EHRs whose notes are one line of Western European letters.
pub const ONE_LINE_NOTES: &[&str] = &["takecare"];

/// A connector, and a sandbox for it to speak to.
pub struct Started {
    pub ehr: Arc<dyn Ehr>,
    pub sandbox: Running,
    pub settings: Settings,
    pub note_mapping: NoteMapping,
}

/// In the order of the report.
pub const SUBJECTS: &[Registered] = EHRS;

const LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// What a minute allows is a matter of one case, not of all the others.
const NO_QUOTA: u32 = 1_000_000;

/// Starts a sandbox with its seed data, and without its quota.
pub async fn start(registered: &Registered, clock: CaseClock) -> Started {
    let started = (registered.start)(Arc::new(clock), LISTEN).await.expect("the sandbox starts");
    let vardbro_registry::Started { ehr, running, settings, note_mapping } = started;
    let plain = settings.iter().fold(Settings::default(), |all, (name, value)| all.with(name, value));
    let secret = &running.credentials;
    let mut settings = secret.iter().fold(plain, |all, (name, value)| all.with_secret(name, value.clone()));
    if running.controls.faults().rate_limit_per_minute.is_some() {
        let unlimited = json!({"rate_limit_per_minute": NO_QUOTA});
        running
            .controls
            .set_faults(unlimited.as_object().expect("switches"))
            .expect("a switch that there is");
        settings = settings.with("requests_per_minute", NO_QUOTA.to_string());
    }
    Started { ehr, sandbox: running, settings, note_mapping }
}

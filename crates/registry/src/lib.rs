//! Which connector and which sandbox belong to an EHR's code. A new EHR is one line in [`EHRS`] and the file that it names.
#![warn(missing_docs)]

mod cliniko;
mod kaddio;
mod mock;
mod notes;
mod takecare;
mod webdoc;

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use vardbro_ehr::Ehr;
use vardbro_ehr::connection::NoteMapping;
use vardbro_sandbox_kit::{Clock, Running};

/// One EHR.
pub struct Registered {
    /// Its code in paths and on the command line.
    pub code: &'static str,
    /// Starts its sandbox.
    pub start: Start,
}

/// Starts a sandbox that lives in the clock's time and answers on the address; port 0 takes any free one.
pub type Start = fn(Arc<dyn Clock>, SocketAddr) -> BoxFuture<'static, io::Result<Started>>;

/// In the order in which they are shown.
pub const EHRS: &[Registered] = &[
    Registered { code: "cliniko", start: |clock, listen| cliniko::start(clock, listen).boxed() },
    Registered { code: "kaddio", start: |clock, listen| kaddio::start(clock, listen).boxed() },
    Registered { code: "mock", start: |clock, listen| mock::start(clock, listen).boxed() },
    Registered { code: "takecare", start: |clock, listen| takecare::start(clock, listen).boxed() },
    Registered { code: "webdoc", start: |clock, listen| webdoc::start(clock, listen).boxed() },
];

/// The code of every EHR.
pub fn codes() -> Vec<&'static str> {
    EHRS.iter().map(|ehr| ehr.code).collect()
}

/// The connectors of the EHRs that there are in the world, in the same order: `mock` is in sandboxes only.
pub fn connectors() -> Vec<Arc<dyn Ehr>> {
    vec![
        Arc::new(vardbro_cliniko::Cliniko::new()),
        Arc::new(vardbro_kaddio::Kaddio::new()),
        Arc::new(vardbro_takecare::TakeCare::new()),
        Arc::new(vardbro_webdoc::Webdoc::new()),
    ]
}

/// A sandbox that answers, and what a connection to it is made of. Its credentials are the connection's secret settings,
/// under the same names.
pub struct Started {
    /// Its connector.
    pub ehr: Arc<dyn Ehr>,
    /// The sandbox.
    pub running: Running,
    /// The connection's settings that are not secret.
    pub settings: BTreeMap<String, String>,
    /// The sandbox's templates for ours.
    pub note_mapping: NoteMapping,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ehr_but_the_reference_has_a_connector() {
        let connected: Vec<_> = connectors().iter().map(|ehr| ehr.about().code.as_str()).collect();
        let without_mock: Vec<_> = codes().into_iter().filter(|code| *code != "mock").collect();

        assert_eq!(connected, without_mock);
    }
}

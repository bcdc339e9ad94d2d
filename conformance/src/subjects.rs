//! The EHRs that the cases run over. A new one is one line in [`SUBJECTS`] and the function that it names.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use vardbro_ehr::Ehr;
use vardbro_ehr::connection::{NoteMapping, Settings};
use vardbro_sandbox_kit::Running;

use crate::clock::CaseClock;

/// One EHR.
pub struct Registered {
    /// Its code in paths.
    pub code: &'static str,
    /// Starts a sandbox of it, with its seed data.
    pub start: fn(CaseClock) -> BoxFuture<'static, Started>,
}

/// A connector, and a sandbox for it to speak to.
pub struct Started {
    pub ehr: Arc<dyn Ehr>,
    pub sandbox: Running,
    pub settings: Settings,
    pub note_mapping: NoteMapping,
}

/// In the order of the report.
pub const SUBJECTS: &[Registered] = &[Registered { code: "mock", start: |clock| mock(clock).boxed() }];

const LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

async fn mock(clock: CaseClock) -> Started {
    let mock = vardbro_mock::Mock::new(vardbro_mock::Options {
        clock: Arc::new(clock),
        ..vardbro_mock::Options::default()
    });
    let sandbox = vardbro_mock::start(mock.clone(), LISTEN).await.expect("the sandbox starts");
    Started { ehr: mock, sandbox, settings: Settings::default(), note_mapping: vardbro_mock::note_mapping() }
}

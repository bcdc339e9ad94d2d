use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use vardbro_mock::{Mock, Options, note_mapping};
use vardbro_sandbox_kit::Clock;

use crate::Started;

pub(super) async fn start(clock: Arc<dyn Clock>, listen: SocketAddr) -> io::Result<Started> {
    let mock = Mock::new(Options { clock, ..Options::default() });
    let running = vardbro_mock::start(mock.clone(), listen).await?;
    let settings = BTreeMap::from([("sandbox".to_owned(), running.native.clone())]);
    Ok(Started { ehr: mock, running, settings, note_mapping: note_mapping() })
}

//! Files that may change while the gateway runs.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::spawn_blocking;
use tokio::time::{MissedTickBehavior, interval};
use tracing::warn;
use vardbro_gateway::{Keys, Tls};
use vardbro_store::access_log::AccessLog;

use super::keys::KeyRingInUse;
use crate::signals::Hangups;

/// How often they are looked at.
const LOOK: Duration = Duration::from_secs(5);

/// Reads the certificate and the keys anew when their files have changed, at the latest after a few seconds, and at once when somebody
/// asks for it.
pub async fn reread(
    tls: Option<Tls>,
    keys: Arc<KeyRingInUse>,
    access_log: Arc<AccessLog>,
    mut hangups: Hangups,
) {
    let mut ring = keys.ring();
    let mut look = interval(LOOK);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = look.tick() => {}
            () = hangups.next() => {}
        }
        let (tls, keys) = (tls.clone(), keys.clone());
        let reading = spawn_blocking(move || {
            if let Some(tls) = tls {
                tls.reload();
            }
            keys.reload()
        });
        // It only fails if it panicked, and is tried again.
        let Ok(read) = reading.await else { continue };
        if !Arc::ptr_eq(&read, &ring) {
            ring = read;
            if let Err(error) = access_log.replace_keys(ring.clone()) {
                warn!(%error, "the access log stays with its audit key");
            }
        }
    }
}

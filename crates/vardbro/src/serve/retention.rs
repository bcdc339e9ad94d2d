//! How long the access log is kept.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};
use tracing::{error, info, warn};
use vardbro_ehr::environment::Clock;
use vardbro_gateway::Keys;
use vardbro_store::access_log::{AccessRecords, Pruned};

use super::keys::KeyRingInUse;

/// How often what is too old is deleted.
const EVERY: Duration = Duration::from_secs(60 * 60);

/// Goes on deleting rows that are older than that.
pub async fn prune(
    records: AccessRecords,
    keys: Arc<KeyRingInUse>,
    retention: Duration,
    clock: Arc<dyn Clock>,
) {
    let mut hours = interval(EVERY);
    hours.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        hours.tick().await;
        // Before that time there was none.
        let Ok(before) = clock.now().checked_sub(retention) else { continue };
        // Another gateway may have begun to use a newer audit key.
        match records.prune(before, &keys.reload()).await {
            Ok(Pruned { rows, findings }) => {
                if rows > 0 {
                    info!(rows, %before, "old rows of the access log were deleted");
                }
                findings
                    .iter()
                    .for_each(|finding| error!(%finding, "the access log is not as it was written"));
            }
            Err(error) => warn!(%error, "old rows of the access log are not deleted"),
        }
    }
}

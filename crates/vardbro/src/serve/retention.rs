//! How long the access log is kept.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::{MissedTickBehavior, interval};
use tracing::{error, info, warn};
use vardbro_ehr::environment::Clock;
use vardbro_gateway::Keys;
use vardbro_store::access_log::Pruned;
use vardbro_store::{Store, StoreError};

use super::keys::KeyRingInUse;

/// How often what is too old is deleted.
const EVERY: Duration = Duration::from_secs(60 * 60);

/// Beyond this, this machine's clock or the database's is wrong.
const MOST_DIFFERENCE: SignedDuration = SignedDuration::from_hours(24);

/// Goes on deleting rows that are older than that.
pub async fn prune(store: Arc<Store>, keys: Arc<KeyRingInUse>, retention: Duration, clock: Arc<dyn Clock>) {
    let mut hours = interval(EVERY);
    hours.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        hours.tick().await;
        let now = clock.now();
        // Before that time there was none.
        let Ok(before) = now.checked_sub(retention) else { continue };
        match doubt(&store, now, before).await {
            Ok(None) => {}
            Ok(Some(why)) => {
                error!(%before, "old rows of the access log are not deleted: {why}");
                continue;
            }
            Err(error) => {
                warn!(%error, "old rows of the access log are not deleted");
                continue;
            }
        }
        // Another gateway may have begun to use a newer audit key.
        match store.access_records().prune(before, &keys.reload()).await {
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

/// Why it may not be as late as it seems. What is deleted is gone, and what is kept can be deleted later.
async fn doubt(store: &Store, now: Timestamp, before: Timestamp) -> Result<Option<&'static str>, StoreError> {
    if store.clock().await?.is_some_and(|theirs| now.duration_since(theirs).abs() > MOST_DIFFERENCE) {
        return Ok(Some("this machine's clock and the database's differ by more than a day"));
    }
    let all_old = store.access_records().newest().await?.is_some_and(|newest| newest < before);
    let why =
        "all of them are old, as if the clock had jumped; `vardbro audit prune` deletes them if it has not";
    Ok(all_old.then_some(why))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;
    use vardbro_ehr::environment::Machine;
    use vardbro_model::capabilities::Operation;
    use vardbro_model::ehr::EhrCode;
    use vardbro_postgres_for_tests::Postgres;
    use vardbro_store::access_log::{AccessLog, Entry, NodeName, Outcome};
    use vardbro_store::{ApplicationId, ClientId, Location, Migrations};
    use vardbro_vault::{AuditKey, AuditPrivateKey, KeyRing};

    use super::*;

    /// Has a row of now.
    async fn written(store: &Store) {
        let mut keys = KeyRing::default();
        keys.add_audit(AuditKey::random(Timestamp::now(), AuditPrivateKey::random().public()));
        let (records, node) = (store.access_records(), NodeName::parse("north").unwrap());
        let log = AccessLog::open(records, node, Arc::new(keys), Arc::new(Machine), 10).await.unwrap();
        let entry = Entry {
            application: ApplicationId(Uuid::from_u128(7)),
            client_id: ClientId::parse("harbour").unwrap(),
            actor: None,
            ehr: EhrCode::new("cliniko"),
            connection: None,
            care_unit: None,
            action: Operation::SearchPatients,
            patients: Vec::new(),
            named: None,
            outcome: Outcome::Answered { status: 200, codes: vec![] },
            request: Uuid::from_u128(9),
        };
        log.reserve().unwrap().record(entry).await.unwrap();
        log.close().await;
    }

    #[tokio::test]
    async fn a_clock_that_jumped_beyond_the_retention_deletes_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let location = Location::Sqlite(directory.path().join("vardbro.sqlite"));
        let store = Store::open(&location, Migrations::Run).await.unwrap();
        let now = Timestamp::now();
        let (earlier, later) = (now - SignedDuration::from_hours(24), now + SignedDuration::from_hours(24));
        assert_eq!(doubt(&store, now, later).await.unwrap(), None);

        written(&store).await;

        assert_eq!(doubt(&store, now, earlier).await.unwrap(), None);
        assert!(doubt(&store, now, later).await.unwrap().unwrap().contains("jumped"));
    }

    #[tokio::test]
    async fn a_clock_that_is_not_the_databases_deletes_nothing() {
        let Some(postgres) = Postgres::shared() else { return };
        let database = postgres.database();
        let location = Location::parse(database.url()).unwrap();
        let store = Store::open(&location, Migrations::Run).await.unwrap();
        let now = Timestamp::now();

        for (hours, doubted) in [(-30, true), (-12, false), (12, false), (30, true)] {
            let now = now + SignedDuration::from_hours(hours);
            assert_eq!(doubt(&store, now, now).await.unwrap().is_some(), doubted, "{hours}");
        }
    }
}

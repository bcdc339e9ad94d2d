//! What operators look after.

use std::fs;

use jiff::{SignedDuration, Timestamp};
use vardbro_store::{Location, Store, StoreError};

use crate::databases::{AnyDatabase, over_both};
use crate::{at, connection, enrol, seen};

over_both! {
    the_version_tells_whether_there_is_something_to_do
    a_database_that_takes_writes_is_not_changed_by_asking
    a_clock_that_is_not_this_machines_is_told
    a_copy_is_as_of_one_moment
    what_is_answered_is_written_whatever_the_default
}

async fn the_version_tells_whether_there_is_something_to_do(database: AnyDatabase) {
    let before = Store::version(&database.location()).await.unwrap();
    if let Location::Sqlite(path) = database.location() {
        assert!(!path.exists());
    }
    database.open().await;
    let after = Store::version(&database.location()).await.unwrap();

    assert!(before.is_pending() && before.applied == 0, "{before:?}");
    assert!(!after.is_pending() && after.applied == before.known, "{after:?}");
}

async fn a_database_that_takes_writes_is_not_changed_by_asking(database: AnyDatabase) {
    let store = database.open().await;
    let (application, _) = enrol(&store, "harbour", 1).await;
    let kept = connection("mock", None);
    store.operator().add_connection(application, &kept).await.unwrap();

    store.check_writable().await.unwrap();

    assert_eq!(seen(&store, "harbour", 1).await, [kept]);
}

async fn a_clock_that_is_not_this_machines_is_told(database: AnyDatabase) {
    let clock = database.open().await.clock().await.unwrap();

    match database.location() {
        Location::Sqlite(_) => assert_eq!(clock, None),
        Location::Postgres(_) => {
            let difference = Timestamp::now().duration_since(clock.unwrap()).abs();
            assert!(difference < SignedDuration::from_mins(5), "{difference}");
        }
    }
}

async fn a_copy_is_as_of_one_moment(database: AnyDatabase) {
    let store = database.open().await;
    enrol(&store, "harbour", 1).await;
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("copy.sqlite");

    let copied = store.backup(&file).await;

    if matches!(database.location(), Location::Postgres(_)) {
        assert!(matches!(copied, Err(StoreError::BackupElsewhere)));
        return;
    }
    copied.unwrap();
    enrol(&store, "later", 2).await;
    let copy = Location::Sqlite(file.clone());
    let copy = Store::open(&copy, vardbro_store::Migrations::Require).await.unwrap();
    assert_eq!(copy.operator().applications().await.unwrap().len(), 1);
    assert!(copy.authenticate("harbour", crate::secret(1).expose(), at(1)).await.unwrap().is_some());
    // What is there already is not written over.
    assert!(fs::metadata(&file).unwrap().len() > 0);
    assert!(store.backup(&file).await.is_err());
}

async fn what_is_answered_is_written_whatever_the_default(database: AnyDatabase) {
    if let AnyDatabase::Postgres(_) = database {
        database
            .sql(
                "DO $$ BEGIN \
                     EXECUTE format('ALTER DATABASE %I SET synchronous_commit = off', current_database()); \
                 END $$",
            )
            .await;
    }

    let undurable = database.open().await.undurable().await.unwrap();

    match database.location() {
        Location::Sqlite(_) => assert_eq!(undurable, [""; 0]),
        // The server of the tests need not outlive them.
        Location::Postgres(_) => assert_eq!(undurable, ["fsync"]),
    }
}

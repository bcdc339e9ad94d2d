use jiff::Timestamp;
use vardbro_store::access_log::{Fault, Pruned, Subject};

use super::{Fixture, entry, finding, rows};
use crate::databases::{AnyDatabase, over_both};

over_both! {
    older_rows_go_and_the_rest_can_be_verified
    a_chain_without_rows_goes_on
    only_the_beginning_of_a_chain_goes
    what_was_changed_stays
    a_forged_checkpoint_is_not_pruned_from
    an_old_checkpoint_beside_newer_rows_is_found
    a_row_that_was_pruned_and_is_back_is_found
    a_key_of_which_all_rows_are_pruned_can_go
    nothing_is_found_while_a_node_writes_and_another_prunes
}

fn at(millisecond: i64) -> Timestamp {
    Timestamp::from_millisecond(millisecond).unwrap()
}

/// A row in a node's chain for each of these times.
async fn written(fixture: &Fixture, node: &str, times: impl IntoIterator<Item = i64>) {
    let log = fixture.log(node).await;
    for time in times {
        fixture.clock.set(time);
        log.reserve().unwrap().record_later(entry(&["1"]));
    }
    log.close().await;
}

async fn pruned(fixture: &Fixture, before: i64) -> Pruned {
    fixture.records.prune(at(before), &fixture.keys).await.unwrap()
}

async fn sequences(fixture: &Fixture, node: &str) -> Vec<i64> {
    fixture.all().await.iter().filter(|row| row.node == node).map(|row| row.sequence).collect()
}

async fn older_rows_go_and_the_rest_can_be_verified(database: AnyDatabase) {
    let fixture = Fixture::over(database).await;
    written(&fixture, "north", 1..=2500).await;
    written(&fixture, "south", [10, 3000]).await;
    let old = fixture.records.verify(&fixture.keys, &[]).await.unwrap().heads;
    written(&fixture, "north", [2501, 2502]).await;

    assert_eq!(pruned(&fixture, 2502).await, Pruned { rows: 2502, findings: vec![] });

    assert_eq!(sequences(&fixture, "north").await, [2502]);
    assert_eq!(sequences(&fixture, "south").await, [2]);
    let report = fixture.records.verify(&fixture.keys, &old).await.unwrap();
    assert_eq!((report.findings, report.rows), (vec![], 2));
    assert_eq!(report.pruned, old[..1]);
    assert_eq!(pruned(&fixture, 2502).await, Pruned::default());
}

async fn a_chain_without_rows_goes_on(database: AnyDatabase) {
    let fixture = Fixture::over(database).await;
    written(&fixture, "north", [1, 2, 3]).await;
    let old = fixture.records.verify(&fixture.keys, &[]).await.unwrap().heads;
    assert_eq!(pruned(&fixture, 10).await.rows, 3);
    assert_eq!(fixture.records.verify(&fixture.keys, &old).await.unwrap().findings, []);

    written(&fixture, "north", [11]).await;

    assert_eq!(sequences(&fixture, "north").await, [4]);
    let report = fixture.records.verify(&fixture.keys, &old).await.unwrap();
    assert_eq!((report.findings, report.pruned), (vec![], vec![]));
}

async fn only_the_beginning_of_a_chain_goes(database: AnyDatabase) {
    let fixture = Fixture::over(database).await;
    // The clock was put back.
    written(&fixture, "north", [1, 2, 50, 3, 4]).await;

    assert_eq!(pruned(&fixture, 10).await.rows, 2);

    let mut left = sequences(&fixture, "north").await;
    left.sort_unstable();
    assert_eq!(left, [3, 4, 5]);
    assert_eq!(fixture.findings().await, []);
}

async fn what_was_changed_stays(database: AnyDatabase) {
    let fixture = Fixture::over(database).await;
    written(&fixture, "north", 1..=6).await;
    written(&fixture, "south", 1..=6).await;
    fixture.sql("UPDATE access_log SET actor = 'x' WHERE node = 'north' AND sequence = 4").await;
    let changed = finding("north", rows(4, 4), Fault::Changed);

    let first = pruned(&fixture, 100).await;

    assert_eq!(first, Pruned { rows: 3 + 6, findings: vec![changed.clone()] });
    assert_eq!(sequences(&fixture, "north").await, [4, 5, 6]);
    assert_eq!(fixture.findings().await, [changed]);
}

async fn a_forged_checkpoint_is_not_pruned_from(database: AnyDatabase) {
    let fixture = Fixture::over(database).await;
    written(&fixture, "north", 1..=6).await;
    fixture
        .sql(
            "UPDATE access_log_marks SET sequence = 2, mac = (SELECT mac FROM access_log WHERE sequence = 2) \
                 WHERE kind = 'checkpoint'; DELETE FROM access_log WHERE sequence <= 2",
        )
        .await;

    let stopped = pruned(&fixture, 100).await;

    let forged = finding("north", Subject::Checkpoint, Fault::Changed);
    assert_eq!(stopped, Pruned { rows: 0, findings: vec![forged.clone()] });
    assert_eq!(fixture.findings().await, [forged]);
}

async fn an_old_checkpoint_beside_newer_rows_is_found(database: AnyDatabase) {
    let fixture = Fixture::over(database).await;
    written(&fixture, "north", 1..=6).await;
    pruned(&fixture, 3).await;
    fixture.sql("CREATE TABLE kept AS SELECT * FROM access_log_marks").await;
    pruned(&fixture, 5).await;

    fixture.sql("DELETE FROM access_log_marks; INSERT INTO access_log_marks SELECT * FROM kept").await;

    assert_eq!(fixture.findings().await, [finding("north", rows(3, 4), Fault::Missing)]);
}

async fn a_row_that_was_pruned_and_is_back_is_found(database: AnyDatabase) {
    let fixture = Fixture::over(database).await;
    written(&fixture, "north", 1..=6).await;
    fixture.sql("CREATE TABLE kept AS SELECT * FROM access_log").await;
    pruned(&fixture, 5).await;

    fixture.sql("INSERT INTO access_log SELECT * FROM kept WHERE sequence = 2").await;

    assert_eq!(fixture.findings().await, [finding("north", rows(2, 2), Fault::Unexpected)]);
}

async fn a_key_of_which_all_rows_are_pruned_can_go(database: AnyDatabase) {
    let fixture = Fixture::over(database).await;
    written(&fixture, "north", [1, 2]).await;
    written(&fixture, "ended", [1]).await;
    let (newer, _) = fixture.rotated();
    let log = fixture.log_with("north", &newer).await;
    fixture.clock.set(3);
    log.reserve().unwrap().record(entry(&["2"])).await.unwrap();

    assert_eq!(fixture.records.prune(at(3), &newer).await.unwrap().rows, 3);

    let mut only = vardbro_vault::KeyRing::clone(&newer);
    only.remove(fixture.keys.audit_keys()[0].id());
    let used = fixture.records.keys().await.unwrap();
    assert_eq!(used.iter().map(String::as_str).collect::<Vec<_>>(), [only.audit_keys()[0].id()]);
    assert_eq!(fixture.records.verify(&only, &[]).await.unwrap().findings, []);
    log.replace_keys(only.into()).unwrap();
    log.reserve().unwrap().record(entry(&["3"])).await.unwrap();
}

async fn nothing_is_found_while_a_node_writes_and_another_prunes(database: AnyDatabase) {
    let fixture = Fixture::over(database).await;
    let log = fixture.log("north").await;
    let writing = async {
        for time in 0..60 {
            fixture.clock.set(time);
            log.reserve().unwrap().record(entry(&["1", "2", "3", "4", "5", "6", "7"])).await.unwrap();
        }
    };
    let looking = async {
        let mut looked = Vec::new();
        for time in (0..60).step_by(10) {
            looked.extend(fixture.findings().await);
            looked.extend(pruned(&fixture, time).await.findings);
            looked.extend(fixture.findings().await);
        }
        looked
    };

    let also_pruning = async {
        let mut found = Vec::new();
        for time in 0..60 {
            found.extend(pruned(&fixture, time).await.findings);
        }
        found
    };

    let ((), looked, pruned) = tokio::join!(writing, looking, also_pruning);

    assert_eq!((looked, pruned), (vec![], vec![]));
    assert_eq!(fixture.findings().await, []);
}

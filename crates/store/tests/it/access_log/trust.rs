use std::sync::Arc;

use vardbro_store::access_log::{AccessLog, AccessLogError, Fault, NoPlace, NodeName, Subject};
use vardbro_vault::KeyRing;

use super::{Fixture, entry, finding, rows};
use crate::databases::{AnyDatabase, over_both};

over_both! {
    a_key_changes_in_the_middle_of_a_chain
    a_node_without_an_audit_key_does_not_start
    what_was_changed_is_not_continued
    a_head_whose_key_is_lost_is_not_continued
    a_node_that_runs_does_not_go_on_from_an_older_copy
    nor_if_another_of_the_same_name_has_gone_on_from_it
}

async fn refused(fixture: &Fixture, node: &str) -> String {
    let node = NodeName::parse(node).unwrap();
    let clock = fixture.clock.clone();
    AccessLog::open(&fixture.records, node, fixture.keys.clone(), clock, 10).await.unwrap_err().to_string()
}

async fn a_key_changes_in_the_middle_of_a_chain(database: AnyDatabase) {
    let fixture = Fixture::over(database).await;
    let (newer, _) = fixture.rotated();
    let log = fixture.log("north").await;
    log.reserve().unwrap().record(entry(&["1", "2"])).await.unwrap();

    log.replace_keys(newer.clone()).unwrap();
    log.reserve().unwrap().record(entry(&["3"])).await.unwrap();
    log.close().await;
    let again = fixture.log_with("north", &newer).await;
    again.reserve().unwrap().record(entry(&["4"])).await.unwrap();

    let report = fixture.records.verify(&newer, &[]).await.unwrap();
    assert_eq!((report.findings, report.rows), (vec![], 4));
    let ids = newer.audit_keys().iter().map(|key| key.id().to_owned()).collect();
    assert_eq!(fixture.records.keys().await.unwrap(), ids);

    let id = newer.audit_keys()[0].id();
    let mut without = KeyRing::clone(&newer);
    without.remove(id);
    let found = fixture.records.verify(&without, &[]).await.unwrap().findings;
    let unknown = || Fault::UnknownKey(id.to_owned());
    assert!(found.contains(&finding("north", rows(1, 2), unknown())), "{found:?}");
    assert!(found.contains(&finding("north", Subject::Checkpoint, unknown())), "{found:?}");
    assert_eq!(found.len(), 3, "{found:?}");
}

async fn a_node_without_an_audit_key_does_not_start(database: AnyDatabase) {
    let fixture = Fixture::over(database).await;
    let (node, empty) = (NodeName::parse("north").unwrap(), Arc::new(KeyRing::default()));
    let clock = fixture.clock.clone();
    let opened = AccessLog::open(&fixture.records, node, empty.clone(), clock, 10).await;
    assert!(matches!(opened, Err(AccessLogError::NoKey)));

    let log = fixture.log("north").await;
    assert!(matches!(log.replace_keys(empty), Err(AccessLogError::NoKey)));
    log.reserve().unwrap().record(entry(&["1"])).await.unwrap();
}

async fn what_was_changed_is_not_continued(database: AnyDatabase) {
    let fixture = Fixture::over(database).await;
    fixture.write("north", &["1", "2", "3"]).await;
    fixture
        .sql(
            "DELETE FROM access_log WHERE sequence = 3; UPDATE access_log_marks SET sequence = 2, \
                 mac = (SELECT mac FROM access_log WHERE sequence = 2) WHERE kind = 'head'",
        )
        .await;

    let refusal = refused(&fixture, "north").await;

    assert!(refusal.contains("(node north, the head: changed)"), "{refusal}");
    assert!(refusal.contains("audit verify"), "{refusal}");
    fixture.write("north-2", &["4"]).await;
    assert_eq!(fixture.findings().await, [finding("north", Subject::Head, Fault::Changed)]);

    fixture.sql("DELETE FROM access_log_marks WHERE node = 'north' AND kind = 'head'").await;
    assert!(refused(&fixture, "north").await.contains("(node north, the head: missing)"));
    fixture.sql("UPDATE access_log_roster SET nodes = '[\"north-2\"]'").await;
    assert!(refused(&fixture, "west").await.contains("(the roster of nodes: changed)"));
    fixture.sql("DELETE FROM access_log_roster").await;
    assert!(refused(&fixture, "west").await.contains("(the roster of nodes: missing)"));
}

async fn a_head_whose_key_is_lost_is_not_continued(database: AnyDatabase) {
    let fixture = Fixture::over(database).await;
    fixture.write("north", &["1"]).await;
    let (mut newer, _) = fixture.rotated();
    let id = fixture.keys.audit_keys()[0].id();
    Arc::make_mut(&mut newer).remove(id);

    let (node, clock) = (NodeName::parse("north").unwrap(), fixture.clock.clone());
    let refusal = AccessLog::open(&fixture.records, node, newer, clock, 10).await.unwrap_err();

    assert!(refusal.to_string().contains(&format!("the key ring has no audit key {id}")), "{refusal}");
}

/// A node that has written two rows, of which the last was taken back.
async fn put_back(fixture: &Fixture) -> AccessLog {
    let log = fixture.log("north").await;
    log.reserve().unwrap().record(entry(&["1"])).await.unwrap();
    fixture.sql("CREATE TABLE kept AS SELECT * FROM access_log_marks").await;
    log.reserve().unwrap().record(entry(&["2"])).await.unwrap();
    fixture
        .sql(
            "DELETE FROM access_log WHERE sequence = 2; DELETE FROM access_log_marks; \
             INSERT INTO access_log_marks SELECT * FROM kept",
        )
        .await;
    log
}

async fn writes_nothing(fixture: &Fixture, log: &AccessLog) {
    let rows = fixture.count("access_log").await;
    log.reserve().unwrap().record_later(entry(&["3"]));
    while log.reserve().is_ok() {
        tokio::task::yield_now().await;
    }
    assert_eq!(log.reserve().err(), Some(NoPlace::Failing));
    assert_eq!(fixture.count("access_log").await, rows);
}

async fn a_node_that_runs_does_not_go_on_from_an_older_copy(database: AnyDatabase) {
    let fixture = Fixture::over(database).await;
    let log = put_back(&fixture).await;

    writes_nothing(&fixture, &log).await;
}

async fn nor_if_another_of_the_same_name_has_gone_on_from_it(database: AnyDatabase) {
    let fixture = Fixture::over(database).await;
    let log = put_back(&fixture).await;
    fixture.write("north", &["4", "5"]).await;

    writes_nothing(&fixture, &log).await;
}

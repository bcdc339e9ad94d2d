use vardbro_store::access_log::{ChainHead, Fault, Finding, Subject};

use super::{Fixture, Raw, finding, rows};
use crate::databases::{AnyDatabase, over_both};

over_both! {
    a_change_of_any_column_is_found
    rows_that_nobody_can_read_are_found
    missing_rows_are_found
    rows_in_another_order_are_found
    inserted_rows_are_found
    a_row_in_another_chain_is_found
    a_node_that_is_gone_is_found
    a_changed_mark_is_found
    a_cut_tail_with_a_head_that_fits_is_found
    a_cut_beginning_with_a_forged_checkpoint_is_found
    an_older_head_beside_newer_rows_is_found
    an_older_copy_of_everything_does_not_contain_the_heads_that_were_printed_since
    an_older_copy_of_one_chain_does_not_contain_the_heads_that_were_printed_since
    all_faults_are_told
}

const SAVE: &str = "
    CREATE TABLE kept_rows AS SELECT * FROM access_log;
    CREATE TABLE kept_marks AS SELECT * FROM access_log_marks;
    CREATE TABLE kept_roster AS SELECT * FROM access_log_roster;";

const RESTORE: &str = "
    DELETE FROM access_log; INSERT INTO access_log SELECT * FROM kept_rows;
    DELETE FROM access_log_marks; INSERT INTO access_log_marks SELECT * FROM kept_marks;
    DELETE FROM access_log_roster; INSERT INTO access_log_roster SELECT * FROM kept_roster;";

/// Two nodes' chains, and copies of them.
async fn written(fixture: &Fixture) {
    fixture.write("north", &["1", "2", "3", "4", "5", "6"]).await;
    fixture.write("south", &["7", "8", "9"]).await;
    fixture.sql(SAVE).await;
    assert_eq!(fixture.findings().await, []);
}

/// What is found after a change, which is then taken back.
async fn found(fixture: &Fixture, change: &str) -> Vec<Finding> {
    fixture.sql(change).await;
    let findings = fixture.findings().await;
    fixture.sql(RESTORE).await;
    findings
}

async fn a_change_of_any_column_is_found(database: AnyDatabase) {
    let fixture = Fixture::over(database).await;
    written(&fixture).await;
    let other = |column| {
        format!("{column} = (SELECT {column} FROM access_log WHERE node = 'south' AND sequence = 1)")
    };
    let mut changes: Vec<_> = ["patient", "sealed", "mac"].map(other).into();
    changes.extend(
        [
            "at = at + 1",
            "application = 'x'",
            "client_id = 'x'",
            "actor = 'x'",
            "actor = ''",
            "actor = NULL",
            "ehr = 'webdoc'",
            "connection = 'x'",
            "connection = NULL",
            "care_unit = 'x'",
            "care_unit = NULL",
            "action = 'get_patient'",
            "patient = NULL",
            "named = patient",
            "sealed = NULL",
            "outcome = 'abandoned'",
            "request = 'x'",
            // What moves from one column to its neighbour.
            "application = 'x', client_id = application",
        ]
        .map(str::to_owned),
    );
    for sequence in [1, 4, 6] {
        for change in &changes {
            let change =
                format!("UPDATE access_log SET {change} WHERE node = 'north' AND sequence = {sequence}");
            let expected = [finding("north", rows(sequence, sequence), Fault::Changed)];
            assert_eq!(found(&fixture, &change).await, expected, "{change}");
        }
    }

    let change = "UPDATE access_log SET audit_key = 'x' WHERE node = 'north' AND sequence IN (2, 3, 5)";
    let unknown = || Fault::UnknownKey("x".to_owned());
    let expected = [finding("north", rows(2, 3), unknown()), finding("north", rows(5, 5), unknown())];
    assert_eq!(found(&fixture, change).await, expected);
}

async fn rows_that_nobody_can_read_are_found(database: AnyDatabase) {
    let fixture = Fixture::over(database).await;
    // PostgreSQL keeps no such text.
    let Raw::Sqlite(_) = &fixture.raw else { return };
    written(&fixture).await;
    let change =
        "UPDATE access_log SET actor = CAST(x'ff' AS TEXT) WHERE node = 'north' AND sequence IN (2, 6)";
    let expected = [2, 6].map(|sequence| finding("north", rows(sequence, sequence), Fault::Changed));
    assert_eq!(found(&fixture, change).await, expected);
}

async fn missing_rows_are_found(database: AnyDatabase) {
    let fixture = Fixture::over(database).await;
    written(&fixture).await;
    for (which, from, to) in [("= 1", 1, 1), ("IN (3, 4)", 3, 4), ("= 6", 6, 6), ("> 0", 1, 6)] {
        let change = format!("DELETE FROM access_log WHERE node = 'north' AND sequence {which}");
        let expected = [finding("north", rows(from, to), Fault::Missing)];
        assert_eq!(found(&fixture, &change).await, expected, "{change}");
    }
    let change = "DELETE FROM access_log WHERE sequence = 2";
    let expected = ["north", "south"].map(|node| finding(node, rows(2, 2), Fault::Missing));
    assert_eq!(found(&fixture, change).await, expected);
}

async fn rows_in_another_order_are_found(database: AnyDatabase) {
    let fixture = Fixture::over(database).await;
    written(&fixture).await;
    let change = "
            UPDATE access_log SET sequence = 100 WHERE node = 'north' AND sequence = 3;
            UPDATE access_log SET sequence = 3 WHERE node = 'north' AND sequence = 4;
            UPDATE access_log SET sequence = 4 WHERE node = 'north' AND sequence = 100;";

    let findings = found(&fixture, change).await;

    // The row behind them followed another one.
    assert_eq!(findings, [finding("north", rows(3, 5), Fault::Changed)]);
}

async fn inserted_rows_are_found(database: AnyDatabase) {
    let fixture = Fixture::over(database).await;
    written(&fixture).await;
    let copy = |node: &str, sequence: i64| {
        format!(
            "INSERT INTO access_log SELECT '{node}', {sequence}, at, application, client_id, actor, ehr, \
                 connection, care_unit, action, patient, named, sealed, outcome, request, audit_key, mac \
                 FROM access_log WHERE node = 'north' AND sequence = 2;"
        )
    };

    let behind = found(&fixture, &copy("north", 7)).await;
    assert_eq!(behind, [finding("north", rows(7, 7), Fault::Unexpected)]);

    let change =
        format!("DELETE FROM access_log WHERE node = 'north' AND sequence = 4; {}", copy("north", 4));
    let between = found(&fixture, &change).await;
    assert_eq!(between[0], finding("north", rows(4, 5), Fault::Changed));

    let elsewhere = found(&fixture, &copy("east", 1)).await;
    assert!(elsewhere.contains(&finding("east", Subject::Node, Fault::Unexpected)), "{elsewhere:?}");
    assert!(elsewhere.contains(&finding("east", Subject::Head, Fault::Missing)), "{elsewhere:?}");
}

async fn a_row_in_another_chain_is_found(database: AnyDatabase) {
    let fixture = Fixture::over(database).await;
    written(&fixture).await;
    let change = "UPDATE access_log SET node = 'south', sequence = 4 WHERE node = 'north' AND sequence = 6";

    let findings = found(&fixture, change).await;

    let missing = finding("north", rows(6, 6), Fault::Missing);
    assert_eq!(findings, [missing, finding("south", rows(4, 4), Fault::Unexpected)]);
}

async fn a_node_that_is_gone_is_found(database: AnyDatabase) {
    let fixture = Fixture::over(database).await;
    written(&fixture).await;
    let gone =
        "DELETE FROM access_log WHERE node = 'south'; DELETE FROM access_log_marks WHERE node = 'south';";
    assert_eq!(found(&fixture, gone).await, [finding("south", Subject::Node, Fault::Missing)]);

    let roster = |fault| Finding { node: None, subject: Subject::Roster, fault };
    let unlisted = format!("{gone} UPDATE access_log_roster SET nodes = '[\"north\"]';");
    assert_eq!(found(&fixture, &unlisted).await, [roster(Fault::Changed)]);

    let without = "DELETE FROM access_log_roster";
    assert_eq!(found(&fixture, without).await, [roster(Fault::Missing)]);

    let unreadable = "UPDATE access_log_roster SET nodes = 'north'";
    assert!(found(&fixture, unreadable).await.contains(&roster(Fault::Changed)));
}

async fn a_changed_mark_is_found(database: AnyDatabase) {
    let fixture = Fixture::over(database).await;
    written(&fixture).await;
    for (kind, subject) in [("head", Subject::Head), ("checkpoint", Subject::Checkpoint)] {
        let where_ = format!("WHERE node = 'north' AND kind = '{kind}'");
        for (change, fault) in [
            (format!("DELETE FROM access_log_marks {where_}"), Fault::Missing),
            (format!("UPDATE access_log_marks SET sequence = sequence + 1 {where_}"), Fault::Changed),
            (
                format!(
                    "UPDATE access_log_marks SET mac = (SELECT mac FROM access_log WHERE node = 'north' \
                         AND sequence = 2) {where_}"
                ),
                Fault::Changed,
            ),
            (
                format!("UPDATE access_log_marks SET audit_key = 'x' {where_}"),
                Fault::UnknownKey("x".to_owned()),
            ),
            (
                format!(
                    "UPDATE access_log_marks SET authenticator = (SELECT authenticator FROM kept_marks \
                         WHERE node = 'south' AND kind = '{kind}') {where_}"
                ),
                Fault::Changed,
            ),
        ] {
            let findings = found(&fixture, &change).await;
            let expected = finding("north", subject.clone(), fault);
            assert!(findings.contains(&expected), "{change}: {findings:?}");
        }
    }
}

async fn a_cut_tail_with_a_head_that_fits_is_found(database: AnyDatabase) {
    let fixture = Fixture::over(database).await;
    written(&fixture).await;
    let change = "
            DELETE FROM access_log WHERE node = 'north' AND sequence > 4;
            UPDATE access_log_marks SET sequence = 4,
                mac = (SELECT mac FROM access_log WHERE node = 'north' AND sequence = 4)
                WHERE node = 'north' AND kind = 'head';";
    assert_eq!(found(&fixture, change).await, [finding("north", Subject::Head, Fault::Changed)]);
}

async fn a_cut_beginning_with_a_forged_checkpoint_is_found(database: AnyDatabase) {
    let fixture = Fixture::over(database).await;
    written(&fixture).await;
    let change = "
            UPDATE access_log_marks SET sequence = 2,
                mac = (SELECT mac FROM access_log WHERE node = 'north' AND sequence = 2)
                WHERE node = 'north' AND kind = 'checkpoint';
            DELETE FROM access_log WHERE node = 'north' AND sequence <= 2;";
    assert_eq!(found(&fixture, change).await, [finding("north", Subject::Checkpoint, Fault::Changed)]);

    // An authentic head is no checkpoint.
    let change = "
            DELETE FROM access_log WHERE node = 'north';
            DELETE FROM access_log_marks WHERE node = 'north' AND kind = 'checkpoint';
            INSERT INTO access_log_marks SELECT node, 'checkpoint', sequence, mac, audit_key, authenticator
                FROM access_log_marks WHERE node = 'north';";
    assert_eq!(found(&fixture, change).await, [finding("north", Subject::Checkpoint, Fault::Changed)]);
}

async fn an_older_head_beside_newer_rows_is_found(database: AnyDatabase) {
    let fixture = Fixture::over(database).await;
    written(&fixture).await;
    fixture.write("north", &["7", "8"]).await;
    fixture
        .sql(
            "DELETE FROM access_log_marks WHERE node = 'north'; \
                 INSERT INTO access_log_marks SELECT * FROM kept_marks WHERE node = 'north'",
        )
        .await;

    assert_eq!(fixture.findings().await, [finding("north", rows(7, 8), Fault::Unexpected)]);
}

async fn an_older_copy_of_everything_does_not_contain_the_heads_that_were_printed_since(
    database: AnyDatabase,
) {
    let fixture = Fixture::over(database).await;
    written(&fixture).await;
    let verify = async |earlier: &[ChainHead]| fixture.records.verify(&fixture.keys, earlier).await.unwrap();
    let old = verify(&[]).await.heads;
    fixture.write("north", &["7", "8"]).await;
    fixture.write("west", &["1"]).await;
    let printed = verify(&old).await;
    assert_eq!(printed.findings, []);

    fixture.sql(RESTORE).await;

    assert_eq!(verify(&old).await.findings, []);
    let missing = |node, sequence| finding(node, Subject::EarlierHead(sequence), Fault::Missing);
    assert_eq!(verify(&printed.heads).await.findings, [missing("north", 8), missing("west", 1)]);

    // Other rows have taken their places since.
    fixture.write("north", &["9", "10", "11"]).await;
    let other = finding("north", Subject::EarlierHead(8), Fault::Changed);
    assert_eq!(verify(&printed.heads).await.findings, [other, missing("west", 1)]);
}

async fn an_older_copy_of_one_chain_does_not_contain_the_heads_that_were_printed_since(
    database: AnyDatabase,
) {
    let fixture = Fixture::over(database).await;
    written(&fixture).await;
    fixture.write("north", &["7", "8"]).await;
    fixture.write("south", &["1"]).await;
    let printed = fixture.records.verify(&fixture.keys, &[]).await.unwrap().heads;

    fixture
        .sql(
            "DELETE FROM access_log WHERE node = 'north';
             INSERT INTO access_log SELECT * FROM kept_rows WHERE node = 'north';
             DELETE FROM access_log_marks WHERE node = 'north';
             INSERT INTO access_log_marks SELECT * FROM kept_marks WHERE node = 'north';",
        )
        .await;

    assert_eq!(fixture.findings().await, []);
    let against_printed = fixture.records.verify(&fixture.keys, &printed).await.unwrap().findings;
    assert_eq!(against_printed, [finding("north", Subject::EarlierHead(8), Fault::Missing)]);
}

async fn all_faults_are_told(database: AnyDatabase) {
    let fixture = Fixture::over(database).await;
    written(&fixture).await;
    let change = "
            DELETE FROM access_log WHERE node = 'north' AND sequence = 1;
            UPDATE access_log SET actor = 'x' WHERE node = 'north' AND sequence IN (3, 4);
            DELETE FROM access_log WHERE node = 'north' AND sequence = 6;
            UPDATE access_log SET outcome = '200' || ' ' WHERE node = 'south' AND sequence = 2;";

    let findings = found(&fixture, change).await;

    let told: Vec<_> = findings.iter().map(Finding::to_string).collect();
    assert_eq!(
        told,
        [
            "node north, row 1: missing, so that a row right behind cannot be checked",
            "node north, rows 3 to 4: changed, moved or inserted",
            "node north, row 6: missing, so that a row right behind cannot be checked",
            "node south, row 2: changed, moved or inserted",
        ]
    );
}

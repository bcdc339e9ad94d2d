use std::sync::Arc;

use jiff::civil::date;
use vardbro_ehr::environment::Machine;
use vardbro_model::typed_id::PatientRef;
use vardbro_postgres_for_tests::Postgres;
use vardbro_store::access_log::{AccessLog, AccessRecords, Entry, NoPlace, NodeName, Outcome, Seal};
use vardbro_store::{Location, Migrations};
use vardbro_vault::{AuditKey, AuditPrivateKey, KeyRing};

use super::{Fixture, all_of, entry};
use crate::databases::{AnyDatabase, over_both};

over_both! {
    an_entry_is_kept_as_it_was_given
    a_request_has_a_row_for_each_patient_or_one_for_none
    an_awaited_entry_is_there_if_the_process_ends_now
    what_waits_is_written_before_the_log_closes
    an_entry_is_written_even_if_nobody_waits_for_it_any_more
    a_full_queue_gives_no_place_until_one_is_free
    a_failing_database_gives_no_places_and_loses_nothing
    two_writers_of_one_name_share_a_chain
    many_nodes_begin_at_once
}

async fn an_entry_is_kept_as_it_was_given(database: AnyDatabase) {
    let fixture = Fixture::over(database).await;
    let log = fixture.log("gateway-1").await;
    let patient = PatientRef::parse("se_personal_number:191212121212", date(2026, 11, 20)).unwrap();
    let outcome = Outcome::Answered { status: 400, codes: vec!["NO_TIMESLOTS_AVAILABLE"] };

    let given = Entry { named: Some(patient), outcome, ..entry(&["837047"]) };
    log.reserve().unwrap().record(given).await.unwrap();

    let [row] = fixture.all().await.try_into().ok().unwrap();
    let json = serde_json::to_string(&row).unwrap();
    assert_eq!(
        json,
        "{\"at\":\"2023-11-14T22:13:20Z\",\"node\":\"gateway-1\",\"sequence\":1,\
             \"application\":\"00000000-0000-0000-0000-000000000007\",\"client_id\":\"harbour\",\
             \"actor\":\"nurse 17\",\"ehr\":\"cliniko\",\
             \"connection\":\"00000000-0000-0000-0000-000000000008\",\"care_unit\":\"north~1\",\
             \"action\":\"book_appointment\",\"patient\":\"837047\",\
             \"named\":\"se_personal_number:191212121212\",\"seal\":\"opened\",\
             \"outcome\":\"400 NO_TIMESLOTS_AVAILABLE\",\
             \"request\":\"00000000-0000-0000-0000-000000000009\"}"
    );
}

async fn a_request_has_a_row_for_each_patient_or_one_for_none(database: AnyDatabase) {
    let fixture = Fixture::over(database).await;
    let log = fixture.log("gateway-1").await;
    log.reserve().unwrap().record(entry(&["3", "1", "2", "1"])).await.unwrap();
    log.reserve().unwrap().record(entry(&[])).await.unwrap();

    let all = fixture.all().await;

    let patients: Vec<_> = all.iter().map(|row| row.patient.as_deref()).collect();
    assert_eq!(patients, [Some("1"), Some("2"), Some("3"), None]);
    assert_eq!(all[3].seal, Seal::Absent);
    assert_eq!(fixture.findings().await, []);
}

async fn an_awaited_entry_is_there_if_the_process_ends_now(database: AnyDatabase) {
    let fixture = Fixture::over(database).await;
    let log = fixture.log("gateway-1").await;

    log.reserve().unwrap().record(entry(&["1"])).await.unwrap();

    // Nobody closed anything, and another connection sees it.
    assert_eq!(fixture.count("access_log").await, 1);
    std::mem::forget(log);
    fixture.write("gateway-1", &["2"]).await;
    assert_eq!(fixture.findings().await, []);
}

async fn what_waits_is_written_before_the_log_closes(database: AnyDatabase) {
    let fixture = Fixture::over(database).await;
    let log = fixture.log("gateway-1").await;
    let taken_before = log.reserve().unwrap();
    for _ in 0..700 {
        log.reserve().unwrap().record_later(entry(&["1"]));
    }

    let filled = async {
        tokio::task::yield_now().await;
        assert_eq!(log.reserve().err(), Some(NoPlace::Closed));
        taken_before.record_later(entry(&["2"]));
    };
    tokio::join!(log.close(), filled);

    assert_eq!(fixture.count("access_log").await, 701);
    assert_eq!(fixture.findings().await, []);
}

async fn an_entry_is_written_even_if_nobody_waits_for_it_any_more(database: AnyDatabase) {
    let fixture = Fixture::over(database).await;
    let log = fixture.log("gateway-1").await;

    drop(log.reserve().unwrap().record(entry(&["1"])));
    log.close().await;

    assert_eq!(fixture.count("access_log").await, 1);
}

async fn a_full_queue_gives_no_place_until_one_is_free(database: AnyDatabase) {
    let fixture = Fixture::over(database).await;
    let node = NodeName::parse("gateway-1").unwrap();
    let clock = fixture.clock.clone();
    let log = AccessLog::open(&fixture.records, node, fixture.keys.clone(), clock, 2).await.unwrap();

    let (first, second) = (log.reserve().unwrap(), log.reserve().unwrap());
    assert_eq!(log.reserve().err(), Some(NoPlace::Full));

    drop(first);
    let first = log.reserve().unwrap();
    first.record(entry(&["1"])).await.unwrap();
    let _third = log.reserve().unwrap();
    assert_eq!(log.reserve().err(), Some(NoPlace::Full));
    drop(second);
}

async fn a_failing_database_gives_no_places_and_loses_nothing(database: AnyDatabase) {
    let fixture = Fixture::over(database).await;
    let log = fixture.log("gateway-1").await;
    fixture.sql("ALTER TABLE access_log RENAME TO gone").await;
    let waiting = log.reserve().unwrap().record(entry(&["1"]));
    log.reserve().unwrap().record_later(entry(&["2"]));

    while log.reserve().is_ok() {
        tokio::task::yield_now().await;
    }
    assert_eq!(log.reserve().err(), Some(NoPlace::Failing));
    fixture.sql("ALTER TABLE gone RENAME TO access_log").await;
    waiting.await.unwrap();

    log.close().await;
    assert_eq!(fixture.count("access_log").await, 2);
    assert_eq!(fixture.findings().await, []);
}

async fn two_writers_of_one_name_share_a_chain(database: AnyDatabase) {
    let fixture = Fixture::over(database).await;
    let logs = [fixture.log("gateway-1").await, fixture.log("gateway-1").await];
    let mut waiting = Vec::new();
    for _ in 0..20 {
        for log in &logs {
            waiting.push(log.reserve().unwrap().record(entry(&["1", "2"])));
            log.reserve().unwrap().record_later(entry(&["3"]));
            tokio::task::yield_now().await;
        }
    }
    for written in waiting {
        written.await.unwrap();
    }
    for log in &logs {
        log.close().await;
    }

    let report = fixture.records.verify(&fixture.keys, &[]).await.unwrap();

    assert_eq!((report.findings, report.rows), (vec![], 120));
    assert_eq!(report.heads[0].sequence, 120);
}

async fn many_nodes_begin_at_once(database: AnyDatabase) {
    let fixture = Fixture::over(database).await;
    let write = |node: &'static str| fixture.write(node, &["1", "2"]);
    tokio::join!(write("a"), write("b"), write("c"), write("a"), write("d"));

    let report = fixture.records.verify(&fixture.keys, &[]).await.unwrap();

    assert_eq!(report.findings, []);
    let heads = report.heads.iter().map(|head| (head.node.as_str(), head.sequence));
    assert_eq!(heads.collect::<Vec<_>>(), [("a", 4), ("b", 2), ("c", 2), ("d", 2)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_crashes_loses_and_doubles_nothing() {
    let Some(postgres) = Postgres::start() else { return };
    let database = postgres.database();
    let location = Location::parse(database.url()).unwrap();
    let records = AccessRecords::open(&location, Migrations::Run).await.unwrap();
    let private = AuditPrivateKey::random();
    let mut keys = KeyRing::default();
    keys.add_audit(AuditKey::random(jiff::Timestamp::UNIX_EPOCH, private.public()));
    let keys = Arc::new(keys);
    let node = NodeName::parse("gateway-1").unwrap();
    let log = AccessLog::open(&records, node, keys.clone(), Arc::new(Machine), 1000).await.unwrap();

    let mut asked = 0_usize;
    for _ in 0..3 {
        let writing = async {
            // Until the crash shows.
            while let Ok(place) = log.reserve() {
                asked += 1;
                let written = place.record(entry(&[&asked.to_string()]));
                log.reserve().into_iter().for_each(drop);
                let _ = tokio::time::timeout(std::time::Duration::from_millis(20), written).await;
            }
        };
        let crashing = async {
            tokio::time::sleep(std::time::Duration::from_millis(150)).await;
            tokio::task::block_in_place(|| postgres.crash());
        };
        tokio::join!(writing, crashing);
        tokio::task::block_in_place(|| postgres.restart());
        while log.reserve().is_err() {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    }
    log.close().await;

    let report = records.verify(&keys, &[]).await.unwrap();
    assert_eq!(report.findings, []);
    let mut patients: Vec<usize> = all_of(records.export(&Default::default(), &keys, &[private]))
        .await
        .iter()
        .map(|row| row.patient.as_ref().unwrap().parse().unwrap())
        .collect();
    patients.sort_unstable();
    assert_eq!(patients, (1..=asked).collect::<Vec<_>>());
}

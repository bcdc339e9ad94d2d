use std::fs;

use jiff::Timestamp;
use jiff::civil::date;
use uuid::Uuid;
use vardbro_model::ehr::EhrCode;
use vardbro_model::typed_id::PatientRef;
use vardbro_store::ClientId;
use vardbro_store::access_log::{Entry, ExportedEntry, Filter, PatientName, Seal};
use vardbro_vault::{AuditPrivateKey, KeyRing};

use super::{Fixture, all_of, entry};
use crate::databases::{AnyDatabase, over_both};

over_both! {
    rows_are_found_by_patient
    rows_are_found_by_time_application_and_connection
    a_long_export_has_every_row_once_by_time
    rows_of_older_keys_are_found_and_opened_by_their_private_keys
    nothing_of_a_patient_can_be_read_in_the_database
}

fn name(text: &str) -> PatientName {
    PatientName::parse(text, date(2026, 11, 20)).unwrap()
}

fn number() -> Option<PatientRef> {
    PatientRef::parse("se_personal_number:191212121212", date(2026, 11, 20)).ok()
}

fn about(names: &[&str]) -> Filter {
    Filter { patients: names.iter().map(|text| name(text)).collect(), ..Filter::default() }
}

async fn write(fixture: &Fixture, entries: impl IntoIterator<Item = Entry>) {
    let log = fixture.log("north").await;
    for entry in entries {
        log.reserve().unwrap().record_later(entry);
    }
    log.close().await;
}

fn sequences(rows: &[ExportedEntry]) -> Vec<i64> {
    rows.iter().map(|row| row.sequence).collect()
}

async fn rows_are_found_by_patient(database: AnyDatabase) {
    let fixture = Fixture::over(database).await;
    let webdoc = Entry { ehr: EhrCode::new("webdoc"), ..entry(&["1"]) };
    let by_number = Entry { named: number(), ..entry(&["1"]) };
    let of_nobody = Entry { named: number(), ..entry(&[]) };
    let by_id = Entry { named: PatientRef::parse("2", date(2026, 11, 20)).ok(), ..entry(&["3"]) };
    write(&fixture, [entry(&["1"]), entry(&["2"]), webdoc, by_number, of_nobody, by_id, entry(&[])]).await;

    for (names, expected) in [
        (vec!["cliniko:1"], vec![1, 4]),
        (vec!["webdoc:1"], vec![3]),
        (vec!["cliniko:2"], vec![2, 6]),
        (vec!["se_personal_number:121212+1212"], vec![4, 5]),
        (vec!["webdoc:1", "cliniko:3"], vec![3, 6]),
        (vec!["cliniko:4"], vec![]),
    ] {
        let found = fixture.export(&about(&names)).await;
        assert_eq!(sequences(&found), expected, "{names:?}");
    }
    assert_eq!(fixture.all().await.len(), 7);
}

async fn rows_are_found_by_time_application_and_connection(database: AnyDatabase) {
    let fixture = Fixture::over(database).await;
    let log = fixture.log("north").await;
    for (time, client_id, connection) in [(10, "harbour", 8), (20, "hill", 8), (30, "harbour", 9)] {
        fixture.clock.set(time);
        let client_id = ClientId::parse(client_id).unwrap();
        let connection = Some(Uuid::from_u128(connection));
        log.reserve().unwrap().record_later(Entry { client_id, connection, ..entry(&["1"]) });
    }
    log.close().await;
    let at = |time| Timestamp::from_millisecond(time).ok();
    let everything = Filter::default;

    for (filter, expected) in [
        (Filter { from: at(20), ..everything() }, vec![2, 3]),
        (Filter { until: at(20), ..everything() }, vec![1]),
        (Filter { from: at(11), until: at(30), ..everything() }, vec![2]),
        (Filter { client_id: ClientId::parse("harbour"), ..everything() }, vec![1, 3]),
        (Filter { connection: Some(Uuid::from_u128(9)), ..everything() }, vec![3]),
        (Filter { from: at(11), client_id: ClientId::parse("harbour"), ..about(&["cliniko:1"]) }, vec![3]),
        (Filter { until: at(31), ..about(&["cliniko:2"]) }, vec![]),
    ] {
        assert_eq!(sequences(&fixture.export(&filter).await), expected, "{filter:?}");
    }
}

async fn a_long_export_has_every_row_once_by_time(database: AnyDatabase) {
    let fixture = Fixture::over(database).await;
    let (north, south) = (fixture.log("north").await, fixture.log("south").await);
    for time in 0..700 {
        // Several rows of one time, at the borders of pages, too.
        fixture.clock.set(time / 7);
        north.reserve().unwrap().record_later(entry(&["1"]));
        south.reserve().unwrap().record_later(entry(&["1", "2"]));
    }
    north.close().await;
    south.close().await;

    let ordered = |rows: &[ExportedEntry]| {
        rows.is_sorted_by(|a, b| (a.at, &a.node, a.sequence) < (b.at, &b.node, b.sequence))
    };
    let all = fixture.all().await;
    assert!(all.len() == 2100 && ordered(&all), "{}", all.len());
    let of_one = fixture.export(&about(&["cliniko:1"])).await;
    assert!(of_one.len() == 1400 && ordered(&of_one), "{}", of_one.len());
}

async fn rows_of_older_keys_are_found_and_opened_by_their_private_keys(database: AnyDatabase) {
    let fixture = Fixture::over(database).await;
    let (newer, newer_private) = fixture.rotated();
    fixture.write("north", &["1"]).await;
    let log = fixture.log_with("north", &newer).await;
    log.reserve().unwrap().record(entry(&["1"])).await.unwrap();

    let filter = about(&["cliniko:1"]);
    let export = async |keys: &KeyRing, private: &[AuditPrivateKey]| {
        let rows = all_of(fixture.records.export(&filter, keys, private)).await;
        rows.into_iter().map(|row| (row.sequence, row.patient, row.seal)).collect::<Vec<_>>()
    };
    let opened = |sequence| (sequence, Some("1".to_owned()), Seal::Opened);

    let both = [newer_private.clone(), fixture.private.clone()];
    assert_eq!(export(&newer, &both).await, [opened(1), opened(2)]);
    assert_eq!(export(&newer, &[newer_private]).await, [(1, None, Seal::Unopened), opened(2)]);
    assert_eq!(export(&fixture.keys, &both).await, [opened(1)]);
    assert_eq!(export(&KeyRing::default(), &both).await, []);
}

async fn nothing_of_a_patient_can_be_read_in_the_database(database: AnyDatabase) {
    let fixture = Fixture::over(database).await;
    write(&fixture, [Entry { named: number(), ..entry(&["837047015488620153"]) }]).await;
    assert_eq!(fixture.all().await[0].patient.as_deref(), Some("837047015488620153"));

    let AnyDatabase::Sqlite(directory) = &fixture.database else { return };
    let holds = |needle: &[u8]| {
        fs::read_dir(directory.path()).unwrap().any(|file| {
            fs::read(file.unwrap().path()).unwrap().windows(needle.len()).any(|bytes| bytes == needle)
        })
    };
    assert!(holds(b"nurse 17"));
    assert!(!holds(b"837047015488620153") && !holds(b"191212121212") && !holds(b"1212121212"));
    assert!(!holds(b"se_personal_number"));
}

//! Rows that a newer version wrote, or somebody by hand.

use vardbro_model::ehr::Mode;
use vardbro_store::{Store, StoreError, StoredConnection};

use crate::databases::{AnyDatabase, over_both};
use crate::{at, close, connection, enrol, secret, seen};

over_both! {
    operations_and_templates_that_are_not_known_are_left_out
    a_connection_that_cannot_be_read_is_off_and_no_other
    an_application_or_a_secret_that_cannot_be_read_stops_no_other
}

const NOTICED: &str = "UPDATE revision SET number = number + 1";

async fn operations_and_templates_that_are_not_known_are_left_out(database: AnyDatabase) {
    let store = database.open().await;
    let (id, _) = enrol(&store, "harbour", 1).await;
    let kept = connection("cliniko", None);
    store.operator().add_connection(id, &kept).await.unwrap();
    let mapping = serde_json::to_string(&kept.note_mapping).unwrap();
    let newer = mapping.replacen('{', r#"{"leyr_telepathy":{"thoughts":7},"#, 1);

    database
        .sql(&format!(
            r#"UPDATE connections SET note_mapping = '{newer}',
                   unavailable = '{{"list_referrals":{{"since":"2031"}},"create_note":"The scope is missing."}}'; {NOTICED}"#
        ))
        .await;

    assert_eq!(seen(&store, "harbour", 1).await, [kept]);
    assert!(store.operator().unreadable().await.unwrap().is_empty());
}

async fn a_connection_that_cannot_be_read_is_off_and_no_other(database: AnyDatabase) {
    for (column, value) in [
        ("unavailable", r#"{"create_note":7}"#),
        ("note_mapping", r#"{"leyr_unstructured":[]}"#),
        ("settings", r#"{"base_url":["https://one.example","https://other.example"]}"#),
        ("mode", "training"),
    ] {
        let store = database.open().await;
        let operator = store.operator();
        let (id, key) = enrol(&store, "harbour", 1).await;
        let mut north = connection("cliniko", Some("north"));
        close(&mut north, id, &key, &["api_key"]);
        let plain = connection("cliniko", None);
        operator.add_connection(id, &north).await.unwrap();
        operator.add_connection(id, &plain).await.unwrap();

        // A newer version's tables may have other rules.
        let no_rules = match &database {
            AnyDatabase::Sqlite(_) => "PRAGMA ignore_check_constraints = ON",
            AnyDatabase::Postgres(_) => {
                "ALTER TABLE connections DROP CONSTRAINT IF EXISTS connections_mode_check"
            }
        };
        let wrong = north.id;
        let update = format!("UPDATE connections SET {column} = '{value}' WHERE id = '{wrong}'");
        database.sql(&format!("{no_rules}; {update}; {NOTICED}")).await;

        let now = seen(&store, "harbour", 1).await;
        assert_eq!(now[0], plain, "{column}");
        assert_eq!((now[1].id, now[1].mode, now[1].enabled), (wrong, Mode::Off, true), "{column}");
        assert!(now[1].open(id, &key).is_err(), "{column}");
        // Whoever starts meanwhile starts.
        assert_eq!(seen(&database.open().await, "harbour", 1).await, now, "{column}");
        let told = operator.unreadable().await.unwrap().remove(0).to_string();
        assert!(told.contains(&wrong.to_string()) && told.contains(column), "{told}");
        let off = StoredConnection { enabled: false, ..now[1].clone() };
        let kept = operator.update_connection(id, &off).await.unwrap_err();
        assert!(matches!(kept, StoreError::Unchangeable(connection) if connection == wrong), "{kept}");
        assert!(operator.remove_connection(id, wrong).await.unwrap());
        assert!(operator.delete_application(id).await.unwrap());
    }
}

async fn an_application_or_a_secret_that_cannot_be_read_stops_no_other(database: AnyDatabase) {
    let store = database.open().await;
    let (harbour, _) = enrol(&store, "harbour", 1).await;
    let (hill, _) = enrol(&store, "hill", 2).await;
    enrol(&store, "ferry", 3).await;

    database
        .sql(&format!(
            "UPDATE applications SET client_id = 'a hill' WHERE id = '{hill}'; \
             UPDATE client_secrets SET created_at = 9223372036854775807 WHERE application_id = '{harbour}'; {NOTICED}"
        ))
        .await;

    let is_known = async |store: &Store, id: &str, byte| {
        store.authenticate(id, secret(byte).expose(), at(1)).await.unwrap().is_some()
    };
    assert!(is_known(&store, "ferry", 3).await);
    assert!(!is_known(&store, "harbour", 1).await && !is_known(&store, "a hill", 2).await);
    let operator = store.operator();
    let names: Vec<_> =
        operator.applications().await.unwrap().into_iter().map(|one| one.client_id.to_string()).collect();
    assert_eq!(names, ["ferry", "harbour"]);
    assert_eq!((operator.secrets().await.unwrap().len(), operator.unreadable().await.unwrap().len()), (2, 2));
    assert!(operator.set_application_enabled(harbour, false).await.unwrap());
    assert!(is_known(&database.open().await, "ferry", 3).await);
}

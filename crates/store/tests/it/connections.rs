use secrecy::ExposeSecret;
use vardbro_model::ehr::Mode;
use vardbro_store::{StoreError, StoredConnection};
use vardbro_vault::DataKey;

use crate::databases::{AnyDatabase, over_both};
use crate::{close, connection, enrol, password, seen};

over_both! {
    an_application_sees_its_connections_as_they_were_given
    another_applications_connections_are_neither_seen_nor_changed
    what_the_database_refuses_changes_nothing
    of_two_changes_of_one_version_the_second_is_refused
    the_ehr_and_the_tag_never_change
    what_removed_connections_were_tagged_is_remembered
    a_sealed_setting_opens_with_the_applications_key_only
    two_rows_that_were_swapped_do_not_open
    settings_that_were_changed_without_the_key_do_not_open
    what_a_check_found_is_kept_beside_other_changes
}

async fn an_application_sees_its_connections_as_they_were_given(database: AnyDatabase) {
    let store = database.open().await;
    let (id, key) = enrol(&store, "harbour", 1).await;
    let off = StoredConnection { enabled: false, mode: Mode::Live, ..connection("mock", None) };
    let mut north = connection("cliniko", Some("north"));
    close(&mut north, id, &key, &["api_key"]);
    let given = [off, north, connection("cliniko", None)];

    for one in &given {
        store.operator().add_connection(id, one).await.unwrap();
    }

    let [off, north, first] = given;
    assert_eq!(seen(&store, "harbour", 1).await, [first.clone(), north.clone(), off.clone()]);
    assert_eq!(store.operator().connections(id).await.unwrap(), [first, north, off]);
}

async fn another_applications_connections_are_neither_seen_nor_changed(database: AnyDatabase) {
    let store = database.open().await;
    let (harbour, _) = enrol(&store, "harbour", 1).await;
    let (hill, _) = enrol(&store, "hill", 2).await;
    let theirs = connection("cliniko", None);
    store.operator().add_connection(harbour, &theirs).await.unwrap();

    assert!(!store.operator().update_connection(hill, &theirs).await.unwrap());
    assert!(!store.operator().remove_connection(hill, theirs.id).await.unwrap());

    assert_eq!(seen(&store, "hill", 2).await, []);
    assert_eq!(seen(&store, "harbour", 1).await, [theirs]);
}

async fn what_the_database_refuses_changes_nothing(database: AnyDatabase) {
    let store = database.open().await;
    let (id, _) = enrol(&store, "harbour", 1).await;
    let kept = [connection("cliniko", None), connection("cliniko", Some("north"))];
    for one in &kept {
        store.operator().add_connection(id, one).await.unwrap();
    }
    let named = |name: &str, one| StoredConnection { name: name.to_owned(), ..one };

    for refused in [
        named("Another plain one", connection("cliniko", None)),
        named("Another of that tag", connection("cliniko", Some("north"))),
        named(&kept[0].name, connection("cliniko", Some("south"))),
        named("", connection("mock", None)),
        connection("mock", Some("")),
        StoredConnection { mode: Mode::Off, ..connection("mock", None) },
        StoredConnection { id: kept[0].id, ..connection("mock", None) },
    ] {
        let error = store.operator().add_connection(id, &refused).await.unwrap_err();
        assert!(matches!(error, StoreError::Refused(_)), "{error}");
    }
    let renamed = named(&kept[1].name, kept[0].clone());
    let error = store.operator().update_connection(id, &renamed).await.unwrap_err();
    assert!(matches!(error, StoreError::Refused(_)), "{error}");

    assert_eq!(seen(&store, "harbour", 1).await, kept);
}

async fn of_two_changes_of_one_version_the_second_is_refused(database: AnyDatabase) {
    let store = database.open().await;
    let (id, _) = enrol(&store, "harbour", 1).await;
    let first = connection("cliniko", None);
    store.operator().add_connection(id, &first).await.unwrap();
    let off = StoredConnection { enabled: false, ..first.clone() };
    let renamed = StoredConnection { name: "Renamed".to_owned(), ..first };

    assert!(store.operator().update_connection(id, &off).await.unwrap());
    assert!(!store.operator().update_connection(id, &renamed).await.unwrap());

    assert_eq!(seen(&store, "harbour", 1).await, [StoredConnection { version: 2, ..off }]);
}

async fn the_ehr_and_the_tag_never_change(database: AnyDatabase) {
    let store = database.open().await;
    let (id, _) = enrol(&store, "harbour", 1).await;
    let first = connection("cliniko", Some("north"));
    store.operator().add_connection(id, &first).await.unwrap();
    let moved = StoredConnection { ehr: "webdoc".to_owned(), tag: None, ..first.clone() };

    assert!(store.operator().update_connection(id, &moved).await.unwrap());

    assert_eq!(seen(&store, "harbour", 1).await, [StoredConnection { version: 2, ..first }]);
}

async fn what_removed_connections_were_tagged_is_remembered(database: AnyDatabase) {
    let store = database.open().await;
    let operator = store.operator();
    let (harbour, _) = enrol(&store, "harbour", 1).await;
    let (hill, _) = enrol(&store, "hill", 2).await;
    for tag in [None, Some("north"), Some("north")] {
        let one = connection("cliniko", tag);
        operator.add_connection(harbour, &one).await.unwrap();
        assert!(!operator.remove_connection(hill, one.id).await.unwrap());
        assert!(operator.remove_connection(harbour, one.id).await.unwrap());
    }
    operator.add_connection(harbour, &connection("cliniko", Some("south"))).await.unwrap();

    let used = |application, ehr| operator.used_tags(application, ehr);
    assert_eq!(used(harbour, "cliniko").await.unwrap(), [None, Some("north".to_owned())]);
    assert_eq!(used(harbour, "webdoc").await.unwrap(), []);
    assert_eq!(used(hill, "cliniko").await.unwrap(), []);
}

async fn a_sealed_setting_opens_with_the_applications_key_only(database: AnyDatabase) {
    let store = database.open().await;
    let (harbour, key) = enrol(&store, "harbour", 1).await;
    let (hill, other) = enrol(&store, "hill", 2).await;
    let mut kept = connection("cliniko", None);
    close(&mut kept, harbour, &key, &["api_key"]);
    store.operator().add_connection(harbour, &kept).await.unwrap();

    let kept = seen(&store, "harbour", 1).await.remove(0);

    assert_eq!(kept.open(harbour, &key).unwrap()["api_key"].expose_secret(), password().expose_secret());
    assert!(kept.open(harbour, &other).is_err());
    assert!(kept.open(hill, &key).is_err());
    assert!(kept.open(harbour, &DataKey::random()).is_err());
}

async fn two_rows_that_were_swapped_do_not_open(database: AnyDatabase) {
    let store = database.open().await;
    let (id, key) = enrol(&store, "harbour", 1).await;
    let mut one = connection("cliniko", None);
    close(&mut one, id, &key, &["api_key", "password"]);
    let mut other = connection("cliniko", Some("north"));
    close(&mut other, id, &key, &["api_key"]);

    let mut stolen = other.clone();
    stolen.sealed.insert("api_key".to_owned(), one.sealed["api_key"].clone());
    let mut turned = one.clone();
    turned.sealed.insert("api_key".to_owned(), one.sealed["password"].clone());
    store.operator().add_connection(id, &stolen).await.unwrap();
    store.operator().add_connection(id, &turned).await.unwrap();

    for swapped in seen(&store, "harbour", 1).await {
        assert!(swapped.open(id, &key).is_err(), "{}", swapped.name);
    }
}

async fn settings_that_were_changed_without_the_key_do_not_open(database: AnyDatabase) {
    let store = database.open().await;
    let (id, key) = enrol(&store, "harbour", 1).await;
    let mut kept = connection("cliniko", None);
    close(&mut kept, id, &key, &["api_key"]);
    assert!(kept.open(id, &key).is_ok());

    let elsewhere = ("base_url".to_owned(), "https://elsewhere.example".to_owned());
    let mut led_elsewhere = kept.clone();
    led_elsewhere.settings.extend([elsewhere]);
    let another_ehr = StoredConnection { ehr: "webdoc".to_owned(), ..kept.clone() };
    let mut unbound = kept.clone();
    unbound.sealed.retain(|name, _| name == "api_key");

    for changed in [led_elsewhere, another_ehr, unbound] {
        assert!(changed.open(id, &key).is_err(), "{changed:?}");
    }
    let renamed = StoredConnection { name: "Renamed".to_owned(), enabled: false, ..kept };
    assert!(renamed.open(id, &key).is_ok());
}

async fn what_a_check_found_is_kept_beside_other_changes(database: AnyDatabase) {
    let store = database.open().await;
    let (id, _) = enrol(&store, "harbour", 1).await;
    let kept = connection("cliniko", None);
    store.operator().add_connection(id, &kept).await.unwrap();
    let off = StoredConnection { enabled: false, ..kept.clone() };

    assert!(store.operator().update_connection(id, &off).await.unwrap());
    assert!(store.operator().set_unavailable(id, kept.id, &Default::default()).await.unwrap());
    assert!(store.operator().set_unavailable(id, kept.id, &Default::default()).await.unwrap());
    assert!(!store.operator().set_unavailable(id, uuid::Uuid::new_v4(), &Default::default()).await.unwrap());

    let now = seen(&store, "harbour", 1).await.remove(0);
    assert_eq!((now.enabled, now.unavailable.len(), now.version), (false, 0, 3), "nothing new is no change");
}

use vardbro_store::{SecretRecord, StoreError};

use crate::databases::{AnyDatabase, over_both};
use crate::{at, client_id, enrol, master, secret};

over_both! {
    the_right_secret_gives_the_application
    a_wrong_secret_and_an_unknown_id_are_refused
    an_application_that_is_off_is_a_stranger_until_it_is_on_again
    a_rotated_secret_is_good_until_the_overlap_ends
    a_second_rotation_does_not_lengthen_the_first_overlap
    a_client_id_is_taken_once
    a_deleted_application_leaves_nothing
    a_wrapping_is_replaced_only_if_it_is_still_the_same
}

async fn the_right_secret_gives_the_application(database: AnyDatabase) {
    let store = database.open().await;
    let master = master();
    let operator = store.operator();
    let (record, _) =
        operator.enrol(client_id("harbour"), "Harbour, Inc.", &secret(1), &master, at(0)).await.unwrap();

    let who = store.authenticate("harbour", secret(1).expose(), at(1)).await.unwrap().unwrap();

    assert_eq!((who.application.id(), who.application.name()), (record.id, "Harbour, Inc."));
    assert_eq!(who.secret.expose(), secret(1).expose());
    assert!(master.unwrap(record.id.0, &who.secret, &who.wrapped_key).is_ok());
    assert_eq!(operator.application("harbour").await.unwrap(), Some(record));
}

async fn a_wrong_secret_and_an_unknown_id_are_refused(database: AnyDatabase) {
    let store = database.open().await;
    enrol(&store, "harbour", 1).await;
    enrol(&store, "hill", 2).await;
    let right = secret(1);
    let right = right.expose();

    for (client_id, secret) in [
        ("harbour", secret(2).expose()),
        ("harbour", &right[..right.len() - 1]),
        ("harbour", &right.to_uppercase()),
        ("harbour", ""),
        ("Harbour", right),
        ("nobody", right),
        ("", ""),
        ("nobody", ""),
    ] {
        assert!(store.authenticate(client_id, secret, at(1)).await.unwrap().is_none(), "{client_id:?}");
    }
}

async fn an_application_that_is_off_is_a_stranger_until_it_is_on_again(database: AnyDatabase) {
    let store = database.open().await;
    let (id, _) = enrol(&store, "harbour", 1).await;
    let mut known = Vec::new();
    for enabled in [false, true] {
        assert!(store.operator().set_application_enabled(id, enabled).await.unwrap());
        known.push(store.authenticate("harbour", secret(1).expose(), at(1)).await.unwrap().is_some());
    }
    assert_eq!(known, [false, true]);
}

async fn a_rotated_secret_is_good_until_the_overlap_ends(database: AnyDatabase) {
    let store = database.open().await;
    let (id, key) = enrol(&store, "harbour", 1).await;
    let new = SecretRecord::new(id, &secret(2), master().wrap(id.0, &secret(2), &key), at(10));

    store.operator().rotate_secret(&new, at(10), at(100)).await.unwrap();

    let known = async |byte, now| {
        store.authenticate("harbour", secret(byte).expose(), at(now)).await.unwrap().is_some()
    };
    assert!(known(1, 99).await && known(2, 99).await);
    assert!(!known(1, 100).await && known(2, 100).await);
}

async fn a_second_rotation_does_not_lengthen_the_first_overlap(database: AnyDatabase) {
    let store = database.open().await;
    let (id, key) = enrol(&store, "harbour", 1).await;
    let new =
        |byte, now| SecretRecord::new(id, &secret(byte), master().wrap(id.0, &secret(byte), &key), at(now));
    store.operator().rotate_secret(&new(2, 10), at(10), at(20)).await.unwrap();

    store.operator().rotate_secret(&new(3, 15), at(15), at(100)).await.unwrap();

    let known = async |byte, now| {
        store.authenticate("harbour", secret(byte).expose(), at(now)).await.unwrap().is_some()
    };
    assert!(known(1, 19).await && known(2, 19).await && known(3, 19).await);
    assert!(!known(1, 20).await && known(2, 99).await && !known(2, 100).await);
    store.operator().rotate_secret(&new(4, 200), at(200), at(200)).await.unwrap();
    let left = store.operator().secrets().await.unwrap();
    assert_eq!(left.len(), 2, "those that had run out are gone");
    assert!(!known(3, 200).await && known(4, 200).await);
}

async fn a_client_id_is_taken_once(database: AnyDatabase) {
    let store = database.open().await;
    enrol(&store, "harbour", 1).await;

    let again = store.operator().enrol(client_id("harbour"), "Other", &secret(2), &master(), at(0)).await;

    assert!(matches!(again, Err(StoreError::Refused(_))));
    assert!(store.authenticate("harbour", secret(1).expose(), at(1)).await.unwrap().is_some());
    assert_eq!(store.operator().secrets().await.unwrap().len(), 1);
}

async fn a_deleted_application_leaves_nothing(database: AnyDatabase) {
    let store = database.open().await;
    let (id, _) = enrol(&store, "harbour", 1).await;
    store.operator().add_connection(id, &crate::connection("mock", None)).await.unwrap();

    assert!(store.operator().delete_application(id).await.unwrap());
    assert!(!store.operator().delete_application(id).await.unwrap());

    assert!(store.authenticate("harbour", secret(1).expose(), at(1)).await.unwrap().is_none());
    assert_eq!(store.operator().secrets().await.unwrap().len(), 0);
    assert_eq!(store.operator().connections(id).await.unwrap().len(), 0);
}

async fn a_wrapping_is_replaced_only_if_it_is_still_the_same(database: AnyDatabase) {
    let store = database.open().await;
    let old = master();
    let operator = store.operator();
    let (record, _) = operator.enrol(client_id("harbour"), "Harbour", &secret(1), &old, at(0)).await.unwrap();
    let kept = operator.secrets().await.unwrap().remove(0);
    let new = master();
    let rewrapped = old.rewrap(&new, record.id.0, &kept.wrapped_key).unwrap();

    assert!(operator.replace_wrapping(kept.id, &kept.wrapped_key, &rewrapped).await.unwrap());
    assert!(!operator.replace_wrapping(kept.id, &kept.wrapped_key, &rewrapped).await.unwrap());

    let who = store.authenticate("harbour", secret(1).expose(), at(1)).await.unwrap().unwrap();
    assert!(new.unwrap(record.id.0, &who.secret, &who.wrapped_key).is_ok());
}

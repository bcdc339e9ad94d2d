use tempfile::tempdir;
use vardbro_model::ehr::Mode;
use vardbro_store::StoreError;

use crate::{application, connection, open, secret};

#[tokio::test]
async fn an_application_sees_its_connections_as_they_were_given() {
    let directory = tempdir().unwrap();
    let store = open(directory.path()).await;
    let off =
        vardbro_store::StoredConnection { enabled: false, mode: Mode::Live, ..connection("mock", None) };
    let given = [off, connection("cliniko", Some("north")), connection("cliniko", None)];

    let harbour = store.put_application(application("harbour", secret(1)), &given).await.unwrap();

    let [off, north, first] = given;
    assert_eq!(*store.connections(&harbour), [first, north, off]);
}

#[tokio::test]
async fn another_applications_connections_are_invisible() {
    let directory = tempdir().unwrap();
    let store = open(directory.path()).await;
    let theirs = connection("cliniko", None);
    let harbour = store
        .put_application(application("harbour", secret(1)), std::slice::from_ref(&theirs))
        .await
        .unwrap();
    let hill = store.put_application(application("hill", secret(2)), &[]).await.unwrap();

    assert_eq!(store.connections(&hill).len(), 0);
    assert_eq!(*store.connections(&harbour), [theirs]);
}

#[tokio::test]
async fn putting_an_application_again_replaces_its_connections_only() {
    let directory = tempdir().unwrap();
    let store = open(directory.path()).await;
    store.put_application(application("harbour", secret(1)), &[connection("mock", None)]).await.unwrap();
    let hill =
        store.put_application(application("hill", secret(2)), &[connection("mock", None)]).await.unwrap();
    let now = connection("cliniko", None);

    let harbour =
        store.put_application(application("harbour", secret(1)), std::slice::from_ref(&now)).await.unwrap();

    assert_eq!(*store.connections(&harbour), [now]);
    assert_eq!(store.connections(&hill).len(), 1);
}

#[tokio::test]
async fn what_the_database_refuses_changes_nothing() {
    let directory = tempdir().unwrap();
    let store = open(directory.path()).await;
    let kept = connection("mock", None);
    let harbour =
        store.put_application(application("harbour", secret(1)), std::slice::from_ref(&kept)).await.unwrap();
    let mut off = connection("cliniko", None);
    off.mode = Mode::Off;

    for refused in [
        vec![connection("cliniko", None), connection("cliniko", None)],
        vec![connection("cliniko", Some("north")), connection("cliniko", Some("north"))],
        vec![connection("cliniko", Some(""))],
        vec![off],
    ] {
        let error = store.put_application(application("harbour", secret(2)), &refused).await.unwrap_err();
        assert!(matches!(error, StoreError::Refused(_)), "{error}");
    }

    assert_eq!(store.authenticate("harbour", secret(1).expose()), Some(harbour.clone()));
    assert_eq!(*store.connections(&harbour), [kept]);
}

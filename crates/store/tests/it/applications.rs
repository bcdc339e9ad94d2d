use tempfile::tempdir;

use crate::{application, open, secret};

#[tokio::test]
async fn the_right_secret_gives_the_application() {
    let directory = tempdir().unwrap();
    let store = open(directory.path()).await;
    let kept = store.put_application(application("harbour", secret(1)), &[]).await.unwrap();

    let shown = store.authenticate("harbour", secret(1).expose()).unwrap();

    assert_eq!(shown, kept);
    assert_eq!((shown.client_id().as_str(), shown.name()), ("harbour", "harbour, Inc."));
}

#[tokio::test]
async fn a_wrong_secret_and_an_unknown_id_are_refused() {
    let directory = tempdir().unwrap();
    let store = open(directory.path()).await;
    store.put_application(application("harbour", secret(1)), &[]).await.unwrap();
    store.put_application(application("hill", secret(2)), &[]).await.unwrap();
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
        assert!(store.authenticate(client_id, secret).is_none(), "{client_id:?}");
    }
}

#[tokio::test]
async fn putting_an_application_again_changes_its_secret_and_name_and_keeps_its_id() {
    let directory = tempdir().unwrap();
    let store = open(directory.path()).await;
    let first = store.put_application(application("harbour", secret(1)), &[]).await.unwrap();
    let mut renamed = application("harbour", secret(2));
    renamed.name = "Harbour".to_owned();

    let second = store.put_application(renamed, &[]).await.unwrap();

    assert_eq!(second.id(), first.id());
    assert!(store.authenticate("harbour", secret(1).expose()).is_none());
    assert_eq!(store.authenticate("harbour", secret(2).expose()).unwrap().name(), "Harbour");
}

#[tokio::test]
async fn of_many_writers_at_once_the_memory_holds_all() {
    let directory = tempdir().unwrap();
    let store = open(directory.path()).await;

    let (one, two, three) = tokio::join!(
        store.put_application(application("one", secret(1)), &[]),
        store.put_application(application("two", secret(2)), &[]),
        store.put_application(application("three", secret(3)), &[]),
    );

    assert!(one.is_ok() && two.is_ok() && three.is_ok());
    for (client_id, byte) in [("one", 1), ("two", 2), ("three", 3)] {
        assert!(store.authenticate(client_id, secret(byte).expose()).is_some(), "{client_id}");
    }
}

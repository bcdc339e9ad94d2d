use std::fs;

use tempfile::tempdir;
use vardbro_store::{Store, StoreError};

use crate::{application, connection, open, secret};

#[tokio::test]
async fn a_second_open_sees_the_same() {
    let directory = tempdir().unwrap();
    let store = open(directory.path()).await;
    let given = [connection("cliniko", None), connection("mock", None)];
    let harbour = store.put_application(application("harbour", secret(1)), &given).await.unwrap();
    store.close().await;

    let store = open(directory.path()).await;

    assert_eq!(store.authenticate("harbour", secret(1).expose()), Some(harbour.clone()));
    assert_eq!(*store.connections(&harbour), given);
}

#[tokio::test]
async fn the_secret_is_not_in_the_file() {
    let directory = tempdir().unwrap();
    let store = open(directory.path()).await;
    let bits: [u8; 32] = std::array::from_fn(|i| u8::try_from(i).unwrap().wrapping_mul(37).wrapping_add(11));
    let secret = vardbro_store::ClientSecret::from_random(bits);

    store.put_application(application("harbour", secret.clone()), &[]).await.unwrap();

    let holds = |needle: &[u8]| {
        fs::read_dir(directory.path()).unwrap().any(|file| {
            fs::read(file.unwrap().path()).unwrap().windows(needle.len()).any(|bytes| bytes == needle)
        })
    };
    assert!(holds(b"harbour"));
    assert!(!holds(secret.expose().as_bytes()));
    assert!(!holds(&bits));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_new_file_can_be_opened_twice_at_once() {
    for _ in 0..20 {
        let directory = tempdir().unwrap();
        let path = directory.path().join("vardbro.sqlite");
        let opens: Vec<_> = (1..=4)
            .map(|byte| {
                let path = path.clone();
                tokio::spawn(async move {
                    let store = Store::open(&path).await?;
                    store.put_application(application(&format!("app-{byte}"), secret(byte)), &[]).await
                })
            })
            .collect();
        for open in opens {
            open.await.unwrap().unwrap();
        }

        let store = open(directory.path()).await;

        for byte in 1..=4 {
            assert!(store.authenticate(&format!("app-{byte}"), secret(byte).expose()).is_some());
        }
    }
}

#[tokio::test]
async fn a_file_that_cannot_be_a_database_is_named() {
    let directory = tempdir().unwrap();
    let no_database = directory.path().join("notes.txt");
    fs::write(&no_database, "Not a database, but long enough to be looked at as one.\n".repeat(20)).unwrap();

    for path in [no_database.clone(), no_database.join("vardbro.sqlite"), directory.path().to_owned()] {
        let error = Store::open(&path).await.err().unwrap();

        assert!(matches!(error, StoreError::Open { .. }), "{error}");
        assert!(error.to_string().contains(path.to_str().unwrap()), "{error}");
        assert!(!error.to_string().contains('\n'), "{error}");
    }
}

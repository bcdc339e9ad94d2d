//! What is SQLite's alone.

use std::fs;

use tempfile::tempdir;
use vardbro_store::{Location, Migrations, Store, StoreError};
use vardbro_vault::ClientSecret;

use crate::databases::AnyDatabase;
use crate::{at, client_id, close, connection, enrol, master, secret};

#[tokio::test]
async fn neither_the_secret_nor_a_sealed_setting_nor_a_key_is_in_the_file() {
    let directory = tempdir().unwrap();
    let location = Location::Sqlite(directory.path().join("vardbro.sqlite"));
    let store = Store::open(&location, Migrations::Run).await.unwrap();
    let bits: [u8; 32] = std::array::from_fn(|i| u8::try_from(i).unwrap().wrapping_mul(37).wrapping_add(11));
    let secret = ClientSecret::from_random(bits);

    let operator = store.operator();
    let (record, key) =
        operator.enrol(client_id("harbour"), "Harbour", &secret, &master(), at(0)).await.unwrap();
    let mut kept = connection("cliniko", None);
    close(&mut kept, record.id, &key, &["api_key"]);
    operator.add_connection(record.id, &kept).await.unwrap();

    let holds = |needle: &[u8]| {
        fs::read_dir(directory.path()).unwrap().any(|file| {
            fs::read(file.unwrap().path()).unwrap().windows(needle.len()).any(|bytes| bytes == needle)
        })
    };
    assert!(holds(b"harbour") && holds(b"api_key"));
    assert!(!holds(secret.expose().as_bytes()));
    assert!(!holds(&bits));
    assert!(!holds(b"Swordfish-1"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_new_file_can_be_opened_twice_at_once() {
    for _ in 0..20 {
        let database = AnyDatabase::sqlite();
        let opens: Vec<_> = (1..=4)
            .map(|byte| {
                let location = database.location();
                tokio::spawn(async move {
                    let store = Store::open(&location, Migrations::Run).await.unwrap();
                    enrol(&store, &format!("app-{byte}"), byte).await;
                })
            })
            .collect();
        for open in opens {
            open.await.unwrap();
        }

        let store = database.open().await;

        for byte in 1..=4 {
            let id = format!("app-{byte}");
            assert!(store.authenticate(&id, secret(byte).expose(), at(1)).await.unwrap().is_some());
        }
    }
}

#[tokio::test]
async fn a_file_that_cannot_be_a_database_is_named() {
    let directory = tempdir().unwrap();
    let no_database = directory.path().join("notes.txt");
    fs::write(&no_database, "Not a database, but long enough to be looked at as one.\n".repeat(20)).unwrap();

    for path in [no_database.clone(), no_database.join("vardbro.sqlite"), directory.path().to_owned()] {
        let error = Store::open(&Location::Sqlite(path.clone()), Migrations::Run).await.err().unwrap();

        assert!(matches!(error, StoreError::Open { .. }), "{error}");
        assert!(error.to_string().contains(path.to_str().unwrap()), "{error}");
        assert!(!error.to_string().contains('\n'), "{error}");
    }
}

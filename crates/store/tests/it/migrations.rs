use vardbro_store::{Location, Migrations, Store, StoreError};

use crate::databases::{AnyDatabase, over_both};
use crate::{at, enrol, secret};

over_both! {
    tables_that_are_up_to_date_are_left_alone
    a_database_without_tables_is_refused_where_it_must_not_be_changed
    what_a_newer_version_added_does_not_stop_this_one
}

async fn tables_that_are_up_to_date_are_left_alone(database: AnyDatabase) {
    let store = database.open().await;
    enrol(&store, "harbour", 1).await;

    for migrations in [Migrations::Require, Migrations::Run] {
        let store = Store::open(&database.location(), migrations).await.unwrap();
        assert!(store.authenticate("harbour", secret(1).expose(), at(1)).await.unwrap().is_some());
    }
}

async fn a_database_without_tables_is_refused_where_it_must_not_be_changed(database: AnyDatabase) {
    if let Location::Sqlite(path) = database.location() {
        std::fs::write(path, b"").unwrap();
    }

    let error = Store::open(&database.location(), Migrations::Require).await.err().unwrap();

    assert!(matches!(error, StoreError::Pending { .. }), "{error}");
    assert!(error.to_string().contains("vardbro migrate"), "{error}");
}

async fn what_a_newer_version_added_does_not_stop_this_one(database: AnyDatabase) {
    database.open().await;
    let columns = "(version, description, success, checksum, execution_time)";
    let text = format!("INSERT INTO _sqlx_migrations {columns} VALUES (9999, 'later', TRUE, '', 0)");
    execute(&database, &text).await;

    for migrations in [Migrations::Require, Migrations::Run] {
        Store::open(&database.location(), migrations).await.unwrap();
    }
}

async fn execute(database: &AnyDatabase, text: &str) {
    use sqlx::{AssertSqlSafe, Connection};
    let text = AssertSqlSafe(text.to_owned());
    match database {
        AnyDatabase::Sqlite(directory) => {
            let path = directory.path().join("vardbro.sqlite");
            let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
            let mut connection = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
            sqlx::query(text).execute(&mut connection).await.unwrap();
        }
        AnyDatabase::Postgres(database) => {
            let mut connection = sqlx::PgConnection::connect(database.url()).await.unwrap();
            sqlx::query(text).execute(&mut connection).await.unwrap();
        }
    }
}

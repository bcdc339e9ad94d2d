use sqlx::{Connection, PgConnection};
use vardbro_postgres_for_tests::Postgres;

use crate::{connect, names, run, with_a_cat};

#[tokio::test]
async fn two_databases_know_nothing_of_each_other() {
    let Some(postgres) = Postgres::shared() else { return };
    let (one, other) = (postgres.database(), postgres.database());
    with_a_cat(&one).await;

    let mut connection = connect(&other).await;
    let table: Option<String> =
        sqlx::query_scalar("SELECT to_regclass('cats')::text").fetch_one(&mut connection).await.unwrap();

    assert_eq!(table, None);
}

#[tokio::test]
async fn the_role_is_nothing_special() {
    let Some(postgres) = Postgres::shared() else { return };
    let database = postgres.database();
    let mut connection = connect(&database).await;

    let special: bool = sqlx::query_scalar(
        "SELECT rolsuper OR rolcreatedb OR rolcreaterole FROM pg_roles WHERE rolname = current_user",
    )
    .fetch_one(&mut connection)
    .await
    .unwrap();

    assert!(!special);
}

#[tokio::test]
async fn a_wrong_password_is_refused() {
    let Some(postgres) = Postgres::shared() else { return };
    let database = postgres.database();
    let mut url = url::Url::parse(database.url()).unwrap();
    url.set_password(Some("wrong")).unwrap();

    let refused = PgConnection::connect(url.as_str()).await.unwrap_err();

    assert_eq!(refused.as_database_error().unwrap().code().unwrap(), "28P01");
}

#[tokio::test]
async fn a_database_goes_with_its_owner_whoever_is_connected() {
    let Some(postgres) = Postgres::shared() else { return };
    let database = postgres.database();
    let url = database.url().to_owned();
    let mut connection = with_a_cat(&database).await;

    drop(database);

    connection.ping().await.unwrap_err();
    let gone = PgConnection::connect(&url).await.unwrap_err();
    assert_eq!(gone.as_database_error().unwrap().code().unwrap(), "3D000");
}

#[tokio::test]
async fn what_was_dumped_is_restored_into_another_database() {
    let Some(postgres) = Postgres::shared() else { return };
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("backup");
    let database = postgres.database();
    let mut connection = with_a_cat(&database).await;

    postgres.dump(&database, &file);
    run(&mut connection, "INSERT INTO cats VALUES ('Pelle Svanslös')").await;
    let restored = postgres.restore(&file);

    let mut connection = connect(&restored).await;
    assert_eq!(names(&mut connection).await, ["Findus"]);
    run(&mut connection, "ALTER TABLE cats ADD COLUMN age integer").await;
}

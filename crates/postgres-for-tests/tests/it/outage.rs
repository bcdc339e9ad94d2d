use sqlx::{Connection, PgConnection};
use vardbro_postgres_for_tests::Postgres;

use crate::{connect, names, with_a_cat};

#[tokio::test]
async fn a_stopped_server_ends_connections_and_refuses_new_ones() {
    let Some(postgres) = Postgres::start() else { return };
    let database = postgres.database();
    let mut connection = connect(&database).await;

    postgres.stop();

    connection.ping().await.unwrap_err();
    let refused = PgConnection::connect(database.url()).await.unwrap_err();
    assert!(matches!(refused, sqlx::Error::Io(_)), "{refused:?}");
}

#[tokio::test]
async fn a_restarted_server_has_its_data_at_the_same_url() {
    let Some(postgres) = Postgres::start() else { return };
    let database = postgres.database();
    with_a_cat(&database).await;

    postgres.restart();
    assert_eq!(names(&mut connect(&database).await).await, ["Findus"]);

    postgres.stop();
    postgres.restart();
    assert_eq!(names(&mut connect(&database).await).await, ["Findus"]);
}

#[tokio::test]
async fn a_crashed_server_recovers_what_it_answered_for() {
    let Some(postgres) = Postgres::start() else { return };
    let database = postgres.database();
    with_a_cat(&database).await;

    postgres.crash();
    postgres.restart();

    assert_eq!(names(&mut connect(&database).await).await, ["Findus"]);
}

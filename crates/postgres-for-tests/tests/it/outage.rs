use std::time::Duration;

use sqlx::{Connection, PgConnection};
use tokio::time::timeout;
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

#[tokio::test]
async fn a_paused_server_answers_nothing_until_it_is_resumed() {
    let Some(postgres) = Postgres::start() else { return };
    let database = postgres.database();
    let mut old = with_a_cat(&database).await;
    let mut query = Box::pin(names(&mut old));
    let mut connecting = Box::pin(PgConnection::connect(database.url()));

    postgres.pause();
    timeout(Duration::from_millis(200), &mut query).await.unwrap_err();
    timeout(Duration::from_millis(200), &mut connecting).await.map(|_| ()).unwrap_err();

    postgres.resume();
    assert_eq!(query.await, ["Findus"]);
    connecting.await.unwrap().ping().await.unwrap();
}

#[tokio::test]
async fn a_paused_server_can_be_restarted() {
    let Some(postgres) = Postgres::start() else { return };
    let database = postgres.database();
    with_a_cat(&database).await;

    postgres.pause();
    postgres.restart();

    assert_eq!(names(&mut connect(&database).await).await, ["Findus"]);
}

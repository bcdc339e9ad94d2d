//! Real servers, where PostgreSQL is installed.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod databases;
mod end;
mod outage;

use sqlx::{Connection, PgConnection};
use vardbro_postgres_for_tests::Database;

async fn connect(database: &Database) -> PgConnection {
    PgConnection::connect(database.url()).await.unwrap()
}

async fn run(connection: &mut PgConnection, statement: &'static str) {
    sqlx::query(statement).execute(connection).await.unwrap();
}

async fn names(connection: &mut PgConnection) -> Vec<String> {
    sqlx::query_scalar("SELECT name FROM cats ORDER BY name").fetch_all(connection).await.unwrap()
}

/// A table of cats with one in it.
async fn with_a_cat(database: &Database) -> PgConnection {
    let mut connection = connect(database).await;
    run(&mut connection, "CREATE TABLE cats (name text PRIMARY KEY)").await;
    run(&mut connection, "INSERT INTO cats VALUES ('Findus')").await;
    connection
}

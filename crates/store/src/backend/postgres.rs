//! A PostgreSQL server, for many gateway nodes over one database.

use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use sqlx::migrate::{Migrate, Migrator};
use sqlx::postgres::{PgConnection, PgPool, PgPoolOptions};
use sqlx::{Connection, Row};
use tokio::time::timeout;

use super::{Migrations, Result, Version, cannot_migrate, cannot_open};
use crate::error::StoreError;
use crate::location::Location;

#[path = "statements.rs"]
#[expect(
    clippy::duplicate_mod,
    reason = "the statements are the same, and each backend compiles them for its driver"
)]
mod statements;

pub(crate) type Database = sqlx::Postgres;

use Postgres as This;

pub(crate) const BEGIN_WRITE: &str = "BEGIN";

/// What is read is of one moment.
pub(crate) const BEGIN_READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY";

/// How long a call waits for a connection to the server.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// A PostgreSQL database.
pub(crate) struct Postgres {
    pub(crate) pool: PgPool,
}

/// Forward only. A database that a newer version uses may hold more of them: they only ever add.
fn migrations() -> Migrator {
    let mut migrations = sqlx::migrate!("./migrations/postgres");
    migrations.set_ignore_missing(true);
    migrations
}

impl Postgres {
    /// Connects to the database, which must be there.
    pub(crate) async fn open(url: &SecretString, wanted: Migrations) -> Result<Self> {
        let location = Location::Postgres(url.clone());
        let pool = connect(url).await.map_err(cannot_open(&location))?;
        let migrations = migrations();
        match wanted {
            Migrations::Run => migrations.run(&pool).await.map_err(cannot_migrate(&location))?,
            Migrations::Require => {
                let mut connection = pool.acquire().await?;
                let applied = connection.list_applied_migrations("_sqlx_migrations").await;
                if applied.map_or(0, |applied| applied.len()) < migrations.iter().count() {
                    return Err(StoreError::Pending { location: location.to_string() });
                }
            }
        }
        Ok(Self { pool })
    }

    /// Of which version a database is, which must be there.
    pub(crate) async fn version(url: &SecretString) -> Result<Version> {
        let pool = connect(url).await.map_err(cannot_open(&Location::Postgres(url.clone())))?;
        let applied = pool.acquire().await?.list_applied_migrations("_sqlx_migrations").await;
        pool.close().await;
        Ok(Version::of(&migrations(), &applied.unwrap_or_default()))
    }
}

async fn connect(url: &SecretString) -> sqlx::Result<PgPool> {
    // A pool tries again until its time is over and then says no more than that.
    let first = timeout(ACQUIRE_TIMEOUT, PgConnection::connect(url.expose_secret())).await;
    first.map_err(|_| sqlx::Error::PoolTimedOut)??.close().await?;
    let options = PgPoolOptions::new()
        .max_connections(8)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .after_connect(|connection, _| Box::pin(make_durable(connection)));
    options.connect(url.expose_secret()).await
}

/// What is answered is written, whatever the database's or the role's default; a stronger one is left.
async fn make_durable(connection: &mut PgConnection) -> sqlx::Result<()> {
    let durable = "SELECT set_config('synchronous_commit', 'on', false) \
                   WHERE current_setting('synchronous_commit') <> 'remote_apply'";
    sqlx::query(durable).execute(connection).await?;
    Ok(())
}

/// As they are for our own connections.
async fn undurable(pool: &PgPool) -> Result<Vec<String>> {
    let off = "SELECT name FROM pg_settings WHERE setting = 'off' \
               AND name IN ('fsync', 'full_page_writes', 'synchronous_commit') ORDER BY name";
    Ok(sqlx::query_scalar(off).fetch_all(pool).await?)
}

/// The server's.
async fn clock(pool: &PgPool) -> Result<Option<Timestamp>> {
    let now =
        sqlx::query("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::BIGINT").fetch_one(pool).await?;
    Ok(Timestamp::from_millisecond(now.try_get(0)?).ok())
}

/// Left to the server's own means, which also restore.
async fn backup(_: &PgPool, _: &Path) -> Result<()> {
    Err(StoreError::BackupElsewhere)
}

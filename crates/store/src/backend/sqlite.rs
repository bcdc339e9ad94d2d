//! The embedded database: one file, in WAL mode, with full durability.

use std::fs::File;
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use sqlx::migrate::{Migrate, Migrator};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use tokio::time::Instant;

use super::{Migrations, Result, Version, cannot_migrate, cannot_open};
use crate::error::StoreError;
use crate::location::Location;

#[path = "statements.rs"]
mod statements;

pub(crate) type Database = sqlx::Sqlite;

use Sqlite as This;

/// The write lock from the start, so that two writers queue instead of failing when the second has read first.
pub(crate) const BEGIN_WRITE: &str = "BEGIN IMMEDIATE";

/// What is read is of one moment.
pub(crate) const BEGIN_READ: &str = "BEGIN";

/// How long a writer waits for another process's.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// One SQLite file.
pub(crate) struct Sqlite {
    pub(crate) pool: SqlitePool,
}

/// Forward only. A file that a newer version has opened may hold more of them: they only ever add.
fn migrations() -> Migrator {
    let mut migrations = sqlx::migrate!("./migrations/sqlite");
    migrations.set_ignore_missing(true);
    migrations
}

impl Sqlite {
    /// Opens the file, creating it if it is not there.
    pub(crate) async fn open(path: &Path, wanted: Migrations) -> Result<Self> {
        let location = Location::Sqlite(path.to_owned());
        if wanted == Migrations::Run {
            create(path).map_err(|error| cannot_open(&location)(sqlx::Error::Io(error)))?;
        }
        let options = options(path);
        let pool = connect(options).await.map_err(cannot_open(&location))?;
        let mut transaction = pool.begin_with(BEGIN_WRITE).await.map_err(cannot_open(&location))?;
        let migrations = migrations();
        match wanted {
            Migrations::Run => migrations.run_direct(None, &mut *transaction, false).await,
            Migrations::Require => {
                let applied = transaction.list_applied_migrations("_sqlx_migrations").await;
                let applied = applied.map_or(0, |applied| applied.len());
                if applied < migrations.iter().count() {
                    return Err(StoreError::Pending { location: location.to_string() });
                }
                Ok(())
            }
        }
        .map_err(cannot_migrate(&location))?;
        transaction.commit().await?;
        Ok(Self { pool })
    }

    /// Of which version a file is, which need not be there.
    pub(crate) async fn version(path: &Path) -> Result<Version> {
        let location = Location::Sqlite(path.to_owned());
        if !path.exists() {
            return Ok(Version::of(&migrations(), &[]));
        }
        let pool = connect(options(path)).await.map_err(cannot_open(&location))?;
        let applied = pool.acquire().await?.list_applied_migrations("_sqlx_migrations").await;
        pool.close().await;
        Ok(Version::of(&migrations(), &applied.unwrap_or_default()))
    }
}

/// Makes the file for its owner only, if it is not there; what SQLite puts beside it takes after it.
fn create(path: &Path) -> io::Result<()> {
    match File::options().write(true).create_new(true).mode(0o600).open(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
}

/// This machine's.
async fn clock(_: &SqlitePool) -> Result<Option<Timestamp>> {
    Ok(None)
}

/// It writes as it is told when it is opened.
async fn undurable(_: &SqlitePool) -> Result<Vec<String>> {
    Ok(Vec::new())
}

/// Also while others write.
async fn backup(pool: &SqlitePool, file: &Path) -> Result<()> {
    let file =
        file.to_str().ok_or_else(|| sqlx::Error::Encode("the name of the file is not UTF-8".into()))?;
    sqlx::query("VACUUM INTO $1").bind(file).execute(pool).await?;
    Ok(())
}

/// Two openers of a new file both switch it to WAL, and SQLite tells the second that it is locked without waiting.
async fn connect(options: SqliteConnectOptions) -> sqlx::Result<SqlitePool> {
    let deadline = Instant::now() + BUSY_TIMEOUT;
    loop {
        match SqlitePoolOptions::new().max_connections(4).connect_with(options.clone()).await {
            Err(error) if is_locked(&error) && Instant::now() < deadline => {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            result => return result,
        }
    }
}

/// `SQLITE_BUSY`, the low byte of several codes.
fn is_locked(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code()?.parse::<i32>().ok());
    code.is_some_and(|code| code & 0xff == 5)
}

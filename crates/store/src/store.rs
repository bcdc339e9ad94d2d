use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Row, SqliteConnection};
use tokio::sync::Mutex;
use tokio::time::Instant;
use vardbro_model::ehr::Mode;

use crate::application::{Application, ApplicationId, NewApplication};
use crate::connection::StoredConnection;
use crate::error::StoreError;
use crate::secret::SecretHash;
use crate::snapshot::Snapshot;

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// How long a writer waits for another process's.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// The write lock from the start, so that two writers queue instead of failing when the second has read first.
const BEGIN: &str = "BEGIN IMMEDIATE";

/// Applications and connections over one SQLite file.
pub struct Store {
    pool: SqlitePool,
    snapshot: RwLock<Arc<Snapshot>>,
    /// Held over a write and the snapshot that follows, so that a later snapshot is never replaced by an earlier one.
    writing: Mutex<()>,
}

impl Store {
    /// Opens the file, creating it if it is not there, and brings its tables up to date.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        let cannot_open = |source| StoreError::Open { path: path.to_owned(), source };
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY_TIMEOUT);
        let pool = connect(options).await.map_err(cannot_open)?;

        let mut transaction = pool.begin_with(BEGIN).await.map_err(cannot_open)?;
        MIGRATIONS
            .run_direct(None, &mut *transaction, false)
            .await
            .map_err(|source| StoreError::Migrate { path: path.to_owned(), source })?;
        let snapshot = Snapshot::read(&mut transaction).await?;
        transaction.commit().await?;

        Ok(Self { pool, snapshot: RwLock::new(Arc::new(snapshot)), writing: Mutex::new(()) })
    }

    /// Whose credentials these are. From memory, and in the same time for an unknown id as for a wrong secret.
    pub fn authenticate(&self, client_id: &str, secret: &str) -> Option<Application> {
        self.snapshot().authenticate(client_id, secret)
    }

    /// The application's connections, by EHR, the one without a tag first. From memory.
    pub fn connections(&self, application: &Application) -> Arc<[StoredConnection]> {
        self.snapshot().connections(application)
    }

    /// Whether the database answers.
    pub async fn check(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT 1").execute(&self.pool).await?;
        Ok(())
    }

    /// Keeps an application whose client id may be there already, with this secret, this name and exactly these
    /// connections; all of it or nothing.
    pub async fn put_application(
        &self,
        application: NewApplication,
        connections: &[StoredConnection],
    ) -> Result<Application, StoreError> {
        let NewApplication { id, client_id, secret, name } = application;
        let _writing = self.writing.lock().await;
        let mut transaction = self.pool.begin_with(BEGIN).await?;
        let row = sqlx::query(
            "INSERT INTO applications (id, client_id, secret_hash, name) VALUES (?1, ?2, ?3, ?4) \
             ON CONFLICT (client_id) DO UPDATE SET secret_hash = excluded.secret_hash, name = excluded.name \
             RETURNING id",
        )
        .bind(id.to_string())
        .bind(client_id.as_str())
        .bind(SecretHash::of(secret.expose()).as_bytes())
        .bind(&name)
        .fetch_one(&mut *transaction)
        .await?;
        let kept: String = row.try_get("id")?;
        let id = kept.parse().map(ApplicationId).map_err(|_| StoreError::Unreadable {
            table: "applications",
            id: kept,
            column: "id",
        })?;
        sqlx::query("DELETE FROM connections WHERE application_id = ?1")
            .bind(id.to_string())
            .execute(&mut *transaction)
            .await?;
        for connection in connections {
            insert_connection(&mut transaction, id, connection).await?;
        }
        let snapshot = Snapshot::read(&mut transaction).await?;
        transaction.commit().await?;
        *self.snapshot.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(snapshot);
        Ok(Application { id, client_id, name: name.into() })
    }

    /// Waits for what is being written and closes the file.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// A poisoned lock still holds a whole snapshot: the only change is one assignment.
    fn snapshot(&self) -> Arc<Snapshot> {
        self.snapshot.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
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

async fn insert_connection(
    database: &mut SqliteConnection,
    application: ApplicationId,
    connection: &StoredConnection,
) -> Result<(), StoreError> {
    let StoredConnection { id, ehr, name, tag, mode, enabled, settings, note_mapping } = connection;
    let json = |value: serde_json::Result<String>| value.map_err(|error| sqlx::Error::Encode(error.into()));
    sqlx::query(
        "INSERT INTO connections (id, application_id, ehr, name, tag, mode, enabled, settings, note_mapping) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )
    .bind(id.to_string())
    .bind(application.to_string())
    .bind(ehr)
    .bind(name)
    .bind(tag)
    .bind(match mode {
        Mode::Sandbox => "sandbox",
        Mode::Live => "live",
        // The table has no such mode and says so.
        Mode::Off => "off",
    })
    .bind(*enabled)
    .bind(json(serde_json::to_string(settings))?)
    .bind(json(serde_json::to_string(note_mapping))?)
    .execute(database)
    .await?;
    Ok(())
}

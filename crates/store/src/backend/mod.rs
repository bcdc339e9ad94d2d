//! The two databases behind one trait.

mod postgres;
mod sqlite;

use std::path::Path;

use async_trait::async_trait;
use jiff::Timestamp;
use sqlx::migrate::{AppliedMigration, Migrator};
use uuid::Uuid;
use vardbro_vault::WrappedKey;

use crate::application::{ApplicationId, ApplicationRecord, SecretRecord};
use crate::connection::StoredConnection;
use crate::error::StoreError;
use crate::location::Location;

pub(crate) use postgres::Postgres;
pub(crate) use sqlite::Sqlite;

pub(crate) type Result<T> = std::result::Result<T, StoreError>;

/// What is kept of applications and connections, as of one moment.
#[derive(Debug)]
pub(crate) struct Contents {
    pub(crate) revision: i64,
    pub(crate) applications: Vec<ApplicationRecord>,
    pub(crate) secrets: Vec<SecretRecord>,
    /// By EHR, the one without a tag first.
    pub(crate) connections: Vec<(ApplicationId, StoredConnection)>,
    /// Rows that this version cannot read: a connection among them is off, anything else is left out.
    pub(crate) unreadable: Vec<StoreError>,
}

/// A database. Every change is whole or not at all, durable when it returns, and raises the revision.
#[async_trait]
pub(crate) trait Backend: Send + Sync + 'static {
    /// Whether it takes writes; changes nothing.
    async fn check_writable(&self) -> Result<()>;

    /// What the database's own clock says; `None` where that is this machine's.
    async fn clock(&self) -> Result<Option<Timestamp>>;

    /// Settings of the database server that are off, so that it may lose what it said was written.
    async fn undurable(&self) -> Result<Vec<String>>;

    /// Copies everything to an empty file, as of one moment.
    async fn backup(&self, file: &Path) -> Result<()>;

    /// Waits for what is being written and lets go.
    async fn close(&self);

    /// Grows with every change of what [`Contents`] holds.
    async fn revision(&self) -> Result<i64>;

    async fn contents(&self) -> Result<Contents>;

    async fn insert_application(&self, application: &ApplicationRecord, secret: &SecretRecord) -> Result<()>;

    /// `false`: there is no such application.
    async fn set_application_enabled(&self, id: ApplicationId, enabled: bool) -> Result<bool>;

    /// With everything that is kept for it. `false`: there is no such application.
    async fn delete_application(&self, id: ApplicationId) -> Result<bool>;

    /// Takes a new secret into use. Those before run out at `others_end`, unless they did earlier; those that had run out at `now` go.
    async fn rotate_secret(&self, new: &SecretRecord, now: Timestamp, others_end: Timestamp) -> Result<()>;

    /// `false`: the wrapping is not `from` any more.
    async fn replace_wrapping(&self, secret: Uuid, from: &WrappedKey, to: &WrappedKey) -> Result<bool>;

    async fn insert_connection(
        &self,
        application: ApplicationId,
        connection: &StoredConnection,
    ) -> Result<()>;

    /// Replaces the connection if its version is still `connection.version`, and counts that up. `false`: it is another, or gone.
    async fn update_connection(
        &self,
        application: ApplicationId,
        connection: &StoredConnection,
    ) -> Result<bool>;

    /// Its tag, or that it had none, is remembered. `false`: there is no such connection.
    async fn delete_connection(&self, application: ApplicationId, id: Uuid) -> Result<bool>;

    /// The tags of deleted connections; `None` for one that had none.
    async fn used_tags(&self, application: ApplicationId, ehr: &str) -> Result<Vec<Option<String>>>;
}

/// Whether tables that are older than this program are brought up to date, or refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Migrations {
    /// Bring them up to date.
    Run,
    /// Refuse.
    Require,
}

/// Of which version the tables of a database are. Versions count up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Version {
    /// Of what is there; 0: nothing is.
    pub applied: i64,
    /// That this program needs at least.
    pub known: i64,
}

impl Version {
    fn of(migrations: &Migrator, applied: &[AppliedMigration]) -> Self {
        Self {
            applied: applied.iter().map(|migration| migration.version).max().unwrap_or_default(),
            known: migrations.iter().map(|migration| migration.version).max().unwrap_or_default(),
        }
    }

    /// Whether the tables must be brought up to date before this program can use them.
    pub fn is_pending(self) -> bool {
        self.applied < self.known
    }
}

fn cannot_open(location: &Location) -> impl Fn(sqlx::Error) -> StoreError {
    let location = location.to_string();
    move |source| StoreError::Open { location: location.clone(), source }
}

fn cannot_migrate(location: &Location) -> impl Fn(sqlx::migrate::MigrateError) -> StoreError {
    let location = location.to_string();
    move |source| StoreError::Migrate { location: location.clone(), source }
}

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;

use crate::access_log::{AccessRecords, Table};
use crate::application::Authenticated;
use crate::backend::{Backend, Migrations, Postgres, Result, Sqlite, Version};
use crate::fresh::Fresh;
use crate::location::Location;
use crate::operator::Operator;

/// What Vardbro keeps.
pub struct Store {
    backend: Arc<dyn Backend>,
    access_records: AccessRecords,
    fresh: Fresh,
}

impl Store {
    /// Opens the database. An SQLite file that is not there is made, if tables may be.
    pub async fn open(location: &Location, migrations: Migrations) -> Result<Self> {
        match location {
            Location::Sqlite(path) => Self::over(Sqlite::open(path, migrations).await?).await,
            Location::Postgres(url) => Self::over(Postgres::open(url, migrations).await?).await,
        }
    }

    async fn over(database: impl Backend + Table) -> Result<Self> {
        let database = Arc::new(database);
        let fresh = Fresh::start(database.clone()).await?;
        let access_records = AccessRecords { table: database.clone() };
        Ok(Self { backend: database, access_records, fresh })
    }

    /// The access log in the same database.
    pub fn access_records(&self) -> &AccessRecords {
        &self.access_records
    }

    /// Whose credentials these are, as of now: what any node changed before this call counts. In the same time for an unknown id as
    /// for a wrong secret.
    pub async fn authenticate(
        &self,
        client_id: &str,
        secret: &str,
        now: Timestamp,
    ) -> Result<Option<Authenticated>> {
        Ok(self.fresh.snapshot().await?.authenticate(client_id, secret, now))
    }

    /// Of which version the tables are. Changes and makes nothing.
    pub async fn version(location: &Location) -> Result<Version> {
        match location {
            Location::Sqlite(path) => Sqlite::version(path).await,
            Location::Postgres(url) => Postgres::version(url).await,
        }
    }

    /// Whether the database takes writes. Changes nothing.
    pub async fn check_writable(&self) -> Result<()> {
        self.backend.check_writable().await
    }

    /// What the database's own clock says; `None` where that is this machine's.
    pub async fn clock(&self) -> Result<Option<Timestamp>> {
        self.backend.clock().await
    }

    /// Settings of the database server that are off, so that it may lose what it said was written.
    pub async fn undurable(&self) -> Result<Vec<String>> {
        self.backend.undurable().await
    }

    /// Copies an SQLite database to a file that is empty or not there, as of one moment, while others read and write.
    pub async fn backup(&self, file: &Path) -> Result<()> {
        self.backend.backup(file).await
    }

    /// What operators may do.
    pub fn operator(&self) -> Operator<'_> {
        Operator { backend: &*self.backend }
    }

    /// Waits for what is being written and lets go of the database.
    pub async fn close(&self) {
        self.backend.close().await;
    }
}

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;

use crate::application::Authenticated;
use crate::backend::{Backend, Migrations, Postgres, Result, Sqlite, Version};
use crate::fresh::Fresh;
use crate::location::Location;
use crate::operator::Operator;

/// What Vardbro keeps.
pub struct Store {
    backend: Arc<dyn Backend>,
    fresh: Fresh,
}

impl Store {
    /// Opens the database. An SQLite file that is not there is made, if tables may be.
    pub async fn open(location: &Location, migrations: Migrations) -> Result<Self> {
        let backend: Arc<dyn Backend> = match location {
            Location::Sqlite(path) => Arc::new(Sqlite::open(path, migrations).await?),
            Location::Postgres(url) => Arc::new(Postgres::open(url, migrations).await?),
        };
        let fresh = Fresh::start(backend.clone()).await?;
        Ok(Self { backend, fresh })
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

    /// Whether the database answers.
    pub async fn check(&self) -> Result<()> {
        self.backend.check().await
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

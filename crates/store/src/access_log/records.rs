use std::collections::BTreeSet;
use std::sync::Arc;

use super::table::Table;
use crate::backend::{Migrations, Postgres, Result, Sqlite};
use crate::location::Location;

/// What a database holds of the access log.
#[derive(Clone)]
pub struct AccessRecords {
    pub(crate) table: Arc<dyn Table>,
}

impl AccessRecords {
    /// Opens the database by itself.
    pub async fn open(location: &Location, migrations: Migrations) -> Result<Self> {
        let table: Arc<dyn Table> = match location {
            Location::Sqlite(path) => Arc::new(Sqlite::open(path, migrations).await?),
            Location::Postgres(url) => Arc::new(Postgres::open(url, migrations).await?),
        };
        Ok(Self { table })
    }

    /// The ids of the audit keys that the log names: with any of them lost, it could not be verified. Reads the whole log.
    pub async fn keys(&self) -> Result<BTreeSet<String>> {
        self.table.keys().await
    }

    /// Waits for what is being written and lets go of the database.
    pub async fn close(&self) {
        self.table.close().await;
    }
}

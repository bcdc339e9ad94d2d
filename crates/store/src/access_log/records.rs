use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

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

    /// Whether nothing was ever written, or all of it was deleted: from inside both look alike.
    pub async fn is_blank(&self) -> Result<bool> {
        Ok(self.table.roster().await?.is_none() && self.table.nodes().await?.is_empty())
    }

    /// When the newest row is of; `None`: there is no row.
    pub async fn newest(&self) -> Result<Option<Timestamp>> {
        let newest = self.table.newest().await?;
        // A time that is none is of no row that anybody wrote.
        Ok(newest.and_then(|at| Timestamp::from_millisecond(at).ok()))
    }

    /// Waits for what is being written and lets go of the database.
    pub async fn close(&self) {
        self.table.close().await;
    }
}

use std::sync::Arc;

use jiff::Timestamp;

use crate::application::Authenticated;
use crate::backend::{Backend, Migrations, Postgres, Result, Sqlite};
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

    /// What operators may do.
    pub fn operator(&self) -> Operator<'_> {
        Operator { backend: &*self.backend }
    }

    /// Waits for what is being written and lets go of the database.
    pub async fn close(&self) {
        self.backend.close().await;
    }
}

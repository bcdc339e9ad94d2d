use std::path::PathBuf;

use sqlx::error::ErrorKind;
use sqlx::migrate::MigrateError;

/// Why the store could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file cannot be opened or created, or is no database.
    #[error("cannot open the database {}: {source}", .path.display())]
    Open {
        /// Which file.
        path: PathBuf,
        /// What SQLite says.
        source: sqlx::Error,
    },
    /// The file's tables are not what this program expects: another version of it made them.
    #[error("cannot use the database {}: {source}", .path.display())]
    Migrate {
        /// Which file.
        path: PathBuf,
        /// Which migration, and why.
        source: MigrateError,
    },
    /// A rule of the database forbids the write: a tag or an id twice, a connection that is off. Nothing was written.
    #[error("the database refuses it: {0}")]
    Refused(sqlx::Error),
    /// A row holds what no version of this program writes.
    #[error("{table} {id}: cannot read {column}")]
    Unreadable {
        /// In which table.
        table: &'static str,
        /// Which row.
        id: String,
        /// Which column.
        column: &'static str,
    },
    /// The database cannot answer now.
    #[error("the database does not answer: {0}")]
    Database(sqlx::Error),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        let refused =
            error.as_database_error().is_some_and(|error| !matches!(error.kind(), ErrorKind::Other));
        if refused { Self::Refused(error) } else { Self::Database(error) }
    }
}

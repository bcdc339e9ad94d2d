use std::sync::Arc;

use sqlx::error::ErrorKind;
use sqlx::migrate::MigrateError;
use uuid::Uuid;

/// Why the store could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file cannot be opened or created or is no database; the server cannot be reached or lets nobody in.
    #[error("cannot open the database {location}: {source}")]
    Open {
        /// Which database.
        location: String,
        /// What it says.
        source: sqlx::Error,
    },
    /// The tables are not what this program expects.
    #[error("cannot use the database {location}: {source}")]
    Migrate {
        /// Which database.
        location: String,
        /// Which migration, and why.
        source: MigrateError,
    },
    /// The tables are older than this program, and it was told not to change them.
    #[error("the database {location} is of an older version: run `vardbro migrate`")]
    Pending {
        /// Which database.
        location: String,
    },
    /// A PostgreSQL database is copied by its own means.
    #[error("PostgreSQL is copied by its own means: use pg_dump")]
    BackupElsewhere,
    /// A rule of the database forbids the write: a name, a tag or an id twice, a mode that is none. Nothing was written.
    #[error("the database refuses it: {0}")]
    Refused(sqlx::Error),
    /// A row holds what this version of the program does not write.
    #[error(
        "{table} {id}: cannot read {column}: a newer version wrote it, or somebody by hand; it is not used"
    )]
    Unreadable {
        /// In which table.
        table: &'static str,
        /// Which row.
        id: String,
        /// Which column.
        column: &'static str,
    },
    /// A connection that could not be read whole is not written over.
    #[error(
        "the connection {0} holds what this version cannot read: change it with the version that wrote it, or remove it"
    )]
    Unchangeable(Uuid),
    /// The database cannot answer now.
    #[error("the database does not answer: {0}")]
    Database(sqlx::Error),
    /// The database did not answer in time.
    #[error("the database does not answer in time")]
    Slow,
    /// Somebody else asked the same and got this.
    #[error(transparent)]
    Shared(#[from] Arc<StoreError>),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        let broken = |kind| {
            matches!(
                kind,
                ErrorKind::UniqueViolation
                    | ErrorKind::ForeignKeyViolation
                    | ErrorKind::NotNullViolation
                    | ErrorKind::CheckViolation
            )
        };
        let refused = error.as_database_error().is_some_and(|error| broken(error.kind()));
        if refused { Self::Refused(error) } else { Self::Database(error) }
    }
}

//! A database of each kind.

use sqlx::{AssertSqlSafe, PgPool, SqlitePool};
use tempfile::TempDir;
use vardbro_postgres_for_tests::{Database, Postgres};
use vardbro_store::{Location, Migrations, Store};

/// Runs a test over each of the databases that there are.
macro_rules! over_both {
    ($($name:ident)+) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $name() {
                super::$name($crate::databases::AnyDatabase::sqlite()).await;
            })+
        }
        mod postgres {
            $(#[tokio::test]
            async fn $name() {
                // Without the programs the test is told as skipped, once for all of them.
                if let Some(database) = $crate::databases::AnyDatabase::postgres() {
                    super::$name(database).await;
                }
            })+
        }
    };
}
pub(crate) use over_both;

/// A fresh database, gone when this is dropped.
pub(crate) enum AnyDatabase {
    Sqlite(TempDir),
    Postgres(Database),
}

impl AnyDatabase {
    pub(crate) fn sqlite() -> Self {
        Self::Sqlite(tempfile::tempdir().unwrap())
    }

    pub(crate) fn postgres() -> Option<Self> {
        Some(Self::Postgres(Postgres::shared()?.database()))
    }

    pub(crate) fn location(&self) -> Location {
        match self {
            Self::Sqlite(directory) => Location::Sqlite(directory.path().join("vardbro.sqlite")),
            Self::Postgres(database) => Location::parse(database.url()).unwrap(),
        }
    }

    /// Changes the database from outside.
    pub(crate) async fn sql(&self, statements: &str) {
        let statements = AssertSqlSafe(statements.to_owned());
        match self {
            Self::Sqlite(directory) => {
                let path = directory.path().join("vardbro.sqlite");
                let pool = SqlitePool::connect(&format!("sqlite:{}", path.display())).await.unwrap();
                sqlx::raw_sql(statements).execute(&pool).await.unwrap();
            }
            Self::Postgres(database) => {
                let pool = PgPool::connect(database.url()).await.unwrap();
                sqlx::raw_sql(statements).execute(&pool).await.unwrap();
            }
        }
    }

    pub(crate) async fn open(&self) -> Store {
        Store::open(&self.location(), Migrations::Run).await.unwrap()
    }
}

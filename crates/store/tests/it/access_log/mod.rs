//! The access log over both databases.

mod exporting;
mod pruning;
mod tampering;
mod trust;
mod writing;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;
use sqlx::{AssertSqlSafe, PgPool, SqlitePool};
use tempfile::TempDir;
use uuid::Uuid;
use vardbro_ehr::environment::Clock;
use vardbro_model::capabilities::Operation;
use vardbro_model::ehr::EhrCode;
use vardbro_model::id::{CareUnitId, PatientId};
use vardbro_postgres_for_tests::Postgres;
use vardbro_store::access_log::{
    AccessLog, AccessRecords, Actor, Entry, ExportedEntry, Fault, Filter, Finding, NodeName, Outcome, Subject,
};
use vardbro_store::{ApplicationId, ClientId, Location, Migrations};
use vardbro_vault::{AuditKey, AuditPrivateKey, KeyRing};

/// What a test has: a database, its keys and a clock.
struct Fixture {
    records: AccessRecords,
    private: AuditPrivateKey,
    keys: Arc<KeyRing>,
    clock: Arc<Hand>,
    raw: Raw,
    directory: Option<PathBuf>,
    _kept: Kept,
}

/// The same database, to be changed from outside.
enum Raw {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

#[expect(dead_code, reason = "held until the test ends")]
enum Kept {
    Directory(TempDir),
    Database(vardbro_postgres_for_tests::Database),
}

/// A clock that goes when it is moved.
struct Hand(AtomicI64);

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.0.load(Ordering::Relaxed)).unwrap()
    }
}

impl Hand {
    fn set(&self, millisecond: i64) {
        self.0.store(millisecond, Ordering::Relaxed);
    }
}

/// Runs a test over SQLite, and over PostgreSQL where it is installed.
async fn on_both(test: impl AsyncFn(Fixture)) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("vardbro.sqlite");
    let records = AccessRecords::open(&Location::Sqlite(path.clone()), Migrations::Run).await.unwrap();
    let raw = SqlitePool::connect(&format!("sqlite:{}", path.display())).await.unwrap();
    let path = Some(directory.path().to_owned());
    test(Fixture::new(records, Raw::Sqlite(raw), path, Kept::Directory(directory))).await;

    let Some(postgres) = Postgres::shared() else { return };
    let database = postgres.database();
    let records =
        AccessRecords::open(&Location::parse(database.url()).unwrap(), Migrations::Run).await.unwrap();
    let raw = PgPool::connect(database.url()).await.unwrap();
    test(Fixture::new(records, Raw::Postgres(raw), None, Kept::Database(database))).await;
}

impl Fixture {
    fn new(records: AccessRecords, raw: Raw, directory: Option<PathBuf>, kept: Kept) -> Self {
        let private = AuditPrivateKey::random();
        let mut keys = KeyRing::default();
        keys.add_audit(AuditKey::random(Timestamp::UNIX_EPOCH, private.public()));
        let clock = Arc::new(Hand(AtomicI64::new(1_700_000_000_000)));
        Self { records, private, keys: Arc::new(keys), clock, raw, directory, _kept: kept }
    }

    async fn log(&self, node: &str) -> AccessLog {
        self.log_with(node, &self.keys).await
    }

    async fn log_with(&self, node: &str, keys: &Arc<KeyRing>) -> AccessLog {
        let node = NodeName::parse(node).unwrap();
        AccessLog::open(&self.records, node, keys.clone(), self.clock.clone(), 10_000).await.unwrap()
    }

    /// Rows of these patients in a node's chain, one request each.
    async fn write(&self, node: &str, patients: &[&str]) {
        let log = self.log(node).await;
        for patient in patients {
            log.reserve().unwrap().record(entry(&[patient])).await.unwrap();
        }
        log.close().await;
    }

    /// The ring with a newer audit key.
    fn rotated(&self) -> (Arc<KeyRing>, AuditPrivateKey) {
        let private = AuditPrivateKey::random();
        let mut keys = KeyRing::clone(&self.keys);
        keys.add_audit(AuditKey::random(Timestamp::UNIX_EPOCH, private.public()));
        (Arc::new(keys), private)
    }

    async fn findings(&self) -> Vec<Finding> {
        self.records.verify(&self.keys, &[]).await.unwrap().findings
    }

    async fn all(&self) -> Vec<ExportedEntry> {
        self.export(&Filter::default()).await
    }

    async fn export(&self, filter: &Filter) -> Vec<ExportedEntry> {
        let private = [self.private.clone()];
        all_of(self.records.export(filter, &self.keys, &private)).await
    }

    /// Changes the database from outside; how many rows.
    async fn sql(&self, statements: &str) -> u64 {
        let statements = AssertSqlSafe(statements.to_owned());
        match &self.raw {
            Raw::Sqlite(pool) => sqlx::raw_sql(statements).execute(pool).await.unwrap().rows_affected(),
            Raw::Postgres(pool) => sqlx::raw_sql(statements).execute(pool).await.unwrap().rows_affected(),
        }
    }

    async fn count(&self, what: &str) -> i64 {
        let query = AssertSqlSafe(format!("SELECT count(*) FROM {what}"));
        match &self.raw {
            Raw::Sqlite(pool) => sqlx::query_scalar(query).fetch_one(pool).await.unwrap(),
            Raw::Postgres(pool) => sqlx::query_scalar(query).fetch_one(pool).await.unwrap(),
        }
    }
}

async fn all_of(mut export: vardbro_store::access_log::Export<'_>) -> Vec<ExportedEntry> {
    let mut all = Vec::new();
    loop {
        let page = export.next().await.unwrap();
        if page.is_empty() {
            return all;
        }
        all.extend(page);
    }
}

fn patient(id: &str) -> PatientId {
    PatientId::parse(id).unwrap()
}

/// A request that touched these patients. It fills every column but `named`.
fn entry(patients: &[&str]) -> Entry {
    Entry {
        application: ApplicationId(Uuid::from_u128(7)),
        client_id: ClientId::parse("harbour").unwrap(),
        actor: Actor::parse("nurse 17"),
        ehr: EhrCode::new("cliniko"),
        connection: Some(Uuid::from_u128(8)),
        care_unit: Some(CareUnitId::parse("north~1").unwrap()),
        action: Operation::BookAppointment,
        patients: patients.iter().map(|id| patient(id)).collect(),
        named: None,
        outcome: Outcome::Answered { status: 200, codes: vec![] },
        request: Uuid::from_u128(9),
    }
}

fn finding(node: &str, subject: Subject, fault: Fault) -> Finding {
    Finding { node: Some(node.to_owned()), subject, fault }
}

fn rows(from: i64, to: i64) -> Subject {
    Subject::Rows { from, to }
}

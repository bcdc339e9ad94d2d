//! The access log over both databases.

mod ends;
mod exporting;
mod pruning;
mod tampering;
mod trust;
mod writing;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;
use sqlx::{AssertSqlSafe, PgPool, SqlitePool};
use uuid::Uuid;
use vardbro_ehr::environment::Clock;
use vardbro_model::capabilities::Operation;
use vardbro_model::ehr::EhrCode;
use vardbro_model::id::{CareUnitId, PatientId};
use vardbro_store::access_log::{
    AccessLog, AccessRecords, Actor, Entry, ExportedEntry, Fault, Filter, Finding, NodeName, Outcome, Subject,
};
use vardbro_store::{ApplicationId, ClientId, Migrations};
use vardbro_vault::{AuditKey, AuditPrivateKey, KeyRing};

use crate::databases::AnyDatabase;

/// What a test has: a database, its keys and a clock.
struct Fixture {
    records: AccessRecords,
    private: AuditPrivateKey,
    keys: Arc<KeyRing>,
    clock: Arc<Hand>,
    raw: Raw,
    database: AnyDatabase,
}

/// The same database, to be changed from outside.
enum Raw {
    Sqlite(SqlitePool),
    Postgres(PgPool),
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

impl Fixture {
    async fn over(database: AnyDatabase) -> Self {
        let records = AccessRecords::open(&database.location(), Migrations::Run).await.unwrap();
        let raw = match &database {
            AnyDatabase::Sqlite(directory) => {
                let path = directory.path().join("vardbro.sqlite");
                Raw::Sqlite(SqlitePool::connect(&format!("sqlite:{}", path.display())).await.unwrap())
            }
            AnyDatabase::Postgres(database) => Raw::Postgres(PgPool::connect(database.url()).await.unwrap()),
        };
        let private = AuditPrivateKey::random();
        let mut keys = KeyRing::default();
        keys.add_audit(AuditKey::random(Timestamp::UNIX_EPOCH, private.public()));
        let clock = Arc::new(Hand(AtomicI64::new(1_700_000_000_000)));
        Self { records, private, keys: Arc::new(keys), clock, raw, database }
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

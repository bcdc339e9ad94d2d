use std::collections::BTreeSet;
use std::sync::atomic::AtomicUsize;

use async_trait::async_trait;
use jiff::Timestamp;
use tempfile::TempDir;
use uuid::Uuid;
use vardbro_ehr::environment::Machine;
use vardbro_model::capabilities::Operation;
use vardbro_model::ehr::EhrCode;
use vardbro_vault::{AuditKey, AuditPrivateKey};

use super::*;
use crate::access_log::table::{Position, Stretch, Wanted};
use crate::access_log::{AccessLog, AccessRecords, Entry, Outcome};
use crate::application::{ApplicationId, ClientId};
use crate::backend::{Migrations, Result, Sqlite};

/// A table whose answers to the next appends are lost, although they were carried out.
struct Deaf {
    table: Arc<dyn Table>,
    lost: AtomicUsize,
    /// Writes behind an append whose answer is lost.
    other: Option<AccessLog>,
}

#[async_trait]
impl Table for Deaf {
    async fn append(&self, from: &Mark, to: &Mark, rows: &[Row]) -> Result<bool> {
        let appended = self.table.append(from, to, rows).await?;
        if self.lost.load(Ordering::Relaxed) == 0 {
            return Ok(appended);
        }
        self.lost.fetch_sub(1, Ordering::Relaxed);
        if let Some(other) = &self.other {
            other.reserve().unwrap().record(entry()).await.unwrap();
        }
        Err(StoreError::Slow)
    }

    async fn close(&self) {
        self.table.close().await;
    }

    async fn roster(&self) -> Result<Option<Roster>> {
        self.table.roster().await
    }

    async fn nodes(&self) -> Result<Vec<String>> {
        self.table.nodes().await
    }

    async fn mark(&self, node: &str, end: End) -> Result<Option<Mark>> {
        self.table.mark(node, end).await
    }

    async fn begin(&self, from: Option<&Roster>, to: &Roster, head: &Mark, start: &Mark) -> Result<bool> {
        self.table.begin(from, to, head, start).await
    }

    async fn prune(&self, from: &Mark, to: &Mark) -> Result<bool> {
        self.table.prune(from, to).await
    }

    async fn renew_mark(&self, end: End, to: &Mark) -> Result<()> {
        self.table.renew_mark(end, to).await
    }

    async fn renew_roster(&self, to: &Roster) -> Result<()> {
        self.table.renew_roster(to).await
    }

    async fn stretch(&self, node: &str, after: i64, limit: i64) -> Result<Stretch> {
        self.table.stretch(node, after, limit).await
    }

    async fn mac_at(&self, node: &str, sequence: i64) -> Result<Option<Vec<u8>>> {
        self.table.mac_at(node, sequence).await
    }

    async fn select(&self, wanted: &Wanted, after: Option<&Position>, limit: i64) -> Result<Vec<Row>> {
        self.table.select(wanted, after, limit).await
    }

    async fn newest(&self) -> Result<Option<i64>> {
        self.table.newest().await
    }

    async fn keys(&self) -> Result<BTreeSet<String>> {
        self.table.keys().await
    }
}

fn entry() -> Entry {
    Entry {
        application: ApplicationId(Uuid::from_u128(7)),
        client_id: ClientId::parse("harbour").unwrap(),
        actor: None,
        ehr: EhrCode::new("cliniko"),
        connection: None,
        care_unit: None,
        action: Operation::SearchPatients,
        patients: vec![],
        named: None,
        outcome: Outcome::Abandoned,
        request: Uuid::from_u128(9),
    }
}

fn keys() -> Arc<KeyRing> {
    let mut keys = KeyRing::default();
    keys.add_audit(AuditKey::random(Timestamp::UNIX_EPOCH, AuditPrivateKey::random().public()));
    Arc::new(keys)
}

async fn table(directory: &TempDir) -> Arc<dyn Table> {
    Arc::new(Sqlite::open(&directory.path().join("vardbro.sqlite"), Migrations::Run).await.unwrap())
}

async fn log(table: Arc<dyn Table>, keys: &Arc<KeyRing>) -> AccessLog {
    let node = NodeName::parse("north").unwrap();
    AccessLog::open(&AccessRecords { table }, node, keys.clone(), Arc::new(Machine), 10).await.unwrap()
}

/// How many rows there are, all of them sound.
async fn sound(table: Arc<dyn Table>, keys: &KeyRing) -> u64 {
    let report = AccessRecords { table }.verify(keys, &[]).await.unwrap();
    assert_eq!(report.findings, []);
    report.rows
}

#[tokio::test]
async fn what_was_written_although_the_answer_was_lost_is_not_written_again() {
    let (directory, keys) = (tempfile::tempdir().unwrap(), keys());
    let table = table(&directory).await;
    let deaf = Arc::new(Deaf { table: table.clone(), lost: AtomicUsize::new(1), other: None });
    let log = log(deaf, &keys).await;

    log.reserve().unwrap().record(entry()).await.unwrap();
    assert_eq!(sound(table.clone(), &keys).await, 1);

    log.reserve().unwrap().record(entry()).await.unwrap();
    assert_eq!(sound(table, &keys).await, 2);
}

#[tokio::test]
async fn nor_if_another_of_the_same_name_has_written_behind_it() {
    let (directory, keys) = (tempfile::tempdir().unwrap(), keys());
    let table = table(&directory).await;
    let other = Some(log(table.clone(), &keys).await);
    let deaf = Arc::new(Deaf { table: table.clone(), lost: AtomicUsize::new(1), other });
    let log = log(deaf, &keys).await;

    log.reserve().unwrap().record(entry()).await.unwrap();
    assert_eq!(sound(table.clone(), &keys).await, 2);

    log.reserve().unwrap().record(entry()).await.unwrap();
    assert_eq!(sound(table, &keys).await, 3);
}

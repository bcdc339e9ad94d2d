//! The task that writes one node's chain.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout, timeout_at};
use tracing::{error, info};
use vardbro_vault::KeyRing;

use super::chain::{BEGINNING, End, Mark, Roster, Row};
use super::error::AccessLogError;
use super::finding::{Fault, Finding, Subject};
use super::head::NodeName;
use super::table::Table;
use super::writer::Filled;
use crate::error::StoreError;

/// How long an entry for which nobody waits may wait for others.
const PATIENCE: Duration = Duration::from_millis(200);

/// About how many rows are written at once.
const BATCH: usize = 1000;

/// Longer than SQLite waits for another writer.
const TIMEOUT: Duration = Duration::from_secs(15);

pub(super) struct Scribe {
    table: Arc<dyn Table>,
    node: NodeName,
    keys: watch::Receiver<Arc<KeyRing>>,
    failing: Arc<AtomicBool>,
    /// Where the chain ended when it was last looked at.
    head: Mark,
}

/// A batch as it will stand in the chain.
struct Chained {
    rows: Vec<Row>,
    head: Mark,
}

impl Scribe {
    pub(super) async fn begin(
        table: Arc<dyn Table>,
        node: NodeName,
        keys: watch::Receiver<Arc<KeyRing>>,
        failing: Arc<AtomicBool>,
    ) -> Result<Self, AccessLogError> {
        let ring = keys.borrow().clone();
        let head = head(&*table, &node, &ring).await?;
        Ok(Self { table, node, keys, failing, head })
    }

    pub(super) async fn write_all(mut self, mut queue: UnboundedReceiver<Filled>) {
        while let Some(first) = queue.recv().await {
            let batch = gather(first, &mut queue).await;
            self.write(&batch).await;
            for written in batch.into_iter().filter_map(|filled| filled.written) {
                // Whoever waited may have gone.
                let _ = written.send(());
            }
        }
    }

    /// Until it is written. Meanwhile nobody gets a new place.
    async fn write(&mut self, batch: &[Filled]) {
        let backoff = ExponentialBuilder::new()
            .with_min_delay(Duration::from_millis(50))
            .with_max_delay(Duration::from_secs(5))
            .without_max_times()
            .with_jitter();
        let mut delays = backoff.build();
        let mut chained = None;
        loop {
            let attempt = timeout(TIMEOUT, self.attempt(batch, &mut chained)).await;
            match attempt.unwrap_or(Err(AccessLogError::Store(StoreError::Slow))) {
                Ok(true) => break,
                Ok(false) => chained = None,
                Err(error) => {
                    self.failing.store(true, Ordering::Relaxed);
                    error!(%error, "the access log cannot be written; requests that touch patients are refused");
                    sleep(delays.next().unwrap_or_default()).await;
                }
            }
        }
        if self.failing.swap(false, Ordering::Relaxed) {
            info!("the access log is written again");
        }
    }

    /// Whether the batch is written. If not, it has to be chained anew.
    async fn attempt(
        &mut self,
        batch: &[Filled],
        chained: &mut Option<Chained>,
    ) -> Result<bool, AccessLogError> {
        // Kept over failed attempts: only then it can be told whether one of them was written after all.
        let chained = match chained {
            Some(chained) => chained,
            None => chained.insert(self.chain(batch)?),
        };
        if self.table.append(&self.head, &chained.head, &chained.rows).await? {
            self.head = chained.head.clone();
            return Ok(true);
        }
        // Another node of this name wrote, or an attempt whose answer was lost.
        let keys = self.keys.borrow().clone();
        let head = head(&*self.table, &self.node, &keys).await?;
        let last = self.table.mac_at(&self.head.node, self.head.sequence).await?;
        let replaced = last.is_some_and(|mac| mac != self.head.mac);
        if replaced || head.sequence < self.head.sequence {
            return Err(changed(&self.node, Subject::Head, Fault::Changed));
        }
        let written = self.table.mac_at(&chained.head.node, chained.head.sequence).await?;
        self.head = head;
        Ok(written.as_ref() == Some(&chained.head.mac))
    }

    fn chain(&self, batch: &[Filled]) -> Result<Chained, AccessLogError> {
        let keys = self.keys.borrow().clone();
        let key = keys.newest_audit().ok_or(AccessLogError::NoKey)?;
        let seal = key.seal();
        let mut rows = Vec::with_capacity(batch.len());
        let (mut sequence, mut mac) = (self.head.sequence, self.head.mac.clone());
        for filled in batch {
            for mut row in filled.entry.rows(filled.at, key, &seal) {
                sequence += 1;
                row.node = self.node.to_string();
                row.sequence = sequence;
                mac = row.authenticate(&mac, key).to_vec();
                row.mac = mac.clone();
                rows.push(row);
            }
        }
        let head = Mark::new(End::Head, self.node.as_str(), sequence, &mac, key);
        Ok(Chained { rows, head })
    }
}

/// What waits now and, while nobody waits for any of it, what comes soon.
async fn gather(first: Filled, queue: &mut UnboundedReceiver<Filled>) -> Vec<Filled> {
    let until = Instant::now() + PATIENCE;
    let mut awaited = first.written.is_some();
    let mut rows = first.entry.count();
    let mut batch = vec![first];
    while rows < BATCH {
        let next = match queue.try_recv() {
            Ok(next) => Some(next),
            Err(_) if awaited => None,
            Err(_) => timeout_at(until, queue.recv()).await.ok().flatten(),
        };
        let Some(next) = next else { break };
        awaited |= next.written.is_some();
        rows += next.entry.count();
        batch.push(next);
    }
    batch
}

/// Where the node's chain ends. A new node is put on the roster. What was changed from outside is not gone on with: that would
/// authenticate it.
async fn head(table: &dyn Table, node: &NodeName, keys: &KeyRing) -> Result<Mark, AccessLogError> {
    let key = keys.newest_audit().ok_or(AccessLogError::NoKey)?;
    loop {
        if let Some(head) = table.mark(node.as_str(), End::Head).await? {
            head.check(End::Head, keys).map_err(|fault| changed(node, Subject::Head, fault))?;
            return Ok(head);
        }
        let of_roster =
            |fault| AccessLogError::Changed(Finding { node: None, subject: Subject::Roster, fault });
        let known = table.nodes().await?;
        let roster = table.roster().await?;
        let mut nodes = match &roster {
            None if known.is_empty() => Vec::new(),
            None => return Err(of_roster(Fault::Missing)),
            Some(roster) => {
                roster.check(keys).map_err(of_roster)?;
                roster.nodes()
            }
        };
        if known.iter().chain(&nodes).any(|known| known == node.as_str()) {
            // It may have begun since.
            if table.mark(node.as_str(), End::Head).await?.is_some() {
                continue;
            }
            return Err(changed(node, Subject::Head, Fault::Missing));
        }
        nodes.push(node.to_string());
        nodes.sort_unstable();
        let begin = |end| Mark::new(end, node.as_str(), 0, &BEGINNING, key);
        let (head, checkpoint) = (begin(End::Head), begin(End::Checkpoint));
        if table.begin(roster.as_ref(), &Roster::new(&nodes, key), &head, &checkpoint).await? {
            return Ok(head);
        }
    }
}

fn changed(node: &NodeName, subject: Subject, fault: Fault) -> AccessLogError {
    AccessLogError::Changed(Finding { node: Some(node.to_string()), subject, fault })
}

#[cfg(test)]
mod tests;

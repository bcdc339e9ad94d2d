use jiff::Timestamp;
use vardbro_vault::{AuditKey, KeyRing};

use super::chain::{End, Mark, Row};
use super::error::AccessLogError;
use super::finding::{Fault, Finding, Subject};
use super::records::AccessRecords;
use super::table::ReadRow;
use super::walk::Walk;

/// How many rows are deleted at once, while nobody else may write to an SQLite file.
const STRETCH: i64 = 1000;

/// What was deleted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pruned {
    /// How many rows.
    pub rows: u64,
    /// Why chains were not pruned further: what is not as it was written is evidence, and stays.
    pub findings: Vec<Finding>,
}

impl AccessRecords {
    /// Deletes the rows of before `before` from the beginning of each chain, up to the first that is not older, and remembers where each
    /// chain now begins. Marks that older audit keys authenticate are then authenticated by the newest.
    pub async fn prune(&self, before: Timestamp, keys: &KeyRing) -> Result<Pruned, AccessLogError> {
        let key = keys.newest_audit().ok_or(AccessLogError::NoKey)?;
        let mut pruned = Pruned::default();
        for node in self.table.nodes().await? {
            while self.prune_stretch(&node, before, keys, key, &mut pruned).await? {}
            self.renew_marks(&node, keys, key).await?;
        }
        if let Some(roster) = self.table.roster().await?
            && roster.audit_key != key.id()
            && roster.check(keys).is_ok()
        {
            self.table.renew_roster(&roster.renewed(key)).await?;
        }
        Ok(pruned)
    }

    /// Whether there may be more to prune.
    async fn prune_stretch(
        &self,
        node: &str,
        before: Timestamp,
        keys: &KeyRing,
        key: &AuditKey,
        pruned: &mut Pruned,
    ) -> Result<bool, AccessLogError> {
        let mut find = |subject, fault| {
            pruned.findings.push(Finding { node: Some(node.to_owned()), subject, fault });
            Ok(false)
        };
        let Some(checkpoint) = self.table.mark(node, End::Checkpoint).await? else {
            return find(Subject::Checkpoint, Fault::Missing);
        };
        if let Err(fault) = checkpoint.check(End::Checkpoint, keys) {
            return find(Subject::Checkpoint, fault);
        }
        let stretch = self.table.stretch(node, checkpoint.sequence, STRETCH).await?;
        if stretch.checkpoint.as_ref() != Some(&checkpoint) {
            // Somebody else prunes, too.
            return Ok(true);
        }
        let Some(head) = stretch.head else { return find(Subject::Head, Fault::Missing) };
        if let Err(fault) = head.check(End::Head, keys) {
            return find(Subject::Head, fault);
        }

        let mut walk = Walk::new(keys, node, Some(&checkpoint));
        let mut last = None;
        for row in &stretch.rows {
            let young = |row: &Row| row.at >= before.as_millisecond();
            if matches!(row, ReadRow::Whole(row) if young(row)) {
                break;
            }
            walk.step(row, Some(head.sequence));
            let ReadRow::Whole(row) = row else { break };
            if !walk.findings.is_empty() {
                break;
            }
            last = Some(row);
        }
        let sound = walk.findings.is_empty();
        pruned.findings.append(&mut walk.findings);
        let Some(last) = last else { return Ok(false) };
        let to = Mark::new(End::Checkpoint, node, last.sequence, &last.mac, key);
        if self.table.prune(&checkpoint, &to).await? {
            pruned.rows += to.sequence.abs_diff(checkpoint.sequence);
        }
        Ok(sound)
    }

    async fn renew_marks(&self, node: &str, keys: &KeyRing, key: &AuditKey) -> Result<(), AccessLogError> {
        for end in [End::Head, End::Checkpoint] {
            if let Some(mark) = self.table.mark(node, end).await?
                && mark.audit_key != key.id()
                && mark.check(end, keys).is_ok()
            {
                self.table.renew_mark(end, &mark.renewed(end, key)).await?;
            }
        }
        Ok(())
    }
}

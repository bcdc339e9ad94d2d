use std::collections::BTreeSet;

use vardbro_vault::KeyRing;

use super::chain::{End, Mark};
use super::finding::{Fault, Finding, Subject};
use super::head::ChainHead;
use super::records::AccessRecords;
use super::walk::Walk;
use crate::backend::Result;

/// How many rows are in memory at once.
const STRETCH: i64 = 1000;

/// What a verification found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// How far each chain goes. Kept elsewhere and given to a later verification, they show what cannot be seen from inside: that an
    /// older copy of the log was put back.
    pub heads: Vec<ChainHead>,
    /// How many rows were read.
    pub rows: u64,
    /// Earlier heads whose rows were pruned since, so that nothing can be said of them.
    pub pruned: Vec<ChainHead>,
    /// Everything that is not as it was written.
    pub findings: Vec<Finding>,
}

impl AccessRecords {
    /// Checks every row of every chain, while nodes may go on writing. `earlier`: heads that were printed before.
    pub async fn verify(&self, keys: &KeyRing, earlier: &[ChainHead]) -> Result<Report> {
        let mut report = Report::default();
        let mut nodes: BTreeSet<_> = self.table.nodes().await?.into_iter().collect();
        // Read after the nodes: whoever began since is on it.
        let listed = self.verify_roster(keys, nodes.is_empty(), &mut report).await?;
        for node in &nodes {
            if listed.as_ref().is_some_and(|listed| !listed.contains(node)) {
                report.find(node, Subject::Node, Fault::Unexpected);
            }
        }
        nodes.extend(listed.unwrap_or_default());
        for node in &nodes {
            self.verify_chain(keys, node, &mut report).await?;
        }
        for head in earlier {
            self.verify_earlier(head, &mut report).await?;
        }
        Ok(report)
    }

    async fn verify_roster(
        &self,
        keys: &KeyRing,
        empty: bool,
        report: &mut Report,
    ) -> Result<Option<Vec<String>>> {
        let roster = self.table.roster().await?;
        let checked = match &roster {
            None if empty => Ok(()),
            None => Err(Fault::Missing),
            Some(roster) => roster.check(keys),
        };
        if let Err(fault) = checked {
            report.findings.push(Finding { node: None, subject: Subject::Roster, fault });
        }
        Ok(roster.map(|roster| roster.nodes()))
    }

    async fn verify_chain(&self, keys: &KeyRing, node: &str, report: &mut Report) -> Result<()> {
        // From before the first row, so that rows are seen that should not be there.
        let mut stretch = self.table.stretch(node, i64::MIN, STRETCH).await?;
        if stretch.head.is_none() && stretch.checkpoint.is_none() && stretch.rows.is_empty() {
            report.find(node, Subject::Node, Fault::Missing);
            return Ok(());
        }
        let mut walk = Walk::new(keys, node, stretch.checkpoint.as_ref());
        let mut checkpoint = None;
        if let Err(fault) = check(stretch.checkpoint.as_ref(), End::Checkpoint, keys) {
            walk.find(Subject::Checkpoint, fault);
        }
        loop {
            // Rows and marks are of one moment: however much is written or pruned meanwhile, they fit.
            if stretch.checkpoint != checkpoint {
                if let Some(moved) = &stretch.checkpoint
                    && moved.check(End::Checkpoint, keys).is_ok()
                {
                    walk.skip(moved);
                }
                checkpoint = stretch.checkpoint;
            }
            let end = stretch.head.as_ref().map(|head| head.sequence);
            stretch.rows.iter().for_each(|row| walk.step(row, end));
            let after = match stretch.rows.last() {
                Some(row) if i64::try_from(stretch.rows.len()) == Ok(STRETCH) => row.sequence(),
                _ => break,
            };
            stretch = self.table.stretch(node, after, STRETCH).await?;
        }
        if let Err(fault) = check(stretch.head.as_ref(), End::Head, keys) {
            walk.find(Subject::Head, fault);
        } else if let Some(head) = &stretch.head {
            walk.end(head);
            let mac = head.mac.as_slice().try_into();
            report.heads.extend(mac.map(|mac| ChainHead {
                node: node.to_owned(),
                sequence: head.sequence,
                mac,
            }));
        }
        report.rows += walk.rows;
        report.findings.append(&mut walk.findings);
        Ok(())
    }

    async fn verify_earlier(&self, earlier: &ChainHead, report: &mut Report) -> Result<()> {
        let ChainHead { node, sequence, mac } = earlier;
        let checkpoint = self.table.mark(node, End::Checkpoint).await?;
        let kept = match &checkpoint {
            Some(checkpoint) if checkpoint.sequence > *sequence => {
                report.pruned.push(earlier.clone());
                return Ok(());
            }
            Some(checkpoint) if checkpoint.sequence == *sequence => Some(checkpoint.mac.clone()),
            _ => self.table.mac_at(node, *sequence).await?,
        };
        match kept {
            None => report.find(node, Subject::EarlierHead(*sequence), Fault::Missing),
            Some(kept) if kept != mac => report.find(node, Subject::EarlierHead(*sequence), Fault::Changed),
            Some(_) => {}
        }
        Ok(())
    }
}

impl Report {
    fn find(&mut self, node: &str, subject: Subject, fault: Fault) {
        self.findings.push(Finding { node: Some(node.to_owned()), subject, fault });
    }
}

fn check(mark: Option<&Mark>, end: End, keys: &KeyRing) -> std::result::Result<(), Fault> {
    mark.ok_or(Fault::Missing).and_then(|mark| mark.check(end, keys))
}

use vardbro_vault::KeyRing;

use super::chain::End;
use super::finding::{Fault, Finding, Subject};
use super::records::AccessRecords;
use crate::backend::Result;

impl AccessRecords {
    /// Checks the roster and where every chain begins and ends, but no row: quick, however long the log is.
    pub async fn verify_ends(&self, keys: &KeyRing) -> Result<Vec<Finding>> {
        let mut findings = Vec::new();
        let nodes = self.table.nodes().await?;
        let roster = match self.table.roster().await? {
            None if nodes.is_empty() => Ok(()),
            None => Err(Fault::Missing),
            Some(roster) => roster.check(keys),
        };
        let all = |fault| Finding { node: None, subject: Subject::Roster, fault };
        findings.extend(roster.err().map(all));
        for node in nodes {
            for (end, subject) in [(End::Checkpoint, Subject::Checkpoint), (End::Head, Subject::Head)] {
                let mark = self.table.mark(&node, end).await?;
                let checked = mark.ok_or(Fault::Missing).and_then(|mark| mark.check(end, keys));
                findings.extend(checked.err().map(|fault| Finding {
                    node: Some(node.clone()),
                    subject,
                    fault,
                }));
            }
        }
        Ok(findings)
    }
}

use std::collections::BTreeSet;

use vardbro_vault::KeyRing;

use super::chain::End;
use super::finding::{Fault, Finding, Subject};
use super::records::AccessRecords;
use crate::backend::Result;

impl AccessRecords {
    /// Checks the roster and where every chain begins and ends, but no row: quick, however long the log is.
    pub async fn verify_ends(&self, keys: &KeyRing) -> Result<Vec<Finding>> {
        let mut findings = Vec::new();
        let mut nodes: BTreeSet<_> = self.table.nodes().await?.into_iter().collect();
        // Read after the nodes: whoever began since is on it.
        let roster = self.table.roster().await?;
        let checked = match &roster {
            None if nodes.is_empty() => Ok(()),
            None => Err(Fault::Missing),
            Some(roster) => roster.check(keys),
        };
        let of_all = |fault| Finding { node: None, subject: Subject::Roster, fault };
        findings.extend(checked.err().map(of_all));
        if let Some(listed) = roster.map(|roster| roster.nodes()) {
            let unlisted = nodes.iter().filter(|node| !listed.contains(node));
            let unexpected = |node: &String| Finding {
                node: Some(node.clone()),
                subject: Subject::Node,
                fault: Fault::Unexpected,
            };
            findings.extend(unlisted.map(unexpected));
            nodes.extend(listed);
        }
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

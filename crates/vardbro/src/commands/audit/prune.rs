//! `vardbro audit prune`.

use std::io::{self, Write};

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::super::Failure;
use super::super::ask::consent;
use super::super::output::{Told, moment};
use super::Archive;

#[derive(Serialize)]
struct Deleted {
    rows: u64,
    before: Timestamp,
    /// Why chains were not pruned further.
    findings: Vec<String>,
}

pub async fn prune(archive: &Archive, yes: bool) -> Result<(), Failure> {
    let ring = archive.config.keys.ring.read()?;
    let retention = SignedDuration::try_from(archive.config.access_log.retention);
    let retention = retention.unwrap_or(SignedDuration::MAX);
    let before = Timestamp::now().checked_sub(retention).unwrap_or(Timestamp::MIN);
    if !yes {
        consent(&format!("Delete the rows of before {}?", moment(before)))?;
    }
    let pruned = archive.records.prune(before, &ring).await?;
    let findings: Vec<_> = pruned.findings.iter().map(ToString::to_string).collect();
    let sound = findings.is_empty();
    archive.output.tell(&Deleted { rows: pruned.rows, before, findings })?;
    if sound { Ok(()) } else { Err(Failure::LogChanged) }
}

impl Told for Deleted {
    fn words(&self, out: &mut dyn Write) -> io::Result<()> {
        let Self { rows, before, findings } = self;
        writeln!(out, "{rows} rows of before {} were deleted.", moment(*before))?;
        findings
            .iter()
            .try_for_each(|finding| writeln!(out, "FAULT  {finding}; nothing behind it was deleted"))
    }
}

//! `vardbro audit verify`.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;
use vardbro_store::access_log::{ChainHead, Report};
use vardbro_store::{Migrations, Store};

use super::super::Failure;
use super::super::blank::blank_log;
use super::super::output::Told;
use super::Archive;

#[derive(Debug, Args)]
pub struct VerifyOptions {
    /// Heads that an earlier verification wrote: they must still be in the log. Only they show that an older copy of a chain was put back.
    #[arg(long, value_name = "FILE")]
    heads: Option<PathBuf>,
    /// Write the heads of today to this file, to be kept where no server can write.
    #[arg(long, value_name = "FILE")]
    heads_out: Option<PathBuf>,
}

#[derive(Serialize)]
struct Verified {
    rows: u64,
    /// Where each chain ends, as `--heads` takes it.
    heads: Vec<String>,
    /// Earlier heads of which nothing can be said, because their rows were pruned.
    pruned: Vec<String>,
    /// What is not as it was written.
    findings: Vec<String>,
    /// What this verification could not see, or what may be wrong.
    warnings: Vec<String>,
}

const WITHOUT_EARLIER: &str = "without heads of an earlier verification (--heads), kept where no server can write, it cannot be seen that \
                               an older copy of a chain was put back";

pub async fn verify(archive: &Archive, options: VerifyOptions) -> Result<(), Failure> {
    let ring = archive.config.keys.ring.read()?;
    let earlier = match &options.heads {
        Some(path) => heads_in(path)?,
        None => Vec::new(),
    };
    let Report { heads, rows, pruned, findings } = archive.records.verify(&ring, &earlier).await?;
    let lines = |heads: &[ChainHead]| heads.iter().map(ToString::to_string).collect::<Vec<_>>();
    let heads = lines(&heads);
    if let Some(path) = &options.heads_out {
        let text: String = heads.iter().map(|head| format!("{head}\n")).collect();
        fs::write(path, text).map_err(|source| Failure::Write { path: path.clone(), source })?;
    }
    let findings: Vec<_> = findings.iter().map(ToString::to_string).collect();
    let sound = findings.is_empty();
    let store = Store::open(&archive.config.database.location, Migrations::Require).await?;
    let blank = blank_log(store.access_records(), store.operator()).await;
    store.close().await;
    let unseen = earlier.is_empty().then(|| WITHOUT_EARLIER.to_owned());
    let warnings = unseen.into_iter().chain(blank?.map(|why| format!("access log: {why}"))).collect();
    archive.output.tell(&Verified { rows, heads, pruned: lines(&pruned), findings, warnings })?;
    if sound { Ok(()) } else { Err(Failure::LogChanged) }
}

fn heads_in(path: &Path) -> Result<Vec<ChainHead>, Failure> {
    let text = fs::read_to_string(path).map_err(|source| Failure::Read { path: path.to_owned(), source })?;
    ChainHead::parse_all(&text).map_err(|fault| Failure::Heads { path: path.to_owned(), fault })
}

impl Told for Verified {
    fn words(&self, out: &mut dyn Write) -> io::Result<()> {
        let Self { rows, heads, pruned, findings, warnings } = self;
        for finding in findings {
            writeln!(out, "FAULT  {finding}")?;
        }
        for head in pruned {
            writeln!(out, "pruned since, so it cannot be compared: {head}")?;
        }
        if findings.is_empty() {
            writeln!(out, "All {rows} rows are as they were written. The chains end here:\n")?;
        } else {
            writeln!(out, "{rows} rows were read. The chains end here:\n")?;
        }
        heads.iter().try_for_each(|head| writeln!(out, "{head}"))?;
        warnings.iter().try_for_each(|warning| writeln!(out, "\nWarning: {warning}."))
    }
}

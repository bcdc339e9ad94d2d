//! `vardbro backup`.

use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;
use tempfile::NamedTempFile;
use vardbro_store::Location;

use super::desk::Desk;
use super::output::Told;
use super::{Common, Failure};

#[derive(Debug, Args)]
pub struct Options {
    /// Where to put the copy. There must be no such file yet.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    common: Common,
}

#[derive(Serialize)]
struct Kept {
    file: PathBuf,
    bytes: u64,
}

pub async fn run(options: Options) -> Result<(), Failure> {
    let desk = Desk::open(&options.common).await?;
    let done = back_up(&desk, options.file).await;
    desk.close().await;
    done
}

async fn back_up(desk: &Desk, file: PathBuf) -> Result<(), Failure> {
    if matches!(desk.config.database.location, Location::Postgres(_)) {
        return Err(Failure::BackupElsewhere(file));
    }
    if file.exists() {
        return Err(Failure::BackupExists(file));
    }
    let cannot_write = |source| Failure::Write { path: file.clone(), source };
    // Written whole beside its place, for its owner only.
    let directory = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let beside = NamedTempFile::with_prefix_in(".vardbro-backup.", directory).map_err(cannot_write)?;
    desk.store.backup(beside.path()).await?;
    beside.as_file().sync_all().map_err(cannot_write)?;
    let bytes = beside.as_file().metadata().map_err(cannot_write)?.len();
    beside.persist_noclobber(&file).map_err(|error| match error.error.kind() {
        ErrorKind::AlreadyExists => Failure::BackupExists(file.clone()),
        _ => cannot_write(error.error),
    })?;
    desk.tell(&Kept { file, bytes })
}

impl Told for Kept {
    fn words(&self, out: &mut dyn Write) -> io::Result<()> {
        let Self { file, bytes } = self;
        writeln!(out, "The database was copied to {} ({bytes} bytes).", file.display())?;
        writeln!(out, "The key file is not in it: keep a copy of that one, too, and in another place.")
    }
}

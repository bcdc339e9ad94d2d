//! The sandbox's database: the directory's own, or one that is thrown away while another sandbox uses that.

use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;

use tempfile::TempDir;
use tracing::info;
use vardbro_store::{Location, Migrations, Store};

use super::SandboxError;

/// Whose the database is until this is dropped.
pub struct Claim {
    _lock: Option<File>,
    thrown_away: Option<TempDir>,
}

/// Opens the database that is free.
pub async fn open(data_directory: &Path) -> Result<(Store, Claim), SandboxError> {
    let claim = claim(data_directory)
        .map_err(|source| SandboxError::DataDirectory { path: data_directory.to_owned(), source })?;
    let directory = claim.thrown_away.as_ref().map_or(data_directory, TempDir::path);
    let location = Location::Sqlite(directory.join("vardbro.sqlite"));
    Ok((Store::open(&location, Migrations::Run).await?, claim))
}

fn claim(data_directory: &Path) -> io::Result<Claim> {
    let lock =
        File::options().create(true).truncate(false).write(true).open(data_directory.join("sandbox.lock"))?;
    match lock.try_lock() {
        Ok(()) => Ok(Claim { _lock: Some(lock), thrown_away: None }),
        Err(TryLockError::WouldBlock) => {
            info!("another sandbox uses the directory's database; this one's goes when it ends");
            Ok(Claim { _lock: None, thrown_away: Some(TempDir::new()?) })
        }
        Err(TryLockError::Error(error)) => Err(error),
    }
}

//! `DATA_DIR/sandbox.json`: what makes a second start have the first one's credentials.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use rand::TryRngCore;
use rand::rngs::OsRng;
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;
use vardbro_store::{ClientId, ClientSecret};

/// The sandbox's one client. Its id never changes, so that whoever deletes the file has put an end to the old secret.
const CLIENT_ID: &str = "sandbox";

pub struct Credentials {
    pub client_id: ClientId,
    pub client_secret: ClientSecret,
}

#[derive(Debug, thiserror::Error)]
pub enum CredentialsError {
    #[error("cannot read {}: {source}", .path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("cannot write {}: {source}", .path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error("{} does not hold a client_id and a client_secret of ours; delete it to get new ones", .path.display())]
    Corrupt { path: PathBuf },
}

#[derive(Serialize, Deserialize)]
struct File {
    client_id: String,
    client_secret: String,
}

impl Credentials {
    /// Those in the directory, or new ones that are kept there. Of two starts at once, both get the same.
    pub fn kept_in(directory: &Path) -> Result<Self, CredentialsError> {
        let path = directory.join("sandbox.json");
        if let Some(found) = read(&path)? {
            return Ok(found);
        }
        let written = write_new(directory, &path);
        match written {
            Ok(new) => Ok(new),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                read(&path)?.ok_or(CredentialsError::Read { path, source: error })
            }
            Err(source) => Err(CredentialsError::Write { path, source }),
        }
    }
}

fn read(path: &Path) -> Result<Option<Credentials>, CredentialsError> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(CredentialsError::Read { path: path.to_owned(), source }),
    };
    let corrupt = || CredentialsError::Corrupt { path: path.to_owned() };
    let file: File = serde_json::from_slice(&bytes).map_err(|_| corrupt())?;
    let client_id = ClientId::parse(&file.client_id).ok_or_else(corrupt)?;
    let client_secret = ClientSecret::parse(&file.client_secret).ok_or_else(corrupt)?;
    Ok(Some(Credentials { client_id, client_secret }))
}

/// Written whole beside its place, for its owner only, and put there in one step that fails if there is one already.
fn write_new(directory: &Path, path: &Path) -> io::Result<Credentials> {
    let mut bits = [0; 32];
    OsRng.try_fill_bytes(&mut bits).map_err(io::Error::other)?;
    let client_secret = ClientSecret::from_random(bits);
    let client_id = ClientId::parse(CLIENT_ID).ok_or(ErrorKind::InvalidInput)?;

    let file =
        File { client_id: client_id.as_str().to_owned(), client_secret: client_secret.expose().to_owned() };
    let mut beside = NamedTempFile::with_prefix_in(".sandbox.json.", directory)?;
    serde_json::to_writer_pretty(&mut beside, &file)?;
    writeln!(beside)?;
    beside.as_file().sync_all()?;
    beside.persist_noclobber(path)?;
    Ok(Credentials { client_id, client_secret })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;
    use std::thread;

    use tempfile::tempdir;

    use super::*;

    #[test]
    fn the_file_is_for_its_owner_only_and_nothing_else_is_left_behind() {
        let directory = tempdir().unwrap();

        Credentials::kept_in(directory.path()).unwrap();

        let files: Vec<_> = fs::read_dir(directory.path()).unwrap().map(Result::unwrap).collect();
        assert_eq!(files.len(), 1);
        assert_eq!(files[0].file_name(), "sandbox.json");
        assert_eq!(files[0].metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn starts_at_once_get_the_same_credentials() {
        let directory = tempdir().unwrap();

        let secrets: Vec<String> = thread::scope(|scope| {
            let starts: Vec<_> =
                (0..8).map(|_| scope.spawn(|| Credentials::kept_in(directory.path()).unwrap())).collect();
            starts.into_iter().map(|start| start.join().unwrap().client_secret.expose().to_owned()).collect()
        });

        assert!(secrets.iter().all(|secret| *secret == secrets[0]));
    }

    #[test]
    fn a_corrupt_file_is_named_and_left_alone() {
        let directory = tempdir().unwrap();
        let path = directory.path().join("sandbox.json");
        for wrong in [
            "",
            "{",
            "[]",
            r#"{"client_id":"sandbox"}"#,
            r#"{"client_id":"sandbox","client_secret":"hunter2"}"#,
        ] {
            fs::write(&path, wrong).unwrap();

            let error = Credentials::kept_in(directory.path()).err().unwrap().to_string();

            assert!(error.contains(path.to_str().unwrap()), "{error}");
            assert!(!error.contains("hunter2"), "{error}");
            assert_eq!(fs::read_to_string(&path).unwrap(), wrong);
        }
    }
}

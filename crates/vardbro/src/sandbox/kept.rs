//! Files of the data directory that make a second start have what the first one had.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

#[derive(Debug, thiserror::Error)]
pub enum KeptError {
    #[error("cannot read {}: {source}", .path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("cannot write {}: {source}", .path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error("{} does not hold {what} of ours; delete it to get new ones", .path.display())]
    Corrupt { path: PathBuf, what: &'static str },
}

/// What the file says, or what it is given to say if it is not there. Of two starts at once, both get the same.
pub fn kept<T>(
    path: &Path,
    what: &'static str,
    parse: impl Fn(&str) -> Option<T>,
    new: impl FnOnce() -> String,
) -> Result<T, KeptError> {
    let read = || match fs::read(path) {
        Ok(bytes) => {
            let said = std::str::from_utf8(&bytes).ok().and_then(&parse);
            said.map(Some).ok_or(KeptError::Corrupt { path: path.to_owned(), what })
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(source) => Err(KeptError::Read { path: path.to_owned(), source }),
    };
    if let Some(found) = read()? {
        return Ok(found);
    }
    match write_new(path, &new()) {
        Err(source) if source.kind() != ErrorKind::AlreadyExists => {
            Err(KeptError::Write { path: path.to_owned(), source })
        }
        written => {
            let gone = || KeptError::Read {
                path: path.to_owned(),
                source: written.err().unwrap_or(ErrorKind::NotFound.into()),
            };
            read()?.ok_or_else(gone)
        }
    }
}

/// Written whole beside its place, for its owner only, and put there in one step that fails if there is one already.
fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let directory = path.parent().ok_or(ErrorKind::InvalidInput)?;
    let mut beside = NamedTempFile::with_prefix_in(".vardbro.", directory)?;
    beside.write_all(text.as_bytes())?;
    beside.as_file().sync_all()?;
    beside.persist_noclobber(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;
    use std::thread;

    use tempfile::tempdir;

    use super::*;

    fn number(path: &Path, new: u32) -> Result<u32, KeptError> {
        kept(path, "a number", |text| text.trim().parse().ok(), || new.to_string())
    }

    #[test]
    fn the_file_is_for_its_owner_only_and_nothing_else_is_left_behind() {
        let directory = tempdir().unwrap();

        number(&directory.path().join("number"), 7).unwrap();

        let files: Vec<_> = fs::read_dir(directory.path()).unwrap().map(Result::unwrap).collect();
        assert_eq!(files.len(), 1);
        assert_eq!(files[0].file_name(), "number");
        assert_eq!(files[0].metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn starts_at_once_get_the_same() {
        let directory = tempdir().unwrap();
        let path = &directory.path().join("number");

        let numbers: Vec<u32> = thread::scope(|scope| {
            let starts: Vec<_> = (0..8).map(|new| scope.spawn(move || number(path, new).unwrap())).collect();
            starts.into_iter().map(|start| start.join().unwrap()).collect()
        });

        assert!(numbers.iter().all(|number| *number == numbers[0]));
    }

    #[test]
    fn a_corrupt_file_is_named_and_left_alone() {
        let directory = tempdir().unwrap();
        let path = directory.path().join("number");
        for wrong in ["", "hunter2"] {
            fs::write(&path, wrong).unwrap();

            let error = number(&path, 7).err().unwrap().to_string();

            assert!(error.contains(path.to_str().unwrap()), "{error}");
            assert!(!error.contains("hunter2"), "{error}");
            assert_eq!(fs::read_to_string(&path).unwrap(), wrong);
        }
    }
}

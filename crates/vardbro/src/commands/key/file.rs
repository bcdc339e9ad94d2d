//! Where the key ring is kept.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;
use vardbro_vault::KeyRing;

use super::super::Failure;
use crate::config::KeyRingSource;

/// The keys that there are; none if there is no key file yet.
pub fn ring_if_any(source: &KeyRingSource) -> Result<KeyRing, Failure> {
    match source {
        KeyRingSource::File(path) if !path.exists() => Ok(KeyRing::default()),
        source => Ok(source.read()?),
    }
}

/// The key file while nobody else changes it.
pub struct HeldKeyFile {
    path: PathBuf,
    directory: File,
}

impl HeldKeyFile {
    /// Waits for whoever changes it. A link stays one: what it stands for is changed.
    pub fn hold(path: &Path) -> Result<Self, Failure> {
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let directory = File::open(directory_of(&path)).and_then(|directory| {
            directory.lock()?;
            Ok(directory)
        });
        let directory = directory.map_err(|source| Failure::Write { path: path.clone(), source })?;
        Ok(Self { path, directory })
    }

    /// Replaces it in one step, for its owner only, who stays the same.
    pub fn write(&self, ring: &KeyRing) -> Result<(), Failure> {
        self.prepare(ring)?.put()
    }

    /// Writes beside it what is to replace it.
    pub fn prepare(&self, ring: &KeyRing) -> Result<Prepared<'_>, Failure> {
        let beside = self.beside(ring).map_err(|source| self.cannot_write(source))?;
        Ok(Prepared { held: self, beside })
    }

    fn beside(&self, ring: &KeyRing) -> io::Result<NamedTempFile> {
        let mut beside = NamedTempFile::with_prefix_in(".vardbro-keys.", directory_of(&self.path))?;
        beside.write_all(ring.expose().as_bytes())?;
        if let Ok(present) = fs::metadata(&self.path) {
            let new = beside.as_file().metadata()?;
            if (new.uid(), new.gid()) != (present.uid(), present.gid()) {
                chown(beside.path(), Some(present.uid()), Some(present.gid()))?;
            }
        }
        beside.as_file().sync_all()?;
        Ok(beside)
    }

    fn cannot_write(&self, source: io::Error) -> Failure {
        Failure::Write { path: self.path.clone(), source }
    }
}

/// What is to replace the key file, already on the disk; gone if it is dropped.
pub struct Prepared<'h> {
    held: &'h HeldKeyFile,
    beside: NamedTempFile,
}

impl Prepared<'_> {
    pub fn put(self) -> Result<(), Failure> {
        let Self { held, beside } = self;
        let put = beside.persist(&held.path).map_err(io::Error::from).and_then(|_| held.directory.sync_all());
        put.map_err(|source| held.cannot_write(source))
    }
}

pub fn directory_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::thread;

    use jiff::Timestamp;
    use tempfile::tempdir;
    use vardbro_vault::MasterKey;

    use super::*;

    fn add_one(path: &Path) {
        let held = HeldKeyFile::hold(path).unwrap();
        let mut ring = ring_if_any(&KeyRingSource::File(path.to_owned())).unwrap();
        ring.add_master(MasterKey::random(Timestamp::UNIX_EPOCH));
        held.write(&ring).unwrap();
    }

    fn keys_in(path: &Path) -> usize {
        KeyRingSource::File(path.to_owned()).read().unwrap().master_keys().len()
    }

    #[test]
    fn the_file_is_for_its_owner_only_and_nothing_else_is_left_behind() {
        let directory = tempdir().unwrap();
        let path = directory.path().join("keys.toml");

        add_one(&path);

        let files: Vec<_> = fs::read_dir(directory.path()).unwrap().map(Result::unwrap).collect();
        assert_eq!(files.len(), 1);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn whoever_changes_it_at_once_loses_no_key() {
        let directory = tempdir().unwrap();
        let path = directory.path().join("keys.toml");

        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| add_one(&path));
            }
        });

        assert_eq!(keys_in(&path), 8);
    }

    #[test]
    fn a_link_stays_one() {
        let directory = tempdir().unwrap();
        let (path, link) = (directory.path().join("keys.toml"), directory.path().join("link.toml"));
        add_one(&path);
        symlink(&path, &link).unwrap();

        add_one(&link);

        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(keys_in(&path), 2);
    }
}

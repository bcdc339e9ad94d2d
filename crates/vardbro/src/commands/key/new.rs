//! `vardbro key new`.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::Serialize;
use vardbro_vault::{AuditKey, AuditPrivateKey, KeyRing, MasterKey};

use super::super::Failure;
use super::super::output::{Output, Told};
use super::file::{HeldKeyFile, Prepared, directory_of, ring_if_any};
use crate::config::KeyRingSource;

#[derive(Serialize)]
pub struct MadeMasterKey {
    id: String,
    created: Timestamp,
    #[serde(flatten)]
    kept: Kept,
}

#[derive(Serialize)]
pub struct MadeAuditKey {
    id: String,
    created: Timestamp,
    /// Unless it was written to a file. It is shown this once.
    private_key: Option<String>,
    private_key_file: Option<PathBuf>,
    #[serde(flatten)]
    kept: Kept,
}

/// Where the key went.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Kept {
    KeyFile(PathBuf),
    /// Nowhere: the operator adds this text to the variable that holds the key ring.
    AddToVardbroKeys(String),
}

/// Keys that are made, and not in use before they have been told.
pub struct NewKeys<'s> {
    /// `None`: the key ring is in a variable, which is the operator's.
    held: Option<HeldKeyFile>,
    source: &'s KeyRingSource,
    ring: KeyRing,
    /// Whether there is one.
    any: bool,
    private_key_file: Option<PathBuf>,
}

impl<'s> NewKeys<'s> {
    /// Beside those that there are. Nobody else changes the key file meanwhile.
    pub fn begin(source: &'s KeyRingSource) -> Result<Self, Failure> {
        let held = match source {
            KeyRingSource::File(path) => Some(HeldKeyFile::hold(path)?),
            KeyRingSource::Variable(_) => None,
        };
        let ring = ring_if_any(source)?;
        Ok(Self { held, source, ring, any: false, private_key_file: None })
    }

    /// All keys, also the new ones.
    pub fn ring(&self) -> &KeyRing {
        &self.ring
    }

    /// Makes a master key.
    pub fn master(&mut self) -> MadeMasterKey {
        let created = Timestamp::now();
        let key = MasterKey::random(created);
        let id = key.id().to_owned();
        let kept = self.add(|ring| ring.add_master(key.clone()));
        MadeMasterKey { id, created, kept }
    }

    /// Makes an audit key, with a key pair whose private half stays with the operator.
    pub fn audit(&mut self, private_key_out: Option<&Path>) -> Result<MadeAuditKey, Failure> {
        let created = Timestamp::now();
        let private = AuditPrivateKey::random();
        let key = AuditKey::random(created, private.public());
        let id = key.id().to_owned();
        if let Some(path) = private_key_out {
            write_private(path, &private)
                .map_err(|source| Failure::Write { path: path.to_owned(), source })?;
            self.private_key_file = Some(path.to_owned());
        }
        let kept = self.add(|ring| ring.add_audit(key.clone()));
        Ok(MadeAuditKey {
            id,
            created,
            private_key: private_key_out.is_none().then(|| private.expose().to_string()),
            private_key_file: private_key_out.map(Path::to_owned),
            kept,
        })
    }

    fn add(&mut self, add: impl Fn(&mut KeyRing)) -> Kept {
        add(&mut self.ring);
        self.any = true;
        match self.source {
            KeyRingSource::File(path) => Kept::KeyFile(path.clone()),
            KeyRingSource::Variable(_) => {
                let mut alone = KeyRing::default();
                add(&mut alone);
                let text = alone.expose();
                let lines: Vec<_> = text.lines().filter(|line| !line.starts_with('#')).collect();
                Kept::AddToVardbroKeys(lines.join("\n").trim().to_owned())
            }
        }
    }

    /// Tells them, and only then takes them into use: a private half that nobody saw would be lost. If they cannot be told, nothing is
    /// kept.
    pub fn tell_and_keep(self, output: Output, told: &impl Told) -> Result<(), Failure> {
        let held = self.held.as_ref().filter(|_| self.any);
        let prepared = held.map(|held| held.prepare(&self.ring)).transpose()?;
        if let Err(untold) = output.tell(told) {
            if let Some(path) = self.private_key_file {
                fs::remove_file(&path).map_err(|source| Failure::Write { path, source })?;
            }
            return Err(untold);
        }
        prepared.map_or(Ok(()), Prepared::put).map_err(Failure::not_done)
    }
}

/// A new file, for its owner only.
fn write_private(path: &Path, private: &AuditPrivateKey) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    writeln!(file, "{}", private.expose().as_str())?;
    file.sync_all()?;
    File::open(directory_of(path))?.sync_all()
}

impl Told for MadeMasterKey {
    fn words(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "The master key {} was made and wraps from now on.", self.id)?;
        self.kept.words(out)
    }
}

impl Told for MadeAuditKey {
    fn words(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "The audit key {} was made and is in use from now on.", self.id)?;
        self.kept.words(out)?;
        if let Some(file) = &self.private_key_file {
            writeln!(
                out,
                "Its private half is in {}: move it to where no server can read it.",
                file.display()
            )?;
        }
        if let Some(private) = &self.private_key {
            writeln!(out, "\n  Private audit key  {private}\n")?;
            writeln!(
                out,
                "It opens the patients in exports of the access log, and is shown this once: keep it where no server can read it."
            )?;
        }
        Ok(())
    }
}

impl Kept {
    fn words(&self, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::KeyFile(path) => {
                writeln!(
                    out,
                    "It is in {}: keep a copy of that file apart from copies of the database.",
                    path.display()
                )
            }
            Self::AddToVardbroKeys(text) => {
                writeln!(
                    out,
                    "VARDBRO_KEYS holds the key ring: add this at its end, and start the servers anew.\n\n{text}\n"
                )
            }
        }
    }
}

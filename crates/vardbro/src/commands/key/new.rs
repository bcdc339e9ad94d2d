//! `vardbro key new`.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::Serialize;
use vardbro_vault::{AuditKey, AuditPrivateKey, KeyRing, MasterKey};

use super::super::Failure;
use super::super::output::Told;
use super::file::HeldKeyFile;
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

/// Makes a master key and takes it into use.
pub fn new_master(source: &KeyRingSource) -> Result<MadeMasterKey, Failure> {
    let created = Timestamp::now();
    let key = MasterKey::random(created);
    let id = key.id().to_owned();
    let kept = keep(source, |ring| ring.add_master(key))?;
    Ok(MadeMasterKey { id, created, kept })
}

/// Makes an audit key, with a key pair whose private half stays with the operator, and takes it into use.
pub fn new_audit(source: &KeyRingSource, private_key_out: Option<&Path>) -> Result<MadeAuditKey, Failure> {
    let created = Timestamp::now();
    let private = AuditPrivateKey::random();
    let key = AuditKey::random(created, private.public());
    let id = key.id().to_owned();
    // Before anything is sealed to its other half.
    if let Some(path) = private_key_out {
        write_private(path, &private).map_err(|source| Failure::Write { path: path.to_owned(), source })?;
    }
    let kept = keep(source, |ring| ring.add_audit(key))?;
    Ok(MadeAuditKey {
        id,
        created,
        private_key: private_key_out.is_none().then(|| private.expose().to_string()),
        private_key_file: private_key_out.map(Path::to_owned),
        kept,
    })
}

fn keep(source: &KeyRingSource, add: impl FnOnce(&mut KeyRing)) -> Result<Kept, Failure> {
    match source {
        KeyRingSource::File(path) => {
            let held = HeldKeyFile::hold(path)?;
            let mut ring = held.ring()?;
            add(&mut ring);
            held.write(&ring)?;
            Ok(Kept::KeyFile(path.clone()))
        }
        KeyRingSource::Variable(_) => {
            let mut alone = KeyRing::default();
            add(&mut alone);
            let text = alone.expose();
            let lines: Vec<_> = text.lines().filter(|line| !line.starts_with('#')).collect();
            Ok(Kept::AddToVardbroKeys(lines.join("\n").trim().to_owned()))
        }
    }
}

/// A new file, for its owner only.
fn write_private(path: &Path, private: &AuditPrivateKey) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    writeln!(file, "{}", private.expose().as_str())?;
    file.sync_all()
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

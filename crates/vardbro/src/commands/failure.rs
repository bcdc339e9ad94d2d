//! Why a command could not do what was asked: what is wrong, and what to do.

use std::io;
use std::path::PathBuf;

use vardbro_ehr::wire::TransportError;
use vardbro_store::StoreError;
use vardbro_store::access_log::{AccessLogError, HeadsFault};

use crate::config::{Faults, KeyRingError};

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error(transparent)]
    Config(#[from] Faults),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    AccessLog(#[from] AccessLogError),
    #[error("cannot make calls: {0}")]
    Wire(#[from] TransportError),
    #[error("cannot say what was done: {0}")]
    Output(io::Error),
    /// It was told first, because it is told only once.
    #[error("what is said above was not done: {0}")]
    NotDone(Box<Failure>),
    #[error("cannot ask: {0}")]
    Ask(io::Error),
    #[error("cannot read {}: {source}", .path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("cannot write {}: {source}", .path.display())]
    Write { path: PathBuf, source: io::Error },
    /// Everything that is wrong with what was given.
    #[error("{}", .0.join("; "))]
    Faults(Vec<String>),

    #[error("there is no database {0}: `vardbro init` makes it")]
    NoDatabase(String),
    #[error(
        "the database {location} is of version {applied}, and this program needs version {known}: run `vardbro migrate`"
    )]
    Pending { location: String, applied: i64, known: i64 },
    #[error("{} is there already: give the backup another name, or move that one away", .0.display())]
    BackupExists(PathBuf),
    #[error("this is PostgreSQL, which is copied by its own means: pg_dump --format=custom --file={} DATABASE", .0.display())]
    BackupElsewhere(PathBuf),

    #[error(transparent)]
    Keys(#[from] KeyRingError),
    #[error("there is no master key: `vardbro key new master` makes one")]
    NoMasterKey,
    #[error(
        "the key ring has no master key {0}, with which the application's data key is wrapped: put it back from the copy of the key file"
    )]
    LostMasterKey(String),
    #[error(
        "these keys are not this database's, which needs {}: put the key file back from its copy, or say --anyway to give up what they closed",
        .0.join(" and ")
    )]
    LostKeys(Vec<String>),
    #[error("there is no key {0}: `vardbro key list` shows those that there are")]
    NoKey(String),
    #[error("{id} is the {kind} key in use: make a newer one first, with `vardbro key new {kind}`")]
    KeyInUse { id: String, kind: &'static str },
    #[error(
        "the access log still has rows that only the audit key {id} can verify: keep it until they have been pruned, {until} at the earliest"
    )]
    KeyNamedByLog { id: String, until: String },
    #[error(
        "the data key of the application {client_id} is not wrapped with the master key {key} as it says: nothing was retired; restore the database or the key file, or use `vardbro app rotate {client_id} --lost`"
    )]
    Unwrappable { client_id: String, key: String },
    #[error("VARDBRO_KEYS holds the key ring: take the key {0} out there")]
    RetireElsewhere(String),

    #[error("there is no application {0}: `vardbro app list` shows those that there are")]
    NoApplication(String),
    #[error(
        "{0} is no application, and the access log has no row of it: `vardbro app list` shows the client ids that there are"
    )]
    NeverAnApplication(String),
    #[error("the client id {0} is taken: choose another one with --client-id")]
    ClientIdTaken(String),
    #[error("what was given as {what} is none: it begins with {prefix}")]
    NoSecret { what: &'static str, prefix: &'static str },
    #[error("{what} is missing: give it in {variable}, as a line of standard input, or at a terminal")]
    NotGiven { what: String, variable: &'static str },
    #[error(
        "{what} is missing: give it in a file (--settings), as a line of standard input, or at a terminal"
    )]
    NotAnswered { what: String },
    #[error(
        "this is not a client secret of the application {0}; if it is lost, `vardbro app rotate {0} --lost` makes a new one"
    )]
    WrongSecret(String),
    #[error("this client secret of the application {0} has run out: use the newer one")]
    ExpiredSecret(String),
    #[error(
        "the data key of the application {0} cannot be unwrapped: the database and the key file do not belong together, or one was changed; restore both from the same backup"
    )]
    Unwrapped(String),
    #[error("this cannot be taken back: say --yes to go on")]
    NeedsYes,
    #[error("nothing was changed")]
    Declined,

    #[error("there is no connection {0}: `vardbro connection list` shows those that there are")]
    NoConnection(String),
    #[error("several applications have a connection {name}: name one by --app or by its id: {}", .ids.join(", "))]
    AmbiguousConnection { name: String, ids: Vec<String> },
    #[error("this program has no connector for {0}: use the version that made the connection")]
    NoConnector(String),
    #[error("somebody else changed it at the same time: look at it, and try again")]
    ChangedMeanwhile,
    #[error(
        "the secrets of {0} cannot be opened with the application's data key: enter them again with `vardbro connection rotate`"
    )]
    Unopened(String),
    #[error(
        "{name} was added and is disabled, because it does not work: {why} Correct it with `vardbro connection set` or `rotate`, then use `vardbro connection enable`"
    )]
    AddedDisabled { name: String, why: String },
    #[error("{name} stays as it was, because the new settings do not work: {why}")]
    StaysAsItWas { name: String, why: String },
    #[error("{name} does not work: {why}")]
    DoesNotWork { name: String, why: String },
    #[error("{name} does not tell its templates: {why}")]
    NoTemplates { name: String, why: String },
    #[error(
        "the EHR cannot be asked for its templates: {0} With --no-check the mapping is kept without asking"
    )]
    MappingUnchecked(String),
    #[error("{name} misses {}: give them with `vardbro connection rotate` or `set` first", .missing.join(", "))]
    Incomplete { name: String, missing: Vec<String> },

    #[error("there is something to see to: {0} faults, as said above")]
    Ill(usize),
    #[error(
        "the access log is not as it was written: keep a copy of the database as evidence, and see docs/operating.md"
    )]
    LogChanged,
    #[error("{}: {fault}", .path.display())]
    Heads { path: PathBuf, fault: HeadsFault },
    #[error(
        "{unopened} of {rows} rows could not be opened: give the private keys that belong to their audit keys, too"
    )]
    RowsUnopened { rows: u64, unopened: u64 },
}

impl Failure {
    /// Takes back what was told already.
    pub fn not_done(self) -> Self {
        Self::NotDone(Box::new(self))
    }

    /// Nothing, or everything that is wrong at once.
    pub fn all(faults: Vec<String>) -> Result<(), Self> {
        if faults.is_empty() { Ok(()) } else { Err(Self::Faults(faults)) }
    }
}

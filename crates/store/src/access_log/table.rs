use std::collections::BTreeSet;

use async_trait::async_trait;

use super::chain::{End, Mark, Roster, Row};
use crate::backend::Result;

/// Where the access log is kept. Every change is whole or not at all, and durable when it returns.
#[async_trait]
pub(crate) trait Table: Send + Sync + 'static {
    async fn close(&self);

    async fn roster(&self) -> Result<Option<Roster>>;

    /// Every node of which there is a row or a mark.
    async fn nodes(&self) -> Result<Vec<String>>;

    async fn mark(&self, node: &str, end: End) -> Result<Option<Mark>>;

    /// Begins a chain and replaces the roster. `false`: the roster is not `from` any more, or there is such a chain.
    async fn begin(&self, from: Option<&Roster>, to: &Roster, head: &Mark, checkpoint: &Mark)
    -> Result<bool>;

    /// Adds rows and moves the head. `false`: it does not stand at `from`.
    async fn append(&self, from: &Mark, to: &Mark, rows: &[Row]) -> Result<bool>;

    /// Moves the checkpoint and deletes the rows that it passes. `false`: it does not stand at `from`, or rows are missing there.
    async fn prune(&self, from: &Mark, to: &Mark) -> Result<bool>;

    /// Replaces the authenticator of a mark, if it stands where `to` does.
    async fn renew_mark(&self, end: End, to: &Mark) -> Result<()>;

    /// Replaces the authenticator of the roster, if it is of the same nodes.
    async fn renew_roster(&self, to: &Roster) -> Result<()>;

    /// At most `limit` rows of a chain after a sequence, with its marks, all of one moment.
    async fn stretch(&self, node: &str, after: i64, limit: i64) -> Result<Stretch>;

    async fn mac_at(&self, node: &str, sequence: i64) -> Result<Option<Vec<u8>>>;

    /// At most `limit` rows that are wanted, by time, node and sequence.
    async fn select(&self, wanted: &Wanted, after: Option<&Position>, limit: i64) -> Result<Vec<Row>>;

    /// The latest time of a row.
    async fn newest(&self) -> Result<Option<i64>>;

    /// The ids of all keys that authenticate anything. Reads the whole log.
    async fn keys(&self) -> Result<BTreeSet<String>>;
}

/// A part of a chain.
pub(crate) struct Stretch {
    pub(crate) head: Option<Mark>,
    pub(crate) checkpoint: Option<Mark>,
    pub(crate) rows: Vec<ReadRow>,
}

/// A row, or what can be read of one whose columns hold what nobody wrote.
pub(crate) enum ReadRow {
    Whole(Box<Row>),
    Broken { sequence: i64, mac: Vec<u8> },
}

impl ReadRow {
    pub(crate) fn sequence(&self) -> i64 {
        match self {
            Self::Whole(row) => row.sequence,
            Self::Broken { sequence, .. } => *sequence,
        }
    }
}

/// Which rows.
pub(crate) struct Wanted {
    /// The patient, or how the request named the patient, is one of these; `None`: any or none.
    pub(crate) names: Option<Vec<[u8; 32]>>,
    pub(crate) from: Option<i64>,
    pub(crate) until: Option<i64>,
    pub(crate) client_id: Option<String>,
    pub(crate) connection: Option<String>,
}

/// Behind which row.
pub(crate) struct Position {
    pub(crate) at: i64,
    pub(crate) node: String,
    pub(crate) sequence: i64,
}

use super::finding::{Fault, Finding};
use crate::error::StoreError;

/// Why the access log cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum AccessLogError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Nothing can be authenticated.
    #[error("there is no audit key: make one with `vardbro key new`")]
    NoKey,
    /// To go on would hide what was done to the log.
    #[error("{}", changed(.0))]
    Changed(Finding),
}

fn changed(finding: &Finding) -> String {
    if matches!(finding.fault, Fault::UnknownKey(_)) {
        return format!(
            "this key file is not this database's ({finding}): put it back from its copy, or copy the newest one here"
        );
    }
    format!(
        "the access log is not as it was written ({finding}): run `vardbro audit verify`. A node of another name can go on"
    )
}

/// Why nothing can be logged now, so that nothing may happen either.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoPlace {
    /// Too much waits to be written.
    #[error("the access log's queue is full")]
    Full,
    /// What waits cannot be written now.
    #[error("the access log cannot be written now")]
    Failing,
    /// It was closed.
    #[error("the access log is closed")]
    Closed,
}

/// The log ended before the entry was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the access log ended before the entry was written")]
pub struct Unwritten;

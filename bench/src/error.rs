use std::io;

use http::StatusCode;

pub type Result<T> = std::result::Result<T, BenchError>;

/// Why nothing could be measured.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error(transparent)]
    Http(#[from] http::Error),
    #[error(transparent)]
    Call(#[from] hyper::Error),
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    #[error(transparent)]
    Store(#[from] vardbro_store::StoreError),
    #[error(transparent)]
    AccessLog(#[from] vardbro_store::access_log::AccessLogError),
    #[error(transparent)]
    Wire(#[from] vardbro_ehr::wire::TransportError),
    #[error("a task of the load ended early: {0}")]
    Task(#[from] tokio::task::JoinError),
    /// A figure of calls that failed would say nothing.
    #[error("a call was answered with {status}: {body}")]
    Answer { status: StatusCode, body: String },
    #[error("the answer is not what was expected: {0} is missing")]
    Missing(&'static str),
    #[error("the gateway did not start; its log may tell why")]
    NotStarted,
}

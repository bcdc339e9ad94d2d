//! The wire: one tower stack through which every outbound call goes.
//!
//! From the outside in: `observe` → `deadline` → `retry` → `breaker` → `quota` → `concurrency` → `attempt timeout` → `egress` →
//! transport. Every call carries its [`Safety`]; every failure says what is known about [`Delivery`].

pub mod attempt;
pub mod breaker;
pub mod concurrency;
pub mod deadline;
pub mod egress;
mod hint;
pub mod observe;
pub mod progress;
pub mod quota;
mod reach;
pub mod resolve;
pub mod retry;
pub mod stack;
pub mod tls;
pub mod transport;

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;
use tower::util::BoxCloneSyncService;
use tower::{Service, ServiceExt};
use vardbro_model::capabilities::Operation;
use vardbro_model::ehr::EhrCode;

pub use self::egress::{Egress, Refusal};
pub use self::resolve::{Resolve, SystemResolver};
pub use self::retry::{Pause, Repeats};
pub use self::stack::{WireFactory, wire_over};
pub use self::tls::{ClientIdentity, Tls, TlsFault};
pub use self::transport::TransportError;
use crate::meter::Meter;

/// Whether a call may be made twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Safety {
    /// Changes nothing.
    Read,
    /// Changes something, but twice is the same as once.
    Idempotent,
    /// Twice is worse than once.
    Once,
}

/// What is known about a call that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// Nothing left this machine: always safe to repeat.
    NotSent,
    /// The EHR answered no.
    Rejected,
    /// It may have happened.
    Unknown,
}

/// Why a call got no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WireErrorKind {
    /// The request's time was over before an answer came.
    #[error("out of time")]
    Deadline,
    /// One attempt took too long.
    #[error("no answer in time")]
    Timeout,
    /// Its name stands for no address that is known.
    #[error("its name could not be resolved")]
    Name,
    /// No connection.
    #[error("no connection")]
    Connect,
    /// A connection, but no TLS session.
    #[error("it does not answer with TLS")]
    NoTls,
    /// The server wants a client certificate, and the connection has none.
    #[error("it wants a client certificate, and the connection has none")]
    CertificateMissing,
    /// The server refused the connection's client certificate.
    #[error("it refused the connection's client certificate ({0})")]
    CertificateRefused(&'static str),
    /// The server's own certificate does not hold.
    #[error("its own certificate does not hold ({0})")]
    ServerCertificate(&'static str),
    /// The connection broke before the answer was whole.
    #[error("the connection broke")]
    Dropped,
    /// The operator does not allow calls to that address.
    #[error("{0}")]
    Egress(Refusal),
    /// The answer is larger than the call allows.
    #[error("the answer is too large")]
    TooLarge,
    /// The quota would not be free again in time.
    #[error("the quota is used up")]
    Quota,
    /// The EHR has been failing; calls to it are suspended.
    #[error("calls are suspended")]
    CircuitOpen,
    /// The request could not be made, such as an impossible URL.
    #[error("the request is malformed")]
    Malformed,
}

/// A call that got no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WireError {
    /// Why.
    pub kind: WireErrorKind,
    /// What is known about its effect.
    pub delivery: Delivery,
    /// When to try again.
    pub retry_after: Option<Duration>,
}

impl WireError {
    /// A failure before anything was sent.
    pub fn not_sent(kind: WireErrorKind) -> Self {
        Self { kind, delivery: Delivery::NotSent, retry_after: None }
    }

    /// A failure after something may have been sent.
    pub fn unknown(kind: WireErrorKind) -> Self {
        Self { kind, delivery: Delivery::Unknown, retry_after: None }
    }
}

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)
    }
}

impl std::error::Error for WireError {}

/// One call to an EHR, as a connector builds it.
pub struct Call {
    /// The native request, with an absolute URL.
    pub request: http::Request<Bytes>,
    /// Whether it may be made twice.
    pub safety: Safety,
    /// The native endpoint for spans and metrics, such as `GET /v1/patients/{id}`: never with an id in it.
    pub endpoint: &'static str,
    /// Whether the EHR counts it (a presigned storage address does not).
    pub counts_against_quota: bool,
    /// The answer's body may be this large.
    pub max_answer_bytes: usize,
    /// How often it is repeated, where that is safe.
    pub repeats: Repeats,
}

/// Enough for any list page; a call that fetches a file asks for more.
const MAX_ANSWER_BYTES: usize = 8 * 1024 * 1024;

impl Call {
    /// A call that counts against the quota and expects an ordinary answer.
    pub fn new(safety: Safety, endpoint: &'static str, request: http::Request<Bytes>) -> Self {
        Self {
            request,
            safety,
            endpoint,
            counts_against_quota: true,
            max_answer_bytes: MAX_ANSWER_BYTES,
            repeats: Repeats::default(),
        }
    }

    /// A call that the EHR does not count.
    #[must_use]
    pub fn beside_quota(self) -> Self {
        Self { counts_against_quota: false, ..self }
    }

    /// A call whose answer may be this large.
    #[must_use]
    pub fn answer_up_to(self, bytes: usize) -> Self {
        Self { max_answer_bytes: bytes, ..self }
    }

    /// A call that is repeated as the EHR's own clients do.
    #[must_use]
    pub fn repeated(self, repeats: Repeats) -> Self {
        Self { repeats, ..self }
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("endpoint", &self.endpoint)
            .field("safety", &self.safety)
            .finish_non_exhaustive()
    }
}

/// What travels with a request through the stack, as an extension of it.
#[derive(Debug, Clone)]
pub struct CallContext {
    /// Which EHR.
    pub ehr: EhrCode,
    /// For which operation.
    pub operation: Operation,
    /// The native endpoint, never with an id in it.
    pub endpoint: &'static str,
    /// Whether it may be made twice.
    pub safety: Safety,
    /// Whether the EHR counts it.
    pub counts_against_quota: bool,
    /// The answer's body may be this large.
    pub max_answer_bytes: usize,
    /// How often it is repeated, where that is safe.
    pub repeats: Repeats,
    /// No answer after this is of use.
    pub deadline: Instant,
    /// Counts the attempts.
    pub meter: Meter,
}

impl CallContext {
    /// What travels with the request. One without it did not come through [`Wire::send`].
    fn of<B>(request: &http::Request<B>) -> Result<Self, WireError> {
        let context = request.extensions().get::<Self>().cloned();
        context.ok_or(WireError::not_sent(WireErrorKind::Malformed))
    }
}

/// How the wire must treat one connection.
#[derive(Debug, Clone)]
pub struct WireProfile {
    /// Calls that the EHR allows in any 60 seconds; `None`: no known limit.
    pub calls_per_minute: Option<u32>,
    /// Calls under way at once.
    pub concurrency: usize,
    /// How long one attempt may take.
    pub attempt_timeout: Duration,
    /// Who it is, and whom it trusts, beyond what holds for the machine.
    pub tls: Tls,
}

/// The whole stack of one connection. Clones share it.
#[derive(Clone)]
pub struct Wire(BoxCloneSyncService<http::Request<Bytes>, http::Response<Bytes>, WireError>);

impl Wire {
    /// Around any service.
    pub fn new<S>(service: S) -> Self
    where
        S: Service<http::Request<Bytes>, Response = http::Response<Bytes>, Error = WireError>,
        S: Clone + Send + Sync + 'static,
        S::Future: Send + 'static,
    {
        Self(BoxCloneSyncService::new(service))
    }

    /// Sends one request, or says why it got no answer.
    pub async fn send(
        &self,
        mut request: http::Request<Bytes>,
        context: CallContext,
    ) -> Result<http::Response<Bytes>, WireError> {
        request.extensions_mut().insert(context);
        self.0.clone().oneshot(request).await
    }
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wire")
    }
}

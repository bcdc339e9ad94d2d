//! The outermost layer: a span, an event and metrics for every call. They name endpoints and outcomes, never a URL, a header or
//! a body.

use std::time::Duration;

use tokio::time::Instant;
use tower::ServiceExt;
use tracing::Instrument;

use super::progress::Progress;
use super::stack::{Answer, Concern, Next, Request};
use super::{CallContext, WireErrorKind};

const CALLS: &str = "vardbro_upstream_calls_total";
const SECONDS: &str = "vardbro_upstream_call_seconds";

/// Tells the metrics recorder what the wire's metrics mean.
pub(super) fn describe_metrics() {
    metrics::describe_counter!(CALLS, "Calls to EHRs, repeats not counted apart, by how they ended.");
    metrics::describe_histogram!(
        SECONDS,
        metrics::Unit::Seconds,
        "Time that calls to EHRs took, waiting and repeats included."
    );
}

/// Records every call.
#[derive(Debug, Clone, Copy)]
pub struct Observe;

impl Concern for Observe {
    async fn carry(&self, mut request: Request, next: impl Next) -> Answer {
        let context = CallContext::of(&request)?;
        let progress = Progress::default();
        request.extensions_mut().insert(progress.clone());
        let span = tracing::info_span!(
            "upstream",
            ehr = context.ehr.as_str(),
            operation = context.operation.as_str(),
            endpoint = context.endpoint
        );
        async move {
            let mut record = Record { context, progress, began: Instant::now(), outcome: None };
            let answer = next.oneshot(request).await;
            record.outcome = Some(Outcome::of(&answer));
            answer
        }
        .instrument(span)
        .await
    }
}

enum Outcome {
    Status(http::StatusCode),
    Error(WireErrorKind),
}

impl Outcome {
    fn of(answer: &Answer) -> Self {
        match answer {
            Ok(response) => Self::Status(response.status()),
            Err(error) => Self::Error(error.kind),
        }
    }
}

/// Written down when it is dropped, so that calls whose caller went away are seen too.
struct Record {
    context: CallContext,
    progress: Progress,
    began: Instant,
    outcome: Option<Outcome>,
}

impl Drop for Record {
    fn drop(&mut self) {
        let took = self.began.elapsed();
        let label = match &self.outcome {
            Some(Outcome::Status(status)) => status.as_str().to_owned(),
            Some(Outcome::Error(kind)) => name(*kind).to_owned(),
            None => "abandoned".to_owned(),
        };
        self.log(&label, took);
        let (ehr, operation) = (self.context.ehr.as_str(), self.context.operation.as_str());
        metrics::counter!(
            CALLS, "ehr" => ehr, "operation" => operation, "endpoint" => self.context.endpoint, "outcome" => label
        )
        .increment(1);
        metrics::histogram!(SECONDS, "ehr" => ehr, "operation" => operation).record(took.as_secs_f64());
    }
}

impl Record {
    fn log(&self, outcome: &str, took: Duration) {
        let attempts = self.progress.attempts();
        let seconds = took.as_secs_f64();
        match &self.outcome {
            Some(Outcome::Status(status)) if !status.is_server_error() => {
                tracing::debug!(outcome, attempts, seconds, "the EHR answered");
            }
            Some(Outcome::Status(_)) => {
                tracing::warn!(outcome, attempts, seconds, "the EHR answered with a failure")
            }
            Some(Outcome::Error(_)) | None => {
                tracing::warn!(outcome, attempts, seconds, "the EHR gave no answer")
            }
        }
    }
}

fn name(kind: WireErrorKind) -> &'static str {
    match kind {
        WireErrorKind::Deadline => "deadline",
        WireErrorKind::Timeout => "timeout",
        WireErrorKind::Name => "name",
        WireErrorKind::Connect => "connect",
        WireErrorKind::NoTls => "no_tls",
        WireErrorKind::CertificateMissing => "certificate_missing",
        WireErrorKind::CertificateRefused(_) => "certificate_refused",
        WireErrorKind::ServerCertificate(_) => "server_certificate",
        WireErrorKind::Dropped => "dropped",
        WireErrorKind::Egress(_) => "egress",
        WireErrorKind::TooLarge => "too_large",
        WireErrorKind::Quota => "quota",
        WireErrorKind::CircuitOpen => "circuit_open",
        WireErrorKind::Malformed => "malformed",
    }
}

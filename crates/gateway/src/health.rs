//! What an operator's machinery asks: alive, ready, metrics.

use std::sync::OnceLock;

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use http::header::CONTENT_TYPE;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use serde_json::json;
use vardbro_model::error::ErrorCode;
use vardbro_store::access_log::AccessLog;

use crate::gateway::Gateway;
use crate::problem::Problem;

/// Seconds; the metrics that have them end in `_seconds`.
const BUCKETS: &[f64] = &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 25.0];

pub(crate) fn routes() -> Router<Gateway> {
    record_metrics();
    Router::new()
        .route("/healthz", get(async || Json(json!({"status": "ok"}))))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
}

async fn ready(State(gateway): State<Gateway>) -> Result<Json<serde_json::Value>, Problem> {
    let not_ready = |detail: String| Err(Problem::new(ErrorCode::ServiceUnavailable, detail));
    if !gateway.can_authenticate().await {
        return not_ready("The database does not answer.".to_owned());
    }
    match gateway.access_log().map(AccessLog::reserve).transpose() {
        Ok(_) => Ok(Json(json!({"status": "ok"}))),
        Err(why) => not_ready(format!("Nothing is done that cannot be logged: {why}.")),
    }
}

async fn metrics(State(gateway): State<Gateway>) -> ([(http::HeaderName, &'static str); 1], String) {
    gateway.gate().measure();
    let text = recorder().map(PrometheusHandle::render).unwrap_or_default();
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text)
}

/// Begins to record metrics. Whatever describes or counts before this is lost, so a program calls it first.
pub fn record_metrics() {
    if recorder().is_some() {
        metrics::describe_counter!("vardbro_requests_total", "Calls to the API, by how they ended.");
        let help = "Time that calls to the API took, the EHR's part included.";
        metrics::describe_histogram!("vardbro_request_seconds", metrics::Unit::Seconds, help);
        let help = "Connections, requests and bodies that a limit refused or cut off, by reason.";
        metrics::describe_counter!("vardbro_refusals_total", help);
        metrics::describe_gauge!("vardbro_connections", "Connections that are open.");
        metrics::describe_gauge!(
            "vardbro_requests_in_flight",
            "Calls to the API that are worked on or being answered."
        );
        let help = "Memory that was granted to bodies of calls, in bytes.";
        metrics::describe_gauge!("vardbro_body_bytes", metrics::Unit::Bytes, help);
    }
}

/// One recorder serves the whole process.
fn recorder() -> Option<&'static PrometheusHandle> {
    static RECORDER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    RECORDER
        .get_or_init(|| PrometheusBuilder::new().set_buckets(BUCKETS).ok()?.install_recorder().ok())
        .as_ref()
}

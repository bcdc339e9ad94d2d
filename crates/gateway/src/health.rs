//! What an operator's machinery asks: alive, ready, metrics.

use std::sync::OnceLock;

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use http::header::CONTENT_TYPE;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use serde_json::json;
use vardbro_model::error::ErrorCode;

use crate::gateway::Gateway;
use crate::problem::Problem;

/// Seconds; the metrics that have them end in `_seconds`.
const BUCKETS: &[f64] = &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 25.0];

pub(crate) fn routes() -> Router<Gateway> {
    // The recorder must be there before the first request is counted.
    let _ = recorder();
    Router::new()
        .route("/healthz", get(async || Json(json!({"status": "ok"}))))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
}

async fn ready(State(gateway): State<Gateway>) -> Result<Json<serde_json::Value>, Problem> {
    match gateway.store().check().await {
        Ok(()) => Ok(Json(json!({"status": "ok"}))),
        Err(_) => Err(Problem::new(ErrorCode::ServiceUnavailable, "The database does not answer.")),
    }
}

async fn metrics() -> ([(http::HeaderName, &'static str); 1], String) {
    let text = recorder().map(PrometheusHandle::render).unwrap_or_default();
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text)
}

/// One recorder serves the whole process.
fn recorder() -> Option<&'static PrometheusHandle> {
    static RECORDER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    RECORDER
        .get_or_init(|| PrometheusBuilder::new().set_buckets(BUCKETS).ok()?.install_recorder().ok())
        .as_ref()
}

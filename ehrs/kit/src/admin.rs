use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use axum::{Json, Router};
use serde_json::{Map, Value, json};

use crate::audit::{AuditState, Auditable};
use crate::controls::Controls;
use crate::faults::{Faults, WrongFaults};

#[derive(Clone)]
struct Admin {
    controls: Controls,
    ehr: Arc<dyn Auditable>,
}

/// The routes under `/_sandbox`. Merge them beside the EHR's own router, outside its layers: they are never counted,
/// never faulted and need no credentials. An EHR with more to show merges its own routes as well.
pub fn admin_router(controls: Controls, ehr: Arc<dyn Auditable>) -> Router {
    Router::new()
        .route("/_sandbox/calls", get(calls))
        .route("/_sandbox/state", get(state))
        .route("/_sandbox/reset", post(reset))
        .route("/_sandbox/faults", post(faults))
        .route("/_sandbox/{*unknown}", any(unknown))
        .with_state(Admin { controls, ehr })
}

async fn calls(State(admin): State<Admin>) -> Json<BTreeMap<String, u64>> {
    Json(admin.controls.calls())
}

async fn state(State(admin): State<Admin>) -> Json<AuditState> {
    Json(admin.ehr.state())
}

async fn reset(State(admin): State<Admin>) -> StatusCode {
    admin.ehr.reset();
    admin.controls.reset();
    StatusCode::NO_CONTENT
}

/// The body is JSON whatever its content type says: this endpoint is made for pasting into a shell.
async fn faults(State(admin): State<Admin>, body: Bytes) -> Result<Json<Faults>, WrongFaults> {
    let change: Map<String, Value> = serde_json::from_slice(&body)
        .map_err(|_| WrongFaults("the body must be a JSON object".to_owned()))?;
    admin.controls.set_faults(&change).map(Json)
}

async fn unknown() -> Response {
    (StatusCode::NOT_FOUND, Json(json!({"error": "this sandbox has no such endpoint"}))).into_response()
}

impl IntoResponse for WrongFaults {
    fn into_response(self) -> Response {
        (StatusCode::BAD_REQUEST, Json(json!({"error": self.0}))).into_response()
    }
}

//! The native port: the sandbox endpoints, and nothing else, because the EHR itself is called in the same process.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use vardbro_sandbox_kit::{AppointmentState, AuditState, Auditable, Running, Server, admin_router};

use crate::confirmation::Message;
use crate::{Mock, installations};

/// Serves `/_sandbox/*` of this EHR, with `GET /_sandbox/outbox` beside what every sandbox has.
pub async fn start(mock: Arc<Mock>, listen: SocketAddr) -> io::Result<Running> {
    let controls = mock.controls().clone();
    let own = Router::new().route("/_sandbox/outbox", get(outbox)).with_state(mock.clone());
    let routes = own.merge(admin_router(controls.clone(), mock.clone()));
    let server = Server::start(listen, |_| routes).await?;
    installations::announce(server.origin(), &mock);
    Ok(Running {
        origin: server.origin().to_owned(),
        native: server.origin().to_owned(),
        credentials: BTreeMap::new(),
        other_origins: BTreeMap::new(),
        controls,
        ehr: mock,
        servers: vec![server],
    })
}

async fn outbox(State(mock): State<Arc<Mock>>) -> Json<Vec<Message>> {
    Json(mock.change(|state| state.outbox.clone()))
}

impl Auditable for Mock {
    fn state(&self) -> AuditState {
        self.change(|state| AuditState {
            appointments: state
                .appointments
                .values()
                .map(|held| AppointmentState {
                    id: held.id.as_str().to_owned(),
                    care_unit_id: held.care_unit.as_str().to_owned(),
                    resource_id: held.resource.as_str().to_owned(),
                    service_id: held.service.as_str().to_owned(),
                    patient_id: held.patient.as_str().to_owned(),
                    start: held.window.start,
                    end: held.window.end,
                    live: held.is_live(),
                })
                .collect(),
            patients: state.patients.len(),
            notes: state.notes.len(),
            documents: state.documents.len(),
        })
    }

    fn reset(&self) {
        self.seed_anew();
    }
}

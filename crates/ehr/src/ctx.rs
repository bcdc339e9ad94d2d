//! What an operation is given beside its arguments.

use std::sync::Arc;

use bytes::Bytes;
use tokio::time::Instant;
use vardbro_model::capabilities::Operation;

use crate::EhrError;
use crate::connection::Connection;
use crate::environment::Clock;
use crate::meter::Meter;
use crate::wire::{Call, CallContext, Wire};

/// The circumstances of one operation: whose, with what, until when.
#[derive(Debug, Clone)]
pub struct Ctx {
    /// The installation to speak to.
    pub connection: Arc<Connection>,
    /// What is being done, for spans and metrics.
    pub operation: Operation,
    /// The wall clock.
    pub clock: Arc<dyn Clock>,
    /// The whole operation must have ended by then.
    pub deadline: Instant,
    /// Whether the client asked for an answer that comes from no cache.
    pub fresh: bool,
    /// Counts the calls made.
    pub meter: Meter,
    /// Carries the calls.
    pub wire: Wire,
}

impl Ctx {
    /// Sends one call to the EHR. Any HTTP answer is `Ok`; what it means is the connector's to say.
    pub async fn send(&self, call: Call) -> Result<http::Response<Bytes>, EhrError> {
        let context = CallContext {
            ehr: self.connection.ehr,
            operation: self.operation,
            endpoint: call.endpoint,
            safety: call.safety,
            counts_against_quota: call.counts_against_quota,
            max_answer_bytes: call.max_answer_bytes,
            repeats: call.repeats,
            deadline: self.deadline,
            meter: self.meter.clone(),
        };
        self.wire.send(call.request, context).await.map_err(|error| EhrError::from_wire(error, call.safety))
    }
}

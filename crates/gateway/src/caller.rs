//! Who calls: holding a [`Caller`] is the proof of having been authenticated.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use http::request::Parts;
use tracing::error;
use vardbro_model::error::ErrorCode;
use vardbro_store::Application;

use crate::exchange::Exchange;
use crate::gateway::Gateway;
use crate::links::Reach;
use crate::problem::Problem;
use crate::request::refuse_unacceptable;

/// An authenticated application, and what it reaches.
#[derive(Clone)]
pub(crate) struct Caller {
    pub(crate) application: Application,
    pub(crate) reach: Arc<Reach>,
}

impl FromRequestParts<Gateway> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, gateway: &Gateway) -> Result<Self, Problem> {
        let caller = Self::authenticated(parts, gateway).await?;
        refuse_unacceptable(&parts.headers)?;
        Ok(caller)
    }
}

impl Caller {
    /// Who calls, whatever he asks for: what is refused from here on, the access log may have to tell.
    pub(crate) async fn authenticated(parts: &Parts, gateway: &Gateway) -> Result<Self, Problem> {
        let (id, secret) = credentials(&parts.headers).unwrap_or_default();
        let (gate, exchange) = (gateway.gate(), parts.extensions.get::<Exchange>());
        let admission = &exchange.ok_or_else(Problem::bug)?.admission;
        gate.may_log_in(admission, &id)?;
        let who = gateway.store().authenticate(&id, &secret, gateway.now()).await.map_err(|failure| {
            error!(%failure, "nobody can be authenticated");
            Problem::new(ErrorCode::ServiceUnavailable, "The database does not answer.")
        })?;
        let Some(who) = who else {
            gate.failed_login(admission, &id);
            return Err(Problem::new(
                ErrorCode::Unauthorized,
                "Send valid credentials in x-leyr-client-id and x-leyr-client-secret, or as HTTP Basic.",
            ));
        };
        gate.of_application(admission, &who.application)?;
        let reach = gateway.reach(&who);
        Ok(Self { application: who.application, reach })
    }
}

fn credentials(headers: &HeaderMap) -> Option<(String, String)> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    if let (Some(id), Some(secret)) = (text("x-leyr-client-id"), text("x-leyr-client-secret")) {
        return Some((id, secret));
    }
    let authorization = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = authorization.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = pair.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}

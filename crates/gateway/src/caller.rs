//! Who calls: holding a [`Caller`] is the proof of having been authenticated.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::{AUTHORIZATION, HeaderName};
use http::request::Parts;
use tracing::error;
use vardbro_model::error::ErrorCode;
use vardbro_store::Application;

use crate::exchange::Exchange;
use crate::gateway::Gateway;
use crate::links::Reach;
use crate::problem::Problem;
use crate::request::refuse_unacceptable;

const CLIENT_ID: HeaderName = HeaderName::from_static("x-leyr-client-id");

const CLIENT_SECRET: HeaderName = HeaderName::from_static("x-leyr-client-secret");

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

/// Nobody may present two identities: two readers of one request could take it for two callers.
fn credentials(headers: &HeaderMap) -> Option<(String, String)> {
    if [CLIENT_ID, CLIENT_SECRET, AUTHORIZATION].into_iter().any(|name| stands_twice(headers, name)) {
        return None;
    }
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    if let (Some(id), Some(secret)) = (text(CLIENT_ID), text(CLIENT_SECRET)) {
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

fn stands_twice(headers: &HeaderMap, name: HeaderName) -> bool {
    headers.get_all(name).iter().nth(1).is_some()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    const HEADERS: [(HeaderName, &str); 3] =
        [(CLIENT_ID, "clinic"), (CLIENT_SECRET, "secret"), (AUTHORIZATION, "Basic Y2xpbmljOnNlY3JldA==")];

    fn headers(given: &[(HeaderName, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in given {
            headers.append(name, HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn credentials_come_in_two_headers_or_in_one() {
        let read = Some(("clinic".to_owned(), "secret".to_owned()));
        for given in [&HEADERS[..2], &HEADERS[2..], &HEADERS] {
            assert_eq!(credentials(&headers(given)), read, "{given:?}");
        }
    }

    #[test]
    fn credentials_that_stand_twice_are_none() {
        for (twice, value) in HEADERS {
            let mut headers = headers(&HEADERS);
            headers.append(&twice, HeaderValue::from_static(value));
            assert_eq!(credentials(&headers), None, "{twice:?}");
        }
    }
}

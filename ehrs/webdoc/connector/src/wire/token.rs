//! The token host: OAuth 2 with client credentials.

use std::collections::BTreeSet;
use std::fmt;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::Value;
use url::{Url, form_urlencoded};
use vardbro_ehr::wire::{Call, Safety};

use super::{Scope, Unreadable, json, listed, loose, request};

/// Who asks for tokens, and where.
#[derive(Clone)]
pub struct TokenHost {
    /// The whole address of the token endpoint.
    pub url: Url,
    /// The integrator's id.
    pub client_id: String,
    /// The integrator's secret.
    pub client_secret: SecretString,
}

impl fmt::Debug for TokenHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenHost").field("url", &self.url.as_str()).finish_non_exhaustive()
    }
}

/// `POST /oauth/token`. Asking twice is harmless; the API's own quota is another host's.
pub fn ask(host: &TokenHost, scopes: &[Scope]) -> Call {
    let form = form_urlencoded::Serializer::new(String::new())
        .append_pair("grant_type", "client_credentials")
        .append_pair("client_id", &host.client_id)
        .append_pair("client_secret", host.client_secret.expose_secret())
        .append_pair("scope", &listed(scopes.iter().copied(), " "))
        .finish();
    let mut request = request(Method::POST, &host.url, None);
    request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
    *request.body_mut() = Bytes::from(form);
    Call::new(Safety::Read, "POST /oauth/token", request).beside_quota()
}

/// What the token host hands out. `token_type` may be anything, and is not looked at. Does not print itself.
#[derive(Deserialize)]
pub struct Grant {
    /// The token.
    pub access_token: String,
    /// Seconds that it lives.
    #[serde(default, deserialize_with = "loose::number")]
    pub expires_in: Option<i64>,
    #[serde(default)]
    scope: Value,
}

impl Grant {
    /// Those of the scopes asked for that were granted: all, unless the answer names some of them and not others.
    pub fn granted(&self, asked: &BTreeSet<Scope>) -> BTreeSet<Scope> {
        let named = self.scope.as_str().unwrap_or_default();
        let named: Vec<Scope> = named.split_whitespace().filter_map(Scope::parse).collect();
        let granted: BTreeSet<Scope> = asked.iter().copied().filter(|scope| named.contains(scope)).collect();
        if granted.is_empty() { asked.clone() } else { granted }
    }
}

/// Reads the answer to [`ask`].
pub fn read(body: &[u8]) -> Result<Grant, Unreadable> {
    json(body)
}

/// The refusal's code in the words of RFC 6749, if it has one.
pub fn refusal_code(body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Refusal {
        error: Option<String>,
    }
    serde_json::from_slice::<Refusal>(body).ok()?.error
}

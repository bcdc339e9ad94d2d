//! Who may call what: bearer tokens, and the scope that each route asks for.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};

use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::MethodRouter;
use jiff::Timestamp;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::id::Id;
use crate::refusal::Refusal;
use crate::state::App;

/// The tokens that were issued. A reset leaves them alone: they are credentials.
pub struct Tokens(Mutex<Issued>);

struct Issued {
    tokens: HashMap<String, Token>,
    dice: StdRng,
}

struct Token {
    scopes: BTreeSet<String>,
    expires: Timestamp,
    /// How often tokens had been revoked when it was issued.
    revocations: u64,
}

impl Tokens {
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(Issued { tokens: HashMap::new(), dice: StdRng::seed_from_u64(seed) }))
    }

    /// Remembers a new token and forgets those that have expired.
    pub fn issue(
        &self,
        scopes: BTreeSet<String>,
        now: Timestamp,
        expires: Timestamp,
        revocations: u64,
    ) -> String {
        let mut issued = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        issued.tokens.retain(|_, token| token.expires > now);
        let value = format!("{}.{}", Id::random(issued.dice.random()), Id::random(issued.dice.random()));
        issued.tokens.insert(value.clone(), Token { scopes, expires, revocations });
        value
    }

    fn scopes(&self, value: &str, now: Timestamp, revocations: u64) -> Option<BTreeSet<String>> {
        let issued = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let token = issued.tokens.get(value)?;
        (token.expires > now && token.revocations == revocations).then(|| token.scopes.clone())
    }
}

/// The scopes of the call's token.
#[derive(Clone)]
struct Held(BTreeSet<String>);

pub async fn authenticate(
    State(app): State<App>,
    mut request: Request,
    next: Next,
) -> Result<Response, Refusal> {
    let (now, revocations) = (app.options.clock.now(), app.options.grants.revocations());
    let token = bearer(request.headers()).ok_or(Refusal::Unauthenticated)?;
    let scopes = app.tokens.scopes(token, now, revocations).ok_or(Refusal::Unauthenticated)?;
    request.extensions_mut().insert(Held(scopes));
    Ok(next.run(request).await)
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Lets only tokens with this scope through to these methods.
pub fn needs(scope: &'static str, methods: MethodRouter<App>) -> MethodRouter<App> {
    methods.route_layer(from_fn(move |request: Request, next: Next| async move {
        let held = request.extensions().get::<Held>();
        if held.is_some_and(|Held(scopes)| scopes.contains(scope)) {
            next.run(request).await
        } else {
            Refusal::Forbidden(scope).into_response()
        }
    }))
}

//! Who calls: the owner of the token, or the host for whom the owner stands in.

use async_graphql::ID;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::Response;
use subtle::ConstantTimeEq;

use crate::refusal::Refusal;
use crate::state::App;

pub const DEFAULT_TOKEN: &str = "3fa9c1d27b604e8fa5d3c0b96e174a82";

/// The host in whose name everything is done.
#[derive(Clone)]
pub struct Caller(pub ID);

pub async fn authenticate(
    State(app): State<App>,
    mut request: Request,
    next: Next,
) -> Result<Response, Refusal> {
    let caller = caller(&app, request.headers())?;
    request.extensions_mut().insert(caller);
    Ok(next.run(request).await)
}

fn caller(app: &App, headers: &HeaderMap) -> Result<Caller, Refusal> {
    let token = app.options.token.as_deref().unwrap_or(DEFAULT_TOKEN);
    // The bare token: with `Bearer` before it, it is another one.
    let given = headers.get(header::AUTHORIZATION).map(|value| value.as_bytes()).unwrap_or_default();
    if !bool::from(given.ct_eq(token.as_bytes())) {
        return Err(Refusal::Unauthorized);
    }
    let world = app.session();
    let Some(host) = headers.get("ImpersonationId") else { return Ok(Caller(world.token_owner.clone())) };
    let host = host.to_str().ok().map(ID::from).filter(|host| world.active_host(host).is_some());
    host.map(Caller).ok_or(Refusal::UnknownImpersonation)
}

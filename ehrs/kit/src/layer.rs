use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;

use crate::controls::{Controls, Fate};

/// Middleware (`axum::middleware::from_fn_with_state(controls, count_calls)`) that counts each call under its method
/// and route template, or `(unknown)`. Lay it outermost with `Router::layer`.
pub async fn count_calls(State(controls): State<Controls>, request: Request, next: Next) -> Response {
    let template = request.extensions().get::<MatchedPath>().map_or("(unknown)", MatchedPath::as_str);
    controls.count(&format!("{} {template}", request.method()));
    next.run(request).await
}

/// What [`meet_fate`] needs: the controls, and how this EHR says 429.
#[derive(Clone)]
pub struct Faulty {
    pub controls: Controls,
    /// The EHR's own answer to a call beyond its rate limit; the argument is when the window resets.
    pub rate_limited: fn(Timestamp) -> Response,
}

/// Middleware that lets each call meet its fate. Lay it inside authentication: a refused caller has no quota to use.
pub async fn meet_fate(State(faulty): State<Faulty>, request: Request, next: Next) -> Response {
    match faulty.controls.next_fate().await {
        Fate::Proceed => next.run(request).await,
        Fate::Unavailable => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Fate::LoseAnswer => {
            next.run(request).await;
            cut_connection()
        }
        Fate::RateLimited { reset } => (faulty.rate_limited)(reset),
    }
}

#[derive(Clone, Copy)]
pub(crate) struct Cut;

/// An answer that [`crate::Server`] never sends: it closes the connection instead.
pub fn cut_connection() -> Response {
    let mut response = Response::new(Body::empty());
    response.extensions_mut().insert(Cut);
    response
}

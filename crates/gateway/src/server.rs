//! The routes put together, and served.

use std::any::Any;
use std::future::Future;
use std::io;
use std::time::Duration;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use tokio::net::TcpListener;
use tower_http::catch_panic::CatchPanicLayer;
use tracing::error;
use vardbro_model::error::ErrorCode;

use crate::gateway::Gateway;
use crate::problem::Problem;
use crate::{docs, exchange, health, openapi, routes, scope};

/// How long requests in flight are waited for when the server stops.
const TIME_TO_DRAIN: Duration = Duration::from_secs(30);

/// Every route of the gateway.
pub fn router(gateway: Gateway) -> Router {
    let (api, description) = routes::api().split_for_parts();
    Router::new()
        .merge(api)
        .merge(openapi::route(&description))
        .merge(docs::routes())
        .merge(health::routes())
        .fallback(async || scope::unknown_path())
        .method_not_allowed_fallback(async || {
            Problem::new(
                ErrorCode::MethodNotAllowed,
                "This path does not have that method; see the Allow header.",
            )
        })
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(gateway.clone(), exchange::observe))
        .with_state(gateway)
}

/// Serves until `stop`, then lets what is in flight end.
pub async fn serve(
    gateway: Gateway,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let (stopped, when_stopped) = tokio::sync::oneshot::channel();
    let stop = async move {
        stop.await;
        let _ = stopped.send(());
    };
    let serving = axum::serve(listener, router(gateway.clone())).with_graceful_shutdown(stop);
    let drained = async {
        // Without a word from `stop` the server never ends by itself.
        if when_stopped.await.is_err() {
            std::future::pending::<()>().await;
        }
        tokio::time::sleep(TIME_TO_DRAIN).await;
    };
    tokio::select! {
        ended = serving => ended?,
        () = drained => {}
    }
    // Writes whose client went away have as long as their own deadlines.
    let _ = tokio::time::timeout(TIME_TO_DRAIN, gateway.drain()).await;
    Ok(())
}

fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response {
    let words =
        panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    error!(panic = words.unwrap_or("not a text"), "a request panicked");
    Problem::bug().into_response()
}

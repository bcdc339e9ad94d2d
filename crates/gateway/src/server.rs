//! The routes put together, and served.

use std::any::Any;
use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tower_http::catch_panic::CatchPanicLayer;
use tracing::error;
use vardbro_model::error::ErrorCode;

use crate::gateway::Gateway;
use crate::problem::Problem;
use crate::{docs, exchange, health, openapi, routes, scope};

/// How long requests in flight are waited for when the server stops.
const TIME_TO_DRAIN: Duration = Duration::from_secs(30);

/// How long a client may take to send a request's header, the wait for the next request of a kept connection included.
const TIME_FOR_HEADER: Duration = Duration::from_secs(15);

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
pub async fn serve(gateway: Gateway, listener: TcpListener, stop: impl Future<Output = ()> + Send) {
    let routes = router(gateway.clone());
    let connections = GracefulShutdown::new();
    let mut stop = pin!(stop);
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => answer(stream, routes.clone(), &connections),
                // Out of file descriptors, most likely: let some connections end first.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            },
            () = &mut stop => break,
        }
    }
    drop(listener);
    let _ = tokio::time::timeout(TIME_TO_DRAIN, connections.shutdown()).await;
    // Writes whose client went away have as long as their own deadlines.
    let _ = tokio::time::timeout(TIME_TO_DRAIN, gateway.drain()).await;
}

/// Answers the requests of one connection, one after another.
fn answer(stream: TcpStream, routes: Router, connections: &GracefulShutdown) {
    // Without it small answers can wait for the client's delayed acknowledgement.
    let _ = stream.set_nodelay(true);
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(TIME_FOR_HEADER);
    let service = TowerToHyperService::new(routes);
    let connection = connections.watch(http.serve_connection(TokioIo::new(stream), service));
    // A connection that ends in an error is the client's affair.
    tokio::spawn(async move { drop(connection.await) });
}

fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response {
    let words =
        panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    error!(panic = words.unwrap_or("not a text"), "a request panicked");
    Problem::bug().into_response()
}

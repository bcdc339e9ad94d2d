//! The routes put together, and served.

use std::any::Any;
use std::future::Future;
use std::net::IpAddr;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, timeout_at};
use tower::Service;
use tower_http::catch_panic::CatchPanicLayer;
use tracing::{error, warn};
use vardbro_model::error::ErrorCode;

use crate::gateway::Gateway;
use crate::limits::{Connection, Limits, Paced, Refusal, Turn};
use crate::problem::Problem;
use crate::tls::Tls;
use crate::{docs, exchange, health, limits, openapi, routes, scope};

/// Where a gateway listens.
pub struct Server {
    /// For clients.
    pub listener: TcpListener,
    /// With it they speak TLS, without it they do not.
    pub tls: Option<Tls>,
    /// How long requests in flight are waited for when it stops.
    pub grace: Duration,
}

/// Every route of the gateway.
pub fn router(gateway: Gateway) -> Router {
    let (api, description) = routes::api().split_for_parts();
    Router::new()
        .merge(api)
        .merge(openapi::route(&description))
        .merge(docs::routes())
        .fallback(async || scope::unknown_path())
        .method_not_allowed_fallback(wrong_method)
        .layer(from_fn_with_state(gateway.clone(), limits::admit))
        .merge(health::routes().method_not_allowed_fallback(wrong_method))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(gateway.clone(), exchange::observe))
        .with_state(gateway)
}

async fn wrong_method() -> Problem {
    Problem::new(ErrorCode::MethodNotAllowed, "This path does not have that method; see the Allow header.")
}

/// Serves until `stop`, then lets what is in flight end.
pub async fn serve(gateway: Gateway, server: Server, stop: impl Future<Output = ()> + Send) {
    let Server { listener, tls, grace } = server;
    let routes = router(gateway.clone());
    let connections = GracefulShutdown::new();
    let mut stop = pin!(stop);
    let mut forgetting = pin!(gateway.forget_idle());
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    answer(&gateway, stream, peer.ip(), tls.clone(), routes.clone(), connections.watcher());
                }
                // Out of file descriptors, most likely: let some connections end first.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            },
            () = &mut forgetting => {}
            () = &mut stop => break,
        }
    }
    drop(listener);
    let end = Instant::now() + grace;
    let answered = timeout_at(end, connections.shutdown()).await;
    // Writes whose client went away end by themselves, too.
    let written = timeout_at(end, gateway.drain()).await;
    if answered.is_err() || written.is_err() {
        warn!("what was still in flight after {} seconds is left behind", grace.as_secs());
    }
}

/// Answers a client, unless there are too many: then the connection is closed at once, so that the client goes elsewhere.
fn answer(
    gateway: &Gateway,
    stream: TcpStream,
    peer: IpAddr,
    tls: Option<Tls>,
    routes: Router,
    watcher: Watcher,
) {
    let open = match gateway.gate().open(peer) {
        Ok(open) => open,
        Err(refusal) => return refusal.count(),
    };
    // Without it small answers can wait for the client's delayed acknowledgement.
    let _ = stream.set_nodelay(true);
    let gateway = gateway.clone();
    tokio::spawn(async move {
        let limits = gateway.gate().limits();
        match tls {
            None => converse(stream, peer, limits, routes, watcher).await,
            Some(tls) => match tls.accept(stream, limits.handshake_time).await {
                Ok(stream) => converse(stream, peer, limits, routes, watcher).await,
                Err(_) => Refusal::Handshake.count(),
            },
        }
        drop(open);
    });
}

/// Answers the requests of one connection, one after another.
async fn converse(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: IpAddr,
    limits: &Limits,
    routes: Router,
    watcher: Watcher,
) {
    let turn = Turn::new();
    let stream = Paced::new(stream, turn.clone(), limits);
    let connection = Connection { peer, turn };
    let service = service_fn(move |request: http::Request<Incoming>| {
        connection.turn.began();
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(connection.clone());
        routes.clone().call(request)
    });
    let mut http = http1::Builder::new();
    // The stream watches the time, because an idle connection has more of it than a header that has begun.
    http.header_read_timeout(None)
        .max_buf_size(limits.header_bytes.max(SMALLEST_BUFFER))
        .max_header_size(limits.header_bytes);
    if limits.header_fields != FIELDS_ON_STACK {
        http.max_headers(limits.header_fields);
    }
    // A connection that ends in an error is the client's affair.
    let _ = watcher.watch(http.serve_connection(TokioIo::new(stream), service)).await;
}

/// What hyper needs at least.
const SMALLEST_BUFFER: usize = 8 * 1024;

/// As many fields as hyper keeps without asking for memory.
const FIELDS_ON_STACK: usize = 100;

fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response {
    let words =
        panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    error!(panic = words.unwrap_or("not a text"), "a request panicked");
    Problem::bug().into_response()
}

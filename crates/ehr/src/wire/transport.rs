//! The innermost layer: pooled connections, TLS, and what is known when they break.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures::future::BoxFuture;
use http_body::Body;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::{HttpConnector, capture_connection};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tower::Service;

use super::egress::{Egress, Refusal};
use super::progress::Progress;
use super::resolve::{CheckedResolver, Resolve, Unresolved};
use super::stack::{Answer, Request};
use super::tls::{Tls, certificate_fault, is_of_tls};
use super::{CallContext, Delivery, WireError, WireErrorKind};

/// How long a connection may take to come about, TLS not counted.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long an unused connection is kept. Servers close theirs too, and a write that crosses with that is lost: so less than any
/// server that we know of waits.
const IDLE_TIMEOUT: Duration = Duration::from_secs(15);

type Client = legacy::Client<HttpsConnector<HttpConnector<CheckedResolver>>, Full<Bytes>>;

/// The TLS library cannot be set up.
#[derive(Debug, thiserror::Error)]
#[error("TLS cannot be set up: {0}")]
pub struct TransportError(#[from] rustls::Error);

/// Sends requests. Clones share the connections. It follows no redirect and knows no proxy.
#[derive(Debug, Clone)]
pub struct Transport {
    client: Client,
    has_identity: bool,
}

impl Transport {
    /// A pool of connections to where the operator allows.
    pub fn new(egress: Arc<Egress>, resolver: Arc<dyn Resolve>, tls: &Tls) -> Result<Self, TransportError> {
        let allow_http = egress.allow_http;
        let mut tcp = HttpConnector::new_with_resolver(CheckedResolver { egress, resolver });
        tcp.enforce_http(false);
        tcp.set_connect_timeout(Some(CONNECT_TIMEOUT));
        tcp.set_nodelay(true);
        let https = HttpsConnectorBuilder::new().with_tls_config(tls.client_config()?);
        let schemes = if allow_http { https.https_or_http() } else { https.https_only() };
        let connector = schemes.enable_http1().enable_http2().wrap_connector(tcp);
        let client = legacy::Client::builder(TokioExecutor::new())
            .timer(TokioTimer::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_TIMEOUT)
            .build(connector);
        Ok(Self { client, has_identity: tls.has_identity() })
    }
}

impl Service<Request> for Transport {
    type Response = http::Response<Bytes>;
    type Error = WireError;
    type Future = BoxFuture<'static, Answer>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), WireError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        Box::pin(send(self.client.clone(), self.has_identity, request))
    }
}

async fn send(client: Client, has_identity: bool, mut request: Request) -> Answer {
    let max_bytes = CallContext::of(&request)?.max_answer_bytes;
    let progress = Progress::of(&mut request);
    // What travels in extensions is ours: none of it goes on.
    request.extensions_mut().clear();
    let mut request = request.map(Full::new);
    let connection = capture_connection(&mut request);
    progress.connecting();
    let mut answering = pin!(client.request(request));
    // The client takes a connection and begins to send within one poll: whoever drops this in between polls knows the truth.
    let answer = poll_fn(|context| {
        let poll = answering.as_mut().poll(context);
        if connection.connection_metadata().is_some() {
            progress.sending();
        }
        poll
    })
    .await;
    let connected = connection.connection_metadata().is_some();
    let (parts, body) = answer.map_err(|error| classify(&error, connected, has_identity))?.into_parts();
    if body.size_hint().lower() > u64::try_from(max_bytes).unwrap_or(u64::MAX) {
        return Err(WireError::unknown(WireErrorKind::TooLarge));
    }
    let body = Limited::new(body, max_bytes).collect().await.map_err(|error| {
        WireError::unknown(if error.is::<LengthLimitError>() {
            WireErrorKind::TooLarge
        } else {
            WireErrorKind::Dropped
        })
    })?;
    let mut response = http::Response::new(body.to_bytes());
    *response.status_mut() = parts.status;
    *response.version_mut() = parts.version;
    *response.headers_mut() = parts.headers;
    Ok(response)
}

fn classify(error: &legacy::Error, connected: bool, has_identity: bool) -> WireError {
    if let Some(kind) = causes(error).find_map(|cause| certificate_fault(cause, has_identity)) {
        // Whoever is not let in is not listened to either.
        WireError { kind, delivery: Delivery::Rejected, retry_after: None }
    } else if let Some(refusal) = causes(error).find_map(|cause| cause.downcast_ref::<Refusal>()) {
        WireError::not_sent(WireErrorKind::Egress(*refusal))
    } else if causes(error).any(|cause| cause.is::<Unresolved>()) {
        WireError::not_sent(WireErrorKind::Name)
    } else if error.is_connect() && causes(error).any(is_of_tls) {
        WireError::not_sent(WireErrorKind::NoTls)
    } else if error.is_connect() {
        WireError::not_sent(WireErrorKind::Connect)
    } else if connected {
        WireError::unknown(WireErrorKind::Dropped)
    } else {
        // The client found fault with the request before it looked for a connection.
        WireError::not_sent(WireErrorKind::Malformed)
    }
}

fn causes<'a>(
    error: &'a (dyn std::error::Error + 'static),
) -> impl Iterator<Item = &'a (dyn std::error::Error + 'static)> {
    std::iter::successors(Some(error), |error| error.source())
}

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;

use crate::audit::Auditable;
use crate::controls::Controls;
use crate::layer::Cut;
use crate::lenient::Lenient;

/// A sandbox that answers. Dropping it stops it without waiting.
pub struct Running {
    /// `http://127.0.0.1:PORT`, where `/_sandbox/*` is.
    pub origin: String,
    /// The address that the EHR's clients are given, such as `origin` + `/v1`.
    pub native: String,
    /// What a client must present, by the EHR's own names.
    pub credentials: BTreeMap<String, String>,
    /// Origins beside the native one, by name: `storage`.
    pub other_origins: BTreeMap<String, String>,
    /// The same switches as behind `/_sandbox/*`, for a test in the same process.
    pub controls: Controls,
    pub ehr: Arc<dyn Auditable>,
    pub servers: Vec<Server>,
}

impl Running {
    /// Stops accepting, lets what is in flight finish, then returns.
    pub async fn shutdown(self) {
        for server in self.servers {
            server.shutdown().await;
        }
    }
}

/// One listening address. Dropping it stops it without waiting.
pub struct Server {
    origin: String,
    stop: oneshot::Sender<()>,
    accepting: JoinHandle<()>,
}

/// How long what is in flight may take to finish before a shutdown leaves it behind.
const DRAIN: Duration = Duration::from_secs(30);

impl Server {
    /// Starts to listen and to answer; port 0 takes any free one. `routes` are given the origin.
    pub async fn start(listen: SocketAddr, routes: impl FnOnce(&str) -> Router) -> io::Result<Self> {
        let bound = Bound::to(listen).await?;
        let routes = routes(bound.origin());
        Ok(bound.serve(routes))
    }

    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Stops accepting, lets what is in flight finish, then returns.
    pub async fn shutdown(self) {
        let Self { stop, accepting, .. } = self;
        drop(stop);
        // The task only ends early if it panicked, and then there is nothing left to wait for.
        let _ = accepting.await;
    }
}

/// An address that is taken but not answered on yet: its origin is known before the routes are, so that they can
/// hold links to themselves.
pub struct Bound {
    listener: TcpListener,
    origin: String,
    tls: Option<TlsAcceptor>,
}

impl Bound {
    /// Port 0 takes any free one.
    pub async fn to(listen: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(listen).await?;
        let origin = format!("http://{}", reachable(listener.local_addr()?));
        Ok(Self { listener, origin, tls: None })
    }

    /// Behind TLS, as the configuration has it.
    #[must_use]
    pub fn over_tls(self, config: Arc<rustls::ServerConfig>) -> Self {
        let origin = self.origin.replacen("http://", "https://", 1);
        Self { origin, tls: Some(TlsAcceptor::from(config)), ..self }
    }

    pub fn origin(&self) -> &str {
        &self.origin
    }

    pub fn serve(self, routes: Router) -> Server {
        let (stop, stopped) = oneshot::channel();
        let accepting = tokio::spawn(accept(self.listener, self.tls, routes, stopped));
        Server { origin: self.origin, stop, accepting }
    }
}

async fn accept(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    routes: Router,
    mut stopped: oneshot::Receiver<()>,
) {
    let graceful = GracefulShutdown::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => welcome(stream, tls.as_ref(), &routes, &graceful),
                // Out of file descriptors, most likely: let some connections end first.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            },
            _ = &mut stopped => break,
        }
    }
    drop(listener);
    let _ = tokio::time::timeout(DRAIN, graceful.shutdown()).await;
}

fn welcome(stream: TcpStream, tls: Option<&TlsAcceptor>, routes: &Router, graceful: &GracefulShutdown) {
    // Without it small answers can wait for the client's delayed ACK.
    let _ = stream.set_nodelay(true);
    let (routes, watcher) = (routes.clone(), graceful.watcher());
    match tls.cloned() {
        None => drop(tokio::spawn(converse(stream, routes, watcher))),
        Some(tls) => drop(tokio::spawn(async move {
            match tls.accept(stream).into_fallible().await {
                Ok(stream) => converse(stream, routes, watcher).await,
                Err((_, stream)) => let_read(stream).await,
            }
        })),
    }
}

/// Lets a client that is not let in read why: closing with its request unread would cut that off.
async fn let_read(mut stream: TcpStream) {
    let reading = async {
        stream.shutdown().await?;
        tokio::io::copy(&mut stream, &mut tokio::io::sink()).await
    };
    // Whoever goes on talking is cut off after all.
    let _ = tokio::time::timeout(PARTING, reading).await;
}

/// How long a client that is not let in may take to read why.
const PARTING: Duration = Duration::from_secs(2);

async fn converse(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    routes: Router,
    watcher: Watcher,
) {
    let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
        let routes = routes.clone();
        async move { answer(routes.oneshot(request.map(Body::new)).await) }
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new());
    // A connection that ends in an error is the client's affair, or one that was cut on purpose.
    drop(watcher.watch(builder.serve_connection(TokioIo::new(Lenient::new(stream)), service)).await);
}

/// hyper closes the connection without a byte when the service fails.
fn answer(response: Result<Response, Infallible>) -> Result<Response, AnswerLost> {
    let Ok(response) = response;
    match response.extensions().get::<Cut>() {
        Some(Cut) => Err(AnswerLost),
        None => Ok(response),
    }
}

#[derive(Debug)]
struct AnswerLost;

impl std::fmt::Display for AnswerLost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the answer was lost on purpose")
    }
}

impl std::error::Error for AnswerLost {}

/// The address as a client on this machine can reach it: "any address" is no address to connect to.
fn reachable(bound: SocketAddr) -> SocketAddr {
    let ip = match bound.ip() {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, bound.port())
}

//! One client on one connection that is kept.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::error::{BenchError, Result};

pub struct Client {
    sender: SendRequest<Full<Bytes>>,
}

/// An answer that says yes.
pub struct Answer {
    pub body: Bytes,
    /// How long the gateway itself took, by its own word: `Server-Timing`.
    pub own: Option<Duration>,
}

impl Client {
    pub async fn connect(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(Self { sender })
    }

    pub async fn send(&mut self, request: Request<Full<Bytes>>) -> Result<Answer> {
        self.sender.ready().await?;
        let (head, body) = self.sender.send_request(request).await?.into_parts();
        let body = body.collect().await?.to_bytes();
        if !head.status.is_success() {
            let body = String::from_utf8_lossy(&body).into_owned();
            return Err(BenchError::Answer { status: head.status, body });
        }
        Ok(Answer { body, own: own(&head.headers) })
    }
}

fn own(headers: &HeaderMap) -> Option<Duration> {
    let timing = headers.get("server-timing")?.to_str().ok()?;
    let (milliseconds, _) = timing.strip_prefix("gateway;dur=")?.split_once(',')?;
    Duration::try_from_secs_f64(milliseconds.parse::<f64>().ok()? / 1000.0).ok()
}

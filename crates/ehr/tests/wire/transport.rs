//! Over real sockets.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use vardbro_ehr::environment::Machine;
use vardbro_ehr::wire::stack::Answer;
use vardbro_ehr::wire::{
    CallContext, Delivery, Egress, Safety, Tls, Wire, WireErrorKind, WireFactory, WireProfile,
};

use crate::support::{assert_error, assert_status, context, seconds};

fn wire() -> Wire {
    wire_that_waits(seconds(10))
}

fn wire_that_waits(attempt_timeout: Duration) -> Wire {
    let profile = WireProfile { calls_per_minute: None, concurrency: 4, attempt_timeout, tls: Tls::MACHINE };
    WireFactory::new(Egress::loopback(), Arc::new(Machine), Arc::new(Machine))
        .unwrap()
        .wire(&profile)
        .unwrap()
}

async fn post(wire: &Wire, address: SocketAddr, context: CallContext) -> Answer {
    let request = http::Request::post(format!("http://{address}/v1/things"))
        .header("authorization", "Basic c2VjcmV0")
        .body(Bytes::from_static(b"{}"))
        .unwrap();
    wire.send(request, context).await
}

/// What a server does with one request, on a connection of its own.
enum Act {
    Say(&'static str),
    SayAndKeep(&'static str),
    Cut,
    Hang,
}

struct Server {
    address: SocketAddr,
    requests: Arc<AtomicUsize>,
}

impl Server {
    async fn new(acts: impl IntoIterator<Item = Act>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(AtomicUsize::new(0));
        let (acts, seen) = (acts.into_iter().collect::<Vec<_>>(), requests.clone());
        tokio::spawn(async move {
            let mut held = Vec::new();
            for act in acts {
                let (mut stream, _) = listener.accept().await.unwrap();
                read_request(&mut stream).await;
                seen.fetch_add(1, Ordering::SeqCst);
                match act {
                    Act::Say(words) => stream.write_all(words.as_bytes()).await.unwrap(),
                    Act::SayAndKeep(words) => {
                        stream.write_all(words.as_bytes()).await.unwrap();
                        held.push(stream);
                    }
                    Act::Cut => drop(stream),
                    Act::Hang => held.push(stream),
                }
            }
            std::future::pending::<()>().await;
        });
        Self { address, requests }
    }

    fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

/// To the end of a body of two bytes.
async fn read_request(stream: &mut TcpStream) {
    let mut read = Vec::new();
    while !read.ends_with(b"\r\n\r\n{}") {
        let mut buffer = [0; 1024];
        let bytes = stream.read(&mut buffer).await.unwrap();
        assert!(bytes > 0, "the request is cut");
        read.extend_from_slice(&buffer[..bytes]);
    }
}

#[tokio::test]
async fn an_answer_comes_back_whole() {
    let server =
        Server::new([Act::Say("HTTP/1.1 422 No\r\ncontent-length: 2\r\nx-request-id: 7\r\n\r\n[]")]).await;
    let answer = post(&wire(), server.address, context(Safety::Once)).await.unwrap();
    assert_eq!(answer.status(), 422);
    assert_eq!(answer.headers()["x-request-id"], "7");
    assert_eq!(answer.body().as_ref(), b"[]");
}

#[tokio::test]
async fn a_connection_that_is_kept_is_used_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        for _ in 0..3 {
            read_request(&mut stream).await;
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.unwrap();
        }
    });
    let wire = wire();
    for _ in 0..3 {
        assert_status(post(&wire, address, context(Safety::Once)).await, 200);
    }
}

#[tokio::test]
async fn a_kept_connection_that_the_server_closed_is_replaced() {
    let kept = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
    let server = Server::new([Act::Say(kept), Act::Say(kept)]).await;
    let wire = wire();
    assert_status(post(&wire, server.address, context(Safety::Once)).await, 200);
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_status(post(&wire, server.address, context(Safety::Once)).await, 200);
}

#[tokio::test]
async fn a_connection_cut_before_the_answer_leaves_the_effect_unknown() {
    let server = Server::new([Act::Cut, Act::Cut]).await;
    let answer = post(&wire(), server.address, context(Safety::Once)).await;
    assert_error(answer, WireErrorKind::Dropped, Delivery::Unknown);
    assert_eq!(server.requests(), 1);
}

#[tokio::test]
async fn a_connection_cut_within_the_answer_leaves_the_effect_unknown() {
    for part in
        ["HTTP/1.1 20", "HTTP/1.1 200 OK\r\ncontent-le", "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf"]
    {
        let server = Server::new([Act::Say(part)]).await;
        let answer = post(&wire(), server.address, context(Safety::Once)).await;
        assert_error(answer, WireErrorKind::Dropped, Delivery::Unknown);
    }
}

#[tokio::test]
async fn an_answer_that_is_no_http_leaves_the_effect_unknown() {
    let server = Server::new([Act::Say("220 mail.example ESMTP\r\n")]).await;
    let answer = post(&wire(), server.address, context(Safety::Once)).await;
    assert_error(answer, WireErrorKind::Dropped, Delivery::Unknown);
}

#[tokio::test]
async fn a_read_is_repeated_after_a_cut() {
    let server = Server::new([Act::Cut, Act::Say("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")]).await;
    let context = context(Safety::Read);
    assert_status(post(&wire(), server.address, context.clone()).await, 200);
    assert_eq!((server.requests(), context.meter.calls()), (2, 2));
}

#[tokio::test]
async fn a_refused_connection_means_that_nothing_was_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let answer = post(&wire(), address, context(Safety::Once)).await;
    assert_error(answer, WireErrorKind::Connect, Delivery::NotSent);
}

#[tokio::test]
async fn a_name_that_does_not_exist_means_that_nothing_was_sent() {
    let request = http::Request::get("http://no-such-ehr.invalid/").body(Bytes::new()).unwrap();
    let error = wire().send(request, context(Safety::Once)).await.unwrap_err();
    assert_eq!(error.delivery, Delivery::NotSent);
}

#[tokio::test]
async fn a_slow_answer_leaves_the_effect_unknown() {
    for act in [Act::Hang, Act::SayAndKeep("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf")] {
        let server = Server::new([act]).await;
        let answer = post(&wire_that_waits(seconds(1)), server.address, context(Safety::Once)).await;
        assert_error(answer, WireErrorKind::Timeout, Delivery::Unknown);
    }
}

#[tokio::test]
async fn a_tls_session_that_does_not_come_about_means_that_nothing_was_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let request = || http::Request::get(format!("https://{address}/")).body(Bytes::new()).unwrap();
    // Nobody answers the handshake.
    let answer = wire_that_waits(seconds(1)).send(request(), context(Safety::Once)).await;
    assert_error(answer, WireErrorKind::Timeout, Delivery::NotSent);
    // It is answered with something else.
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        }
    });
    let answer = wire().send(request(), context(Safety::Once)).await;
    assert_error(answer, WireErrorKind::NoTls, Delivery::NotSent);
}

#[tokio::test]
async fn an_answer_larger_than_the_call_allows_is_given_up() {
    for answer in [
        "HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n0123456789",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nb\r\n0123456789a\r\n",
    ] {
        let server = Server::new([Act::SayAndKeep(answer)]).await;
        let context = CallContext { max_answer_bytes: 10, ..context(Safety::Read) };
        let error = assert_error(
            post(&wire(), server.address, context).await,
            WireErrorKind::TooLarge,
            Delivery::Unknown,
        );
        assert_eq!(error.retry_after, None);
        assert_eq!(server.requests(), 1);
    }
}

#[tokio::test]
async fn an_answer_as_large_as_the_call_allows_is_whole() {
    let server = Server::new([Act::Say("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n0123456789")]).await;
    let context = CallContext { max_answer_bytes: 10, ..context(Safety::Read) };
    assert_eq!(post(&wire(), server.address, context).await.unwrap().body().len(), 10);
}

#[tokio::test]
async fn redirects_are_answers_and_nobody_follows_them() {
    let elsewhere = Server::new([Act::Say("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")]).await;
    for status in [301, 302, 303, 307, 308] {
        let words = format!(
            "HTTP/1.1 {status} Go\r\nlocation: http://{}/\r\ncontent-length: 0\r\n\r\n",
            elsewhere.address
        );
        let server = Server::new([Act::Say(words.leak())]).await;
        assert_status(post(&wire(), server.address, context(Safety::Read)).await, status);
    }
    assert_eq!(elsewhere.requests(), 0);
}

#[tokio::test]
async fn a_deadline_in_the_middle_of_a_call_leaves_the_effect_unknown() {
    let server = Server::new([Act::Hang]).await;
    let deadline = tokio::time::Instant::now() + seconds(1);
    let context = CallContext { deadline, ..context(Safety::Once) };
    let answer = post(&wire(), server.address, context).await;
    assert_error(answer, WireErrorKind::Deadline, Delivery::Unknown);
}

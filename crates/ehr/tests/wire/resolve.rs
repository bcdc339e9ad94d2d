//! Names that change their minds, over real sockets. Two addresses of this machine stand for two networks: the operator allows
//! 127.0.0.2, where the EHR is, and not 127.0.0.1, where somebody else listens on the same port.

use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use vardbro_ehr::environment::Machine;
use vardbro_ehr::wire::stack::Answer;
use vardbro_ehr::wire::{
    Delivery, Egress, Refusal, Resolve, Safety, Tls, Wire, WireErrorKind, WireFactory, WireProfile,
};

use crate::support::{assert_error, assert_status, context, seconds};

const EHR: &str = "127.0.0.2";
const SOMEBODY_ELSE: &str = "127.0.0.1";

/// Says what it is told to, one answer after another; the last one again and again.
#[derive(Debug)]
struct Fickle(Mutex<VecDeque<Vec<IpAddr>>>);

impl Fickle {
    fn saying(answers: &[&[&str]]) -> Arc<Self> {
        let answer = |addresses: &&[&str]| addresses.iter().map(|address| address.parse().unwrap()).collect();
        Arc::new(Self(Mutex::new(answers.iter().map(answer).collect())))
    }
}

#[async_trait]
impl Resolve for Fickle {
    async fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        assert!(name.starts_with("ehr.example"), "{name}");
        let mut answers = self.0.lock().unwrap();
        match answers.len() {
            0 => Err(io::ErrorKind::NotFound.into()),
            1 => Ok(answers[0].clone()),
            _ => Ok(answers.pop_front().unwrap()),
        }
    }
}

/// Listens at both addresses and says the same to every request.
struct Listeners {
    port: u16,
    ehr: Arc<AtomicUsize>,
    somebody_else: Arc<AtomicUsize>,
}

impl Listeners {
    async fn saying(words: impl Into<String>) -> Self {
        let words = words.into();
        loop {
            let ehr = TcpListener::bind((EHR, 0)).await.unwrap();
            let port = ehr.local_addr().unwrap().port();
            // The other address may have this port in use.
            let Ok(somebody_else) = TcpListener::bind((SOMEBODY_ELSE, port)).await else { continue };
            let (ehr, somebody_else) = (listen(ehr, words.clone()), listen(somebody_else, words));
            return Self { port, ehr, somebody_else };
        }
    }

    /// Connections that came to the EHR, and to somebody else.
    fn connections(&self) -> (usize, usize) {
        (self.ehr.load(Ordering::SeqCst), self.somebody_else.load(Ordering::SeqCst))
    }

    async fn get(&self, wire: &Wire, host: &str) -> Answer {
        let request = http::Request::get(format!("http://{host}:{}/v1/things", self.port));
        wire.send(request.body(Bytes::new()).unwrap(), context(Safety::Once)).await
    }
}

fn listen(listener: TcpListener, words: String) -> Arc<AtomicUsize> {
    let connections = Arc::new(AtomicUsize::new(0));
    let seen = connections.clone();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            seen.fetch_add(1, Ordering::SeqCst);
            let words = words.clone();
            tokio::spawn(async move {
                let mut request = [0; 4096];
                while stream.read(&mut request).await.is_ok_and(|read| read > 0) {
                    stream.write_all(words.as_bytes()).await.unwrap();
                    if words.contains("connection: close") {
                        return;
                    }
                }
            });
        }
    });
    connections
}

const CLOSE: &str = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
const KEEP: &str = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";

fn wire(resolver: Arc<Fickle>) -> Wire {
    let egress = Egress { allow_http: true, allow_private_networks: vec!["127.0.0.2/32".parse().unwrap()] };
    let factory = WireFactory::resolving_by(resolver, egress, Arc::new(Machine), Arc::new(Machine)).unwrap();
    let profile = WireProfile {
        calls_per_minute: None,
        concurrency: 4,
        attempt_timeout: seconds(10),
        tls: Tls::MACHINE,
    };
    factory.wire(&profile).unwrap()
}

#[tokio::test]
async fn a_name_that_changes_its_mind_is_refused_at_the_next_connection() {
    let listeners = Listeners::saying(CLOSE).await;
    let wire = wire(Fickle::saying(&[&[EHR], &[SOMEBODY_ELSE]]));

    assert_status(listeners.get(&wire, "ehr.example").await, 200);
    for _ in 0..3 {
        let answer = listeners.get(&wire, "ehr.example").await;
        assert_error(answer, WireErrorKind::Egress(Refusal::Private), Delivery::NotSent);
    }

    assert_eq!(listeners.connections(), (1, 0));
}

#[tokio::test]
async fn a_connection_that_is_kept_stays_with_the_address_that_was_checked() {
    let listeners = Listeners::saying(KEEP).await;
    let wire = wire(Fickle::saying(&[&[EHR], &[SOMEBODY_ELSE]]));

    for _ in 0..3 {
        assert_status(listeners.get(&wire, "ehr.example").await, 200);
    }

    assert_eq!(listeners.connections(), (1, 0));
}

#[tokio::test]
async fn a_name_that_changes_its_mind_back_is_called_again() {
    let listeners = Listeners::saying(CLOSE).await;
    let wire = wire(Fickle::saying(&[&[SOMEBODY_ELSE], &[EHR]]));

    let answer = listeners.get(&wire, "ehr.example").await;
    assert_error(answer, WireErrorKind::Egress(Refusal::Private), Delivery::NotSent);
    assert_status(listeners.get(&wire, "ehr.example").await, 200);

    assert_eq!(listeners.connections(), (1, 0));
}

#[tokio::test]
async fn one_bad_address_among_several_spoils_the_name() {
    let listeners = Listeners::saying(CLOSE).await;
    for (addresses, refusal) in [
        (vec![EHR, SOMEBODY_ELSE], Refusal::Private),
        (vec![SOMEBODY_ELSE, EHR], Refusal::Private),
        (vec!["1.1.1.1", SOMEBODY_ELSE], Refusal::Private),
        (vec![EHR, "::1"], Refusal::Private),
        (vec![EHR, "169.254.169.254"], Refusal::Nowhere),
        (vec![EHR, "fd00:ec2::254"], Refusal::Nowhere),
    ] {
        let wire = wire(Fickle::saying(&[&addresses]));
        let answer = listeners.get(&wire, "ehr.example").await;
        assert_error(answer, WireErrorKind::Egress(refusal), Delivery::NotSent);
    }
    assert_eq!(listeners.connections(), (0, 0));
}

#[tokio::test]
async fn no_name_stands_for_an_address_that_no_ehr_has() {
    let listeners = Listeners::saying(CLOSE).await;
    for (address, refusal) in [
        ("169.254.169.254", Refusal::Nowhere),
        ("::ffff:169.254.169.254", Refusal::Nowhere),
        ("64:ff9b::a9fe:a9fe", Refusal::Nowhere),
        ("2002:a9fe:a9fe::", Refusal::Nowhere),
        ("fe80::1", Refusal::Nowhere),
        ("::", Refusal::Nowhere),
        ("0.0.0.0", Refusal::Nowhere),
        ("::1", Refusal::Private),
        ("::ffff:127.0.0.1", Refusal::Private),
        ("2002:7f00:1::", Refusal::Private),
    ] {
        let wire = wire(Fickle::saying(&[&[address]]));
        let answer = listeners.get(&wire, "ehr.example").await;
        assert_error(answer, WireErrorKind::Egress(refusal), Delivery::NotSent);
    }
    assert_eq!(listeners.connections(), (0, 0));
}

#[tokio::test]
async fn the_form_of_a_name_changes_nothing() {
    let listeners = Listeners::saying(CLOSE).await;
    for name in ["ehr.example", "ehr.example."] {
        let wire = wire(Fickle::saying(&[&[EHR], &[SOMEBODY_ELSE]]));
        assert_status(listeners.get(&wire, name).await, 200);
        let answer = listeners.get(&wire, name).await;
        assert_error(answer, WireErrorKind::Egress(Refusal::Private), Delivery::NotSent);
    }
    assert_eq!(listeners.connections(), (2, 0));
}

#[tokio::test]
async fn a_name_without_addresses_means_that_nothing_was_sent() {
    let listeners = Listeners::saying(CLOSE).await;
    for resolver in [Fickle::saying(&[]), Fickle::saying(&[&[]])] {
        let answer = listeners.get(&wire(resolver), "ehr.example").await;
        assert_error(answer, WireErrorKind::Name, Delivery::NotSent);
    }
}

#[tokio::test]
async fn a_redirect_to_this_machine_is_an_answer_that_sends_nothing_there() {
    for location in
        ["http://127.0.0.1:{port}/", "http://localhost:{port}/", "//127.0.0.1:{port}/", "/elsewhere"]
    {
        for status in [301, 302, 303, 307, 308] {
            let target = listen_at_somebody_elses().await;
            let location = location.replace("{port}", &target.0.port().to_string());
            let words = format!(
                "HTTP/1.1 {status} Go\r\nlocation: {location}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
            );
            let listeners = Listeners::saying(words).await;
            let wire = wire(Fickle::saying(&[&[EHR]]));

            let answer = listeners.get(&wire, "ehr.example").await.unwrap();

            assert_eq!(answer.status(), status);
            assert_eq!(answer.headers()["location"], location);
            assert_eq!((listeners.connections(), target.1.load(Ordering::SeqCst)), ((1, 0), 0));
        }
    }
}

async fn listen_at_somebody_elses() -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind((SOMEBODY_ELSE, 0)).await.unwrap();
    (listener.local_addr().unwrap(), listen(listener, CLOSE.to_owned()))
}

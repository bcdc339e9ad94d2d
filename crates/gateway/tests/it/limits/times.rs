use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tokio::io::AsyncReadExt;
use tokio::time::sleep;
use vardbro_gateway::{Limits, Pace};

use crate::http_client::{Answer, Client, Request};
use crate::served::{EMRS, Served, code};

const DOCUMENTS: &str = "/api/emrs/mock/care-units/cu-1/patients/pat-1/documents";

const SHORT: Option<Duration> = Some(Duration::from_millis(100));
const STEP: Duration = Duration::from_millis(20);

#[tokio::test]
async fn a_header_that_does_not_end_in_time_ends_the_connection() {
    let served = Served::start(Limits { header_time: SHORT, ..Limits::unlimited() }).await;
    let mut client = served.client().await;
    client.send(b"GET /healthz HTTP/1.1\r\nhost: x\r\n").await.unwrap();
    client.closed().await;
    assert_eq!(served.ask(&served.clinic.get(EMRS)).await.status, 200);
    served.stop().await;
}

#[tokio::test]
async fn a_header_that_drips_ends_the_connection() {
    let served = Served::start(Limits { header_time: SHORT, ..Limits::unlimited() }).await;
    let mut client = served.client().await;
    client.send(b"GET /healthz HTTP/1.1\r\nx-long: ").await.unwrap();
    while client.send(b"x").await.is_ok() {
        sleep(STEP).await;
    }
    served.stop().await;
}

#[tokio::test]
async fn an_idle_connection_is_closed_before_its_first_request_and_after_one() {
    let served = Served::start(Limits { idle_time: SHORT, ..Limits::unlimited() }).await;
    served.client().await.closed().await;

    let mut client = served.client().await;
    assert_eq!(client.ask(&served.clinic.get(EMRS)).await.status, 200);
    client.closed().await;
    served.stop().await;
}

#[tokio::test]
async fn a_connection_may_rest_for_longer_than_a_header_may_take() {
    let served = Served::start(Limits { header_time: SHORT, ..Limits::unlimited() }).await;
    let mut client = served.client().await;
    for _ in 0..3 {
        assert_eq!(client.ask(&served.clinic.get(EMRS)).await.status, 200);
        sleep(SHORT.unwrap() * 2).await;
    }
    served.stop().await;
}

#[tokio::test]
async fn an_answer_may_take_longer_than_a_header_and_than_an_idle_connection() {
    let limits = Limits { header_time: SHORT, idle_time: SHORT, ..Limits::unlimited() };
    let served = Served::start(limits).await;
    served.let_the_ehr_answer_after(SHORT.unwrap() * 3);
    assert_eq!(served.ask(&served.clinic.get("/api/emrs/mock/care-units")).await.status, 200);
    served.stop().await;
}

fn is_late(answer: &Answer) {
    assert_eq!((answer.status, code(answer).as_str()), (400, "BAD_REQUEST"), "{}", answer.text());
    assert_eq!(answer.header("connection"), Some("close"));
    assert!(answer.text().contains("arrive"), "{}", answer.text());
}

#[tokio::test]
async fn a_body_that_stops_is_not_waited_for() {
    let served = Served::start(Limits { body_pause: SHORT, ..Limits::unlimited() }).await;
    let mut client = served.client().await;
    let request = served.clinic.post(DOCUMENTS).with("content-length", "100");
    client.send(&[&request.bytes(), &b"{\"content\":"[..]].concat()).await.unwrap();
    is_late(&client.answer().await.unwrap());
    client.closed().await;
    served.stop().await;
}

#[tokio::test]
async fn a_body_that_drips_is_not_waited_for() {
    let served = Served::start(Limits { body_time: SHORT, ..Limits::unlimited() }).await;
    let mut client = served.client().await;
    let request = served.clinic.post(DOCUMENTS).with("content-length", "100000");
    client.send(&request.bytes()).await.unwrap();
    let (mut reading, mut writing) = client.stream.into_split();
    let dripping = tokio::spawn(async move {
        use tokio::io::AsyncWriteExt;
        while writing.write_all(b" ").await.is_ok() {
            sleep(STEP).await;
        }
    });
    let mut received = Vec::new();
    reading.read_to_end(&mut received).await.unwrap();
    assert!(received.starts_with(b"HTTP/1.1 400"), "{}", String::from_utf8_lossy(&received));
    drop(reading);
    dripping.await.unwrap();
    served.stop().await;
}

#[tokio::test]
async fn a_body_that_comes_in_pieces_is_read() {
    let served = Served::start(Limits { body_pause: SHORT, ..Limits::unlimited() }).await;
    let mut client = served.client().await;
    let body = br#"{"content": "JVBERi0xLjQK", "format": "application/pdf"}"#;
    let request = served.clinic.post(DOCUMENTS).with("content-length", &body.len().to_string());
    client.send(&request.bytes()).await.unwrap();
    for piece in body.chunks(8) {
        client.send(piece).await.unwrap();
        sleep(STEP).await;
    }
    assert_eq!(client.answer().await.unwrap().status, 201);
    served.stop().await;
}

/// The path of a document so large that no socket holds it.
async fn large_document(served: &Served) -> String {
    let content = STANDARD.encode(vec![7; 6 * 1024 * 1024]);
    let body = json!({"content": content, "format": "application/pdf"}).to_string();
    let filed = served.client().await.ask_with(served.clinic.post(DOCUMENTS), body.as_bytes()).await;
    assert_eq!(filed.status, 201, "{}", filed.text());
    let document: Value = serde_json::from_slice(&filed.body).unwrap();
    format!("{DOCUMENTS}/{}", document["id"].as_str().unwrap())
}

#[tokio::test]
async fn who_does_not_take_his_answer_is_cut_and_until_then_it_is_in_flight() {
    let limits = Limits {
        slowest_reader: Some(Pace { bytes: 1024 * 1024, period: Duration::from_millis(500) }),
        requests_in_flight_per_application: Some(1),
        ..Limits::unlimited()
    };
    let served = Served::start(limits).await;
    let document = large_document(&served).await;
    let mut slow = Client::connect_narrow(served.address).await;
    slow.send(&served.clinic.get(&document).bytes()).await.unwrap();
    // The answer has begun.
    slow.receive().await.unwrap();

    assert_eq!(served.ask(&served.clinic.get(EMRS)).await.status, 503);

    while served.counted("vardbro_refusals_total", &["slow_reader"]).await < 1.0 {
        sleep(STEP).await;
    }
    slow.answer().await.unwrap_err();
    served.until(200, &served.clinic.get(EMRS)).await;
    served.stop().await;
}

#[tokio::test]
async fn who_takes_his_answer_slowly_enough_gets_all_of_it() {
    let slowest_reader = Some(Pace { bytes: 16 * 1024, period: Duration::from_millis(500) });
    let served = Served::start(Limits { slowest_reader, ..Limits::unlimited() }).await;
    let document = large_document(&served).await;
    let mut slow = served.client().await;
    slow.send(&served.clinic.get(&document).bytes()).await.unwrap();
    for _ in 0..20 {
        slow.receive().await.unwrap();
        sleep(STEP).await;
    }
    let answer = slow.answer().await.unwrap();
    assert!(answer.body.len() > 8_000_000);
    served.stop().await;
}

#[tokio::test]
async fn a_handshake_that_does_not_come_is_not_waited_for_and_the_times_are_the_same_over_tls() {
    let (tls, connector) = crate::certificate::pair();
    let limits = Limits { handshake_time: SHORT, header_time: SHORT, ..Limits::unlimited() };
    let served = Served::start_with(limits, Some(tls)).await;
    served.client().await.closed().await;

    let stream = tokio::net::TcpStream::connect(served.address).await.unwrap();
    let name = "localhost".try_into().unwrap();
    let mut client = Client::over(connector.connect(name, stream).await.unwrap());
    assert_eq!(client.ask(&Request::new("GET", "/healthz")).await.status, 200);
    client.send(b"GET /healthz HTTP/1.1\r\n").await.unwrap();
    client.closed().await;
    served.stop().await;
}

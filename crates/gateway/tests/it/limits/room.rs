use tokio::io::AsyncWriteExt;
use vardbro_gateway::Limits;

use crate::http_client::{Client, Request};
use crate::served::{CARE_UNITS, EMRS, Served, code, noise};

const KIB: usize = 1024;

const DOCUMENTS: &str = "/api/emrs/mock/care-units/cu-1/patients/pat-1/documents";

#[tokio::test]
async fn what_comes_beyond_the_connections_is_closed_at_once_until_others_end() {
    let served = Served::start(Limits { connections: Some(2), ..Limits::unlimited() }).await;
    let (mut first, mut second) = (served.client().await, served.client().await);
    // Answered, therefore counted.
    assert_eq!(first.ask(&served.clinic.get(EMRS)).await.status, 200);
    assert_eq!(second.ask(&served.clinic.get(EMRS)).await.status, 200);

    served.client().await.closed().await;
    assert_eq!(first.ask(&served.clinic.get(EMRS)).await.status, 200, "who is in stays in");

    drop(second);
    loop {
        let mut third = served.client().await;
        let request = served.clinic.get(EMRS);
        if third.send(&request.bytes()).await.is_ok() && third.answer().await.is_ok() {
            break;
        }
    }
    served.stop().await;
}

#[tokio::test]
async fn one_address_cannot_take_all_connections_but_a_trusted_proxy_may() {
    let trusted_proxies = vec!["127.0.0.9/32".parse().unwrap()];
    let limits = Limits { connections_per_address: Some(1), trusted_proxies, ..Limits::unlimited() };
    let served = Served::start(limits).await;
    let mut first = served.client().await;
    assert_eq!(first.ask(&served.clinic.get(EMRS)).await.status, 200);

    served.client().await.closed().await;

    assert_eq!(served.ask_from("127.0.0.2", &served.clinic.get(EMRS)).await.status, 200);
    let mut of_proxy = [served.client_from("127.0.0.9").await, served.client_from("127.0.0.9").await];
    for client in &mut of_proxy {
        assert_eq!(client.ask(&served.clinic.get(EMRS)).await.status, 200);
    }
    served.stop().await;
}

/// A request that the EHR does not answer.
async fn hang(served: &Served, request: &Request) -> Client {
    let calls = served.calls();
    let mut client = served.client().await;
    client.send(&request.bytes()).await.unwrap();
    served.until_calls(calls + 1).await;
    client
}

#[tokio::test]
async fn what_comes_beyond_the_requests_in_flight_is_refused_at_once_until_others_end() {
    let served = Served::start(Limits { requests_in_flight: Some(2), ..Limits::unlimited() }).await;
    served.let_the_ehr_answer(false);
    let hanging = [
        hang(&served, &served.clinic.get(CARE_UNITS)).await,
        hang(&served, &served.hospital.get(CARE_UNITS)).await,
    ];

    let refused = served.ask(&served.clinic.get(EMRS)).await;

    assert_eq!((refused.status, code(&refused).as_str()), (503, "SERVICE_UNAVAILABLE"));
    assert_eq!(refused.header("retry-after"), Some("2"));
    for path in ["/healthz", "/readyz", "/metrics"] {
        assert_eq!(served.ask(&Request::new("GET", path)).await.status, 200, "{path}");
    }
    assert!(served.counted("vardbro_refusals_total", &["\"requests_in_flight\""]).await >= 1.0);

    drop(hanging);
    served.let_the_ehr_answer(true);
    served.until(200, &served.clinic.get(CARE_UNITS)).await;
    served.stop().await;
}

#[tokio::test]
async fn one_application_cannot_take_all_requests_in_flight() {
    let limits = Limits {
        requests_in_flight: Some(10),
        requests_in_flight_per_application: Some(1),
        ..Limits::unlimited()
    };
    let served = Served::start(limits).await;
    served.let_the_ehr_answer(false);
    let hanging = hang(&served, &served.clinic.get(CARE_UNITS)).await;

    let refused = served.ask(&served.clinic.get(EMRS)).await;

    assert_eq!((refused.status, code(&refused).as_str()), (503, "SERVICE_UNAVAILABLE"));
    assert_eq!(served.ask(&served.hospital.get(EMRS)).await.status, 200);
    drop(hanging);
    served.until(200, &served.clinic.get(EMRS)).await;
    served.stop().await;
}

#[tokio::test]
async fn a_write_that_goes_on_without_its_client_is_still_in_flight() {
    let served = Served::start(Limits { requests_in_flight: Some(1), ..Limits::unlimited() }).await;
    served.let_the_ehr_answer(false);
    let body = br#"{"first_name": "Ada", "last_name": "Berg"}"#;
    let request = served.clinic.post("/api/emrs/mock/care-units/cu-1/patients");
    let request = request.with("content-length", &body.len().to_string());
    let mut client = served.client().await;
    client.send(&[&request.bytes(), &body[..]].concat()).await.unwrap();
    served.until_calls(1).await;

    drop(client);
    let left = ["POST", "{care_unit_id}/patients\"", "abandoned"];
    while served.counted("vardbro_requests_total", &left).await < 1.0 {}

    assert_eq!(served.ask(&served.clinic.get(EMRS)).await.status, 503);
}

/// A body of this length is begun; the gateway has asked for it and therefore has memory for it.
async fn begin_body(served: &Served, length: usize) -> Client {
    let request = served.clinic.post(DOCUMENTS);
    let request = request.with("content-length", &length.to_string()).with("expect", "100-continue");
    let mut client = served.client().await;
    assert_eq!(client.ask(&request).await.status, 100);
    client
}

fn for_300_kib() -> Limits {
    // Each request has 64 KiB that need no leave.
    Limits { body_bytes: Some(236 * KIB), ..Limits::unlimited() }
}

#[tokio::test]
async fn a_body_for_which_there_is_no_memory_is_refused_before_it_is_read() {
    let served = Served::start(for_300_kib()).await;
    let mut first = begin_body(&served, 200 * KIB).await;

    let mut second = served.client().await;
    let request = served.clinic.post(DOCUMENTS).with("content-length", &(200 * KIB).to_string());
    let refused = second.ask(&request).await;

    assert_eq!((refused.status, code(&refused).as_str()), (503, "SERVICE_UNAVAILABLE"));
    assert_eq!(refused.header("connection"), Some("close"));
    assert!(refused.header("retry-after").is_some());
    second.stream.shutdown().await.unwrap();
    second.closed().await;
    let small = served.client().await.ask_with(served.clinic.post(DOCUMENTS), b"{}").await;
    assert_eq!(small.status, 400, "small bodies are read all the same");

    first.send(&noise(200 * KIB)).await.unwrap();
    assert_eq!(first.answer().await.unwrap().status, 400, "it was read, and is no JSON");
    begin_body(&served, 200 * KIB).await;
    served.stop().await;
}

#[tokio::test]
async fn a_body_whose_length_nobody_knows_is_counted_as_it_comes() {
    let served = Served::start(for_300_kib()).await;
    let mut client = served.client().await;
    let request = served.clinic.post(DOCUMENTS).with("transfer-encoding", "chunked");
    client.send(&request.bytes()).await.unwrap();
    let chunk = [b"10000\r\n".to_vec(), noise(64 * KIB), b"\r\n".to_vec()].concat();
    for _ in 0..6 {
        if client.send(&chunk).await.is_err() {
            break;
        }
    }
    let refused = client.answer().await.unwrap();
    assert_eq!((refused.status, refused.header("connection")), (503, Some("close")));

    begin_body(&served, 290 * KIB).await;
    served.stop().await;
}

#[tokio::test]
async fn one_application_cannot_take_all_memory_for_bodies() {
    let limits = Limits { body_bytes_per_application: Some(200 * KIB), ..Limits::unlimited() };
    let served = Served::start(limits).await;
    let _first = begin_body(&served, 200 * KIB).await;
    let of = |request: Request| request.with("content-length", &(200 * KIB).to_string());
    assert_eq!(served.ask(&of(served.clinic.post(DOCUMENTS))).await.status, 503);

    let continued = of(served.hospital.post(DOCUMENTS)).with("expect", "100-continue");
    assert_eq!(served.ask(&continued).await.status, 100);
}

#[tokio::test]
async fn who_sends_too_much_reads_why() {
    let served = Served::start(Limits::unlimited()).await;
    let mut client = served.client().await;
    let answer = client.ask_with(served.clinic.post(DOCUMENTS), &noise(40 * KIB * KIB)).await;
    assert_eq!((answer.status, code(&answer).as_str()), (413, "PAYLOAD_TOO_LARGE"));
    assert_eq!(answer.header("connection"), Some("close"));
    drop(client);
    served.stop().await;
}

#[tokio::test]
async fn a_header_that_is_too_large_is_refused() {
    let limits = Limits { header_bytes: 16 * KIB, header_fields: 20, ..Limits::unlimited() };
    let served = Served::start(limits).await;
    let long = served.clinic.get(EMRS).with("x-long", &"x".repeat(20 * KIB));
    assert_eq!(served.ask(&long).await.status, 431);
    let many = (0..30).fold(served.clinic.get(EMRS), |request, n| request.with(&format!("x-{n}"), "x"));
    assert_eq!(served.ask(&many).await.status, 431);
    let fits = served.clinic.get(EMRS).with("x-long", &"x".repeat(8 * KIB));
    assert_eq!(served.ask(&fits).await.status, 200);
    served.stop().await;
}

use std::num::NonZeroU32;

use serde_json::Value;
use vardbro_gateway::Limits;

use crate::http_client::{Answer, Request};
use crate::served::{EMRS, Served, code};

const ATTACKER: &str = "127.0.0.66";

fn three_failures() -> Limits {
    Limits { failed_logins_per_minute: NonZeroU32::new(3), ..Limits::unlimited() }
}

fn guess(id: &str) -> Request {
    Request::new("GET", EMRS).with_credentials(id, "wrong")
}

/// Three wrong guesses.
async fn fail(served: &Served, from: &str) {
    for id in ["clinic", "nobody", "clinic"] {
        assert_eq!(served.ask_from(from, &guess(id)).await.status, 401);
    }
}

#[tokio::test]
async fn who_guesses_is_no_longer_listened_to_even_when_he_guesses_right() {
    let served = Served::start(three_failures()).await;
    fail(&served, ATTACKER).await;

    for request in [guess("clinic"), guess("nobody"), served.clinic.get(EMRS)] {
        let refused = served.ask_from(ATTACKER, &request).await;
        assert_eq!((refused.status, code(&refused).as_str()), (429, "RATE_LIMITED"));
        let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=60).contains(&wait), "{wait}");
    }
    served.stop().await;
}

#[tokio::test]
async fn nobody_can_lock_a_customer_out_from_elsewhere() {
    let served = Served::start(three_failures()).await;
    fail(&served, ATTACKER).await;
    assert_eq!(served.ask(&served.clinic.get(EMRS)).await.status, 200);
    served.stop().await;
}

#[tokio::test]
async fn nobody_can_lock_a_customer_out_from_the_same_address() {
    let served = Served::start(three_failures()).await;
    assert_eq!(served.ask(&served.clinic.get(EMRS)).await.status, 200);
    fail(&served, "127.0.0.1").await;

    for _ in 0..5 {
        assert_eq!(served.ask(&served.clinic.get(EMRS)).await.status, 200);
        // Only that pair is known to be right here.
        assert_eq!(served.ask(&guess("nobody")).await.status, 429);
        assert_eq!(served.ask(&served.hospital.get(EMRS)).await.status, 429);
        assert_eq!(served.ask(&guess("clinic")).await.status, 401);
    }
    served.stop().await;
}

#[tokio::test]
async fn behind_a_proxy_its_clients_are_told_apart() {
    let trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
    let served = Served::start(Limits { trusted_proxies, ..three_failures() }).await;
    let from = |request: Request, client: &str| request.with("x-forwarded-for", client);
    for _ in 0..3 {
        assert_eq!(served.ask(&from(guess("clinic"), "203.0.113.1")).await.status, 401);
    }
    assert_eq!(served.ask(&from(served.clinic.get(EMRS), "203.0.113.1")).await.status, 429);
    assert_eq!(served.ask(&from(served.clinic.get(EMRS), "203.0.113.2")).await.status, 200);
    served.stop().await;
}

#[tokio::test]
async fn an_unknown_id_and_a_wrong_secret_get_the_same_answer() {
    let served = Served::start(three_failures()).await;
    let unknown = served.ask(&guess("nobody")).await;
    let wrong = served.ask(&guess("clinic")).await;
    let words = |answer: &Answer| {
        let mut body: Value = serde_json::from_slice(&answer.body).unwrap();
        body["instance"].take();
        body
    };
    assert_eq!((unknown.status, words(&unknown)), (wrong.status, words(&wrong)));
    served.stop().await;
}

#[tokio::test]
async fn who_presents_nothing_guesses_nothing() {
    let served = Served::start(three_failures()).await;
    for _ in 0..5 {
        assert_eq!(served.ask(&Request::new("GET", EMRS)).await.status, 401);
    }
    assert_eq!(served.ask(&served.clinic.get(EMRS)).await.status, 200);
    served.stop().await;
}

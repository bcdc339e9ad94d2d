use vardbro_gateway::{Forwarded, Limits, Rate};

use crate::http_client::Request;
use crate::served::{CARE_UNITS, EMRS, Served, code};

/// So slow that nothing comes back while a test runs.
fn once_a_minute(burst: u32) -> Option<Rate> {
    Rate::new(1, burst)
}

#[tokio::test]
async fn every_answer_tells_what_is_left_of_the_applications_quota() {
    let limits = Limits { application: once_a_minute(3), ..Limits::unlimited() };
    let served = Served::start(limits).await;
    let good = served.ask(&served.clinic.get(EMRS)).await;
    let missing = served.ask(&served.clinic.get("/api/emrs/nowhere")).await;
    let wrong = served.ask(&served.clinic.get("/api/emrs/mock/care-units/x/timeslots?no=such")).await;

    for (answer, status, left) in [(good, 200, 2), (missing, 404, 1), (wrong, 400, 0)] {
        assert_eq!(answer.status, status, "{answer:?}");
        assert_eq!(answer.header("ratelimit").unwrap(), format!("\"application\";r={left};t=60"));
        assert_eq!(answer.header("ratelimit-policy"), Some("\"application\";q=3;w=180"));
    }
    served.stop().await;
}

#[tokio::test]
async fn an_application_over_its_quota_is_refused_before_anything_is_done_and_others_are_not() {
    let limits = Limits { application: once_a_minute(1), ..Limits::unlimited() };
    let served = Served::start(limits).await;
    assert_eq!(served.ask(&served.clinic.get(CARE_UNITS)).await.status, 200);
    let calls = served.calls();

    let refused = served.ask(&served.clinic.get(CARE_UNITS)).await;

    assert_eq!((refused.status, code(&refused).as_str()), (429, "RATE_LIMITED"));
    assert_eq!(refused.header("retry-after"), Some("60"));
    assert_eq!(refused.header("ratelimit"), Some("\"application\";r=0;t=60"));
    assert_eq!(refused.header("ratelimit-policy"), Some("\"application\";q=1;w=60"));
    assert!(refused.header("x-request-id").is_some());
    assert_eq!(served.calls(), calls);
    assert_eq!(served.ask(&served.hospital.get(CARE_UNITS)).await.status, 200);
    served.stop().await;
}

#[tokio::test]
async fn an_application_that_waited_is_served_again() {
    let limits = Limits { application: Rate::new(6000, 1), ..Limits::unlimited() };
    let served = Served::start(limits).await;
    let mut client = served.client().await;
    while client.ask(&served.clinic.get(EMRS)).await.status != 429 {}
    served.until(200, &served.clinic.get(EMRS)).await;
    served.stop().await;
}

#[tokio::test]
async fn who_is_nobody_is_told_of_no_quota() {
    let served = Served::start(Limits { application: once_a_minute(1), ..Limits::unlimited() }).await;
    for _ in 0..3 {
        let answer = served.ask(&Request::new("GET", EMRS)).await;
        assert_eq!((answer.status, answer.header("ratelimit")), (401, None));
    }
    served.stop().await;
}

#[tokio::test]
async fn an_address_over_its_rate_is_refused_whoever_it_is_and_others_are_not() {
    let served = Served::start(Limits { address: once_a_minute(2), ..Limits::unlimited() }).await;
    assert_eq!(served.ask(&served.clinic.get(EMRS)).await.status, 200);
    assert_eq!(served.ask(&Request::new("GET", "/nothing")).await.status, 404);

    let refused = served.ask(&served.clinic.get(EMRS)).await;

    assert_eq!((refused.status, code(&refused).as_str()), (429, "RATE_LIMITED"));
    assert_eq!(refused.header("retry-after"), Some("60"));
    assert_eq!(refused.header("ratelimit"), Some("\"address\";r=0;t=60"));
    assert_eq!(served.ask_from("127.0.0.2", &served.clinic.get(EMRS)).await.status, 200);
    served.stop().await;
}

#[tokio::test]
async fn what_an_operator_asks_is_not_counted() {
    let limits = Limits { address: once_a_minute(1), requests_in_flight: Some(0), ..Limits::unlimited() };
    let served = Served::start(limits).await;
    for path in ["/healthz", "/readyz", "/metrics", "/healthz"] {
        assert_eq!(served.ask(&Request::new("GET", path)).await.status, 200, "{path}");
    }
    served.stop().await;
}

#[tokio::test]
async fn a_client_cannot_make_up_another_address() {
    let served = Served::start(Limits { address: once_a_minute(1), ..Limits::unlimited() }).await;
    assert_eq!(served.ask(&served.clinic.get(EMRS)).await.status, 200);
    for header in ["x-forwarded-for", "forwarded", "x-real-ip"] {
        for value in ["203.0.113.1", "for=203.0.113.2", "garbage", "", "::1, 127.0.0.9"] {
            let answer = served.ask(&served.clinic.get(EMRS).with(header, value)).await;
            assert_eq!(answer.status, 429, "{header}: {value}");
        }
    }
    served.stop().await;
}

#[tokio::test]
async fn a_trusted_proxy_is_believed_and_its_clients_are_not() {
    let trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
    let limits = Limits { address: once_a_minute(1), trusted_proxies, ..Limits::unlimited() };
    let served = Served::start(limits).await;
    let through_proxy = |line: &str| served.clinic.get(EMRS).with("x-forwarded-for", line);
    assert_eq!(served.ask(&through_proxy("203.0.113.1")).await.status, 200);
    assert_eq!(served.ask(&through_proxy("203.0.113.2")).await.status, 200);

    for made_up in ["203.0.113.3, 203.0.113.1", "garbage, 203.0.113.1", "127.0.0.1,203.0.113.1"] {
        assert_eq!(served.ask(&through_proxy(made_up)).await.status, 429, "{made_up}");
    }
    let with_the_other = through_proxy("203.0.113.1").with("forwarded", "for=203.0.113.4");
    assert_eq!(served.ask(&with_the_other).await.status, 429);
    // The proxy itself is one address, for everything that it does not explain.
    assert_eq!(served.ask(&through_proxy("garbage")).await.status, 200);
    assert_eq!(served.ask(&through_proxy("other garbage")).await.status, 429);
    assert_eq!(served.ask(&served.clinic.get(EMRS)).await.status, 429);
    served.stop().await;
}

#[tokio::test]
async fn a_proxy_may_speak_by_the_standard_header() {
    let trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    let forwarded = Forwarded::Standard;
    let limits = Limits { address: once_a_minute(1), trusted_proxies, forwarded, ..Limits::unlimited() };
    let served = Served::start(limits).await;
    let through_proxy = |line: &str| served.clinic.get(EMRS).with("forwarded", line);
    assert_eq!(served.ask(&through_proxy("for=\"[2001:db8::1]:4711\";proto=https")).await.status, 200);
    assert_eq!(
        served.ask(&through_proxy("for=\"[2001:db8::2]\"")).await.status,
        429,
        "one network of 64 bits"
    );
    assert_eq!(served.ask(&through_proxy("for=\"[2001:db8:0:1::1]\"")).await.status, 200);
    served.stop().await;
}

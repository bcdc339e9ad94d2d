use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::future::join_all;
use proptest::prelude::*;
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tower::{Layer, ServiceExt, service_fn};
use vardbro_ehr::wire::attempt::Attempt;
use vardbro_ehr::wire::quota::Quota;
use vardbro_ehr::wire::stack::{Concern, Next, Request};
use vardbro_ehr::wire::{CallContext, Delivery, WireErrorKind};

use crate::support::{
    EPOCH, Ehr, Step, Unconnected, Wall, assert_error, assert_status, by, not_sent, read, request, seconds,
    status, status_with, until,
};

fn over(calls_per_minute: u32, ehr: impl Next) -> impl Next {
    Quota::new(Some(calls_per_minute), Wall::new())
        .layer()
        .layer(Attempt::new(seconds(600)).layer().layer(ehr))
}

async fn use_up(calls: usize, wire: &impl Next) {
    for _ in 0..calls {
        assert_status(wire.clone().oneshot(by("earlier", read())).await, 200);
    }
}

#[tokio::test(start_paused = true)]
async fn calls_within_the_quota_do_not_wait() {
    let began = Instant::now();
    use_up(5, &over(5, Ehr::default())).await;
    assert_eq!(began.elapsed(), seconds(0));
}

#[tokio::test(start_paused = true)]
async fn a_call_beyond_the_quota_waits_if_its_deadline_allows() {
    let ehr = Ehr::default();
    let wire = over(2, ehr.clone());
    use_up(1, &wire).await;
    sleep(seconds(50)).await;
    use_up(1, &wire).await;
    let began = Instant::now();
    assert_status(wire.oneshot(request(until(seconds(25)))).await, 200);
    assert_eq!(began.elapsed(), seconds(10));
}

#[tokio::test(start_paused = true)]
async fn a_call_whose_turn_is_behind_its_deadline_is_told_at_once() {
    let ehr = Ehr::default();
    let wire = over(2, ehr.clone());
    use_up(2, &wire).await;
    let began = Instant::now();
    let error = assert_error(
        wire.oneshot(request(until(seconds(25)))).await,
        WireErrorKind::Quota,
        Delivery::NotSent,
    );
    assert_eq!((error.retry_after, began.elapsed()), (Some(seconds(60)), seconds(0)));
    assert_eq!(ehr.calls(), 2);
}

#[tokio::test(start_paused = true)]
async fn those_who_wait_go_in_the_order_in_which_they_came() {
    let ehr = Ehr::always(|| Step::After(Duration::from_millis(300), status(200)));
    let wire = over(3, ehr.clone());
    let calls = (0..20).map(|caller| {
        let wire = wire.clone();
        async move {
            sleep(Duration::from_millis(caller)).await;
            wire.oneshot(by(caller, until(seconds(3600)))).await
        }
    });
    join_all(calls).await.into_iter().for_each(|answer| assert_status(answer, 200));
    assert_eq!(ehr.callers(), (0..20).map(|caller| caller.to_string()).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn a_newcomer_does_not_overtake_those_who_wait() {
    let ehr = Ehr::default();
    let wire = over(1, ehr.clone());
    use_up(1, &wire).await;
    let waiting = tokio::spawn(wire.clone().oneshot(by("first", until(seconds(100)))));
    sleep(seconds(30)).await;
    // A place is free in 30 s, but it is the first one's; the next is free in 90 s.
    let answer = wire.clone().oneshot(by("impatient", until(seconds(60)))).await;
    let error = assert_error(answer, WireErrorKind::Quota, Delivery::NotSent);
    assert_eq!(error.retry_after, Some(seconds(90)));
    assert_status(wire.oneshot(by("second", until(seconds(200)))).await, 200);
    assert_status(waiting.await.unwrap(), 200);
    assert_eq!(ehr.callers(), ["earlier", "first", "second"]);
}

#[tokio::test(start_paused = true)]
async fn who_goes_away_leaves_his_turn_to_the_next() {
    let ehr = Ehr::default();
    let wire = over(1, ehr.clone());
    use_up(1, &wire).await;
    let away = tokio::spawn(timeout(seconds(5), wire.clone().oneshot(by("away", until(seconds(500))))));
    sleep(seconds(1)).await;
    let began = Instant::now();
    assert_status(wire.oneshot(by("next", until(seconds(500)))).await, 200);
    assert_eq!(began.elapsed(), seconds(59));
    assert!(away.await.unwrap().is_err());
}

#[tokio::test(start_paused = true)]
async fn a_call_that_was_not_sent_gives_its_place_back() {
    let ehr = Ehr::new([Step::Answer(not_sent(WireErrorKind::Connect))]);
    let wire = over(1, ehr.clone());
    let answer = wire.clone().oneshot(request(read())).await;
    assert_error(answer, WireErrorKind::Connect, Delivery::NotSent);
    assert_status(wire.oneshot(request(read())).await, 200);
}

#[tokio::test(start_paused = true)]
async fn a_call_given_up_while_connecting_gives_its_place_back() {
    let wire = over(1, Unconnected);
    for _ in 0..3 {
        let began = Instant::now();
        let _ = timeout(seconds(1), wire.clone().oneshot(request(read()))).await;
        assert_eq!(began.elapsed(), seconds(1));
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_given_up_under_way_keeps_its_place() {
    let wire = over(1, Ehr::new([Step::Never]));
    assert!(timeout(seconds(1), wire.clone().oneshot(request(read()))).await.is_err());
    let error = assert_error(wire.oneshot(request(read())).await, WireErrorKind::Quota, Delivery::NotSent);
    // And a little longer: it may still be on its way.
    assert_eq!(error.retry_after, Some(seconds(65)));
}

#[tokio::test(start_paused = true)]
async fn the_place_that_is_free_first_is_the_next_ones() {
    // One call is given up, whose place is kept a little longer; another is answered while the third one waits.
    let wire = over(2, Ehr::new([Step::Never, Step::After(seconds(1), status(200))]));
    assert!(timeout(seconds(1), wire.clone().oneshot(request(read()))).await.is_err());
    let answered = tokio::spawn(wire.clone().oneshot(request(read())));
    tokio::task::yield_now().await;
    let began = Instant::now();
    assert_status(wire.oneshot(request(until(seconds(100)))).await, 200);
    assert_eq!(began.elapsed(), seconds(61));
    assert_status(answered.await.unwrap(), 200);
}

#[tokio::test(start_paused = true)]
async fn calls_that_the_ehr_does_not_count_pass_by() {
    let ehr = Ehr::default();
    let wire = over(1, ehr.clone());
    use_up(1, &wire).await;
    let began = Instant::now();
    for _ in 0..5 {
        let context = CallContext { counts_against_quota: false, ..read() };
        assert_status(wire.clone().oneshot(request(context)).await, 200);
    }
    assert_eq!(began.elapsed(), seconds(0));
}

#[tokio::test(start_paused = true)]
async fn after_a_refusal_nobody_calls_before_the_ehr_said() {
    for calls_per_minute in [None, Some(100)] {
        for (header, value) in
            [("retry-after", "20".to_owned()), ("x-ratelimit-reset", (EPOCH + 20).to_string())]
        {
            let ehr = Ehr::new([Step::Answer(status_with(429, header, &value))]);
            let wire = Quota::new(calls_per_minute, Wall::new()).layer().layer(ehr.clone());
            assert_status(wire.clone().oneshot(request(read())).await, 429);
            let began = Instant::now();
            assert_status(wire.clone().oneshot(request(until(seconds(25)))).await, 200);
            assert_eq!(began.elapsed(), seconds(20));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_tells_those_who_wait_too_long_at_once() {
    let ehr = Ehr::new([
        Step::Answer(status(200)),
        Step::After(seconds(5), status_with(429, "retry-after", "300")),
    ]);
    let wire = over(2, ehr.clone());
    use_up(1, &wire).await;
    let refused = tokio::spawn(wire.clone().oneshot(request(read())));
    sleep(seconds(1)).await;
    let began = Instant::now();
    let answer = wire.oneshot(request(until(seconds(100)))).await;
    let error = assert_error(answer, WireErrorKind::Quota, Delivery::NotSent);
    assert_eq!((error.retry_after, began.elapsed()), (Some(seconds(300)), seconds(4)));
    assert_status(refused.await.unwrap(), 429);
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_leaves_no_time_for_an_answer_is_not_begun() {
    let wire = over(1, Ehr::default());
    use_up(1, &wire).await;
    let answer = wire.clone().oneshot(request(until(seconds(60)))).await;
    assert_error(answer, WireErrorKind::Quota, Delivery::NotSent);
    assert_status(wire.oneshot(request(until(seconds(61)))).await, 200);
}

#[derive(Debug, Clone)]
struct Arrival {
    gap: u64,
    /// From its sending to the EHR.
    there: u64,
    /// From the EHR to us.
    back: u64,
    patience: u64,
    /// The caller goes away after this.
    leaves: u64,
}

fn arrivals() -> impl Strategy<Value = Vec<Arrival>> {
    let arrival = (0..8_000u64, 0..2_500u64, 0..2_500u64, 1_000..300_000u64, 1..400_000u64)
        .prop_map(|(gap, there, back, patience, leaves)| Arrival { gap, there, back, patience, leaves });
    // Bursts beside stragglers.
    let burst = arrival.clone().prop_map(|arrival| Arrival { gap: 0, ..arrival });
    proptest::collection::vec(prop_oneof![arrival, burst], 1..120)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_ehr_never_sees_more_calls_in_a_minute_than_it_allows(quota in 1..12u32, arrivals in arrivals()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let mut seen = runtime.block_on(seen_by_the_ehr(quota, arrivals));
        seen.sort();
        for window in seen.windows(usize::try_from(quota).unwrap() + 1) {
            let span = *window.last().unwrap() - *window.first().unwrap();
            prop_assert!(span >= seconds(60), "{} calls within {span:?}", window.len());
        }
    }

    #[test]
    fn nobody_waits_in_vain(quota in 1..12u32, arrivals in arrivals()) {
        // The answers are immediate and nobody leaves: then who is let in to wait is told no lie.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async move {
            let wire = over(quota, Ehr::default());
            let mut at = Instant::now();
            let calls = arrivals.into_iter().map(|arrival| {
                at += Duration::from_millis(arrival.gap);
                let (wire, at) = (wire.clone(), at);
                async move {
                    sleep_until(at).await;
                    let answer = wire.oneshot(request(until(Duration::from_millis(arrival.patience)))).await;
                    let told = at.elapsed();
                    assert!(answer.is_ok() || told == seconds(0), "told no after {told:?}");
                }
            });
            join_all(calls).await;
        });
    }
}

async fn seen_by_the_ehr(quota: u32, arrivals: Vec<Arrival>) -> Vec<Instant> {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let ehr = {
        let seen = seen.clone();
        service_fn(move |request: Request| {
            let seen = seen.clone();
            async move {
                let time = |name: &str| {
                    let text = request.headers()[name].to_str().unwrap();
                    Duration::from_millis(text.parse().unwrap())
                };
                let (there, back) = (time("there"), time("back"));
                // What has left arrives, whether or not the caller still waits for the answer.
                let arrived = tokio::spawn(async move {
                    sleep(there).await;
                    seen.lock().unwrap().push(Instant::now());
                });
                arrived.await.unwrap();
                sleep(back).await;
                status(200)
            }
        })
    };
    let wire = over(quota, ehr);
    let mut at = Instant::now();
    let calls = arrivals.into_iter().map(|arrival| {
        at += Duration::from_millis(arrival.gap);
        let (wire, at) = (wire.clone(), at);
        async move {
            sleep_until(at).await;
            let mut request = request(until(Duration::from_millis(arrival.patience)));
            request.headers_mut().insert("there", arrival.there.into());
            request.headers_mut().insert("back", arrival.back.into());
            // Perhaps before the answer, perhaps before what was sent has arrived.
            let _ = timeout(Duration::from_millis(arrival.leaves), wire.oneshot(request)).await;
        }
    });
    join_all(calls).await;
    sleep(seconds(10)).await;
    let seen = seen.lock().unwrap();
    seen.clone()
}

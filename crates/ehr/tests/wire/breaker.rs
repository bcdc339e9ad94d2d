use tower::{Layer, ServiceExt};
use vardbro_ehr::wire::breaker::Breaker;
use vardbro_ehr::wire::stack::{Concern, Next};
use vardbro_ehr::wire::{Delivery, Refusal, WireErrorKind};

use crate::support::{
    Ehr, Step, assert_error, assert_status, not_sent, read, request, seconds, status, unknown,
};

const ENOUGH: usize = 20;

fn over(ehr: &Ehr) -> impl Next {
    Breaker::default().layer().layer(ehr.clone())
}

fn down() -> Step {
    Step::Answer(status(503))
}

async fn make(calls: usize, wire: &impl Next) {
    for _ in 0..calls {
        let _ = wire.clone().oneshot(request(read())).await;
    }
}

#[tokio::test(start_paused = true)]
async fn every_kind_of_outage_in_a_row_suspends_calls() {
    let kinds: [fn() -> Step; 6] = [
        || Step::Answer(status(502)),
        || Step::Answer(status(503)),
        || Step::Answer(status(504)),
        || Step::Answer(not_sent(WireErrorKind::Connect)),
        || Step::Answer(unknown(WireErrorKind::Timeout)),
        || Step::Answer(unknown(WireErrorKind::Dropped)),
    ];
    for kind in kinds {
        let ehr = Ehr::always(kind);
        let wire = over(&ehr);
        make(ENOUGH + 5, &wire).await;
        assert_eq!(ehr.calls(), ENOUGH);
        let error =
            assert_error(wire.oneshot(request(read())).await, WireErrorKind::CircuitOpen, Delivery::NotSent);
        assert_eq!(error.retry_after, Some(seconds(10)));
    }
}

#[tokio::test(start_paused = true)]
async fn one_answer_in_between_starts_the_count_again() {
    for up in [200, 404, 422, 429] {
        let ehr = Ehr::new((1..ENOUGH).map(|_| down()));
        ehr.next(Step::Answer(status(up)));
        (1..ENOUGH).for_each(|_| ehr.next(down()));
        let wire = over(&ehr);
        make(2 * ENOUGH - 1, &wire).await;
        assert_status(wire.oneshot(request(read())).await, 200);
    }
}

#[tokio::test(start_paused = true)]
async fn an_ehr_that_fails_every_third_call_is_not_suspended() {
    let ehr = Ehr::new((0..3000).map(|call| if call % 3 == 0 { down() } else { Step::Answer(status(200)) }));
    make(3000, &over(&ehr)).await;
    assert_eq!(ehr.calls(), 3000);
}

#[tokio::test(start_paused = true)]
async fn what_says_nothing_of_the_ehr_does_not_count() {
    let kinds: [fn() -> Step; 4] = [
        || Step::Answer(not_sent(WireErrorKind::Quota)),
        || Step::Answer(not_sent(WireErrorKind::Egress(Refusal::Private))),
        || Step::Answer(not_sent(WireErrorKind::Malformed)),
        || Step::Answer(status(500)),
    ];
    for kind in kinds {
        let ehr = Ehr::always(kind);
        make(3 * ENOUGH, &over(&ehr)).await;
        assert_eq!(ehr.calls(), 3 * ENOUGH);
    }
}

#[tokio::test(start_paused = true)]
async fn after_ten_seconds_one_call_probes_and_success_lets_all_through() {
    let ehr = Ehr::new((0..ENOUGH).map(|_| down()));
    ehr.next(Step::After(seconds(2), status(200)));
    let wire = over(&ehr);
    make(ENOUGH, &wire).await;
    tokio::time::sleep(seconds(10)).await;

    let probe = tokio::spawn(wire.clone().oneshot(request(read())));
    tokio::task::yield_now().await;
    assert_error(wire.clone().oneshot(request(read())).await, WireErrorKind::CircuitOpen, Delivery::NotSent);
    assert_status(probe.await.unwrap(), 200);

    make(5, &wire).await;
    assert_eq!(ehr.calls(), ENOUGH + 6);
}

#[tokio::test(start_paused = true)]
async fn a_probe_that_fails_suspends_calls_again() {
    let ehr = Ehr::always(down);
    let wire = over(&ehr);
    make(ENOUGH, &wire).await;
    tokio::time::sleep(seconds(10)).await;
    make(5, &wire).await;
    assert_eq!(ehr.calls(), ENOUGH + 1);
}

#[tokio::test(start_paused = true)]
async fn a_probe_that_is_given_up_lets_another_one_through() {
    let ehr = Ehr::new((0..ENOUGH).map(|_| down()));
    ehr.next(Step::Never);
    let wire = over(&ehr);
    make(ENOUGH, &wire).await;
    tokio::time::sleep(seconds(10)).await;

    assert!(tokio::time::timeout(seconds(1), wire.clone().oneshot(request(read()))).await.is_err());
    assert_status(wire.oneshot(request(read())).await, 200);
}

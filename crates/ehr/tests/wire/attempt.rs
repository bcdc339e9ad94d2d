use tower::{Layer, ServiceExt};
use vardbro_ehr::wire::attempt::Attempt;
use vardbro_ehr::wire::stack::{Concern, Next};
use vardbro_ehr::wire::{Delivery, Refusal, WireErrorKind};

use crate::support::{
    Ehr, Step, Unconnected, assert_error, assert_status, not_sent, read, request, seconds, status,
};

fn over(ehr: impl Next) -> impl Next {
    Attempt::new(seconds(10)).layer().layer(ehr)
}

#[tokio::test(start_paused = true)]
async fn an_answer_in_time_is_the_answer() {
    let ehr = Ehr::new([Step::After(seconds(9), status(404))]);
    assert_status(over(ehr).oneshot(request(read())).await, 404);
}

#[tokio::test(start_paused = true)]
async fn no_answer_in_time_leaves_the_effect_unknown() {
    let ehr = Ehr::new([Step::Never]);
    let answer = over(ehr).oneshot(request(read())).await;
    assert_error(answer, WireErrorKind::Timeout, Delivery::Unknown);
}

#[tokio::test(start_paused = true)]
async fn no_connection_in_time_means_that_nothing_was_sent() {
    let answer = over(Unconnected).oneshot(request(read())).await;
    assert_error(answer, WireErrorKind::Timeout, Delivery::NotSent);
}

#[tokio::test(start_paused = true)]
async fn an_attempt_is_counted_with_its_time() {
    let context = read();
    let ehr = Ehr::new([Step::After(seconds(2), status(200))]);
    assert_status(over(ehr).oneshot(request(context.clone())).await, 200);
    assert_eq!((context.meter.calls(), context.meter.upstream()), (1, seconds(2)));
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_is_given_up_is_counted() {
    let context = read();
    let call = over(Ehr::new([Step::Never])).oneshot(request(context.clone()));
    assert!(tokio::time::timeout(seconds(3), call).await.is_err());
    assert_eq!((context.meter.calls(), context.meter.upstream()), (1, seconds(3)));
}

#[tokio::test(start_paused = true)]
async fn a_refused_address_is_not_counted_as_a_call() {
    let context = read();
    let ehr = Ehr::new([Step::Answer(not_sent(WireErrorKind::Egress(Refusal::Private)))]);
    let answer = over(ehr).oneshot(request(context.clone())).await;
    assert_error(answer, WireErrorKind::Egress(Refusal::Private), Delivery::NotSent);
    assert_eq!(context.meter.calls(), 0);
}

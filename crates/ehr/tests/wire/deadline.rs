use tower::{Layer, ServiceExt};
use vardbro_ehr::wire::attempt::Attempt;
use vardbro_ehr::wire::deadline::Deadline;
use vardbro_ehr::wire::stack::{Concern, Next};
use vardbro_ehr::wire::{Delivery, WireErrorKind};

use crate::support::{Ehr, Step, Unconnected, assert_error, assert_status, request, seconds, status, until};

fn over(ehr: impl Next) -> impl Next {
    Deadline.layer().layer(Attempt::new(seconds(60)).layer().layer(ehr))
}

#[tokio::test(start_paused = true)]
async fn an_answer_before_the_deadline_is_the_answer() {
    let ehr = Ehr::new([Step::After(seconds(4), status(200))]);
    assert_status(over(ehr).oneshot(request(until(seconds(5)))).await, 200);
}

#[tokio::test(start_paused = true)]
async fn a_call_cut_off_under_way_may_have_happened() {
    let ehr = Ehr::new([Step::Never]);
    let answer = over(ehr).oneshot(request(until(seconds(5)))).await;
    assert_error(answer, WireErrorKind::Deadline, Delivery::Unknown);
}

#[tokio::test(start_paused = true)]
async fn a_call_cut_off_while_connecting_was_not_sent() {
    let answer = over(Unconnected).oneshot(request(until(seconds(5)))).await;
    assert_error(answer, WireErrorKind::Deadline, Delivery::NotSent);
}

#[tokio::test(start_paused = true)]
async fn a_call_cut_off_before_an_attempt_was_not_sent() {
    let ehr = Ehr::new([Step::Never]);
    let answer = Deadline.layer().layer(ehr).oneshot(request(until(seconds(5)))).await;
    assert_error(answer, WireErrorKind::Deadline, Delivery::NotSent);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_after_the_deadline() {
    let ehr = Ehr::default();
    let answer = over(ehr.clone()).oneshot(request(until(seconds(0)))).await;
    assert_error(answer, WireErrorKind::Deadline, Delivery::NotSent);
    assert_eq!(ehr.calls(), 0);
}

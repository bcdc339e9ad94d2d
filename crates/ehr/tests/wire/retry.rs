use tokio::time::Instant;
use tower::{Layer, ServiceExt};
use vardbro_ehr::wire::retry::Retry;
use vardbro_ehr::wire::stack::{Answer, Concern};
use vardbro_ehr::wire::{CallContext, Delivery, Pause, Refusal, Repeats, Safety, WireErrorKind};

use crate::support::{
    EPOCH, Ehr, Fixed, Step, Wall, assert_error, assert_status, context, not_sent, read, request, seconds,
    status, status_with, unknown, until,
};

const ALL: [Safety; 3] = [Safety::Read, Safety::Idempotent, Safety::Once];
const REPEATABLE: [Safety; 2] = [Safety::Read, Safety::Idempotent];

async fn call(ehr: &Ehr, context: CallContext) -> Answer {
    let retry = Retry::new(Wall::new(), std::sync::Arc::new(Fixed));
    retry.layer().layer(ehr.clone()).oneshot(request(context)).await
}

fn script(answers: impl IntoIterator<Item = Answer>) -> Ehr {
    Ehr::new(answers.into_iter().map(Step::Answer))
}

#[tokio::test(start_paused = true)]
async fn a_call_that_was_not_sent_is_repeated_whatever_it_does() {
    for safety in ALL {
        let ehr = script([not_sent(WireErrorKind::Connect), not_sent(WireErrorKind::Timeout)]);
        assert_status(call(&ehr, context(safety)).await, 200);
        assert_eq!(ehr.calls(), 3);
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_cannot_be_sent_is_repeated_twice() {
    for safety in ALL {
        let ehr = Ehr::always(|| Step::Answer(not_sent(WireErrorKind::Connect)));
        assert_error(call(&ehr, context(safety)).await, WireErrorKind::Connect, Delivery::NotSent);
        assert_eq!(ehr.calls(), 3);
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_may_happen_once_is_never_repeated_after_an_unknown_outcome() {
    for kind in [WireErrorKind::Timeout, WireErrorKind::Dropped, WireErrorKind::TooLarge] {
        let ehr = script([unknown(kind)]);
        assert_error(call(&ehr, context(Safety::Once)).await, kind, Delivery::Unknown);
        assert_eq!(ehr.calls(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_may_happen_once_is_not_repeated_after_a_server_error() {
    for code in [500, 502, 503, 504] {
        let ehr = script([status(code)]);
        assert_status(call(&ehr, context(Safety::Once)).await, code);
        assert_eq!(ehr.calls(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_may_happen_twice_is_repeated_after_an_unknown_outcome() {
    for safety in REPEATABLE {
        let ehr = script([unknown(WireErrorKind::Timeout), unknown(WireErrorKind::Dropped)]);
        assert_status(call(&ehr, context(safety)).await, 200);
        assert_eq!(ehr.calls(), 3);
    }
}

#[tokio::test(start_paused = true)]
async fn an_outage_is_repeated_twice_and_then_the_answer() {
    for safety in REPEATABLE {
        for code in [502, 503, 504] {
            let ehr = script([status(code), status(code), status(code)]);
            assert_status(call(&ehr, context(safety)).await, code);
            assert_eq!(ehr.calls(), 3);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn other_answers_and_errors_are_not_repeated() {
    for code in [200, 302, 400, 401, 404, 408, 422, 500, 501] {
        let ehr = script([status(code)]);
        assert_status(call(&ehr, read()).await, code);
        assert_eq!(ehr.calls(), 1);
    }
    for kind in [
        WireErrorKind::Quota,
        WireErrorKind::CircuitOpen,
        WireErrorKind::Egress(Refusal::Private),
        WireErrorKind::Malformed,
        WireErrorKind::Deadline,
    ] {
        let ehr = script([not_sent(kind)]);
        assert_error(call(&ehr, read()).await, kind, Delivery::NotSent);
        assert_eq!(ehr.calls(), 1);
    }
    let ehr = script([unknown(WireErrorKind::TooLarge)]);
    assert_error(call(&ehr, read()).await, WireErrorKind::TooLarge, Delivery::Unknown);
    assert_eq!(ehr.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn repeats_wait_longer_each_time() {
    let ehr = Ehr::always(|| Step::Answer(status(503)));
    assert_status(call(&ehr, read()).await, 503);
    let times = ehr.times();
    let (first, second) = (times[1] - times[0], times[2] - times[1]);
    assert!(first.as_millis() >= 200 && first.as_millis() <= 400, "{first:?}");
    assert!(second.as_millis() >= 400 && second.as_millis() <= 800, "{second:?}");
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_the_ehr_asks_for_is_kept() {
    for (code, header, value) in [
        (503, "retry-after", "7".to_owned()),
        (429, "retry-after", "7".to_owned()),
        (429, "x-ratelimit-reset", (EPOCH + 7).to_string()),
        // 1 800 000 007 seconds after the epoch.
        (429, "retry-after", "Fri, 15 Jan 2027 08:00:07 GMT".to_owned()),
    ] {
        let ehr = script([status_with(code, header, &value)]);
        assert_status(call(&ehr, read()).await, 200);
        let times = ehr.times();
        assert_eq!(times[1] - times[0], seconds(7), "{code} {header}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_outage_longer_than_the_deadline_is_answered_at_once() {
    let began = Instant::now();
    let ehr = script([status_with(503, "retry-after", "30")]);
    assert_status(call(&ehr, read()).await, 503);
    assert_eq!((ehr.calls(), began.elapsed()), (1, seconds(0)));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_for_want_of_quota_is_repeated_whatever_the_call_does() {
    for safety in ALL {
        let ehr = script([status_with(429, "retry-after", "3"), status_with(429, "retry-after", "3")]);
        assert_status(call(&ehr, context(safety)).await, 200);
        assert_eq!(ehr.calls(), 3);
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_longer_than_the_deadline_is_an_error_that_names_the_wait() {
    for safety in ALL {
        let began = Instant::now();
        let ehr = script([status_with(429, "x-ratelimit-reset", &(EPOCH + 40).to_string())]);
        let answer = call(&ehr, context(safety)).await;
        let error = assert_error(answer, WireErrorKind::Quota, Delivery::Rejected);
        assert_eq!(error.retry_after, Some(seconds(40)));
        assert_eq!((ehr.calls(), began.elapsed()), (1, seconds(0)));
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_that_names_no_wait_is_repeated_a_few_times() {
    for headers in [None, Some(("retry-after", "soon")), Some(("x-ratelimit-reset", "-"))] {
        let refusal = || headers.map_or_else(|| status(429), |(name, value)| status_with(429, name, value));
        let ehr = script((0..20).map(|_| refusal()));
        let error = assert_error(call(&ehr, read()).await, WireErrorKind::Quota, Delivery::Rejected);
        assert_eq!((ehr.calls(), error.retry_after), (5, Some(seconds(60))));
    }
}

#[tokio::test(start_paused = true)]
async fn an_absurd_wait_is_cut_to_an_hour() {
    for value in ["99999999999", "18446744073709551615"] {
        let ehr = script([status_with(429, "retry-after", value)]);
        let error = assert_error(call(&ehr, read()).await, WireErrorKind::Quota, Delivery::Rejected);
        assert_eq!(error.retry_after, Some(seconds(3600)));
    }
}

#[tokio::test(start_paused = true)]
async fn a_moment_in_the_past_still_backs_off() {
    let ehr = script([status_with(429, "x-ratelimit-reset", &(EPOCH - 5).to_string())]);
    assert_status(call(&ehr, read()).await, 200);
    let times = ehr.times();
    assert!((times[1] - times[0]).as_millis() >= 200);
}

#[tokio::test(start_paused = true)]
async fn there_is_no_repeat_that_leaves_no_time_for_an_answer() {
    let ehr = script([not_sent(WireErrorKind::Connect)]);
    let answer = call(&ehr, until(seconds(1))).await;
    assert_error(answer, WireErrorKind::Connect, Delivery::NotSent);
    assert_eq!(ehr.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_repeat_that_is_not_sent_does_not_hide_that_the_write_may_have_happened() {
    for later in [
        not_sent(WireErrorKind::Quota),
        not_sent(WireErrorKind::CircuitOpen),
        status_with(429, "retry-after", "60"),
    ] {
        let ehr = script([unknown(WireErrorKind::Dropped), later]);
        let answer = call(&ehr, context(Safety::Idempotent)).await;
        assert_error(answer, WireErrorKind::Dropped, Delivery::Unknown);
    }
    let ehr = script([status(504), not_sent(WireErrorKind::Quota)]);
    assert_status(call(&ehr, context(Safety::Idempotent)).await, 504);
}

#[tokio::test(start_paused = true)]
async fn a_repeated_read_answers_what_came_last() {
    let ehr = script([unknown(WireErrorKind::Dropped), not_sent(WireErrorKind::Quota)]);
    assert_error(call(&ehr, read()).await, WireErrorKind::Quota, Delivery::NotSent);
}

/// As the clients of an EHR do that tries three times more, 400, 800 and 1200 ms apart.
fn patient(safety: Safety) -> CallContext {
    let pause = Pause::Growing(std::time::Duration::from_millis(400));
    CallContext { repeats: Repeats { after_failure: 3, after_refusal: 3, pause }, ..context(safety) }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_names_its_repeats_is_repeated_so() {
    for code in [502, 503, 504, 429] {
        let ehr = Ehr::always(match code {
            502 => || Step::Answer(status(502)),
            503 => || Step::Answer(status(503)),
            504 => || Step::Answer(status(504)),
            _ => || Step::Answer(status(429)),
        });
        let answer = call(&ehr, patient(Safety::Read)).await;
        assert_eq!(answer.is_err(), code == 429);
        let times = ehr.times();
        let waits: Vec<_> = times.windows(2).map(|pair| (pair[1] - pair[0]).as_millis()).collect();
        assert_eq!(waits, [400, 800, 1200], "{code}");
    }
}

#[tokio::test(start_paused = true)]
async fn no_number_of_repeats_makes_an_unsafe_call_be_sent_twice() {
    let ehr = script([unknown(WireErrorKind::Dropped)]);
    assert_error(call(&ehr, patient(Safety::Once)).await, WireErrorKind::Dropped, Delivery::Unknown);
    assert_eq!(ehr.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_the_ehr_asks_for_is_kept_by_growing_pauses_too() {
    let ehr = script([status_with(429, "retry-after", "7"), status_with(429, "retry-after", "0")]);
    assert_status(call(&ehr, patient(Safety::Once)).await, 200);
    let times = ehr.times();
    assert_eq!(times[1] - times[0], seconds(7));
    assert_eq!((times[2] - times[1]).as_millis(), 800);
}

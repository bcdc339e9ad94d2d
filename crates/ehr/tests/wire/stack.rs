//! What the layers do together.

use std::sync::Arc;

use futures::future::join_all;
use tokio::time::Instant;
use vardbro_ehr::wire::{CallContext, Delivery, Safety, Tls, Wire, WireErrorKind, WireProfile, wire_over};

use crate::support::{
    EPOCH, Ehr, Fixed, Step, Unconnected, Wall, assert_error, assert_status, context, not_sent, read,
    request, seconds, status, status_with, unknown, until,
};

const PROFILE: WireProfile = WireProfile {
    calls_per_minute: Some(100),
    concurrency: 4,
    attempt_timeout: seconds_of(10),
    tls: Tls::MACHINE,
};

const fn seconds_of(seconds: u64) -> std::time::Duration {
    std::time::Duration::from_secs(seconds)
}

fn over(ehr: &Ehr, profile: WireProfile) -> Wire {
    wire_over(ehr.clone(), &profile, Wall::new(), Arc::new(Fixed))
}

async fn call(wire: &Wire, context: CallContext) -> vardbro_ehr::wire::stack::Answer {
    wire.send(request(context.clone()), context).await
}

#[tokio::test(start_paused = true)]
async fn repeats_count_as_calls() {
    let ehr = Ehr::new([Step::Answer(status(503)), Step::Answer(unknown(WireErrorKind::Dropped))]);
    let context = read();
    assert_status(call(&over(&ehr, PROFILE), context.clone()).await, 200);
    assert_eq!((context.meter.calls(), ehr.calls()), (3, 3));
}

#[tokio::test(start_paused = true)]
async fn repeats_use_the_quota() {
    let ehr = Ehr::new([Step::Answer(status(503))]);
    let wire = over(&ehr, WireProfile { calls_per_minute: Some(2), ..PROFILE });
    assert_status(call(&wire, read()).await, 200);
    assert_error(call(&wire, read()).await, WireErrorKind::Quota, Delivery::NotSent);
}

#[tokio::test(start_paused = true)]
async fn one_refusal_keeps_every_caller_waiting_until_the_reset() {
    let ehr = Ehr::new([Step::Answer(status_with(429, "x-ratelimit-reset", &(EPOCH + 9).to_string()))]);
    let wire = over(&ehr, PROFILE);
    let began = Instant::now();
    let answers = join_all((0..20).map(|_| call(&wire, context(Safety::Once)))).await;
    answers.into_iter().for_each(|answer| assert_status(answer, 200));
    // Those that were under way when the refusal came are the only ones before the reset.
    let early = ehr.times().iter().filter(|at| **at < began + seconds(9)).count();
    assert!(early <= PROFILE.concurrency, "{early}");
    assert_eq!(ehr.calls(), 21);
}

#[tokio::test(start_paused = true)]
async fn a_hanging_ehr_costs_the_deadline_and_leaves_the_effect_unknown() {
    for safety in [Safety::Read, Safety::Idempotent, Safety::Once] {
        let ehr = Ehr::always(|| Step::Never);
        let began = Instant::now();
        let error = call(&over(&ehr, PROFILE), context(safety)).await.unwrap_err();
        assert_eq!(error.delivery, Delivery::Unknown);
        assert!(began.elapsed() <= seconds(25));
        assert_eq!(ehr.calls(), if safety == Safety::Once { 1 } else { 3 });
    }
}

#[tokio::test(start_paused = true)]
async fn waiting_for_a_permit_until_the_deadline_sends_nothing() {
    let ehr = Ehr::always(|| Step::Never);
    let wire = over(&ehr, WireProfile { concurrency: 1, attempt_timeout: seconds(100), ..PROFILE });
    let holder = tokio::spawn({
        let wire = wire.clone();
        async move { call(&wire, until(seconds(50))).await }
    });
    tokio::task::yield_now().await;
    let answer = call(&wire, context(Safety::Once)).await;
    assert_error(answer, WireErrorKind::Deadline, Delivery::NotSent);
    assert_eq!(ehr.calls(), 1);
    holder.abort();
}

#[tokio::test(start_paused = true)]
async fn a_write_cut_off_while_it_waits_to_be_repeated_may_have_happened() {
    let ehr = Ehr::new([Step::Never, Step::Answer(unknown(WireErrorKind::Dropped)), Step::Never]);
    let wire = over(&ehr, WireProfile { concurrency: 1, attempt_timeout: seconds(100), ..PROFILE });
    let first = call(&wire, until(seconds(10)));
    let second = call(&wire, CallContext { safety: Safety::Idempotent, ..until(seconds(40)) });
    let third = call(&wire, until(seconds(100)));
    // The second call's first attempt breaks; then the third one has the only permit until the second one's time is over.
    let (_, second, _) = futures::join!(first, second, third);
    assert_error(second, WireErrorKind::Deadline, Delivery::Unknown);
    assert_eq!(ehr.calls(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_write_that_never_found_a_connection_was_not_sent() {
    let wire = wire_over(Unconnected, &PROFILE, Wall::new(), Arc::new(Fixed));
    let error = call(&wire, context(Safety::Once)).await.unwrap_err();
    assert_eq!(error.delivery, Delivery::NotSent);
}

#[tokio::test(start_paused = true)]
async fn a_dead_ehr_is_answered_for_without_calling_it() {
    let ehr = Ehr::always(|| Step::Answer(not_sent(WireErrorKind::Connect)));
    let wire = over(&ehr, PROFILE);
    for _ in 0..10 {
        let _ = call(&wire, read()).await;
    }
    let calls = ehr.calls();
    assert_error(call(&wire, read()).await, WireErrorKind::CircuitOpen, Delivery::NotSent);
    assert_eq!(ehr.calls(), calls);
}

#[tokio::test(start_paused = true)]
async fn wires_of_two_connections_do_not_disturb_each_other() {
    let (dead, sound) = (Ehr::always(|| Step::Answer(status(503))), Ehr::default());
    let (dead, sound) = (over(&dead, PROFILE), over(&sound, PROFILE));
    for _ in 0..10 {
        let _ = call(&dead, read()).await;
    }
    assert_error(call(&dead, read()).await, WireErrorKind::CircuitOpen, Delivery::NotSent);
    assert_status(call(&sound, read()).await, 200);
}

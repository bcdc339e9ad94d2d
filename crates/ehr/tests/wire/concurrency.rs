use futures::future::join_all;
use tower::{Layer, ServiceExt};
use vardbro_ehr::wire::concurrency::concurrency;

use crate::support::{Ehr, Step, assert_status, by, read, seconds, status};

#[tokio::test(start_paused = true)]
async fn no_more_calls_than_permitted_are_under_way_and_they_go_in_order() {
    let ehr = Ehr::always(|| Step::After(seconds(1), status(200)));
    let wire = concurrency(3).layer(ehr.clone());

    let answers = join_all((0..10).map(|caller| wire.clone().oneshot(by(caller, read())))).await;

    answers.into_iter().for_each(|answer| assert_status(answer, 200));
    assert_eq!(ehr.most_under_way(), 3);
    assert_eq!(ehr.callers(), (0..10).map(|caller| caller.to_string()).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn a_permit_comes_back_from_a_call_that_was_given_up() {
    let ehr = Ehr::new([Step::Never]);
    let wire = concurrency(1).layer(ehr);
    assert!(tokio::time::timeout(seconds(1), wire.clone().oneshot(by(0, read()))).await.is_err());
    assert_status(wire.oneshot(by(1, read())).await, 200);
}

#[tokio::test(start_paused = true)]
async fn impossible_numbers_of_permits_let_calls_through() {
    for permits in [0, usize::MAX] {
        assert_status(concurrency(permits).layer(Ehr::default()).oneshot(by(0, read())).await, 200);
    }
}

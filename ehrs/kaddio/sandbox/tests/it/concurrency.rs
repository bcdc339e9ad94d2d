//! Many at once.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::client::{CREATE_CLIENT, FREE_PNR, MINDFULNESS, RETURN_VISIT, Reply, SARA, Sandbox, TOLVAN};

async fn at_once<F: Future<Output = Reply> + Send + 'static>(
    sandbox: &Arc<Sandbox>,
    times: usize,
    call: impl Fn(Arc<Sandbox>) -> F,
) -> (usize, usize) {
    let calls: Vec<_> = (0..times).map(|_| tokio::spawn(call(sandbox.clone()))).collect();
    let mut won = 0;
    for call in calls {
        let body = call.await.unwrap().expect(200);
        won += usize::from(body.get("errors").is_none());
    }
    (won, times - won)
}

fn live(state: &Value, host: &Value, start: &Value) -> usize {
    let start = start.as_str().unwrap().replace(".000Z", "Z");
    let rows = state["appointments"].as_array().unwrap().iter();
    rows.filter(|row| row["resource_id"] == *host && row["start"] == start && row["live"] == true).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_sixteen_bookings_of_one_time_one_wins() {
    let sandbox = Arc::new(Sandbox::start().await);
    let free = sandbox.free_times(json!({"bookingTypeId": RETURN_VISIT})).await[0].clone();
    let chosen = free.clone();

    let (won, lost) = at_once(&sandbox, 16, move |sandbox| {
        let free = chosen.clone();
        async move { sandbox.book(TOLVAN, &free).await }
    })
    .await;

    assert_eq!((won, lost), (1, 15));
    assert_eq!(live(&sandbox.state().await, &free["hostId"], &free["start"]), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_sixteen_bookings_of_a_group_session_exactly_its_cap_win() {
    let sandbox = Arc::new(Sandbox::start().await);
    let free = sandbox.free_times(json!({"bookingTypeId": MINDFULNESS, "from": "2026-05-11T00:00:00Z", "to": "2026-05-16T00:00:00Z"})).await[0].clone();
    let seeded = live(&sandbox.state().await, &json!(SARA), &free["start"]);
    let chosen = free.clone();

    let (won, _) = at_once(&sandbox, 16, move |sandbox| {
        let free = chosen.clone();
        async move { sandbox.book(TOLVAN, &free).await }
    })
    .await;

    assert_eq!(won + seeded, 6);
    assert_eq!(live(&sandbox.state().await, &json!(SARA), &free["start"]), 6);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_sixteen_clients_with_one_number_one_is_created() {
    let sandbox = Arc::new(Sandbox::start().await);
    let (won, lost) =
        at_once(
            &sandbox,
            16,
            |sandbox| async move { sandbox.ask(CREATE_CLIENT, json!({"pnr": FREE_PNR})).await },
        )
        .await;
    assert_eq!((won, lost), (1, 15));
}

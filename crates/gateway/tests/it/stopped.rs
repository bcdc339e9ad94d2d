//! How long a gateway that is stopped waits for what is in flight.

use std::time::Duration;

use futures::FutureExt;

use crate::http_client::Client;
use crate::served::{CARE_UNITS, Served};

/// A request that has reached the EHR.
async fn in_flight(served: &Served) -> Client {
    let mut client = served.client().await;
    client.send(&served.clinic.get(CARE_UNITS).bytes()).await.unwrap();
    served.until_calls(1).await;
    client
}

#[tokio::test]
async fn what_ends_within_the_grace_is_answered() {
    let served = Served::start_with_grace(Duration::from_secs(60)).await;
    served.let_the_ehr_answer_after(Duration::from_millis(300));
    let mut client = in_flight(&served).await;

    served.stop().await;

    assert_eq!(client.answer().await.unwrap().status, 200);
}

#[tokio::test]
async fn what_does_not_is_left_behind() {
    let served = Served::start_with_grace(Duration::from_millis(50)).await;
    served.let_the_ehr_answer(false);
    let mut client = in_flight(&served).await;

    served.stop().await;

    assert!(client.answer().now_or_never().is_none());
}

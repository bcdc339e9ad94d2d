//! What a balancer is told.

use vardbro_gateway::Limits;

use crate::http_client::Request;
use crate::served::{EMRS, Served};

#[tokio::test]
async fn a_gateway_that_can_authenticate_nobody_is_not_ready() {
    let served = Served::start(Limits::unlimited()).await;
    let ready = Request::new("GET", "/readyz");
    assert_eq!(served.ask(&ready).await.status, 200);

    served.store.close().await;

    assert_eq!(served.ask(&served.clinic.get(EMRS)).await.status, 503);
    let refused = served.until(503, &ready).await;
    assert!(refused.text().contains("The database does not answer."), "{}", refused.text());
}

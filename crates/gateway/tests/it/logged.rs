//! Which refusals the access log tells of.

use vardbro_gateway::{Limits, Rate};

use crate::served::Served;

const PATIENT: &str = "/api/emrs/mock/care-units/cu-1/patients/pat-1";

#[tokio::test]
async fn whoever_cannot_take_the_answer_has_asked_for_it() {
    let served = Served::start(Limits::unlimited()).await;

    let refused = served.ask(&served.clinic.get(PATIENT).with("accept", "text/html")).await;

    assert_eq!(refused.status, 406);
    let logged = served.stop_and_read_the_log().await;
    let rows: Vec<_> =
        logged.iter().map(|row| (row.client_id.as_str(), row.care_unit.as_deref(), &*row.outcome)).collect();
    assert_eq!(rows, [("clinic", Some("cu-1"), "406 NOT_ACCEPTABLE")]);
}

#[tokio::test]
async fn whoever_is_over_a_limit_cannot_fill_the_log() {
    let served = Served::start(Limits { application: Rate::new(1, 1), ..Limits::unlimited() }).await;

    let statuses = [
        served.ask(&served.clinic.get(PATIENT)).await.status,
        served.ask(&served.clinic.get(PATIENT)).await.status,
    ];

    assert_eq!(statuses[1], 429);
    let logged = served.stop_and_read_the_log().await;
    let rows: Vec<_> = logged.iter().map(|row| row.outcome.split(' ').next().unwrap()).collect();
    assert_eq!(rows, [statuses[0].to_string()]);
}

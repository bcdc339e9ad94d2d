//! Pages by offset: to the end, without repetition, and never for ever.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use url::Url;
use vardbro_ehr::{Ctx, Ehr, EhrResult};
use vardbro_model::appointment::AppointmentQuery;
use vardbro_model::error::FaultCode;

use crate::clinic::{Clinic, Meddling, fault, first, meddled};

fn row(index: usize) -> Value {
    json!({"id": format!("b{index}"), "date": "2026-11-24", "startTime": "09:00", "endTime": "09:30", "bookingType": {"id": 12},
        "patient": {"id": "9d2a", "personalNumber": "19121212-1212"}, "user": {"id": "0c1f"}})
}

/// How many appointments are listed, and how many calls that takes, from a Webdoc that answers an offset like this.
async fn listed(page: impl Fn(usize) -> Vec<Value> + Send + Sync + 'static) -> (EhrResult<usize>, usize) {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let wire = meddled(clinic.wire.clone(), move |request| {
        let url = Url::parse(&request.uri().to_string()).unwrap();
        let offset =
            url.query_pairs().find(|(name, _)| name == "offset").map(|(_, value)| value.parse().unwrap());
        let answer = match offset {
            Some(offset) => {
                counted.fetch_add(1, Ordering::SeqCst);
                Meddling::Answer(200, Value::from(page(offset)).to_string())
            }
            None => Meddling::Pass,
        };
        Box::pin(async { answer })
    });
    let ctx = Ctx { wire, ..clinic.ctx() };
    let page = clinic.webdoc.appointments(&ctx, &unit, AppointmentQuery::default(), first(500)).await;
    (page.map(|page| page.items.len()), asked.load(Ordering::SeqCst))
}

fn slice(total: usize, offset: usize, size: usize) -> Vec<Value> {
    (offset..total.min(offset + size)).map(row).collect()
}

#[tokio::test]
async fn a_short_page_is_the_last_one() {
    assert_eq!(listed(|offset| slice(99, offset, 100)).await, (Ok(99), 1));
    assert_eq!(listed(|offset| slice(0, offset, 100)).await, (Ok(0), 1));
}

#[tokio::test]
async fn full_pages_are_followed_by_more_at_once_each_time() {
    // One page, then two: the last of them is empty.
    assert_eq!(listed(|offset| slice(200, offset, 100)).await, (Ok(200), 3));
    // One, two, four, of which the sixth page is short.
    assert_eq!(listed(|offset| slice(450, offset, 100)).await, (Ok(450), 7));
}

#[tokio::test]
async fn larger_pages_than_expected_overlap_and_count_once() {
    assert_eq!(listed(|offset| slice(330, offset, 250)).await.0, Ok(330));
}

#[tokio::test]
async fn rows_that_stand_on_two_pages_count_once() {
    // A row came in before the others while the pages were read: each page begins with the last row of the one before.
    let shifted = |offset: usize| slice(150, offset.saturating_sub(offset / 100), 100);
    assert_eq!(listed(shifted).await.0, Ok(150));
}

#[tokio::test]
async fn a_server_that_ignores_the_offset_is_found_out() {
    assert_eq!(listed(|_| slice(100, 0, 100)).await, (Ok(100), 3));
}

#[tokio::test]
async fn a_list_without_end_is_given_up() {
    let (outcome, asked) = listed(|offset| slice(usize::MAX, offset, 100)).await;
    assert_eq!(fault(outcome), (FaultCode::BadInput, Some("start".into())));
    assert!(asked < 600, "{asked}");
}

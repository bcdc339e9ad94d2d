use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;
use vardbro_ehr::wire::Delivery;
use vardbro_ehr::{Ctx, Ehr, EhrErrorKind};

use crate::clinic::*;

#[tokio::test]
async fn every_call_is_counted_under_its_operation_and_metered() {
    let clinic = Clinic::new();
    let slot = clinic.slots(&stockholm(), "res-1", "svc-1").await.remove(0);
    clinic.book(&stockholm(), &slot).await;
    clinic.ehr.book(&clinic.ctx, &stockholm(), booking_of(&slot)).await.unwrap_err();
    clinic.ehr.check(&clinic.ctx).await.unwrap();
    assert_eq!((clinic.calls("list_timeslots"), clinic.calls("book_appointment")), (1, 2));
    assert_eq!(clinic.calls("check"), 1);
    assert_eq!(clinic.ctx.meter.calls(), 4);
}

#[tokio::test]
async fn an_unavailable_ehr_rejects_and_does_nothing() {
    let clinic = Clinic::new();
    let slot = clinic.slots(&stockholm(), "res-1", "svc-1").await.remove(0);
    clinic.faults(json!({"error_rate": 1.0}));
    let error = clinic.ehr.book(&clinic.ctx, &stockholm(), booking_of(&slot)).await.unwrap_err();
    assert_eq!((error.kind, error.delivery), (EhrErrorKind::Failed, Delivery::Rejected));
    clinic.faults(json!({"error_rate": 0.0}));
    assert!(clinic.slots(&stockholm(), "res-1", "svc-1").await.contains(&slot));
}

#[tokio::test]
async fn a_lost_answer_to_a_write_leaves_its_effect() {
    let clinic = Clinic::new();
    let slot = clinic.slots(&stockholm(), "res-1", "svc-1").await.remove(0);
    clinic.faults(json!({"lose_response_rate": 1.0}));
    let error = clinic.ehr.book(&clinic.ctx, &stockholm(), booking_of(&slot)).await.unwrap_err();
    let read = clinic.ehr.care_units(&clinic.ctx).await.unwrap_err();
    assert_eq!((error.kind, error.delivery), (EhrErrorKind::OutcomeUnknown, Delivery::Unknown));
    assert_eq!(read.kind, EhrErrorKind::Timeout);
    clinic.faults(json!({"lose_response_rate": 0.0}));
    assert!(!clinic.slots(&stockholm(), "res-1", "svc-1").await.contains(&slot));
}

#[tokio::test]
async fn a_used_up_quota_says_when_to_come_back() {
    let clinic = Clinic::new();
    clinic.faults(json!({"rate_limit_per_minute": 1}));
    clinic.ehr.care_units(&clinic.ctx).await.unwrap();
    let error = clinic.ehr.care_units(&clinic.ctx).await.unwrap_err();
    assert_eq!((error.kind, error.retry_after), (EhrErrorKind::RateLimited, Some(Duration::from_secs(60))));
}

#[tokio::test(start_paused = true)]
async fn an_ehr_slower_than_the_deadline_has_still_done_what_it_was_asked() {
    let clinic = Clinic::new();
    let slot = clinic.slots(&stockholm(), "res-1", "svc-1").await.remove(0);
    clinic.faults(json!({"latency_ms": 60_000}));
    let hasty = Ctx { deadline: Instant::now() + Duration::from_secs(2), ..clinic.ctx.clone() };
    let begun = Instant::now();

    let write = clinic.ehr.book(&hasty, &stockholm(), booking_of(&slot)).await.unwrap_err();
    let too_late = clinic.ehr.care_units(&hasty).await.unwrap_err();

    assert_eq!(begun.elapsed().as_secs(), 2);
    assert_eq!(write.kind, EhrErrorKind::OutcomeUnknown);
    assert_eq!((too_late.kind, too_late.delivery), (EhrErrorKind::Timeout, Delivery::NotSent));
    assert_eq!(clinic.calls("list_care_units"), 0);
    clinic.faults(json!({"latency_ms": 0}));
    assert!(!clinic.slots(&stockholm(), "res-1", "svc-1").await.contains(&slot));
}

#[tokio::test(start_paused = true)]
async fn a_read_beyond_the_deadline_is_a_timeout() {
    let clinic = Clinic::new();
    clinic.faults(json!({"latency_ms": 60_000}));
    let error = clinic.ehr.care_units(&clinic.ctx).await.unwrap_err();
    assert_eq!((error.kind, error.delivery), (EhrErrorKind::Timeout, Delivery::Unknown));
}

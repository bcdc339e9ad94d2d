use vardbro_ehr::{Ehr, EhrErrorKind, Thing};
use vardbro_model::error::FaultCode;
use vardbro_model::id::ResourceId;
use vardbro_model::schedule::{BlockKind, NewScheduleBlock};
use vardbro_model::time::Window;
use vardbro_model::typed_id::ResourceRef;

use crate::clinic::{Clinic, fault, kind, window_of};

#[tokio::test]
async fn every_free_time_lies_in_working_hours_of_the_right_day() {
    let clinic = Clinic::open().await;
    for unit in clinic.units().await {
        let window = clinic.window(1, 10);
        let slots = clinic.slots(&unit.id, window).await;
        let resource = ResourceRef::Id(slots[0].resource_id.clone());
        let blocks = clinic.cliniko.schedule(&clinic.ctx(), &unit.id, &resource, window).await.unwrap();
        assert!(blocks.is_sorted_by_key(|block| block.start));
        for slot in slots.iter().filter(|slot| slot.resource_id == slots[0].resource_id) {
            let open = blocks.iter().filter(|block| block.kind == BlockKind::Available);
            assert!(
                open.into_iter().any(|block| block.start <= slot.start && slot.start < block.end),
                "{slot:?}"
            );
            let blocked = blocks.iter().filter(|block| block.kind == BlockKind::Blocked);
            assert!(
                !blocked.into_iter().any(|block| block.start < slot.end && slot.start < block.end),
                "{slot:?}"
            );
        }
    }
}

#[tokio::test]
async fn blocked_time_is_written_shown_and_bookable_no_more() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let slot = clinic.slot(&unit).await;
    let resource = ResourceRef::Id(slot.resource_id.clone());
    let window = window_of(&slot);
    let new = NewScheduleBlock { window, kind: BlockKind::Blocked, comment: Some("Staff meeting".into()) };
    let block = clinic.cliniko.create_schedule_block(&clinic.ctx(), &unit, &resource, new).await.unwrap();
    assert_eq!((block.start, block.end, block.kind), (slot.start, slot.end, BlockKind::Blocked));
    assert_eq!(block.comment.as_deref(), Some("Staff meeting"));
    let blocks = clinic.cliniko.schedule(&clinic.ctx(), &unit, &resource, window).await.unwrap();
    assert!(blocks.contains(&block), "{blocks:?}");
    assert!(!clinic.slots(&unit, window).await.contains(&slot));
}

#[tokio::test]
async fn an_extra_opening_is_written_and_shown() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let slot = clinic.slot(&unit).await;
    let resource = ResourceRef::Id(slot.resource_id.clone());
    let night = jiff::SignedDuration::from_hours(14);
    let window = Window { start: slot.start.timestamp() + night, end: slot.end.timestamp() + night };
    let new = NewScheduleBlock { window, kind: BlockKind::Available, comment: None };
    let block =
        clinic.cliniko.create_schedule_block(&clinic.ctx(), &unit, &resource, new.clone()).await.unwrap();
    let blocks = clinic.cliniko.schedule(&clinic.ctx(), &unit, &resource, window).await.unwrap();
    assert!(blocks.contains(&block), "{blocks:?}");

    let with_comment = NewScheduleBlock { comment: Some("x".into()), ..new.clone() };
    let refused = clinic.cliniko.create_schedule_block(&clinic.ctx(), &unit, &resource, with_comment).await;
    assert_eq!(fault(refused), (FaultCode::NotSupported, Some("comment".into())));
    let nobody = ResourceRef::Id(ResourceId::parse("4242").unwrap());
    let unknown = clinic.cliniko.create_schedule_block(&clinic.ctx(), &unit, &nobody, new).await;
    assert_eq!(kind(unknown), EhrErrorKind::NotFound(Thing::Resource));
    let unknown = clinic.cliniko.schedule(&clinic.ctx(), &unit, &nobody, window).await;
    assert_eq!(kind(unknown), EhrErrorKind::NotFound(Thing::Resource));
}

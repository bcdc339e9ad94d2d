use jiff::SignedDuration;
use vardbro_ehr::{Ehr, EhrErrorKind, Thing};
use vardbro_kaddio_sandbox::Options;
use vardbro_model::id::HealthcareServiceId;
use vardbro_model::time::Window;
use vardbro_model::typed_id::ResourceRef;

use crate::clinic::{Clinic, kind, window_of};

#[tokio::test]
async fn free_times_are_in_order_as_long_as_the_service_and_of_this_care_unit() {
    let clinic = Clinic::open().await;
    for unit in clinic.units().await {
        let services = clinic.kaddio.healthcare_services(&clinic.ctx(), &unit.id, None).await.unwrap();
        let resources = clinic.kaddio.resources(&clinic.ctx(), &unit.id, None).await.unwrap();
        let window = clinic.window(0, 30);
        let slots = clinic.slots(&unit.id, window).await;
        assert!(slots.len() > 20, "{}", slots.len());
        assert!(slots.is_sorted_by_key(|slot| (slot.start, slot.resource_id.clone())));
        for slot in &slots {
            assert!(window.contains(slot.start.timestamp()));
            assert_eq!(slot.care_unit_id, unit.id);
            assert!(slot.start.to_string().ends_with("+01:00"));
            let service = services.iter().find(|service| service.id == slot.healthcare_service_id).unwrap();
            let minutes = SignedDuration::from_mins(service.duration_minutes.unwrap().into());
            assert_eq!(slot.end.timestamp().duration_since(slot.start.timestamp()), minutes);
            let resource = resources.iter().find(|resource| resource.id == slot.resource_id).unwrap();
            assert!(resource.healthcare_service_ids.contains(&service.id));
        }
    }
}

#[tokio::test]
async fn filters_narrow_and_one_question_is_one_call() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let window = clinic.window(0, 14);
    let all = clinic.slots(&unit, window).await;
    let one = &all[all.len() / 2];
    let resource = ResourceRef::Id(one.resource_id.clone());
    let service = &one.healthcare_service_id;
    clinic.forget_calls();
    let ctx = clinic.ctx();
    let by_both = clinic.kaddio.timeslots(&ctx, &unit, window, Some(&resource), Some(service)).await.unwrap();
    assert_eq!(clinic.call_count(), 1, "{:?}", clinic.calls());
    let by_resource = clinic.kaddio.timeslots(&ctx, &unit, window, Some(&resource), None).await.unwrap();
    let by_service = clinic.kaddio.timeslots(&ctx, &unit, window, None, Some(service)).await.unwrap();
    let expected = |wanted: &dyn Fn(&vardbro_model::timeslot::Timeslot) -> bool| {
        all.iter().filter(|slot| wanted(slot)).cloned().collect::<Vec<_>>()
    };
    assert_eq!(by_resource, expected(&|slot| slot.resource_id == one.resource_id));
    assert_eq!(by_service, expected(&|slot| slot.healthcare_service_id == *service));
    assert_eq!(
        by_both,
        expected(&|s| s.resource_id == one.resource_id && s.healthcare_service_id == *service)
    );
    let nothing = HealthcareServiceId::parse("nothing").unwrap();
    let missing = clinic.kaddio.timeslots(&ctx, &unit, window, None, Some(&nothing)).await;
    assert_eq!(kind(missing), EhrErrorKind::NotFound(Thing::HealthcareService));
    let empty = Window { start: window.end, end: window.start };
    assert!(clinic.slots(&unit, empty).await.is_empty());
}

#[tokio::test]
async fn the_window_begins_with_its_start_and_ends_before_its_end() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let slot = clinic.slot(&unit).await;
    let start = slot.start.timestamp();
    let second = SignedDuration::from_secs(1);
    let at = Window { start, end: start + second };
    assert!(clinic.slots(&unit, at).await.contains(&slot));
    let before = Window { start: start - second, end: start };
    assert!(!clinic.slots(&unit, before).await.contains(&slot));
}

#[tokio::test]
async fn the_public_list_has_the_same_times_as_far_as_patients_may_book_them() {
    let clinic = Clinic::open_with(Options::default(), |s| s.with("free_times", "rest")).await;
    let graphql = Clinic::open().await;
    let mut compared = 0;
    for unit in clinic.units().await {
        let services = clinic.kaddio.healthcare_services(&clinic.ctx(), &unit.id, None).await.unwrap();
        let resources = clinic.kaddio.resources(&clinic.ctx(), &unit.id, None).await.unwrap();
        clinic.forget_calls();
        let window = clinic.window(0, 7);
        let listed = clinic.slots(&unit.id, window).await;
        let calls = usize::try_from(clinic.call_count()).unwrap();
        assert!(calls <= resources.len(), "one call a host: {:?}", clinic.calls());
        let online = |id: &HealthcareServiceId| {
            services.iter().any(|service| service.id == *id && service.bookable_online == Some(true))
        };
        assert!(listed.iter().all(|slot| online(&slot.healthcare_service_id)));
        let asked = graphql.slots(&unit.id, window).await;
        // Of whoever is in the list at all, the list is complete.
        for resource in &resources {
            let of = |slots: &[vardbro_model::timeslot::Timeslot]| {
                let of = slots.iter().filter(|slot| slot.resource_id == resource.id);
                of.filter(|slot| online(&slot.healthcare_service_id)).cloned().collect::<Vec<_>>()
            };
            if !of(&listed).is_empty() {
                assert_eq!(of(&listed), of(&asked), "{}", resource.name);
                compared += 1;
            }
        }
    }
    assert!(compared > 0);
}

#[tokio::test]
async fn a_time_of_the_public_list_can_be_booked() {
    let clinic = Clinic::open_with(Options::default(), |s| s.with("free_times", "rest")).await;
    let unit = clinic.unit().await;
    let patient = clinic.patient(&unit).await;
    let slots = clinic.slots(&unit, clinic.window(1, 7)).await;
    let slot = &slots[slots.len() / 2];
    let resource = ResourceRef::Id(slot.resource_id.clone());
    let service = Some(&slot.healthcare_service_id);
    let ctx = clinic.ctx();
    let one = clinic.kaddio.timeslots(&ctx, &unit, window_of(slot), Some(&resource), service).await.unwrap();
    assert!(one.contains(slot));
    let booked = clinic.book(&unit, slot, &patient).await.unwrap();
    assert_eq!((booked.start, booked.end), (slot.start, slot.end));
    assert!(!clinic.slots(&unit, window_of(slot)).await.contains(slot));
}

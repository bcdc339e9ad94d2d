use vardbro_ehr::{Ehr, EhrErrorKind, Thing};
use vardbro_model::id::HealthcareServiceId;
use vardbro_model::time::Window;

use crate::clinic::{Clinic, EHN, TOLVAN, kind, resource_ref, ten, window_of};

#[tokio::test]
async fn a_warm_window_costs_one_call() {
    let clinic = Clinic::open().await;
    let cold = clinic.slots(clinic.window(0, 30)).await;
    assert_eq!(clinic.call_count(), 3, "care units, time types, free times: {:?}", clinic.calls());
    clinic.forget_calls();
    assert_eq!(clinic.slots(clinic.window(0, 30)).await, cold);
    assert_eq!(clinic.call_count(), 1, "{:?}", clinic.calls());
    clinic.forget_calls();
    clinic.slots(clinic.window(0, 92)).await;
    assert_eq!(clinic.call_count(), 3, "31 days each: {:?}", clinic.calls());
}

#[tokio::test]
async fn timeslots_are_sorted_and_inside_the_window() {
    let clinic = Clinic::open().await;
    let window = clinic.window(2, 9);
    let slots = clinic.slots(window).await;
    assert!(slots.len() > 10);
    let keys: Vec<_> = slots.iter().map(|slot| (slot.start, slot.resource_id.clone())).collect();
    assert!(keys.is_sorted());
    assert!(slots.iter().all(|slot| window.contains(slot.start.timestamp())));
    let mut distinct = slots.clone();
    distinct.dedup();
    assert_eq!(distinct.len(), slots.len());
    // The window's bounds: its start belongs to it, its end does not.
    let one = window_of(&slots[0]);
    assert!(clinic.slots(one).await.contains(&slots[0]));
    let before = Window { start: window.start, end: one.start };
    assert!(clinic.slots(before).await.iter().all(|slot| slot.start.timestamp() < one.start));
}

#[tokio::test]
async fn filters_are_those_of_both() {
    let clinic = Clinic::open().await;
    let window = clinic.window(1, 8);
    let all = clinic.slots(window).await;
    let ehn = resource_ref(EHN);
    let six = HealthcareServiceId::parse("6").unwrap();
    for (resource, service) in [(Some(&ehn), None), (None, Some(&six)), (Some(&ehn), Some(&six))] {
        let found =
            clinic.takecare.timeslots(&clinic.ctx(), &ten(), window, resource, service).await.unwrap();
        let expected: Vec<_> = all
            .iter()
            .filter(|slot| resource.is_none() || slot.resource_id.as_str() == EHN)
            .filter(|slot| service.is_none_or(|id| &slot.healthcare_service_id == id))
            .cloned()
            .collect();
        assert!(!found.is_empty());
        assert_eq!(found, expected);
    }
}

#[tokio::test]
async fn an_id_that_names_nothing_is_told_and_one_without_free_times_is_not() {
    let clinic = Clinic::open().await;
    let window = clinic.window(1, 8);
    let ask = |resource: Option<&'static str>, service: Option<&'static str>| {
        let clinic = &clinic;
        async move {
            let resource = resource.map(resource_ref);
            let service = service.map(|id| HealthcareServiceId::parse(id).unwrap());
            clinic
                .takecare
                .timeslots(&clinic.ctx(), &ten(), window, resource.as_ref(), service.as_ref())
                .await
        }
    };
    for nothing in ["nothing", "11-991890000019", "10-1", "999999999999999999"] {
        assert_eq!(
            kind(ask(Some(nothing), None).await),
            EhrErrorKind::NotFound(Thing::Resource),
            "{nothing}"
        );
    }
    for nothing in ["nothing", "65000", "999999999999999999"] {
        assert_eq!(kind(ask(None, Some(nothing)).await), EhrErrorKind::NotFound(Thing::HealthcareService));
    }
    let night = Window { start: clinic.now(), end: clinic.now() + jiff::SignedDuration::from_mins(1) };
    let ehn = resource_ref(EHN);
    let none = clinic.takecare.timeslots(&clinic.ctx(), &ten(), night, Some(&ehn), None).await.unwrap();
    assert!(none.is_empty());
}

#[tokio::test]
async fn what_is_booked_is_free_no_more() {
    let clinic = Clinic::open().await;
    let slot = clinic.slot().await;
    clinic.book(&slot, TOLVAN).await.unwrap();
    let left = clinic.slots_of(EHN).await;
    assert!(left.iter().all(|other| other.end <= slot.start || slot.end <= other.start));
}

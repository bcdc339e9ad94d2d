use vardbro_ehr::Ehr;
use vardbro_model::time::Window;
use vardbro_model::typed_id::ResourceRef;

use crate::clinic::Clinic;

#[tokio::test]
async fn a_cold_calendar_of_thirty_days_costs_at_most_five_and_four_calls() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let resources = clinic.cliniko.resources(&clinic.ctx(), &unit, None).await.unwrap();
    let resource = resources.iter().find(|resource| !resource.healthcare_service_ids.is_empty()).unwrap();
    let service = resource.healthcare_service_ids[0].clone();
    let resource = ResourceRef::Id(resource.id.clone());
    let cold = vardbro_cliniko::Cliniko::new();
    clinic.forget_calls();

    let window = clinic.window(0, 30);
    let slots = cold.timeslots(&clinic.ctx(), &unit, window, Some(&resource), Some(&service)).await.unwrap();
    assert!(!slots.is_empty());
    let times = clinic.calls_of("available_times");
    let others = clinic.call_count() - times;
    assert!(times <= 5 && others <= 4, "{:?}", clinic.calls());

    clinic.forget_calls();
    cold.timeslots(&clinic.ctx(), &unit, window, Some(&resource), Some(&service)).await.unwrap();
    assert_eq!(clinic.call_count(), clinic.calls_of("available_times"), "warm: {:?}", clinic.calls());
}

#[tokio::test]
async fn free_times_are_sorted_unique_inside_the_window_and_in_the_care_units_offset() {
    let clinic = Clinic::open().await;
    for unit in clinic.units().await {
        let window = clinic.window(1, 9);
        let slots = clinic.slots(&unit.id, window).await;
        assert!(!slots.is_empty());
        let mut sorted = slots.clone();
        vardbro_model::timeslot::sort(&mut sorted);
        sorted.dedup();
        assert_eq!(slots, sorted);
        assert!(slots.iter().all(|slot| window.contains(slot.start.timestamp())));
        let zone = jiff::tz::TimeZone::get(&unit.time_zone).unwrap();
        for slot in &slots {
            assert_eq!(slot.start.to_string(), slot.start.to_zone(&zone).to_string());
            assert_eq!(slot.care_unit_id, unit.id);
        }
    }
}

#[tokio::test]
async fn narrower_questions_have_the_same_answers() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let window = clinic.window(2, 5);
    let all = clinic.slots(&unit, window).await;
    let some = &all[all.len() / 2];
    let resource = ResourceRef::Id(some.resource_id.clone());
    let service = &some.healthcare_service_id;
    let narrow =
        clinic.cliniko.timeslots(&clinic.ctx(), &unit, window, Some(&resource), Some(service)).await.unwrap();
    let expected: Vec<_> = all
        .iter()
        .filter(|slot| slot.resource_id == some.resource_id && &slot.healthcare_service_id == service)
        .cloned()
        .collect();
    assert_eq!(narrow, expected);

    let start = some.start.timestamp();
    let instant = Window { start, end: start + jiff::SignedDuration::from_secs(1) };
    let at = clinic.slots(&unit, instant).await;
    assert!(at.contains(some) && at.iter().all(|slot| slot.start == some.start));
}

#[tokio::test]
async fn the_longest_window_is_within_the_quota() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    clinic.forget_calls();
    let slots = clinic.slots(&unit, clinic.window(0, 92)).await;
    assert!(!slots.is_empty());
    assert!(clinic.call_count() < 200, "{:?}", clinic.calls());
}

#[tokio::test]
async fn an_offer_that_patients_may_not_book_online_has_no_free_times() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let slot = clinic.slot(&unit).await;
    let path = format!("/appointment_types/{}", slot.healthcare_service_id);
    clinic.native("PATCH", &path, Some(serde_json::json!({"show_in_online_bookings": false}))).await;
    // Known from before, the type seems bookable: the 404 is an empty list. Asked anew, it is not even tried.
    for ctx in [clinic.ctx(), clinic.fresh()] {
        let window = clinic.window(3, 6);
        let service = Some(&slot.healthcare_service_id);
        assert_eq!(clinic.cliniko.timeslots(&ctx, &unit, window, None, service).await.unwrap(), []);
    }
}

#[tokio::test]
async fn local_hours_stay_the_same_across_the_change_of_clocks() {
    // Melbourne leaves summer time on 4 April 2027, London enters it on 28 March.
    for now in ["2027-04-01T00:00:00Z", "2027-03-25T00:00:00Z"] {
        let clinic = Clinic::open_at(now, |settings| settings).await;
        for unit in clinic.units().await {
            let slots = clinic.slots(&unit.id, clinic.window(0, 8)).await;
            let zone = jiff::tz::TimeZone::get(&unit.time_zone).unwrap();
            for slot in &slots {
                let local = zone.to_datetime(slot.start.timestamp());
                assert!((6..=20).contains(&local.hour()), "{}: {}", unit.time_zone, slot.start);
                assert!(slot.start.to_string().starts_with(&local.strftime("%Y-%m-%dT%H:%M:%S").to_string()));
            }
            let resource = ResourceRef::Id(slots[0].resource_id.clone());
            let window = clinic.window(0, 8);
            let blocks = clinic.cliniko.schedule(&clinic.ctx(), &unit.id, &resource, window).await.unwrap();
            let slots = slots.iter().filter(|slot| slot.resource_id == slots[0].resource_id);
            for slot in slots {
                assert!(blocks.iter().any(|block| block.start <= slot.start && slot.start < block.end));
            }
        }
    }
}

#[tokio::test]
async fn an_account_whose_day_has_begun_before_ours_is_asked_from_its_today_on() {
    // It is still the 30th in Honolulu, and already the 31st at both businesses.
    let now = "2027-03-31T03:00:00Z";
    let known = Clinic::open_at(now, |settings| settings).await;
    let misled = Clinic::open_at(now, |settings| settings.with("time_zone", "Pacific/Honolulu")).await;
    for (right, wrong) in known.units().await.iter().zip(misled.units().await) {
        let expected = known.slots(&right.id, known.window(0, 3)).await;
        assert_eq!(misled.slots(&wrong.id, misled.window(0, 3)).await, expected);
    }
}

#[tokio::test]
async fn every_instant_of_a_window_is_asked_for_whatever_the_zones() {
    let clinic = Clinic::open_at("2027-03-31T03:00:00Z", |settings| settings).await;
    for unit in clinic.units().await {
        let week = clinic.slots(&unit.id, clinic.window(0, 7)).await;
        let mut in_pieces = Vec::new();
        for hour in (24..72).step_by(6) {
            let at = |hour: i64| clinic.clock.now() + jiff::SignedDuration::from_hours(hour);
            in_pieces.extend(clinic.slots(&unit.id, Window { start: at(hour), end: at(hour + 6) }).await);
        }
        let window = clinic.window(1, 3);
        let expected: Vec<_> =
            week.into_iter().filter(|slot| window.contains(slot.start.timestamp())).collect();
        assert_eq!(in_pieces, expected);
    }
}

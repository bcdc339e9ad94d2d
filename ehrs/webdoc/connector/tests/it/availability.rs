//! Free times, and what they cost.

use std::collections::BTreeSet;

use serde_json::json;
use vardbro_ehr::{Ctx, Ehr};
use vardbro_model::error::FaultCode;
use vardbro_model::id::HealthcareServiceId;
use vardbro_model::timeslot::Timeslot;
use vardbro_model::typed_id::ResourceRef;

use crate::clinic::{Clinic, Meddling, fault, meddled, typed, window_of};

#[tokio::test]
async fn free_rows_are_timeslots_sorted_within_the_window() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let window = clinic.window(1, 8);
    let slots = clinic.webdoc.timeslots(&clinic.ctx(), &unit, window, None, None).await.unwrap();
    assert!(slots.len() > 20);
    let key = |slot: &Timeslot| (slot.start, slot.resource_id.clone());
    assert!(slots.is_sorted_by_key(key));
    assert!(slots.iter().all(|slot| window.contains(slot.start.timestamp()) && slot.start < slot.end));
    assert!(slots.iter().all(|slot| slot.start.to_string().ends_with("+01:00")));
    let resources = clinic.webdoc.resources(&clinic.ctx(), &unit, None).await.unwrap();
    assert!(slots.iter().all(|slot| resources.iter().any(|resource| resource.id == slot.resource_id)));
}

#[tokio::test]
async fn a_cold_calendar_costs_five_calls_and_a_warm_one_one() {
    let clinic = Clinic::open().await;
    let unit = clinic.running.ehr.state().appointments[0].care_unit_id.clone();
    let unit = vardbro_model::id::CareUnitId::parse(&unit).unwrap();
    let (ctx, window) = (clinic.ctx(), clinic.window(3, 4));
    clinic.webdoc.timeslots(&ctx, &unit, window, None, None).await.unwrap();
    assert_eq!((ctx.meter.calls(), clinic.call_count()), (5, 5), "{:?}", clinic.calls());
    let ctx = clinic.ctx();
    clinic.webdoc.timeslots(&ctx, &unit, window, None, None).await.unwrap();
    assert_eq!(ctx.meter.calls(), 1);
}

#[tokio::test]
async fn a_month_is_read_page_by_page_in_few_rounds() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let whole = clinic.slots(&unit, 0, 30).await;
    let mut daily = Vec::new();
    for day in 0..30 {
        daily.extend(clinic.slots(&unit, day, day + 1).await);
    }
    assert_eq!(whole, daily, "no page is missed, none is read twice");
    assert!(whole.len() > 200, "more than two pages: {}", whole.len());
}

#[tokio::test]
async fn filters_narrow_and_typed_ids_work() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let window = clinic.window(1, 8);
    let all = clinic.slots(&unit, 1, 8).await;
    let hsa = "hsa_id:SE2321000131-E000000012345";
    let meant = clinic.webdoc.resource(&clinic.ctx(), &unit, &typed(hsa)).await.unwrap().id;
    let service = &all.iter().find(|slot| slot.resource_id == meant).unwrap().healthcare_service_id;
    for name in [hsa, "se_personal_number:870207-2391", meant.as_str()] {
        let slots = clinic
            .webdoc
            .timeslots(&clinic.ctx(), &unit, window, Some(&typed(name)), Some(service))
            .await
            .unwrap();
        let expected: Vec<_> = all
            .iter()
            .filter(|slot| slot.resource_id == meant && slot.healthcare_service_id == *service)
            .cloned()
            .collect();
        assert!(!expected.is_empty());
        assert_eq!(slots, expected, "{name}");
    }
    let nothing = HealthcareServiceId::parse("999").unwrap();
    let unknown = clinic.webdoc.timeslots(&clinic.ctx(), &unit, window, None, Some(&nothing)).await;
    assert!(format!("{:?}", unknown.unwrap_err().kind).contains("HealthcareService"));
    let norwegian = typed("no_personal_number:13097248022");
    let unknown = clinic.webdoc.timeslots(&clinic.ctx(), &unit, window, Some(&norwegian), None).await;
    assert_eq!(fault(unknown), (FaultCode::NotSupported, Some("resource_id".into())));
}

#[tokio::test]
async fn only_what_patients_may_book_is_shown_unless_all_is_asked_for() {
    let some = Clinic::open().await;
    let all = Clinic::open_set(|settings| settings.with("timeslot_services", "all")).await;
    let unit = some.unit().await;
    let kinds = |slots: Vec<Timeslot>| {
        slots.into_iter().map(|slot| slot.healthcare_service_id).collect::<BTreeSet<_>>()
    };
    let services = some.webdoc.healthcare_services(&some.ctx(), &unit, None).await.unwrap();
    let (shown, whole) = (kinds(some.slots(&unit, 0, 20).await), kinds(all.slots(&unit, 0, 20).await));
    for service in services {
        if shown.contains(&service.id) {
            assert_eq!(service.bookable_online, Some(true));
        }
    }
    assert!(shown.is_subset(&whole) && shown != whole, "{shown:?} {whole:?}");
}

#[tokio::test]
async fn the_clinics_own_list_shows_the_same_free_times() {
    let search = Clinic::open().await;
    let unit = search.unit().await;
    let expected = search.slots(&unit, 0, 10).await;
    for services in ["self_service", "all"] {
        let list = Clinic::open_set(|settings| {
            settings
                .with("free_slot_query", "clinic_bookings")
                .with("page_size", "40")
                .with("timeslot_services", services)
        })
        .await;
        let slots = list.slots(&unit, 0, 10).await;
        if services == "self_service" {
            assert_eq!(slots, expected);
        } else {
            assert!(slots.len() > expected.len());
        }
        assert_eq!(list.calls_of("GET /v1/bookings"), 0);
        assert!(list.calls_of("/bookings") > 0);
    }
}

#[tokio::test]
async fn free_times_are_never_remembered() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let slot = clinic.calendar(&unit).await.remove(0);
    clinic.book(&unit, &slot).await.unwrap();
    let window = window_of(&slot);
    let resource = ResourceRef::Id(slot.resource_id.clone());
    let left = clinic.webdoc.timeslots(&clinic.ctx(), &unit, window, Some(&resource), None).await.unwrap();
    assert!(!left.contains(&slot));
}

#[tokio::test]
async fn rows_that_say_too_little_are_left_out_and_those_taken_too() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let slot = clinic.slots(&unit, 3, 6).await.remove(0);
    let row = |id: &str, change: serde_json::Value| {
        let mut row = json!({"id": id, "date": "2026-11-25", "startTime": "10:00", "endTime": "10:30",
            "bookingType": {"id": slot.healthcare_service_id.as_str()}, "user": {"id": slot.resource_id.as_str()}, "patient": null});
        for (field, value) in change.as_object().unwrap() {
            row[field] = value.clone();
        }
        row
    };
    let rows = json!([
        row("whole", json!({})),
        row("twin", json!({})),
        row("no time", json!({"startTime": null})),
        row("nobody", json!({"user": []})),
        row("no type", json!({"bookingType": null})),
        row("a stranger", json!({"user": {"id": "stranger"}})),
        row("taken", json!({"patient": {"id": "9d2a"}})),
        row(
            "taken, in a list of one",
            json!({"patient": [{"id": "9d2a"}], "startTime": "10:30", "endTime": "11:00"})
        ),
        row("reserved", json!({"reservedForOrganizationId": 501, "startTime": "10:30", "endTime": "11:00"})),
        row("reserved", json!({"reservedForDepartmentId": "7", "startTime": "11:30", "endTime": "12:00"})),
        row("reserved for nobody", json!({"reservedForOrganizationId": 0, "reservedForDepartmentId": ""})),
        row("of another clinic", json!({"clinic": {"id": "elsewhere"}})),
        row("another day", json!({"date": "2026-11-26"})),
        row("of no known type", json!({"bookingType": {"id": 999}})),
    ])
    .to_string();
    let wire = meddled(clinic.wire.clone(), move |request| {
        let answer = if request.uri().path() == "/v1/bookings" {
            Meddling::Answer(200, rows.clone())
        } else {
            Meddling::Pass
        };
        Box::pin(async { answer })
    });
    let ctx = Ctx { wire, ..clinic.ctx() };
    let window = vardbro_model::time::Window {
        start: "2026-11-25T00:00:00Z".parse().unwrap(),
        end: "2026-11-25T12:00:00Z".parse().unwrap(),
    };
    let slots = clinic.webdoc.timeslots(&ctx, &unit, window, None, None).await.unwrap();
    assert_eq!(slots.len(), 1, "{slots:?}");
    assert_eq!(slots[0].start.to_string(), "2026-11-25T10:00:00+01:00");
}

#[tokio::test]
async fn a_fresh_answer_asks_everything_once() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    clinic.slots(&unit, 3, 5).await;
    let before = clinic.calls();
    let ctx = Ctx { fresh: true, ..clinic.ctx() };
    clinic.webdoc.timeslots(&ctx, &unit, clinic.window(3, 5), None, None).await.unwrap();
    for catalogue in ["GET /v1/clinics", "GET /v1/clinics/{id}/users", "GET /v1/bookingTypes"] {
        assert_eq!(clinic.calls()[catalogue], before[catalogue] + 1, "{catalogue}");
    }
}

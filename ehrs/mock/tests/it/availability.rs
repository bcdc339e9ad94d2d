use vardbro_ehr::{Ehr, EhrError, EhrErrorKind, Thing};
use vardbro_model::resource::ResourceKind;
use vardbro_model::schedule::{BlockKind, NewScheduleBlock};

use crate::clinic::*;

#[tokio::test]
async fn the_first_of_everything_fits_together() {
    let clinic = Clinic::new();
    for unit in clinic.ehr.care_units(&clinic.ctx).await.unwrap() {
        let resources = clinic.ehr.resources(&clinic.ctx, &unit.id, None).await.unwrap();
        let services = clinic.ehr.healthcare_services(&clinic.ctx, &unit.id, None).await.unwrap();
        let slots = clinic.slots(&unit.id, resources[0].id.as_str(), services[0].id.as_str()).await;
        assert!(slots.len() > 100, "{}: {}", unit.id, slots.len());
        assert!(resources.iter().any(|resource| resource.kind == ResourceKind::Room));
        assert!(resources.iter().any(|resource| resource.kind == ResourceKind::Equipment));
    }
}

#[tokio::test]
async fn sixty_days_are_open_but_no_weekend_and_no_lunch() {
    let clinic = Clinic::new();
    let slots = clinic.ehr.timeslots(&clinic.ctx, &stockholm(), clinic.days(92), None, None).await.unwrap();
    let last = slots.last().unwrap().start.to_string();
    assert!(last.starts_with("2026-05-01") || last.starts_with("2026-04-30"), "{last}");
    for slot in &slots {
        let local = slot.start.to_string();
        assert!(!local.contains("T12:"), "{local}");
        let day = local[..10].parse::<jiff::civil::Date>().unwrap();
        assert!(day.weekday().to_monday_one_offset() <= 5, "{local}");
    }
    assert!(slots.is_sorted_by_key(|slot| (slot.start, slot.resource_id.clone())));
}

#[tokio::test]
async fn a_slot_is_as_long_as_its_service_and_never_in_the_past() {
    let clinic = Clinic::new();
    let early = vardbro_model::time::Window {
        start: "2026-03-02T00:00:00Z".parse().unwrap(),
        end: "2026-03-05T00:00:00Z".parse().unwrap(),
    };
    let slots =
        clinic.ehr.timeslots(&clinic.ctx, &stockholm(), early, None, Some(&service("svc-2"))).await.unwrap();
    assert!(!slots.is_empty());
    for slot in slots {
        assert!(slot.start.timestamp() >= NOW.parse().unwrap());
        assert_eq!(window_of(&slot).end.duration_since(window_of(&slot).start).as_mins(), 20);
    }
}

#[tokio::test]
async fn a_service_that_patients_cannot_book_has_no_free_times() {
    let clinic = Clinic::new();
    assert_eq!(clinic.slots(&stockholm(), "res-5", "svc-6").await, []);
}

#[tokio::test]
async fn free_times_keep_the_clock_on_the_wall_when_it_changes() {
    let clinic = Clinic::at("2026-03-25T09:00:00Z");
    let slots = clinic.slots(&stockholm(), "res-1", "svc-1").await;
    let starts: Vec<String> = slots.iter().map(|slot| slot.start.to_string()).collect();
    let on = |day: &str| starts.iter().find(|start| start.starts_with(day)).unwrap();
    assert!(on("2026-03-27").ends_with("+01:00"));
    assert!(on("2026-03-30").ends_with("+02:00"));
    assert!(on("2026-03-30").contains("T08:") || on("2026-03-30").contains("T09:"));
}

#[tokio::test]
async fn a_night_clinic_on_the_longest_night_has_an_hour_more() {
    let clinic = Clinic::at("2026-10-20T09:00:00Z");
    let night = span("2026-10-24T23:00:00Z", "2026-10-25T03:00:00Z");
    let block = NewScheduleBlock { window: night, kind: BlockKind::Available, comment: None };

    clinic.ehr.create_schedule_block(&clinic.ctx, &stockholm(), &resource("res-1"), block).await.unwrap();

    let slots = clinic
        .ehr
        .timeslots(&clinic.ctx, &stockholm(), night, Some(&resource("res-1")), Some(&service("svc-1")))
        .await
        .unwrap();
    let starts: Vec<String> = slots.iter().map(|slot| slot.start.to_string()[11..].to_owned()).collect();
    assert_eq!(
        starts,
        [
            "01:00:00+02:00",
            "01:30:00+02:00",
            "02:00:00+02:00",
            "02:30:00+02:00",
            "02:00:00+01:00",
            "02:30:00+01:00",
            "03:00:00+01:00",
            "03:30:00+01:00"
        ]
    );
}

#[tokio::test]
async fn a_blocked_time_is_not_free_and_shows_in_the_schedule() {
    let clinic = Clinic::new();
    let slot = clinic.slots(&stockholm(), "res-1", "svc-1").await.remove(0);
    let block = NewScheduleBlock {
        window: window_of(&slot),
        kind: BlockKind::Blocked,
        comment: Some("Dentist".into()),
    };

    let made =
        clinic.ehr.create_schedule_block(&clinic.ctx, &stockholm(), &resource("res-1"), block).await.unwrap();

    assert!(!clinic.slots(&stockholm(), "res-1", "svc-1").await.contains(&slot));
    let schedule =
        clinic.ehr.schedule(&clinic.ctx, &stockholm(), &resource("res-1"), window_of(&slot)).await.unwrap();
    assert!(schedule.contains(&made));
    assert!(schedule.iter().any(|block| block.id.is_none() && block.kind == BlockKind::Available));
}

#[tokio::test]
async fn resources_are_found_by_every_type_of_id() {
    let clinic = Clinic::new();
    for (text, id) in [
        ("res-2", "res-2"),
        ("emr_id:res-2", "res-2"),
        ("hsa_id:se2321000016-1A02", "res-2"),
        ("se_personal_number:870207-2391", "res-2"),
        ("no_personal_number:03099949766", "res-3"),
    ] {
        let found = clinic.ehr.resource(&clinic.ctx, &stockholm(), &typed_resource(text)).await.unwrap();
        assert_eq!(found.id.as_str(), id, "{text}");
    }
}

#[tokio::test]
async fn filters_of_services_and_resources_answer_each_other() {
    let clinic = Clinic::new();
    let (service, anna) = (service("svc-1"), resource("res-1"));
    let offering = clinic.ehr.resources(&clinic.ctx, &stockholm(), Some(&service)).await.unwrap();
    let ids: Vec<&str> = offering.iter().map(|resource| resource.id.as_str()).collect();
    assert_eq!(ids, ["res-1", "res-2", "res-3"]);
    let offered = clinic.ehr.healthcare_services(&clinic.ctx, &stockholm(), Some(&anna)).await.unwrap();
    let ids: Vec<&str> = offered.iter().map(|service| service.id.as_str()).collect();
    assert_eq!(ids, ["svc-1", "svc-2"]);
}

#[tokio::test]
async fn a_thing_of_another_care_unit_is_not_found() {
    let clinic = Clinic::new();
    let not_found = |error: EhrError| error.kind;
    let resource = clinic.ehr.resource(&clinic.ctx, &london(), &resource("res-1")).await.unwrap_err();
    let service = clinic.ehr.healthcare_service(&clinic.ctx, &london(), &service("svc-1")).await.unwrap_err();
    let nowhere = vardbro_model::id::CareUnitId::parse("cu-9").unwrap();
    let unit = clinic.ehr.care_unit(&clinic.ctx, &nowhere).await.unwrap_err();
    assert_eq!(not_found(resource), EhrErrorKind::NotFound(Thing::Resource));
    assert_eq!(not_found(service), EhrErrorKind::NotFound(Thing::HealthcareService));
    assert_eq!(not_found(unit), EhrErrorKind::NotFound(Thing::CareUnit));
}

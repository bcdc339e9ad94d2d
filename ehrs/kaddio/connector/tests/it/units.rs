use vardbro_ehr::{Ctx, Ehr, EhrErrorKind, Thing};
use vardbro_kaddio_sandbox::Options;
use vardbro_model::id::{CareUnitId, HealthcareServiceId, ResourceId};
use vardbro_model::national::HsaId;
use vardbro_model::resource::ResourceKind;
use vardbro_model::typed_id::ResourceRef;

use crate::clinic::{Clinic, kind};

#[tokio::test]
async fn care_units_are_the_places_with_the_organisations_zone() {
    let clinic = Clinic::open().await;
    let units = clinic.units().await;
    assert!(units.len() > 1);
    assert!(units.is_sorted_by_key(|unit| &unit.name));
    let places = clinic.native("{ places { id name } }", serde_json::json!({})).await;
    for unit in &units {
        assert_eq!(unit.time_zone, "Europe/Stockholm");
        let place = places["places"].as_array().unwrap().iter().find(|place| place["id"] == unit.emr_id);
        assert_eq!(place.unwrap()["name"], unit.name.as_str());
        assert_eq!(&clinic.kaddio.care_unit(&clinic.ctx(), &unit.id).await.unwrap(), unit);
    }
    let nowhere = CareUnitId::parse("nowhere").unwrap();
    let missing = EhrErrorKind::NotFound(Thing::CareUnit);
    assert_eq!(kind(clinic.kaddio.care_unit(&clinic.ctx(), &nowhere).await), missing);
    assert_eq!(kind(clinic.kaddio.resources(&clinic.ctx(), &nowhere, None).await), missing);
}

#[tokio::test]
async fn a_zone_that_is_set_goes_before_the_organisations() {
    let clinic = Clinic::open_with(Options::default(), |s| s.with("time_zone", "Europe/Helsinki")).await;
    let unit = &clinic.units().await[0];
    assert_eq!(unit.time_zone, "Europe/Helsinki");
    assert!(clinic.slot(&unit.id).await.start.to_string().ends_with("+02:00"));
}

#[tokio::test]
async fn who_offers_what_agrees_from_both_sides() {
    let clinic = Clinic::open().await;
    let ctx = clinic.ctx();
    for unit in clinic.units().await {
        let resources = clinic.kaddio.resources(&ctx, &unit.id, None).await.unwrap();
        let services = clinic.kaddio.healthcare_services(&ctx, &unit.id, None).await.unwrap();
        assert!(!resources.is_empty() && !services.is_empty());
        for resource in &resources {
            assert_eq!(resource.kind, ResourceKind::Practitioner);
            assert_eq!(resource.care_unit_id, unit.id);
            let id = ResourceRef::Id(resource.id.clone());
            let offered = clinic.kaddio.healthcare_services(&ctx, &unit.id, Some(&id)).await.unwrap();
            let mut listed = resource.healthcare_service_ids.clone();
            let mut offered: Vec<_> = offered.into_iter().map(|service| service.id).collect();
            listed.sort();
            offered.sort();
            assert_eq!(listed, offered);
            assert_eq!(&clinic.kaddio.resource(&ctx, &unit.id, &id).await.unwrap(), resource);
        }
        for service in &services {
            assert!(service.duration_minutes.is_some() && service.bookable_online.is_some());
            let offering = clinic.kaddio.resources(&ctx, &unit.id, Some(&service.id)).await.unwrap();
            assert!(!offering.is_empty());
            assert!(offering.iter().all(|one| one.healthcare_service_ids.contains(&service.id)));
            let one = clinic.kaddio.healthcare_service(&ctx, &unit.id, &service.id).await.unwrap();
            assert_eq!(&one, service);
        }
    }
}

#[tokio::test]
async fn a_service_is_as_long_as_its_time_in_the_calendar() {
    let clinic = Clinic::open().await;
    let types =
        clinic.native("{ bookingTypes { id length clientVisibleLength } }", serde_json::json!({})).await;
    let types = types["bookingTypes"].as_array().unwrap().clone();
    let mut differing = 0;
    for unit in clinic.units().await {
        for service in clinic.kaddio.healthcare_services(&clinic.ctx(), &unit.id, None).await.unwrap() {
            let native = types.iter().find(|kind| kind["id"] == service.emr_id).unwrap();
            assert_eq!(service.duration_minutes.map(u64::from), native["length"].as_u64());
            differing += usize::from(native["length"] != native["clientVisibleLength"]);
        }
    }
    assert!(differing > 0, "some booking type takes longer than the client is told");
}

#[tokio::test]
async fn group_sessions_are_not_offered() {
    let clinic = Clinic::open().await;
    let types = clinic.native("{ bookingTypes { id groupCap } }", serde_json::json!({})).await;
    let types = types["bookingTypes"].as_array().unwrap();
    let group = types.iter().find(|kind| kind["groupCap"].as_u64().is_some_and(|cap| cap > 1)).unwrap();
    let group = HealthcareServiceId::parse(group["id"].as_str().unwrap()).unwrap();
    for unit in clinic.units().await {
        let services = clinic.kaddio.healthcare_services(&clinic.ctx(), &unit.id, None).await.unwrap();
        assert!(services.iter().all(|service| service.id != group));
        let slots = clinic.slots(&unit.id, clinic.window(0, 30)).await;
        assert!(slots.iter().all(|slot| slot.healthcare_service_id != group));
    }
}

#[tokio::test]
async fn what_is_of_another_care_unit_is_not_here() {
    let clinic = Clinic::open().await;
    let ctx = clinic.ctx();
    let units = clinic.units().await;
    let mut elsewhere = None;
    for unit in &units[1..] {
        for resource in clinic.kaddio.resources(&ctx, &unit.id, None).await.unwrap() {
            let id = ResourceRef::Id(resource.id.clone());
            if clinic.kaddio.resource(&ctx, &units[0].id, &id).await.is_err() {
                elsewhere = Some(id);
            }
        }
    }
    let elsewhere = elsewhere.expect("somebody works only elsewhere");
    let missing = EhrErrorKind::NotFound(Thing::Resource);
    let unit = &units[0].id;
    assert_eq!(kind(clinic.kaddio.resource(&ctx, unit, &elsewhere).await), missing);
    assert_eq!(kind(clinic.kaddio.healthcare_services(&ctx, unit, Some(&elsewhere)).await), missing);
    let nothing = HealthcareServiceId::parse("nothing").unwrap();
    let missing = EhrErrorKind::NotFound(Thing::HealthcareService);
    assert_eq!(kind(clinic.kaddio.resources(&ctx, unit, Some(&nothing)).await), missing);
    assert_eq!(kind(clinic.kaddio.healthcare_service(&ctx, unit, &nothing).await), missing);
    let hsa = ResourceRef::Hsa(HsaId::parse("SE2321000016-1hz5").unwrap());
    assert!(matches!(kind(clinic.kaddio.resource(&ctx, unit, &hsa).await), EhrErrorKind::Invalid(_)));
    let nobody = ResourceRef::Id(ResourceId::parse("nobody").unwrap());
    assert_eq!(
        kind(clinic.kaddio.resource(&ctx, unit, &nobody).await),
        EhrErrorKind::NotFound(Thing::Resource)
    );
}

#[tokio::test]
async fn the_catalogue_is_one_call_a_minute_unless_it_must_be_fresh() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    clinic.forget_calls();
    let look = |ctx: Ctx| {
        let (clinic, unit) = (&clinic, &unit);
        async move {
            clinic.kaddio.care_units(&ctx).await.unwrap();
            clinic.kaddio.resources(&ctx, unit, None).await.unwrap();
            clinic.kaddio.healthcare_services(&ctx, unit, None).await.unwrap();
        }
    };
    look(clinic.ctx()).await;
    assert_eq!(clinic.call_count(), 0, "{:?}", clinic.calls());
    look(clinic.fresh()).await;
    assert_eq!(clinic.call_count(), 3, "{:?}", clinic.calls());
}

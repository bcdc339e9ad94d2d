use vardbro_ehr::{Ehr, EhrErrorKind, Thing};
use vardbro_model::id::{CareUnitId, HealthcareServiceId, ResourceId};
use vardbro_model::typed_id::ResourceRef;

use crate::clinic::{Clinic, kind};

#[tokio::test]
async fn care_units_are_the_businesses_in_their_own_zones() {
    let clinic = Clinic::open().await;
    let units = clinic.units().await;
    assert_eq!(units.len(), 2);
    assert_ne!(units[0].time_zone, units[1].time_zone);
    assert_eq!(clinic.call_count(), 1, "{:?}", clinic.calls());
    for unit in &units {
        assert_eq!(&clinic.cliniko.care_unit(&clinic.ctx(), &unit.id).await.unwrap(), unit);
    }
    assert_eq!(clinic.call_count(), 1, "what is known is not asked again");
    clinic.cliniko.care_units(&clinic.fresh()).await.unwrap();
    assert_eq!(clinic.call_count(), 2, "unless a fresh answer is wanted");
}

#[tokio::test]
async fn many_who_ask_at_once_cost_one_call() {
    let clinic = Clinic::open().await;
    let asking = (0..8).map(|_| clinic.units());
    futures::future::join_all(asking).await;
    assert_eq!(clinic.call_count(), 1);
}

#[tokio::test]
async fn ids_of_other_shapes_name_nothing_and_cost_nothing() {
    let clinic = Clinic::open().await;
    for id in ["abc", "0", "007", "1e3", "99999999999999999999"] {
        let id = CareUnitId::parse(id).unwrap();
        let found = clinic.cliniko.care_unit(&clinic.ctx(), &id).await;
        assert_eq!(kind(found), EhrErrorKind::NotFound(Thing::CareUnit));
    }
    assert_eq!(clinic.call_count(), 0);
}

#[tokio::test]
async fn resources_and_services_belong_to_one_care_unit_and_name_each_other() {
    let clinic = Clinic::open().await;
    let units = clinic.units().await;
    let (here, there) = (&units[0].id, &units[1].id);
    let resources = clinic.cliniko.resources(&clinic.ctx(), here, None).await.unwrap();
    let services = clinic.cliniko.healthcare_services(&clinic.ctx(), here, None).await.unwrap();
    assert!(!resources.is_empty() && !services.is_empty());
    assert!(clinic.call_count() <= 4, "{:?}", clinic.calls());

    for service in &services {
        let offering = clinic.cliniko.resources(&clinic.ctx(), here, Some(&service.id)).await.unwrap();
        let naming =
            resources.iter().filter(|resource| resource.healthcare_service_ids.contains(&service.id));
        assert_eq!(offering.iter().collect::<Vec<_>>(), naming.collect::<Vec<_>>());
    }
    let resource = ResourceRef::Id(resources[0].id.clone());
    let offered = clinic.cliniko.healthcare_services(&clinic.ctx(), here, Some(&resource)).await.unwrap();
    assert_eq!(offered.len(), resources[0].healthcare_service_ids.len());
    assert_eq!(clinic.cliniko.resource(&clinic.ctx(), here, &resource).await.unwrap(), resources[0]);
    let elsewhere = clinic.cliniko.resource(&clinic.ctx(), there, &resource).await;
    assert_eq!(kind(elsewhere), EhrErrorKind::NotFound(Thing::Resource));
}

#[tokio::test]
async fn unknown_resources_and_services_are_told_apart() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let nobody = ResourceRef::Id(ResourceId::parse("42").unwrap());
    let nothing = HealthcareServiceId::parse("42").unwrap();
    let ctx = clinic.ctx();
    let window = clinic.window(0, 1);
    let resource = EhrErrorKind::NotFound(Thing::Resource);
    let service = EhrErrorKind::NotFound(Thing::HealthcareService);
    assert_eq!(kind(clinic.cliniko.resource(&ctx, &unit, &nobody).await), resource);
    assert_eq!(kind(clinic.cliniko.healthcare_services(&ctx, &unit, Some(&nobody)).await), resource);
    assert_eq!(kind(clinic.cliniko.timeslots(&ctx, &unit, window, Some(&nobody), None).await), resource);
    assert_eq!(kind(clinic.cliniko.healthcare_service(&ctx, &unit, &nothing).await), service);
    assert_eq!(kind(clinic.cliniko.resources(&ctx, &unit, Some(&nothing)).await), service);
    assert_eq!(kind(clinic.cliniko.timeslots(&ctx, &unit, window, None, Some(&nothing)).await), service);
}

#[tokio::test]
async fn a_check_tells_whose_key_it_is() {
    let clinic = Clinic::open().await;
    let report = clinic.cliniko.check(&clinic.ctx()).await.unwrap();
    assert_eq!((report.findings.len(), report.warnings.len()), (2, 0), "{report:?}");
    let options = vardbro_cliniko_sandbox::Options {
        key_user: vardbro_cliniko_sandbox::KeyUser::Receptionist,
        ..Default::default()
    };
    let clinic = Clinic::open_with(options, |settings| settings).await;
    let report = clinic.cliniko.check(&clinic.ctx()).await.unwrap();
    assert_eq!((report.findings.len(), report.warnings.len()), (1, 1), "{report:?}");
}

#[tokio::test]
async fn a_wrong_key_is_the_ehrs_refusal_and_is_not_shown() {
    let wrong = |settings: vardbro_ehr::connection::Settings| settings.with_secret("api_key", "WRONGKEY-au1");
    let clinic = Clinic::open_with(Default::default(), wrong).await;
    let error = clinic.cliniko.check(&clinic.ctx()).await.unwrap_err();
    assert_eq!(error.kind, EhrErrorKind::Failed);
    assert!(!format!("{error:?}").contains("WRONGKEY"), "{error:?}");
}

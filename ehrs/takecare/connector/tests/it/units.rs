use std::sync::Arc;

use vardbro_ehr::connection::Settings;
use vardbro_ehr::{Ctx, Ehr, EhrErrorKind, Thing};
use vardbro_model::id::{CareUnitId, HealthcareServiceId};
use vardbro_model::resource::ResourceKind;

use crate::clinic::{Clinic, EHN, connection, fault, kind, resource_ref, ten};

#[tokio::test]
async fn care_units_come_from_the_assumed_list() {
    let clinic = Clinic::open().await;
    let units = clinic.takecare.care_units(&clinic.ctx()).await.unwrap();
    assert!(units.len() >= 2, "{units:?}");
    let unit = units.iter().find(|unit| unit.id == ten()).unwrap();
    assert_eq!((unit.emr_id.as_str(), unit.time_zone.as_str()), ("10", "Europe/Stockholm"));
    assert_eq!(&clinic.takecare.care_unit(&clinic.ctx(), &ten()).await.unwrap(), unit);
    assert_eq!(clinic.call_count(), 1, "{:?}", clinic.calls());
    for nothing in ["nothing", "0", "010", "999999999999999999"] {
        let unit = CareUnitId::parse(nothing).unwrap();
        let answer = clinic.takecare.care_unit(&clinic.ctx(), &unit).await;
        assert_eq!(kind(answer), EhrErrorKind::NotFound(Thing::CareUnit));
    }
}

#[tokio::test]
async fn configured_care_units_need_published_calls_only() {
    let settle = |settings: vardbro_ehr::connection::Settings| {
        settings.with("care_units", "10").with("get_care_units", "off")
    };
    let clinic = Clinic::open_with("2026-11-20T03:00:00Z", |options| options, settle).await;
    let units = clinic.takecare.care_units(&clinic.ctx()).await.unwrap();
    assert_eq!(units.len(), 1);
    assert_ne!(units[0].name, "10", "GetTimeTypes tells the name");
    assert_eq!(clinic.takecare.care_unit(&clinic.ctx(), &ten()).await.unwrap(), units[0]);
    assert_eq!((clinic.call_count(), clinic.calls_of("GetTimeTypes")), (1, 1));
    let other = CareUnitId::parse("11").unwrap();
    assert_eq!(
        kind(clinic.takecare.care_unit(&clinic.ctx(), &other).await),
        EhrErrorKind::NotFound(Thing::CareUnit)
    );
}

#[tokio::test]
async fn without_a_list_and_without_the_operation_the_setting_is_named() {
    let clinic =
        Clinic::open_with("2026-11-20T03:00:00Z", |o| o, |settings| settings.with("get_care_units", "off"))
            .await;
    let error = clinic.takecare.care_units(&clinic.ctx()).await.unwrap_err();
    let EhrErrorKind::Invalid(faults) = error.kind else { panic!("{error:?}") };
    assert!(faults[0].detail.contains("get_care_units"), "{faults:?}");
    assert_eq!(clinic.call_count(), 0);
}

#[tokio::test]
async fn services_are_the_time_types_for_the_web() {
    let clinic = Clinic::open().await;
    let services = clinic.takecare.healthcare_services(&clinic.ctx(), &ten(), None).await.unwrap();
    let names: Vec<_> = services.iter().map(|service| (service.id.as_str(), service.name.as_str())).collect();
    assert!(names.contains(&("6", "Webbtid 1")) && names.contains(&("7", "Webbtid 2")), "{names:?}");
    for service in &services {
        let read = clinic.takecare.healthcare_service(&clinic.ctx(), &ten(), &service.id).await;
        assert_eq!(read.as_ref(), Ok(service));
    }
    for nothing in ["nothing", "06", "65000"] {
        let id = HealthcareServiceId::parse(nothing).unwrap();
        let answer = clinic.takecare.healthcare_service(&clinic.ctx(), &ten(), &id).await;
        assert_eq!(kind(answer), EhrErrorKind::NotFound(Thing::HealthcareService));
    }
    assert_eq!(clinic.calls_of("GetTimeTypes"), 1, "{:?}", clinic.calls());
}

#[tokio::test]
async fn nothing_is_kept_of_a_connection_that_was_replaced() {
    let clinic = Clinic::open().await;
    for _ in 0..2 {
        clinic.takecare.care_units(&clinic.ctx()).await.unwrap();
    }
    assert_eq!(clinic.calls_of("GetCareUnits"), 1, "{:?}", clinic.calls());
    let known = &clinic.connection.settings;
    let settings = Settings::default()
        .with("booking_url", clinic.running.native.clone())
        .with_secret("externaluser", known.secret("externaluser").unwrap().clone())
        .with_secret("invokingsystem", known.secret("invokingsystem").unwrap().clone());
    let replaced = Arc::new(connection(settings));
    assert_eq!(replaced.id, clinic.connection.id);
    let ctx = Ctx { connection: replaced, ..clinic.ctx() };
    for _ in 0..2 {
        clinic.takecare.care_units(&ctx).await.unwrap();
    }
    assert_eq!(clinic.calls_of("GetCareUnits"), 2, "{:?}", clinic.calls());
}

#[tokio::test]
async fn resources_come_from_the_schedule() {
    let clinic = Clinic::open().await;
    let resources = clinic.takecare.resources(&clinic.ctx(), &ten(), None).await.unwrap();
    let ehn = resources.iter().find(|resource| resource.id.as_str() == EHN).unwrap();
    assert_eq!((ehn.name.as_str(), ehn.kind), ("Läkare Ehn (läk)", ResourceKind::Practitioner));
    assert_eq!(ehn.emr_id, "991890000019");
    assert!(!ehn.healthcare_service_ids.is_empty());
    let names: Vec<_> = resources.iter().map(|resource| &resource.name).collect();
    assert!(names.is_sorted());
    // Care units, time types, three pieces of the horizon, bookings.
    assert_eq!(clinic.call_count(), 6, "{:?}", clinic.calls());

    let read = |id: &str| {
        let (clinic, id) = (&clinic, resource_ref(id));
        async move { clinic.takecare.resource(&clinic.ctx(), &ten(), &id).await }
    };
    assert_eq!(read(EHN).await.as_ref(), Ok(ehn));
    assert_eq!(read("991890000019").await.as_ref(), Ok(ehn), "the plain emr_id");
    for nothing in ["11-991890000019", "nothing", "10-1234567890123", "999999999999999999"] {
        assert_eq!(kind(read(nothing).await), EhrErrorKind::NotFound(Thing::Resource), "{nothing}");
    }
    assert_eq!(clinic.call_count(), 6, "all of it is remembered");
}

#[tokio::test]
async fn resources_and_services_filter_each_other() {
    let clinic = Clinic::open().await;
    let (ctx, unit) = (clinic.ctx(), ten());
    let resources = clinic.takecare.resources(&ctx, &unit, None).await.unwrap();
    for service in clinic.takecare.healthcare_services(&ctx, &unit, None).await.unwrap() {
        let offering = clinic.takecare.resources(&ctx, &unit, Some(&service.id)).await.unwrap();
        let expected: Vec<_> = resources
            .iter()
            .filter(|one| one.healthcare_service_ids.contains(&service.id))
            .cloned()
            .collect();
        assert_eq!(offering, expected);
    }
    for resource in &resources {
        let by = resource_ref(resource.id.as_str());
        let services = clinic.takecare.healthcare_services(&ctx, &unit, Some(&by)).await.unwrap();
        let mut ids: Vec<_> = services.into_iter().map(|service| service.id).collect();
        ids.sort();
        let mut expected = resource.healthcare_service_ids.clone();
        expected.sort();
        assert_eq!(ids, expected);
    }
    let nothing = HealthcareServiceId::parse("65000").unwrap();
    assert_eq!(
        kind(clinic.takecare.resources(&ctx, &unit, Some(&nothing)).await),
        EhrErrorKind::NotFound(Thing::HealthcareService)
    );
    let hsa = vardbro_model::typed_id::ResourceRef::parse(
        "hsa_id:SE2321000016-1a01",
        jiff::civil::date(2026, 1, 1),
    );
    let refused = clinic.takecare.resource(&ctx, &unit, &hsa.unwrap()).await;
    assert_eq!(fault(refused).0, vardbro_model::error::FaultCode::NotSupported);
}

#[tokio::test]
async fn a_fresh_question_is_asked_anew() {
    let clinic = Clinic::open().await;
    clinic.warm().await;
    clinic.takecare.healthcare_services(&clinic.ctx(), &ten(), None).await.unwrap();
    assert_eq!(clinic.call_count(), 0);
    clinic.takecare.healthcare_services(&clinic.fresh(), &ten(), None).await.unwrap();
    assert_eq!(clinic.call_count(), 2, "{:?}", clinic.calls());
}

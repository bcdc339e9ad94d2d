//! Care units, resources, healthcare services.

use std::collections::BTreeSet;

use vardbro_ehr::{Ctx, Ehr, EhrErrorKind, Thing};
use vardbro_model::error::FaultCode;
use vardbro_model::id::{CareUnitId, HealthcareServiceId};

use crate::clinic::{Clinic, fault, kind, typed};

#[tokio::test]
async fn clinics_are_care_units_in_stockholms_time() {
    let clinic = Clinic::open().await;
    let units = clinic.webdoc.care_units(&clinic.ctx()).await.unwrap();
    assert_eq!(units.len(), 3);
    assert!(units.is_sorted_by_key(|unit| unit.name.clone()));
    for unit in &units {
        assert_eq!((unit.time_zone.as_str(), unit.id.as_str()), ("Europe/Stockholm", unit.emr_id.as_str()));
        assert!(unit.hsa_id.as_ref().is_some_and(|id| id.starts_with("SE")), "{unit:?}");
        assert_eq!(clinic.webdoc.care_unit(&clinic.ctx(), &unit.id).await.unwrap(), *unit);
    }
    let nothing = CareUnitId::parse("nothing").unwrap();
    let missing = EhrErrorKind::NotFound(Thing::CareUnit);
    assert_eq!(kind(clinic.webdoc.care_unit(&clinic.ctx(), &nothing).await), missing);
    assert_eq!(kind(clinic.webdoc.resources(&clinic.ctx(), &nothing, None).await), missing);
}

#[tokio::test]
async fn however_many_caregivers_cost_two_calls() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let before = clinic.call_count();
    let resources = clinic.webdoc.resources(&clinic.ctx(), &unit, None).await.unwrap();
    assert!(resources.len() > 2);
    assert_eq!(clinic.call_count() - before, 2, "{:?}", clinic.calls());
    for resource in &resources {
        assert!(resource.last_name.is_some() && resource.hsa_id.is_some(), "{resource:?}");
    }
    clinic.webdoc.resources(&clinic.ctx(), &unit, None).await.unwrap();
    assert_eq!(clinic.call_count() - before, 2, "remembered");
    let fresh = Ctx { fresh: true, ..clinic.ctx() };
    clinic.webdoc.resources(&fresh, &unit, None).await.unwrap();
    assert_eq!(clinic.call_count() - before, 5, "asked anew");
}

#[tokio::test]
async fn a_caregiver_is_found_by_every_kind_of_id() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let resources = clinic.webdoc.resources(&clinic.ctx(), &unit, None).await.unwrap();
    let hsa =
        resources.iter().find(|one| one.hsa_id.as_deref() == Some("SE2321000131-E000000012345")).unwrap();
    for text in [
        hsa.id.as_str(),
        &format!("emr_id:{}", hsa.id),
        "hsa_id:SE2321000131-E000000012345",
        "hsa_id:se2321000131-e000000012345",
        "se_personal_number:198702072391",
        "se_personal_number:870207-2391",
    ] {
        let found = clinic.webdoc.resource(&clinic.ctx(), &unit, &typed(text)).await.unwrap();
        assert_eq!(found, *hsa, "{text}");
    }
    for text in ["nobody", "hsa_id:SE2321000016-9Z99", "se_personal_number:191212121212"] {
        let error = kind(clinic.webdoc.resource(&clinic.ctx(), &unit, &typed(text)).await);
        assert_eq!(error, EhrErrorKind::NotFound(Thing::Resource), "{text}");
    }
    let norwegian =
        clinic.webdoc.resource(&clinic.ctx(), &unit, &typed("no_personal_number:13097248022")).await;
    assert_eq!(fault(norwegian), (FaultCode::NotSupported, Some("resource_id".into())));
}

#[tokio::test]
async fn a_caregiver_of_another_clinic_is_not_found_here() {
    let clinic = Clinic::open().await;
    let units = clinic.webdoc.care_units(&clinic.ctx()).await.unwrap();
    let mut everywhere = Vec::new();
    for unit in &units {
        let found = clinic.webdoc.resources(&clinic.ctx(), &unit.id, None).await.unwrap();
        everywhere.push(found.into_iter().map(|one| one.id).collect::<BTreeSet<_>>());
    }
    let foreign = everywhere[1].difference(&everywhere[0]).next().unwrap();
    let error = kind(clinic.webdoc.resource(&clinic.ctx(), &units[0].id, &typed(foreign.as_str())).await);
    assert_eq!(error, EhrErrorKind::NotFound(Thing::Resource));
}

#[tokio::test]
async fn booking_types_are_services_that_say_whether_patients_may_book_them() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let services = clinic.webdoc.healthcare_services(&clinic.ctx(), &unit, None).await.unwrap();
    let online = services.iter().filter(|service| service.bookable_online == Some(true)).count();
    assert!(online > 0 && online < services.len());
    for service in &services {
        let read = clinic.webdoc.healthcare_service(&clinic.ctx(), &unit, &service.id).await.unwrap();
        assert_eq!(read, *service);
    }
    for nothing in ["0", "nothing", "999999999999999999"] {
        let nothing = HealthcareServiceId::parse(nothing).unwrap();
        let error = kind(clinic.webdoc.healthcare_service(&clinic.ctx(), &unit, &nothing).await);
        assert_eq!(error, EhrErrorKind::NotFound(Thing::HealthcareService));
    }
}

#[tokio::test]
async fn who_offers_what_is_not_known_and_cannot_be_asked_for() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let service = HealthcareServiceId::parse("12").unwrap();
    let filtered = clinic.webdoc.resources(&clinic.ctx(), &unit, Some(&service)).await;
    assert_eq!(fault(filtered), (FaultCode::NotSupported, Some("healthcare_service_id".into())));
}

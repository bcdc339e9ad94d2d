use std::collections::BTreeSet;

use serde_json::json;
use vardbro_ehr::{Ehr, EhrErrorKind, Thing};
use vardbro_model::appointment::{AppointmentQuery, AppointmentStatus};
use vardbro_model::error::FaultCode;
use vardbro_model::id::{CareUnitId, HealthcareServiceId, ResourceId};
use vardbro_model::page::{Cursor, PageRequest};
use vardbro_model::typed_id::ResourceRef;

use crate::clinic::{Clinic, fault, first, kind, nobody, reference};

async fn all(clinic: &Clinic, unit: &CareUnitId, query: &AppointmentQuery, limit: usize) -> Vec<String> {
    let mut ids = Vec::new();
    let mut starts = Vec::new();
    let mut cursor = None;
    loop {
        let page = PageRequest { limit, cursor };
        let page = clinic.cliniko.appointments(&clinic.ctx(), unit, query.clone(), page).await.unwrap();
        assert!(page.items.len() == limit || page.next.is_none());
        starts.extend(page.items.iter().map(|appointment| appointment.start));
        ids.extend(page.items.into_iter().map(|appointment| appointment.emr_id));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert!(starts.is_sorted());
    ids
}

#[tokio::test]
async fn pages_end_to_end_hold_every_appointment_once() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    // More than one native page, many of them at the same second.
    let some = clinic.slot(&unit).await;
    let patient = clinic.patient(&unit).await;
    for number in 0..130 {
        let minute = number / 60;
        clinic
            .native(
                "POST",
                "/individual_appointments",
                Some(json!({
                    "starts_at": format!("2031-05-05T01:{minute:02}:00Z"), "patient_id": patient.emr_id,
                    "practitioner_id": some.resource_id, "appointment_type_id": some.healthcare_service_id,
                    "business_id": unit,
                })),
            )
            .await;
    }
    let expected: BTreeSet<String> = clinic
        .running
        .ehr
        .state()
        .appointments
        .into_iter()
        .filter(|appointment| appointment.live && appointment.care_unit_id == unit.as_str())
        .map(|appointment| appointment.id)
        .collect();
    assert!(expected.len() > 130);
    for limit in [37, 100, 500] {
        let ids = all(&clinic, &unit, &AppointmentQuery::default(), limit).await;
        assert_eq!(ids.len(), expected.len(), "limit {limit}");
        assert_eq!(ids.into_iter().collect::<BTreeSet<_>>(), expected, "limit {limit}");
    }
}

#[tokio::test]
async fn filters_narrow_the_list_and_hold_together() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let slot = clinic.slot(&unit).await;
    let patient = clinic.patient(&unit).await;
    let booked = clinic.book(&unit, &slot, &patient).await.unwrap();
    clinic.forget_calls();
    let query = AppointmentQuery {
        patient: Some(reference(&patient)),
        resource: Some(ResourceRef::Id(slot.resource_id.clone())),
        healthcare_service: Some(slot.healthcare_service_id.clone()),
        window: Some(clinic.window(0, 30)),
        status: Some(AppointmentStatus::Booked),
    };
    assert_eq!(all(&clinic, &unit, &query, 100).await.as_slice(), std::slice::from_ref(&booked.emr_id));
    assert_eq!(clinic.call_count(), 1, "{:?}", clinic.calls());
    let elsewhere = clinic.units().await.into_iter().find(|other| other.id != unit).unwrap().id;
    let of_patient = AppointmentQuery { patient: Some(reference(&patient)), ..AppointmentQuery::default() };
    assert!(all(&clinic, &elsewhere, &of_patient, 100).await.is_empty());
    let earlier = AppointmentQuery { window: Some(clinic.window(-30, 0)), ..query.clone() };
    assert!(all(&clinic, &unit, &earlier, 100).await.is_empty());

    clinic.cliniko.cancel(&clinic.ctx(), &unit, &booked.id, None).await.unwrap();
    assert!(all(&clinic, &unit, &of_patient, 100).await.is_empty());
    let cancelled = AppointmentQuery { status: Some(AppointmentStatus::Cancelled), ..of_patient };
    assert_eq!(all(&clinic, &unit, &cancelled, 100).await, [booked.emr_id]);
}

#[tokio::test]
async fn what_is_over_is_completed() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let page = |status| {
        let query = AppointmentQuery { status: Some(status), ..AppointmentQuery::default() };
        let (clinic, unit) = (&clinic, &unit);
        async move { clinic.cliniko.appointments(&clinic.ctx(), unit, query, first(500)).await.unwrap().items }
    };
    let now = clinic.clock.now();
    let completed = page(AppointmentStatus::Completed).await;
    assert!(completed.iter().all(|appointment| appointment.status == AppointmentStatus::Completed));
    let booked = page(AppointmentStatus::Booked).await;
    assert!(!booked.is_empty() && booked.iter().all(|appointment| appointment.end.timestamp() > now));
    assert_eq!(page(AppointmentStatus::AwaitingConfirmation).await, []);
}

#[tokio::test]
async fn a_filter_that_names_nothing_is_a_fault_and_not_an_empty_list() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let list = |query: AppointmentQuery| {
        let (clinic, unit) = (&clinic, &unit);
        async move { clinic.cliniko.appointments(&clinic.ctx(), unit, query, first(10)).await }
    };
    let default = AppointmentQuery::default;
    let query = AppointmentQuery { patient: Some(nobody()), ..default() };
    assert_eq!(kind(list(query).await), EhrErrorKind::NotFound(Thing::Patient));
    let resource = Some(ResourceRef::Id(ResourceId::parse("4242").unwrap()));
    assert_eq!(
        kind(list(AppointmentQuery { resource, ..default() }).await),
        EhrErrorKind::NotFound(Thing::Resource)
    );
    let healthcare_service = Some(HealthcareServiceId::parse("4242").unwrap());
    let query = AppointmentQuery { healthcare_service, ..default() };
    assert_eq!(kind(list(query).await), EhrErrorKind::NotFound(Thing::HealthcareService));
    let page = PageRequest { limit: 10, cursor: Some(Cursor("foreign".into())) };
    let foreign = clinic.cliniko.appointments(&clinic.ctx(), &unit, default(), page).await;
    assert_eq!(fault(foreign), (FaultCode::BadInput, Some("cursor".into())));
}

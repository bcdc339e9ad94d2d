use serde_json::json;
use vardbro_ehr::{Ehr, EhrErrorKind, Thing};
use vardbro_model::appointment::{Appointment, AppointmentChange, AppointmentQuery, AppointmentStatus};
use vardbro_model::error::FaultCode;
use vardbro_model::id::{AppointmentId, CareUnitId, HealthcareServiceId};
use vardbro_model::page::PageRequest;
use vardbro_model::typed_id::{PatientRef, ResourceRef};

use crate::clinic::{Clinic, fault, first, kind, nobody, reference};

async fn list(clinic: &Clinic, unit: &CareUnitId, query: AppointmentQuery) -> Vec<Appointment> {
    clinic.kaddio.appointments(&clinic.ctx(), unit, query, first(500)).await.unwrap().items
}

fn of_status(status: AppointmentStatus) -> AppointmentQuery {
    AppointmentQuery { status: Some(status), ..AppointmentQuery::default() }
}

#[tokio::test]
async fn without_a_filter_all_are_listed_by_start_but_the_cancelled() {
    let clinic = Clinic::open().await;
    for unit in clinic.units().await {
        let all = list(&clinic, &unit.id, AppointmentQuery::default()).await;
        assert!(!all.is_empty());
        assert!(all.is_sorted_by_key(|one| one.start));
        for one in &all {
            assert_eq!(one.care_unit_id, unit.id);
            assert_ne!(one.status, AppointmentStatus::Cancelled);
            assert_eq!(&clinic.kaddio.appointment(&clinic.ctx(), &unit.id, &one.id).await.unwrap(), one);
        }
        let mut split = Vec::new();
        for status in [AppointmentStatus::Booked, AppointmentStatus::Completed] {
            let some = list(&clinic, &unit.id, of_status(status)).await;
            assert!(some.iter().all(|one| one.status == status));
            split.extend(some);
        }
        assert_eq!(split.len(), all.len());
        assert!(list(&clinic, &unit.id, of_status(AppointmentStatus::AwaitingConfirmation)).await.is_empty());
    }
}

#[tokio::test]
async fn kaddios_own_words_stay_readable() {
    let clinic = Clinic::open().await;
    let mut seen = std::collections::BTreeSet::new();
    for unit in clinic.units().await {
        let mut all = list(&clinic, &unit.id, AppointmentQuery::default()).await;
        all.extend(list(&clinic, &unit.id, of_status(AppointmentStatus::Cancelled)).await);
        for one in all {
            let word = one.emr_status.unwrap();
            match word.as_str() {
                "CANCELLED" => assert_eq!(one.status, AppointmentStatus::Cancelled),
                "ARRIVED" | "NO_SHOW" => assert_eq!(one.status, AppointmentStatus::Completed),
                _ => assert!(matches!(one.status, AppointmentStatus::Booked | AppointmentStatus::Completed)),
            }
            seen.insert(word);
        }
    }
    assert!(seen.contains("BOOKED") && seen.len() > 1, "{seen:?}");
}

#[tokio::test]
async fn each_filter_finds_a_new_booking_in_one_call() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let (slot, patient) = (clinic.slot(&unit).await, clinic.patient(&unit).await);
    let booked = clinic.book(&unit, &slot, &patient).await.unwrap();
    let start = booked.start.timestamp();
    let window = |from: i64, to: i64| {
        let at = |hours| start + jiff::SignedDuration::from_hours(hours);
        Some(vardbro_model::time::Window { start: at(from), end: at(to) })
    };
    let query = AppointmentQuery::default;
    for wanted in [
        AppointmentQuery { patient: Some(reference(&patient)), ..query() },
        AppointmentQuery { resource: Some(ResourceRef::Id(slot.resource_id.clone())), ..query() },
        AppointmentQuery { healthcare_service: Some(slot.healthcare_service_id.clone()), ..query() },
        AppointmentQuery { window: window(0, 1), ..query() },
        AppointmentQuery { patient: Some(reference(&patient)), window: window(-24, 24), ..query() },
    ] {
        clinic.forget_calls();
        let found = list(&clinic, &unit, wanted.clone()).await;
        assert_eq!(clinic.call_count(), 1, "{:?}", clinic.calls());
        assert!(found.contains(&booked), "{wanted:?}");
        assert!(wanted.patient.is_none() || found == [booked.clone()]);
    }
    let before = AppointmentQuery { window: window(-24, 0), ..query() };
    assert!(!list(&clinic, &unit, before).await.contains(&booked));
}

#[tokio::test]
async fn a_patient_is_meant_by_number_too() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let new = vardbro_model::patient::NewPatient {
        external_id: Some("198702072391".into()),
        ..vardbro_model::patient::NewPatient::default()
    };
    let patient = clinic.kaddio.create_patient(&clinic.ctx(), &unit, new).await.unwrap().patient;
    let slot = clinic.slot(&unit).await;
    let booked = clinic.book(&unit, &slot, &patient).await.unwrap();
    let today = jiff::civil::date(2026, 11, 20);
    let typed = PatientRef::parse("se_personal_number:870207-2391", today).unwrap();
    let query = AppointmentQuery { patient: Some(typed), ..AppointmentQuery::default() };
    assert_eq!(list(&clinic, &unit, query).await, [booked]);
}

#[tokio::test]
async fn a_filter_that_names_nothing_is_told() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let query = AppointmentQuery::default;
    let nothing = HealthcareServiceId::parse("nothing").unwrap();
    for (wanted, thing) in [
        (AppointmentQuery { patient: Some(nobody()), ..query() }, Thing::Patient),
        (AppointmentQuery { healthcare_service: Some(nothing), ..query() }, Thing::HealthcareService),
    ] {
        let error = clinic.kaddio.appointments(&clinic.ctx(), &unit, wanted, first(5)).await;
        assert_eq!(kind(error), EhrErrorKind::NotFound(thing));
    }
    let patient = clinic.patient(&unit).await;
    let none = AppointmentQuery { patient: Some(reference(&patient)), ..query() };
    assert!(list(&clinic, &unit, none).await.is_empty());
}

#[tokio::test]
async fn a_booking_of_another_place_is_not_found() {
    let clinic = Clinic::open().await;
    let units = clinic.units().await;
    let there = list(&clinic, &units[1].id, AppointmentQuery::default()).await;
    let missing = EhrErrorKind::NotFound(Thing::Appointment);
    let read = clinic.kaddio.appointment(&clinic.ctx(), &units[0].id, &there[0].id).await;
    assert_eq!(kind(read), missing);
    let unknown = AppointmentId::parse("nothing").unwrap();
    assert_eq!(kind(clinic.kaddio.appointment(&clinic.ctx(), &units[0].id, &unknown).await), missing);
}

#[tokio::test]
async fn a_list_beyond_one_native_page_is_complete_and_in_order() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let patient = clinic.patient(&unit).await;
    // Short times of everybody, booked natively, until there are more than a page holds.
    let before = clinic.running.ehr.state().appointments.len();
    let mut made = 0;
    for week in 0..12 {
        let slots = clinic.slots(&unit, clinic.window(7 * week, 7 * week + 7)).await;
        let mut taken: std::collections::BTreeMap<String, jiff::Timestamp> =
            std::collections::BTreeMap::new();
        let mut books = String::new();
        for slot in slots {
            let free_from = taken.get(slot.resource_id.as_str());
            if free_from.is_none_or(|free_from| *free_from <= slot.start.timestamp()) && made < 230 {
                made += 1;
                taken.insert(slot.resource_id.to_string(), slot.end.timestamp());
                books.push_str(&format!(
                    "b{made}: createBooking(clientId: \"{}\", hostId: \"{}\", bookingTypeId: \"{}\", start: \"{}\") {{ id }} ",
                    patient.emr_id, slot.resource_id, slot.healthcare_service_id, slot.start.timestamp()
                ));
            }
        }
        for chunk in books.split_inclusive("} ").collect::<Vec<_>>().chunks(20) {
            clinic.native(&format!("mutation {{ {} }}", chunk.concat()), json!({})).await;
        }
    }
    assert_eq!(clinic.running.ehr.state().appointments.len(), before + made);
    assert!(made > 200, "{made}");
    let query = || AppointmentQuery { patient: Some(reference(&patient)), ..AppointmentQuery::default() };
    clinic.forget_calls();
    let whole = list(&clinic, &unit, query()).await;
    assert_eq!(whole.len(), made);
    assert_eq!(clinic.call_count(), 2, "{:?}", clinic.calls());
    let mut cursor = None;
    let mut paged = Vec::new();
    loop {
        let page = PageRequest { limit: 70, cursor };
        let page = clinic.kaddio.appointments(&clinic.ctx(), &unit, query(), page).await.unwrap();
        paged.extend(page.items);
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(paged, whole);
}

#[tokio::test]
async fn a_foreign_cursor_is_refused() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    for foreign in ["x", "5", "5.a b", ".abc"] {
        let page = PageRequest { limit: 5, cursor: Some(vardbro_model::page::Cursor(foreign.into())) };
        let query = AppointmentQuery::default();
        let refused = clinic.kaddio.appointments(&clinic.ctx(), &unit, query, page).await;
        assert_eq!(fault(refused), (FaultCode::BadInput, Some("cursor".into())), "{foreign}");
    }
}

#[tokio::test]
async fn what_kaddio_cannot_do_is_refused_without_a_call() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    clinic.forget_calls();
    let (ctx, id) = (clinic.ctx(), AppointmentId::parse("any").unwrap());
    let comment = AppointmentChange { comment: Some(None), ..AppointmentChange::default() };
    let moving = AppointmentChange { window: Some(clinic.window(1, 2)), ..AppointmentChange::default() };
    let kaddio = &clinic.kaddio;
    for refused in [
        fault(kaddio.change_appointment(&ctx, &unit, &id, comment).await),
        fault(kaddio.change_appointment(&ctx, &unit, &id, moving).await),
        fault(kaddio.cancel(&ctx, &unit, &id, None).await),
        fault(kaddio.confirm(&ctx, &unit, &id, "1234").await),
        fault(kaddio.documents(&ctx, &unit, &nobody(), first(5)).await),
        fault(kaddio.update_patient(&ctx, &unit, &nobody(), Default::default()).await),
    ] {
        assert_eq!(refused.0, FaultCode::NotSupported);
    }
    assert_eq!(clinic.call_count(), 0);
}

use vardbro_ehr::{Ehr, EhrErrorKind, Thing};
use vardbro_model::appointment::{AppointmentQuery, AppointmentStatus};
use vardbro_model::error::FaultCode;
use vardbro_model::id::{AppointmentId, CareUnitId, HealthcareServiceId};
use vardbro_model::page::{Cursor, PageRequest};

use crate::clinic::{
    ANNA, Clinic, EHN, TOLVAN, fault, first, kind, patient_ref, resource_ref, ten, window_of,
};
use crate::scripted::{Said, Stage, booking};

fn query() -> AppointmentQuery {
    AppointmentQuery::default()
}

async fn listed(clinic: &Clinic, query: AppointmentQuery) -> Vec<String> {
    let page = clinic.takecare.appointments(&clinic.ctx(), &ten(), query, first(500)).await.unwrap();
    page.items.into_iter().map(|appointment| appointment.emr_id).collect()
}

#[tokio::test]
async fn a_booking_is_listed_by_every_filter() {
    let clinic = Clinic::open().await;
    let slot = clinic.slot().await;
    let booked = clinic.book(&slot, ANNA).await.unwrap();
    let window = Some(window_of(&slot));
    let other = clinic.window(11, 12);
    let service = Some(slot.healthcare_service_id.clone());
    for (query, found) in [
        (query(), true),
        (AppointmentQuery { patient: Some(patient_ref(ANNA)), ..query() }, true),
        (AppointmentQuery { patient: Some(patient_ref("19711002-1834")), ..query() }, true),
        (AppointmentQuery { patient: Some(patient_ref(TOLVAN)), ..query() }, false),
        (AppointmentQuery { resource: Some(resource_ref(EHN)), ..query() }, true),
        (AppointmentQuery { healthcare_service: service, ..query() }, true),
        (AppointmentQuery { window, ..query() }, true),
        (AppointmentQuery { window: Some(other), ..query() }, false),
        (AppointmentQuery { status: Some(AppointmentStatus::Booked), ..query() }, true),
        (AppointmentQuery { status: Some(AppointmentStatus::Completed), ..query() }, false),
        (AppointmentQuery { status: Some(AppointmentStatus::Cancelled), ..query() }, false),
    ] {
        assert_eq!(listed(&clinic, query.clone()).await.contains(&booked.emr_id), found, "{query:?}");
    }
    clinic.forget_calls();
    listed(&clinic, AppointmentQuery { patient: Some(patient_ref(ANNA)), ..query() }).await;
    assert_eq!(clinic.call_count(), 1, "{:?}", clinic.calls());
}

#[tokio::test]
async fn a_filter_that_names_nothing_is_told() {
    let clinic = Clinic::open().await;
    let ask = |query: AppointmentQuery| {
        let clinic = &clinic;
        async move { clinic.takecare.appointments(&clinic.ctx(), &ten(), query, first(10)).await }
    };
    let nobody = AppointmentQuery { patient: Some(patient_ref("198112189876")), ..query() };
    assert_eq!(kind(ask(nobody).await), EhrErrorKind::NotFound(Thing::Patient));
    let wrong = AppointmentQuery { patient: Some(patient_ref("197110021835")), ..query() };
    assert_eq!(fault(ask(wrong).await), (FaultCode::InvalidPatientId, Some("patient_id".into())));
    for nothing in ["nothing", "11-1", "10-77"] {
        let query = AppointmentQuery { resource: Some(resource_ref(nothing)), ..query() };
        assert_eq!(kind(ask(query).await), EhrErrorKind::NotFound(Thing::Resource));
    }
    let service = HealthcareServiceId::parse("65000").unwrap();
    let query = AppointmentQuery { healthcare_service: Some(service), ..query() };
    assert_eq!(kind(ask(query).await), EhrErrorKind::NotFound(Thing::HealthcareService));
}

#[tokio::test]
async fn appointments_are_paged_by_start() {
    let clinic = Clinic::open().await;
    for slot in clinic.slots_of(EHN).await.iter().step_by(9).take(5) {
        clinic.book(slot, ANNA).await.unwrap();
    }
    let all = listed(&clinic, query()).await;
    let (mut seen, mut cursor) = (Vec::new(), None);
    loop {
        let request = PageRequest { limit: 2, cursor };
        let page = clinic.takecare.appointments(&clinic.ctx(), &ten(), query(), request).await.unwrap();
        seen.extend(page.items);
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert!(seen.windows(2).all(|pair| pair[0].start <= pair[1].start));
    assert_eq!(seen.into_iter().map(|one| one.emr_id).collect::<Vec<_>>(), all);
    let foreign = PageRequest { limit: 2, cursor: Some(Cursor("x".into())) };
    let refused = clinic.takecare.appointments(&clinic.ctx(), &ten(), query(), foreign).await;
    assert_eq!(fault(refused), (FaultCode::BadInput, Some("cursor".into())));
}

#[tokio::test]
async fn what_has_ended_is_completed() {
    let clinic = Clinic::open().await;
    let slot = clinic.slot().await;
    let booked = clinic.book(&slot, ANNA).await.unwrap();
    clinic.wall.set(slot.end.timestamp());
    let read = clinic.takecare.appointment(&clinic.ctx(), &ten(), &booked.id).await.unwrap();
    assert_eq!(read.status, AppointmentStatus::Completed);
}

#[tokio::test]
async fn a_cancelled_appointment_is_answered_and_then_gone() {
    let clinic = Clinic::open().await;
    let slot = clinic.slot().await;
    let booked = clinic.book(&slot, ANNA).await.unwrap();
    let live = clinic.live();
    clinic.forget_calls();
    let cancelled =
        clinic.takecare.cancel(&clinic.ctx(), &ten(), &booked.id, Some("Förhinder")).await.unwrap();
    assert_eq!(clinic.call_count(), 2, "read, cancel: {:?}", clinic.calls());
    assert_eq!(
        (cancelled.status, cancelled.emr_status.as_deref()),
        (AppointmentStatus::Cancelled, Some("CANCELLED"))
    );
    assert_eq!((&cancelled.id, cancelled.comment.as_deref()), (&booked.id, Some("Förhinder")));
    assert_eq!(clinic.live(), live - 1);
    for _ in 0..2 {
        let gone = clinic.takecare.cancel(&clinic.ctx(), &ten(), &booked.id, None).await;
        assert_eq!(kind(gone), EhrErrorKind::NotFound(Thing::Appointment));
    }
    assert!(clinic.slots_of(EHN).await.contains(&slot), "its time is free again");
    let long = clinic.takecare.cancel(&clinic.ctx(), &ten(), &booked.id, Some(&"å".repeat(301))).await;
    assert_eq!(fault(long).0, FaultCode::InvalidCommentLength);
}

#[tokio::test]
async fn an_appointment_of_another_care_unit_is_not_found() {
    let clinic = Clinic::open().await;
    let booked = clinic.book(&clinic.slot().await, ANNA).await.unwrap();
    let units = clinic.takecare.care_units(&clinic.ctx()).await.unwrap();
    let other = units.iter().map(|unit| unit.id.clone()).find(|id| *id != ten()).unwrap();
    let read = clinic.takecare.appointment(&clinic.ctx(), &other, &booked.id).await;
    assert_eq!(kind(read), EhrErrorKind::NotFound(Thing::Appointment));
    let cancelled = clinic.takecare.cancel(&clinic.ctx(), &other, &booked.id, None).await;
    assert_eq!(kind(cancelled), EhrErrorKind::NotFound(Thing::Appointment));
    for nothing in ["nothing", "0", "~"] {
        let id = AppointmentId::parse(nothing).unwrap();
        let read = clinic.takecare.appointment(&clinic.ctx(), &ten(), &id).await;
        assert_eq!(kind(read), EhrErrorKind::NotFound(Thing::Appointment), "{nothing}");
    }
}

#[tokio::test]
async fn a_list_that_names_another_care_unit_is_not_believed() {
    let stage = Stage::set("2026-11-20T08:00:00Z", |operation, _| {
        let row = || booking("A", "202612010900", "202612010930", ANNA, "");
        let of = |kind: &str, id: &str| {
            format!(
                "<Bookings CareUnitIdType=\"{kind}\" CareUnitId=\"{id}\" CareUnitName=\"\">{}</Bookings>",
                row()
            )
        };
        (operation == "GetBookings").then(|| Said::Reply(of("takecareid", "11")))
    });
    let id = AppointmentId::parse("A").unwrap();
    let ten = stage.takecare.appointment(&stage.ctx, &ten(), &id).await;
    assert_eq!(kind(ten), EhrErrorKind::NotFound(Thing::Appointment));
    let eleven = CareUnitId::parse("11").unwrap();
    assert!(stage.takecare.appointment(&stage.ctx, &eleven, &id).await.is_ok());
}

#[tokio::test]
async fn a_booking_id_that_cannot_stand_in_a_url_works_all_the_same() {
    let stage = Stage::set("2026-11-20T08:00:00Z", |operation, inner| {
        let wanted = inner.contains("<BookingId>{A/1}</BookingId>") || !inner.contains("BookingId");
        let rows =
            if wanted { booking("{A/1}", "202612010900", "202612010930", ANNA, "") } else { String::new() };
        (operation == "GetBookings").then(|| Said::Reply(format!("<Bookings>{rows}</Bookings>")))
    });
    let page = stage.takecare.appointments(&stage.ctx, &ten(), query(), first(10)).await.unwrap();
    let id = &page.items[0].id;
    assert_eq!(page.items[0].emr_id, "{A/1}");
    assert_eq!(&stage.takecare.appointment(&stage.ctx, &ten(), id).await.unwrap().id, id);
}

//! Reading and cancelling appointments.

use jiff::SignedDuration;
use serde_json::json;
use vardbro_ehr::wire::{Call, Safety};
use vardbro_ehr::{Ehr, EhrErrorKind, Thing};
use vardbro_model::appointment::{Appointment, AppointmentQuery, AppointmentStatus};
use vardbro_model::error::FaultCode;
use vardbro_model::id::{AppointmentId, HealthcareServiceId};
use vardbro_model::page::{Cursor, PageRequest};
use vardbro_webdoc::wire::Scope;
use vardbro_webdoc::wire::token::{self, TokenHost};

use crate::clinic::{Clinic, Fate, Meddling, booking, fault, first, kind, patient, tolvan, typed};

fn id(text: &str) -> AppointmentId {
    AppointmentId::parse(text).unwrap()
}

#[tokio::test]
async fn appointments_are_listed_by_patient_resource_service_and_window() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let slots = clinic.calendar(&unit).await;
    let booked = clinic.book(&unit, &slots[0]).await.unwrap();
    let window = clinic.window(-14, 30);
    let all = clinic.listed(&unit, AppointmentQuery { window: Some(window), ..Default::default() }).await;
    assert!(all.contains(&booked) && all.is_sorted_by_key(|one| one.start));
    assert!(all.iter().all(|one| one.patient_id.is_some() && one.status != AppointmentStatus::Cancelled));
    for query in [
        AppointmentQuery { patient: Some(tolvan()), ..Default::default() },
        AppointmentQuery {
            resource: Some(typed(slots[0].resource_id.as_str())),
            window: Some(window),
            ..Default::default()
        },
        AppointmentQuery {
            healthcare_service: Some(slots[0].healthcare_service_id.clone()),
            window: Some(window),
            ..Default::default()
        },
        AppointmentQuery {
            status: Some(AppointmentStatus::Booked),
            window: Some(window),
            ..Default::default()
        },
    ] {
        let listed = clinic.listed(&unit, query.clone()).await;
        assert!(listed.contains(&booked), "{query:?}");
        for one in &listed {
            if query.patient.is_some() {
                assert_eq!(one.patient_id, booked.patient_id);
            }
            if query.resource.is_some() {
                assert_eq!(one.resource_id, booked.resource_id);
            }
            if query.healthcare_service.is_some() {
                assert_eq!(one.healthcare_service_id, booked.healthcare_service_id);
            }
            assert!(query.status.is_none_or(|status| one.status == status));
        }
    }
    let over = AppointmentQuery {
        status: Some(AppointmentStatus::Completed),
        window: Some(window),
        ..Default::default()
    };
    let over = clinic.listed(&unit, over).await;
    assert!(!over.is_empty() && over.iter().all(|one| one.status == AppointmentStatus::Completed));
    let cancelled = AppointmentQuery { status: Some(AppointmentStatus::Cancelled), ..Default::default() };
    assert_eq!(clinic.listed(&unit, cancelled).await, []);
}

#[tokio::test]
async fn a_filter_that_names_nothing_is_told_where_the_list_is_empty() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    for (query, thing) in [
        (AppointmentQuery { patient: Some(patient("199001011234")), ..Default::default() }, Thing::Patient),
        (AppointmentQuery { resource: Some(typed("nobody")), ..Default::default() }, Thing::Resource),
        (
            AppointmentQuery {
                healthcare_service: Some(HealthcareServiceId::parse("999").unwrap()),
                ..Default::default()
            },
            Thing::HealthcareService,
        ),
    ] {
        let listed = clinic.webdoc.appointments(&clinic.ctx(), &unit, query, first(10)).await;
        assert_eq!(kind(listed), EhrErrorKind::NotFound(thing));
    }
}

#[tokio::test]
async fn small_pages_join_to_the_whole() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let query = AppointmentQuery { window: Some(clinic.window(-4, 4)), ..Default::default() };
    let whole = clinic.listed(&unit, query.clone()).await;
    assert!(whole.len() > 20);
    let (mut joined, mut cursor) = (Vec::new(), None);
    loop {
        let request = PageRequest { limit: 7, cursor };
        let page = clinic.webdoc.appointments(&clinic.ctx(), &unit, query.clone(), request).await.unwrap();
        assert!(page.items.len() <= 7);
        joined.extend(page.items);
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(joined, whole);
    for foreign in ["x", "9223372036854775807.x", "-99999999999.x"] {
        let foreign = PageRequest { limit: 7, cursor: Some(Cursor(foreign.into())) };
        let refused = clinic.webdoc.appointments(&clinic.ctx(), &unit, query.clone(), foreign).await;
        assert_eq!(fault(refused), (FaultCode::BadInput, Some("cursor".into())));
    }
}

#[tokio::test]
async fn the_day_of_an_id_is_a_hint() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let slot = clinic.calendar(&unit).await.remove(0);
    let booked = clinic.book(&unit, &slot).await.unwrap();
    let ctx = clinic.ctx();
    clinic.webdoc.appointment(&ctx, &unit, &booked.id).await.unwrap();
    assert_eq!(ctx.meter.calls(), 1, "on its day");
    for stale in
        [booked.emr_id.clone(), format!("{}.20261210", booked.emr_id), format!("{}.20261101", booked.emr_id)]
    {
        let found = clinic.webdoc.appointment(&clinic.ctx(), &unit, &id(&stale)).await.unwrap();
        assert_eq!(found.id, booked.id, "{stale}: the answer has the fresh id");
    }
    for nothing in [
        format!("{}.20270301", booked.emr_id),
        "nothing".into(),
        "0".into(),
        format!("x{}", booked.id),
        "a.99999999".into(),
    ] {
        let missing = clinic.webdoc.appointment(&clinic.ctx(), &unit, &id(&nothing)).await;
        assert_eq!(kind(missing), EhrErrorKind::NotFound(Thing::Appointment), "{nothing}");
    }
    let other = clinic.webdoc.care_units(&clinic.ctx()).await.unwrap()[1].id.clone();
    let elsewhere = clinic.webdoc.appointment(&clinic.ctx(), &other, &booked.id).await;
    assert_eq!(kind(elsewhere), EhrErrorKind::NotFound(Thing::Appointment));
}

#[tokio::test]
async fn what_has_ended_is_completed_and_the_phase_stays_a_number() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let slot = clinic.calendar(&unit).await.remove(0);
    let booked = clinic.book(&unit, &slot).await.unwrap();
    assert_eq!(booked.status, AppointmentStatus::Booked);
    clinic
        .clock
        .0
        .advance(slot.end.timestamp().duration_since(clinic.clock.now()) + SignedDuration::from_secs(1));
    let read = clinic.webdoc.appointment(&clinic.ctx(), &unit, &booked.id).await.unwrap();
    assert_eq!((read.status, read.emr_status), (AppointmentStatus::Completed, booked.emr_status));
}

#[tokio::test]
async fn a_patient_who_has_arrived_is_completed() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let row = json!([{"id": "41aa", "date": "2026-11-24", "startTime": "09:00", "endTime": "09:30", "arrived": "1", "phase": "4",
        "bookingType": {"id": "12"}, "patient": {"id": "9d2a", "personalNumber": "19121212-1212"}, "user": {"id": "0c1f"}}]);
    let row = row.to_string();
    let wire = crate::clinic::meddled(clinic.wire.clone(), move |_| {
        let answer = Meddling::Answer(200, row.clone());
        Box::pin(async { answer })
    });
    let ctx = vardbro_ehr::Ctx { wire, ..clinic.ctx() };
    let read = clinic.webdoc.appointment(&ctx, &unit, &id("41aa.20261124")).await.unwrap();
    assert_eq!(read.status, AppointmentStatus::Completed);
    assert_eq!(read.emr_status.as_deref(), Some("phase 4, arrived 1"));
}

#[tokio::test]
async fn a_cancelled_booking_is_gone_and_its_time_free_again() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let slot = clinic.calendar(&unit).await.remove(0);
    let live = clinic.live();
    let booked = clinic.book(&unit, &slot).await.unwrap();
    let ctx = clinic.ctx();
    let cancelled = clinic.webdoc.cancel(&ctx, &unit, &booked.id, Some("Frisk igen")).await.unwrap();
    assert_eq!((cancelled.status, cancelled.id.clone()), (AppointmentStatus::Cancelled, booked.id.clone()));
    assert_eq!((ctx.meter.calls(), clinic.live()), (2, live));
    let missing = EhrErrorKind::NotFound(Thing::Appointment);
    assert_eq!(kind(clinic.webdoc.appointment(&clinic.ctx(), &unit, &booked.id).await), missing);
    assert_eq!(kind(clinic.webdoc.cancel(&clinic.ctx(), &unit, &booked.id, None).await), missing);
    assert!(clinic.calendar(&unit).await.contains(&slot));
}

#[tokio::test]
async fn a_cancel_whose_answer_was_lost_is_told_by_one_look() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let slot = clinic.calendar(&unit).await.remove(0);
    let booked = clinic.book(&unit, &slot).await.unwrap();
    let fates: [(Fate, EhrErrorKind); 4] = [
        (|| Meddling::Swallow, EhrErrorKind::OutcomeUnknown),
        (|| Meddling::Answer(500, String::new()), EhrErrorKind::Failed),
        (|| Meddling::Answer(409, "Redan ankommen".into()), EhrErrorKind::Conflict),
        (|| Meddling::Answer(404, String::new()), EhrErrorKind::NotFound(Thing::Appointment)),
    ];
    for (fate, expected) in fates {
        let ctx = clinic.with_fate("DELETE", "/v1/bookings", fate);
        assert_eq!(kind(clinic.webdoc.cancel(&ctx, &unit, &booked.id, None).await), expected);
    }
    let ctx = clinic.with_fate("DELETE", "/v1/bookings", || Meddling::Lose);
    let cancelled = clinic.webdoc.cancel(&ctx, &unit, &booked.id, None).await.unwrap();
    assert_eq!(cancelled.status, AppointmentStatus::Cancelled);
}

#[tokio::test]
async fn who_cancels_is_the_connections_user_or_the_caregiver() {
    let acting = "84f92e37-b5c0-4318-869d-fb2374d5c109";
    for setting in [None, Some(acting)] {
        let clinic = Clinic::open_set(|settings| match setting {
            Some(user) => settings.with("acting_user_id", user),
            None => settings,
        })
        .await;
        let unit = clinic.unit().await;
        let slot = clinic.calendar(&unit).await.remove(0);
        let booked = clinic.book(&unit, &slot).await.unwrap();
        let seen = std::sync::Arc::new(std::sync::Mutex::new(String::new()));
        let log = seen.clone();
        let wire = crate::clinic::meddled(clinic.wire.clone(), move |request| {
            if request.method() == "DELETE" {
                *log.lock().unwrap() = String::from_utf8_lossy(request.body()).into_owned();
            }
            Box::pin(async { Meddling::Pass })
        });
        let ctx = vardbro_ehr::Ctx { wire, ..clinic.ctx() };
        clinic.webdoc.cancel(&ctx, &unit, &booked.id, None).await.unwrap();
        let user = setting.unwrap_or(slot.resource_id.as_str());
        assert_eq!(*seen.lock().unwrap(), json!({"userId": user}).to_string());
    }
}

#[tokio::test]
async fn an_id_that_nobody_made_names_nothing() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    for text in ["41aa.-0010101", "41aa.99991231", "41aa.20261301", ".20261124", "41aa."] {
        let found = clinic.webdoc.appointment(&clinic.ctx(), &unit, &id(text)).await;
        assert_eq!(kind(found), EhrErrorKind::NotFound(Thing::Appointment), "{text}");
    }
}

#[tokio::test]
async fn a_patient_without_a_swedish_number_has_one_id_however_it_was_spelled() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let slot = clinic.calendar(&unit).await.remove(0);
    let spelled = patient("UTL-20240001");
    let booked = clinic.webdoc.book(&clinic.ctx(), &unit, booking(&slot, spelled.clone())).await.unwrap();
    assert_eq!(booked.patient_id.as_ref().unwrap().as_str(), "UTL20240001");
    let query = |patient| AppointmentQuery {
        patient: Some(patient),
        window: Some(clinic.window(0, 20)),
        ..AppointmentQuery::default()
    };
    let listed = clinic.listed(&unit, query(spelled)).await;
    assert!(listed.iter().any(|found| found.id == booked.id), "{listed:?}");
    assert_eq!(listed, clinic.listed(&unit, query(patient("UTL20240001"))).await);
}

/// Reception registers the booking, in Webdoc.
async fn arrives(clinic: &Clinic, booked: &Appointment) {
    let credential = |name: &str| clinic.running.credentials[name].clone();
    let host = TokenHost {
        url: credential("token_url").parse().unwrap(),
        client_id: credential("client_id"),
        client_secret: credential("client_secret").into(),
    };
    let answer = clinic.ctx().send(token::ask(&host, &[Scope::SelfService])).await.unwrap();
    let token = token::read(answer.body()).unwrap().access_token;
    let visit = json!({"bookingId": booked.emr_id, "visitDate": "2026-11-20 09:05:00"}).to_string();
    let request = http::Request::post(format!("{}/v2/visits", clinic.running.native))
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json")
        .body(bytes::Bytes::from(visit))
        .unwrap();
    let answer = clinic.ctx().send(Call::new(Safety::Once, "POST /v2/visits", request)).await.unwrap();
    assert_eq!(answer.status(), 201, "{:?}", answer.body());
}

#[tokio::test]
async fn that_a_patient_has_come_is_asked_of_todays_bookings_only() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let mut today = clinic.slots(&unit, 0, 1).await;
    let ahead = clinic.calendar(&unit).await.remove(0);
    let mut booked = Vec::new();
    for slot in [today.pop().unwrap(), today.pop().unwrap(), ahead] {
        booked.push(clinic.book(&unit, &slot).await.unwrap());
    }
    arrives(&clinic, &booked[0]).await;
    let expected = [
        (AppointmentStatus::Completed, "phase 2, arrived 1", 1),
        (AppointmentStatus::Booked, "phase 1", 1),
        (AppointmentStatus::Booked, "phase 1", 0),
    ];

    let query = AppointmentQuery { window: Some(clinic.window(0, 20)), ..AppointmentQuery::default() };
    let listed = clinic.listed(&unit, query).await;
    for (booked, (status, word, cost)) in booked.iter().zip(expected) {
        let found = listed.iter().find(|found| found.id == booked.id).unwrap();
        assert_eq!((found.status, found.emr_status.as_deref()), (status, Some(word)));
        let before = clinic.calls_of("GET /v1/clinics/{id}/bookings");
        let read = clinic.webdoc.appointment(&clinic.ctx(), &unit, &booked.id).await.unwrap();
        assert_eq!(read, *found);
        assert_eq!(clinic.calls_of("GET /v1/clinics/{id}/bookings"), before + cost);
    }
}

//! A Webdoc that fails now and then, through the whole wire: whatever is answered is true.

use serde_json::json;
use vardbro_ehr::{Ctx, Ehr, EhrErrorKind, Thing};
use vardbro_model::appointment::{AppointmentChange, AppointmentQuery};
use vardbro_model::error::FaultCode;
use vardbro_model::id::AppointmentId;
use vardbro_model::patient::{Gender, NewPatient};
use vardbro_model::timeslot::Timeslot;

use crate::clinic::{Clinic, Fate, Meddling, fault, first, kind, tolvan, window_of};

fn live_at(clinic: &Clinic, slot: &Timeslot) -> usize {
    let (start, end) = (slot.start.timestamp(), slot.end.timestamp());
    let there = |one: &&vardbro_sandbox_kit::AppointmentState| {
        one.live && one.resource_id == slot.resource_id.as_str() && one.start < end && start < one.end
    };
    clinic.running.ehr.state().appointments.iter().filter(there).count()
}

fn calm(clinic: &Clinic) {
    clinic.faults(json!({"error_rate": 0, "lose_response_rate": 0}));
}

#[tokio::test]
async fn a_webdoc_that_is_down_is_its_failure_and_nothing_is_written() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let slot = clinic.calendar(&unit).await.remove(0);
    clinic.faults(json!({"error_rate": 1}));
    let listed =
        clinic.webdoc.appointments(&clinic.ctx(), &unit, AppointmentQuery::default(), first(10)).await;
    assert_eq!(kind(listed), EhrErrorKind::Failed);
    let one = clinic.webdoc.appointment(&clinic.ctx(), &unit, &AppointmentId::parse("1").unwrap()).await;
    assert_eq!(kind(one), EhrErrorKind::Failed);
    assert_eq!(kind(clinic.book(&unit, &slot).await), EhrErrorKind::Failed);
    assert_eq!(live_at(&clinic, &slot), 0);
    calm(&clinic);
    clinic.book(&unit, &slot).await.unwrap();
}

#[tokio::test]
async fn a_booking_whose_answers_are_lost_is_never_made_twice() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let slots = clinic.calendar(&unit).await;
    let (mut found, mut unknown) = (0, 0);
    for (seed, slot) in slots.iter().take(6).enumerate() {
        let sent = clinic.calls_of("POST /v1/bookings");
        clinic.faults(json!({"seed": seed, "lose_response_rate": 0.6}));
        let outcome = clinic.book(&unit, slot).await;
        calm(&clinic);
        assert!(clinic.calls_of("POST /v1/bookings") <= sent + 1);
        match outcome {
            Ok(booked) => {
                found += 1;
                assert_eq!((live_at(&clinic, slot), booked.start), (1, slot.start));
            }
            Err(error) if error.kind == EhrErrorKind::OutcomeUnknown => {
                unknown += 1;
                let live = live_at(&clinic, slot);
                let again = clinic.book(&unit, slot).await;
                assert_eq!(again.is_ok(), live == 0, "{again:?}");
                assert_eq!(live_at(&clinic, slot), 1);
            }
            Err(_) => assert_eq!(live_at(&clinic, slot), 0),
        }
    }
    assert!(found > 0, "{found} found, {unknown} unknown");
}

#[tokio::test]
async fn a_cancel_and_a_move_whose_answers_are_lost_are_told_truly() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let slots = clinic.calendar(&unit).await;
    for (seed, pair) in slots.chunks_exact(2).take(3).enumerate() {
        let booked = clinic.book(&unit, &pair[0]).await.unwrap();
        clinic.faults(json!({"seed": seed, "lose_response_rate": 0.5}));
        let change = AppointmentChange { window: Some(window_of(&pair[1])), ..Default::default() };
        let moved = clinic.webdoc.change_appointment(&clinic.ctx(), &unit, &booked.id, change).await;
        calm(&clinic);
        let at = (live_at(&clinic, &pair[0]), live_at(&clinic, &pair[1]));
        match moved {
            Ok(_) => assert_eq!(at, (0, 1)),
            Err(error) if error.kind == EhrErrorKind::OutcomeUnknown => assert_eq!(at.0 + at.1, 1),
            Err(error) => assert_eq!(at, (1, 0), "{error:?}"),
        }
        let id = AppointmentId::parse(&booked.emr_id).unwrap();
        clinic.faults(json!({"seed": seed, "lose_response_rate": 0.5}));
        let cancelled = clinic.webdoc.cancel(&clinic.ctx(), &unit, &id, None).await;
        calm(&clinic);
        let live = live_at(&clinic, &pair[0]) + live_at(&clinic, &pair[1]);
        match cancelled {
            Ok(_) => assert_eq!(live, 0),
            Err(error) if error.kind == EhrErrorKind::OutcomeUnknown => assert!(live <= 1),
            Err(error) => assert_eq!(live, 1, "{error:?}"),
        }
    }
}

#[tokio::test]
async fn a_patient_whose_answers_are_lost_is_created_at_most_once() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    for seed in 0..5 {
        let new = NewPatient {
            first_name: Some("Ada".into()),
            last_name: Some("Berg".into()),
            date_of_birth: Some(jiff::civil::date(1980, 1, 2)),
            gender: Some(Gender::Female),
            ..NewPatient::default()
        };
        let before = clinic.running.ehr.state().patients;
        clinic.faults(json!({"seed": seed, "lose_response_rate": 0.5}));
        let outcome = clinic.webdoc.create_patient(&clinic.ctx(), &unit, new).await;
        calm(&clinic);
        let created = clinic.running.ehr.state().patients - before;
        match outcome {
            Ok(_) => assert_eq!(created, 1),
            Err(error) if error.kind == EhrErrorKind::OutcomeUnknown => assert!(created <= 1),
            Err(error) => assert_eq!(created, 0, "{error:?}"),
        }
    }
}

#[tokio::test]
async fn a_client_that_goes_away_while_it_waits_keeps_nobody_from_booking() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let slot = clinic.calendar(&unit).await.remove(0);
    clinic.faults(json!({"latency_ms": 60}));
    let ctx = Ctx { fresh: false, ..clinic.ctx() };
    let booking = crate::clinic::booking(&slot, crate::clinic::tolvan());
    let impatient = std::time::Duration::from_millis(40);
    assert!(tokio::time::timeout(impatient, clinic.webdoc.book(&ctx, &unit, booking)).await.is_err());
    let booked = clinic.book(&unit, &slot).await;
    assert_eq!(live_at(&clinic, &slot), 1);
    if let Err(error) = booked {
        assert_eq!(fault::<()>(Err(error)).0, FaultCode::NoTimeslotsAvailable);
    }
}

#[tokio::test]
async fn a_refused_look_up_that_says_nothing_of_the_number_is_not_an_unknown_patient() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let fates: [(Fate, EhrErrorKind); 4] = [
        (|| Meddling::Answer(404, String::new()), EhrErrorKind::NotFound(Thing::Patient)),
        (|| Meddling::Answer(400, String::new()), EhrErrorKind::NotFound(Thing::Patient)),
        (|| Meddling::Answer(408, String::new()), EhrErrorKind::Failed),
        (|| Meddling::Answer(405, String::new()), EhrErrorKind::Failed),
    ];
    for (fate, expected) in fates {
        let ctx = clinic.with_fate("GET", "/v2/patients", fate);
        let error = clinic.webdoc.patient(&ctx, &unit, &tolvan()).await.unwrap_err();
        assert_eq!(error.kind, expected);
    }
}

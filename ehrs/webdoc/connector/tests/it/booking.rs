//! Booking: verified, made once, and looked for when the answer was lost.

use futures::future::join_all;
use serde_json::json;
use vardbro_ehr::{Ctx, Ehr, EhrErrorKind, Thing};
use vardbro_model::appointment::{AppointmentStatus, Booking};
use vardbro_model::error::FaultCode;
use vardbro_model::id::HealthcareServiceId;
use vardbro_model::time::Window;

use crate::clinic::{
    Clinic, Fate, Meddling, booking, fault, faults, kind, meddled, no_timeslots, patient, tolvan, typed,
    window_of,
};

#[tokio::test]
async fn a_free_time_is_booked_in_three_calls_and_can_be_read() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let slot = clinic.calendar(&unit).await.remove(0);
    let live = clinic.live();
    let ctx = clinic.ctx();
    let booked = clinic.webdoc.book(&ctx, &unit, booking(&slot, tolvan())).await.unwrap();
    assert_eq!(ctx.meter.calls(), 3, "patient, calendar, booking");
    assert_eq!(booked.patient_id.as_ref().unwrap().as_str(), "191212121212");
    assert_eq!((booked.start, booked.end), (slot.start, slot.end));
    assert_eq!(booked.resource_id.as_ref(), Some(&slot.resource_id));
    assert_eq!(booked.healthcare_service_id.as_ref(), Some(&slot.healthcare_service_id));
    assert_eq!((booked.status, booked.comment.as_deref()), (AppointmentStatus::Booked, Some("Hosta")));
    assert!(booked.emr_status.as_ref().is_some_and(|status| status.starts_with("phase ")), "{booked:?}");
    assert_eq!(
        booked.id.as_str(),
        format!("{}.{}", booked.emr_id, slot.start.to_string()[..10].replace('-', ""))
    );
    assert_eq!(clinic.webdoc.appointment(&clinic.ctx(), &unit, &booked.id).await.unwrap(), booked);
    assert_eq!(clinic.live(), live + 1);
}

#[tokio::test]
async fn a_free_row_can_be_taken_by_giving_it_a_patient() {
    let clinic = Clinic::open_set(|settings| settings.with("take_slot", "patch")).await;
    let unit = clinic.unit().await;
    let slot = clinic.calendar(&unit).await.remove(0);
    let live = clinic.live();
    let booked = clinic.book(&unit, &slot).await.unwrap();
    assert_eq!(clinic.webdoc.appointment(&clinic.ctx(), &unit, &booked.id).await.unwrap(), booked);
    assert_eq!((clinic.live(), clinic.calls_of("POST /v1/bookings")), (live + 1, 0));
    assert_eq!(booked.comment.as_deref(), Some("Hosta"));
    assert_eq!(fault(clinic.book(&unit, &slot).await), no_timeslots());
}

#[tokio::test]
async fn the_patient_and_the_caregiver_may_be_named_by_their_numbers() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let slots = clinic.slots(&unit, 3, 12).await;
    let meant =
        clinic.webdoc.resource(&clinic.ctx(), &unit, &typed("hsa_id:SE2321000131-E000000012345")).await;
    let meant = meant.unwrap().id;
    let slots: Vec<_> = slots.into_iter().filter(|slot| slot.resource_id == meant).collect();
    let today = jiff::civil::date(2026, 11, 20);
    for (slot, (who, whom)) in slots.iter().zip([
        ("se_personal_number:121212+1212", "hsa_id:SE2321000131-E000000012345"),
        ("se_personal_number:19121212-1212", "se_personal_number:198702072391"),
        ("emr_id:191212121212", meant.as_str()),
    ]) {
        let mut booking = booking(slot, vardbro_model::typed_id::PatientRef::parse(who, today).unwrap());
        booking.slot.resource = Some(typed(whom));
        let booked = clinic.webdoc.book(&clinic.ctx(), &unit, booking).await.unwrap();
        assert_eq!(booked.patient_id.as_ref().unwrap().as_str(), "191212121212");
        assert_eq!(booked.resource_id.as_ref(), Some(&meant));
    }
}

#[tokio::test]
async fn what_is_left_out_is_taken_when_only_one_time_matches_and_listed_when_several_do() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let slots = clinic.slots(&unit, 3, 12).await;
    let alone = |slot: &&vardbro_model::timeslot::Timeslot| {
        slots.iter().filter(|other| window_of(other) == window_of(slot)).count() == 1
    };
    let nameless = |slot| {
        let mut booking = booking(slot, tolvan());
        (booking.slot.resource, booking.slot.healthcare_service) = (None, None);
        booking
    };
    let several = slots.iter().find(|slot| !alone(slot)).unwrap();
    let live = clinic.live();
    let error = clinic.webdoc.book(&clinic.ctx(), &unit, nameless(several)).await.unwrap_err();
    let fault = faults(error).remove(0);
    assert_eq!(fault.code, FaultCode::AmbiguousTimeslots);
    assert!(fault.detail.contains(several.resource_id.as_str()), "{}", fault.detail);
    assert_eq!(clinic.live(), live);

    let mut named = nameless(several);
    named.slot.resource = booking(several, tolvan()).slot.resource;
    let booked = clinic.webdoc.book(&clinic.ctx(), &unit, named).await.unwrap();
    assert_eq!(booked.healthcare_service_id.as_ref(), Some(&several.healthcare_service_id));
}

#[tokio::test]
async fn what_is_not_free_is_not_booked() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let slots = clinic.calendar(&unit).await;
    clinic.book(&unit, &slots[0]).await.unwrap();
    let live = clinic.live();
    let shifted = |minutes: i64| {
        let mut booking = booking(&slots[2], tolvan());
        let by = jiff::SignedDuration::from_mins(minutes);
        let Window { start, end } = booking.slot.window;
        booking.slot.window = Window { start: start + by, end: end + by };
        booking
    };
    let mut longer = booking(&slots[2], tolvan());
    longer.slot.window.end += jiff::SignedDuration::from_mins(5);
    let mut other = booking(&slots[2], tolvan());
    other.slot.healthcare_service = Some(HealthcareServiceId::parse("19").unwrap());
    for refused in
        [booking(&slots[0], tolvan()), shifted(7), shifted(60 * 12), shifted(-60 * 24 * 14), longer, other]
    {
        let outcome = clinic.webdoc.book(&clinic.ctx(), &unit, refused).await;
        assert_eq!(fault(outcome), no_timeslots());
    }
    assert_eq!((clinic.live(), clinic.calls_of("POST /v1/bookings")), (live, 1));
}

#[tokio::test]
async fn every_id_that_names_nothing_is_told_at_once() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let slot = clinic.calendar(&unit).await.remove(0);
    let mut nothing: Booking = booking(&slot, patient("199001011234"));
    let alone = clinic.webdoc.book(&clinic.ctx(), &unit, nothing.clone()).await;
    assert_eq!(kind(alone), EhrErrorKind::NotFound(Thing::Patient));
    nothing.slot.resource = Some(typed("nobody"));
    nothing.slot.healthcare_service = Some(HealthcareServiceId::parse("nothing").unwrap());
    let told = faults(clinic.webdoc.book(&clinic.ctx(), &unit, nothing).await.unwrap_err());
    let codes: Vec<_> = told.iter().map(|fault| fault.code).collect();
    assert_eq!(
        codes,
        [FaultCode::InvalidPatientId, FaultCode::InvalidResourceId, FaultCode::InvalidHealthcareServiceId]
    );
}

#[tokio::test]
async fn of_eight_who_want_one_time_one_gets_it() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let slot = clinic.calendar(&unit).await.remove(0);
    let live = clinic.live();
    clinic.faults(serde_json::json!({"latency_ms": 10}));
    let (one, other) = (clinic.ctx(), clinic.ctx());
    let all = join_all((0..8).map(|n| {
        clinic.webdoc.book(if n % 2 == 0 { &one } else { &other }, &unit, booking(&slot, tolvan()))
    }))
    .await;
    let (booked, refused): (Vec<_>, Vec<_>) = all.into_iter().partition(Result::is_ok);
    assert_eq!((booked.len(), clinic.live()), (1, live + 1));
    refused.into_iter().for_each(|outcome| assert_eq!(fault(outcome), no_timeslots()));
}

#[tokio::test]
async fn of_two_gateways_that_want_one_time_one_gets_it() {
    let clinic = Clinic::open().await;
    let another = vardbro_webdoc::Webdoc::new();
    let unit = clinic.unit().await;
    let slot = clinic.calendar(&unit).await.remove(0);
    another.timeslots(&clinic.ctx(), &unit, window_of(&slot), None, None).await.unwrap();
    let live = clinic.live();
    clinic.faults(serde_json::json!({"latency_ms": 30}));
    let ctx = clinic.ctx();
    let (a, b) = futures::join!(
        clinic.webdoc.book(&ctx, &unit, booking(&slot, tolvan())),
        another.book(&ctx, &unit, booking(&slot, tolvan())),
    );
    assert!(a.is_ok() != b.is_ok());
    assert_eq!(clinic.live(), live + 1);
    let loser = if a.is_ok() { b } else { a };
    let told = faults(loser.unwrap_err()).remove(0);
    assert_eq!(told.code, FaultCode::NoTimeslotsAvailable);
}

#[tokio::test]
async fn a_booking_whose_answer_was_lost_is_found_by_one_look() {
    for take in ["post", "patch"] {
        let clinic = Clinic::open_set(|settings| settings.with("take_slot", take)).await;
        let unit = clinic.unit().await;
        let slot = clinic.calendar(&unit).await.remove(0);
        let live = clinic.live();
        let method = if take == "post" { "POST" } else { "PATCH" };
        for fate in [|| Meddling::Lose, || Meddling::Answer(504, String::new())] {
            let ctx = clinic.with_fate(method, "/v1/bookings", fate);
            let outcome = clinic.webdoc.book(&ctx, &unit, booking(&slot, tolvan())).await;
            match outcome {
                Ok(booked) => {
                    assert_eq!(booked.start, slot.start);
                    assert_eq!(clinic.live(), live + 1);
                    clinic.webdoc.cancel(&clinic.ctx(), &unit, &booked.id, None).await.unwrap();
                }
                Err(error) => {
                    assert_eq!(error.kind, EhrErrorKind::OutcomeUnknown, "{take}: {error:?}");
                    assert_eq!(clinic.live(), live);
                }
            }
        }
    }
}

#[tokio::test]
async fn a_booking_that_broke_webdoc_and_left_nothing_did_not_happen() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let slot = clinic.calendar(&unit).await.remove(0);
    let fates: [(Fate, EhrErrorKind); 6] = [
        (|| Meddling::Answer(500, "Fel".into()), EhrErrorKind::Failed),
        (|| Meddling::Swallow, EhrErrorKind::OutcomeUnknown),
        (|| Meddling::Answer(502, String::new()), EhrErrorKind::OutcomeUnknown),
        (|| Meddling::Answer(503, String::new()), EhrErrorKind::Failed),
        (|| Meddling::Answer(200, String::new()), EhrErrorKind::OutcomeUnknown),
        (|| Meddling::Answer(201, "<html>".into()), EhrErrorKind::OutcomeUnknown),
    ];
    for (fate, expected) in fates {
        let ctx = clinic.with_fate("POST", "/v1/bookings", fate);
        let error = clinic.webdoc.book(&ctx, &unit, booking(&slot, tolvan())).await.unwrap_err();
        assert_eq!(error.kind, expected, "{error:?}");
    }
    assert_eq!(clinic.calls_of("POST /v1/bookings"), 0);
    clinic.book(&unit, &slot).await.unwrap();
}

#[tokio::test]
async fn a_refused_booking_says_whether_the_time_is_gone() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let slot = clinic.calendar(&unit).await.remove(0);
    let ctx =
        clinic.with_fate("POST", "/v1/bookings", || Meddling::Answer(400, "Patienten är spärrad".into()));
    let error = clinic.webdoc.book(&ctx, &unit, booking(&slot, tolvan())).await.unwrap_err();
    let told = faults(error).remove(0);
    assert_eq!((told.code, told.emr_error.as_deref()), (FaultCode::BadInput, Some("Patienten är spärrad")));

    // Somebody else books between our look and our booking.
    let another = vardbro_webdoc::Webdoc::new();
    let (connection, wire) = (clinic.connection.clone(), clinic.wire.clone());
    let (template, slot_of, here) = (clinic.ctx(), slot.clone(), unit.clone());
    let another = std::sync::Arc::new(another);
    let meddled = crate::clinic::meddled(clinic.wire.clone(), move |request| {
        let is_booking = request.method() == "POST" && request.uri().path() == "/v1/bookings";
        let ctx = Ctx { connection: connection.clone(), wire: wire.clone(), ..template.clone() };
        let (another, slot, unit) = (another.clone(), slot_of.clone(), here.clone());
        Box::pin(async move {
            if is_booking {
                another.book(&ctx, &unit, booking(&slot, tolvan())).await.unwrap();
            }
            Meddling::Pass
        })
    });
    let ctx = Ctx { wire: meddled, ..clinic.ctx() };
    let error = clinic.webdoc.book(&ctx, &unit, booking(&slot, tolvan())).await.unwrap_err();
    let told = faults(error).remove(0);
    assert_eq!(told.code, FaultCode::NoTimeslotsAvailable);
    assert!(told.emr_error.is_some(), "with Webdoc's words");
}

#[tokio::test]
async fn a_booking_carries_the_patient_type_that_is_known() {
    for (setting, expected) in [(None, None), (Some("2"), Some(2))] {
        let clinic = Clinic::open_set(|settings| match setting {
            Some(kind) => settings.with("default_patient_type", kind),
            None => settings,
        })
        .await;
        let unit = clinic.unit().await;
        let slot = clinic.calendar(&unit).await.remove(0);
        let seen = std::sync::Arc::new(std::sync::Mutex::new(serde_json::Value::Null));
        let log = seen.clone();
        let wire = crate::clinic::meddled(clinic.wire.clone(), move |request| {
            if request.method() == "POST" && request.uri().path() == "/v1/bookings" {
                *log.lock().unwrap() = serde_json::from_slice(request.body()).unwrap();
            }
            Box::pin(async { Meddling::Pass })
        });
        let ctx = Ctx { wire, ..clinic.ctx() };
        clinic.webdoc.book(&ctx, &unit, booking(&slot, tolvan())).await.unwrap();
        let body = seen.lock().unwrap().clone();
        assert_eq!(body["allowOverlap"], false, "sent on purpose");
        assert!(body.get("fee").is_none() && body["userId"] == slot.resource_id.as_str(), "{body}");
        match expected {
            Some(expected) => assert_eq!(body["patientTypeId"], expected),
            None => assert!(body["patientTypeId"].is_number(), "the patient's own: {body}"),
        }
    }
}

#[tokio::test]
async fn another_type_of_booking_at_that_time_is_not_the_one_whose_answer_was_lost() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let slot = clinic.calendar(&unit).await.remove(0);
    let row = |kind: &str| {
        let at = |at: vardbro_model::time::DateTime| at.to_string()[11..16].to_owned();
        json!([{"id": "41aa", "date": slot.start.to_string()[..10], "startTime": at(slot.start), "endTime": at(slot.end),
            "bookingType": {"id": kind}, "user": {"id": slot.resource_id.as_str()},
            "patient": {"id": "9d2a", "personalNumber": "19121212-1212"}}])
        .to_string()
    };
    for (kind, is_it) in [("999", false), (slot.healthcare_service_id.as_str(), true)] {
        let rows = row(kind);
        let wire = meddled(clinic.wire.clone(), move |request| {
            let uri = request.uri();
            let answer = match request.method().as_str() {
                "POST" if uri.path() == "/v1/bookings" => Meddling::Swallow,
                "GET" if uri.query().is_some_and(|query| query.contains("isBooked=1")) => {
                    Meddling::Answer(200, rows.clone())
                }
                _ => Meddling::Pass,
            };
            Box::pin(async { answer })
        });
        let ctx = Ctx { wire, ..clinic.ctx() };
        let outcome = clinic.webdoc.book(&ctx, &unit, booking(&slot, tolvan())).await;
        assert_eq!(outcome.is_ok(), is_it, "{outcome:?}");
    }
}

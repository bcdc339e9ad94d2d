//! Moving appointments, and changing their comment.

use jiff::SignedDuration;
use vardbro_ehr::{Ctx, Ehr, EhrErrorKind, Thing};
use vardbro_model::appointment::{Appointment, AppointmentChange};
use vardbro_model::error::FaultCode;
use vardbro_model::id::{AppointmentId, CareUnitId};
use vardbro_model::time::Window;
use vardbro_model::timeslot::Timeslot;
use vardbro_model::typed_id::ResourceRef;
use vardbro_webdoc::Webdoc;

use crate::clinic::{Clinic, Fate, Meddling, fault, faults, kind, no_timeslots, window_of};

async fn booked(clinic: &Clinic) -> (CareUnitId, Vec<Timeslot>, Appointment) {
    let unit = clinic.unit().await;
    let slots = clinic.calendar(&unit).await;
    let booked = clinic.book(&unit, &slots[0]).await.unwrap();
    (unit, slots, booked)
}

fn to(slot: &Timeslot) -> AppointmentChange {
    AppointmentChange { window: Some(window_of(slot)), ..Default::default() }
}

fn comment(text: Option<&str>) -> AppointmentChange {
    AppointmentChange { comment: Some(text.map(str::to_owned)), ..Default::default() }
}

#[tokio::test]
async fn a_move_takes_the_new_time_and_carries_the_day_in_a_fresh_id() {
    let clinic = Clinic::open().await;
    let (unit, slots, booked) = booked(&clinic).await;
    let target =
        slots.iter().find(|slot| slot.start.to_string()[..10] != slots[0].start.to_string()[..10]).unwrap();
    let live = clinic.live();
    let ctx = clinic.ctx();
    let moved = clinic.webdoc.change_appointment(&ctx, &unit, &booked.id, to(target)).await.unwrap();
    assert_eq!(ctx.meter.calls(), 4, "the booking, the calendar, the change, the look after it");
    assert_eq!((moved.start, moved.end, &moved.emr_id), (target.start, target.end, &booked.emr_id));
    assert_ne!(moved.id, booked.id);
    assert_eq!((&moved.comment, &moved.patient_id), (&booked.comment, &booked.patient_id));
    assert_eq!(clinic.webdoc.appointment(&clinic.ctx(), &unit, &moved.id).await.unwrap(), moved);
    assert_eq!(
        clinic.webdoc.appointment(&clinic.ctx(), &unit, &booked.id).await.unwrap(),
        moved,
        "the old id still hints"
    );
    let free = clinic.calendar(&unit).await;
    assert!(free.contains(&slots[0]) && !free.contains(target));
    assert_eq!(clinic.live(), live);
}

#[tokio::test]
async fn a_move_to_another_caregiver_keeps_the_time() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let slots = clinic.slots(&unit, 3, 12).await;
    let pair = slots.iter().find_map(|one| {
        let twin = slots.iter().find(|other| {
            other.start == one.start
                && other.end == one.end
                && other.healthcare_service_id == one.healthcare_service_id
                && other.resource_id != one.resource_id
        });
        twin.map(|twin| (one, twin))
    });
    let (one, twin) = pair.unwrap();
    let booked = clinic.book(&unit, one).await.unwrap();
    let change =
        AppointmentChange { resource: Some(ResourceRef::Id(twin.resource_id.clone())), ..Default::default() };
    let moved = clinic.webdoc.change_appointment(&clinic.ctx(), &unit, &booked.id, change).await.unwrap();
    assert_eq!((moved.resource_id.as_ref(), moved.start), (Some(&twin.resource_id), one.start));
    assert_eq!(clinic.webdoc.appointment(&clinic.ctx(), &unit, &moved.id).await.unwrap(), moved);
}

/// Two rows of one caregiver for one service that follow each other.
async fn neighbours(clinic: &Clinic, unit: &CareUnitId) -> (Timeslot, Timeslot) {
    let slots = clinic.slots(unit, 3, 30).await;
    let follows = |one: &Timeslot, other: &Timeslot| {
        other.start == one.end
            && other.resource_id == one.resource_id
            && other.healthcare_service_id == one.healthcare_service_id
    };
    let pairs = slots.iter().filter_map(|one| Some((one, slots.iter().find(|other| follows(one, other))?)));
    pairs.map(|(one, other)| (one.clone(), other.clone())).next().unwrap()
}

/// Later by half its length, in whole minutes, which is all that Webdoc knows.
fn half_a_slot_later(slot: &Timeslot) -> Window {
    let Window { start, end } = window_of(slot);
    let half = SignedDuration::from_mins(end.duration_since(start).as_mins() / 2);
    Window { start: start + half, end: end + half }
}

#[tokio::test]
async fn the_bookings_own_time_counts_as_free() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let (slot, next) = neighbours(&clinic, &unit).await;
    let booked = clinic.book(&unit, &slot).await.unwrap();
    let window = half_a_slot_later(&slot);
    let shifted = AppointmentChange { window: Some(window), ..Default::default() };
    let obliging = clinic.with_fate("PATCH", "/v1/bookings", || Meddling::Answer(204, String::new()));
    let moved =
        clinic.webdoc.change_appointment(&obliging, &unit, &booked.id, shifted.clone()).await.unwrap();
    assert_eq!((moved.start.timestamp(), moved.end.timestamp()), (window.start, window.end));

    // The sandbox takes whole rows only; then the time is none that is offered.
    let refused = clinic.webdoc.change_appointment(&clinic.ctx(), &unit, &booked.id, shifted).await;
    let told = faults(refused.unwrap_err()).remove(0);
    assert_eq!(told.code, FaultCode::NoTimeslotsAvailable);
    assert!(told.emr_error.is_some(), "with Webdoc's words");

    let there = clinic.webdoc.change_appointment(&clinic.ctx(), &unit, &booked.id, to(&next)).await.unwrap();
    let back = clinic.webdoc.change_appointment(&clinic.ctx(), &unit, &there.id, to(&slot)).await.unwrap();
    assert_eq!(back, booked);
}

#[tokio::test]
async fn what_is_not_free_is_no_target_and_the_booking_stays() {
    let clinic = Clinic::open().await;
    let (unit, slots, booked) = booked(&clinic).await;
    clinic.book(&unit, &slots[2]).await.unwrap();
    let at = |slot: &Timeslot, minutes: i64| {
        let by = SignedDuration::from_mins(minutes);
        let Window { start, end } = window_of(slot);
        AppointmentChange { window: Some(Window { start: start + by, end: end + by }), ..Default::default() }
    };
    let mut longer = to(&slots[4]);
    longer.window.as_mut().unwrap().end += SignedDuration::from_mins(5);
    let mut odd = to(&slots[4]);
    odd.window.as_mut().unwrap().start += SignedDuration::from_secs(1);
    for refused in
        [to(&slots[2]), at(&slots[2], -5), at(&slots[4], 60 * 14), at(&slots[4], -60 * 24 * 14), longer, odd]
    {
        let outcome = clinic.webdoc.change_appointment(&clinic.ctx(), &unit, &booked.id, refused).await;
        assert_eq!(fault(outcome), no_timeslots());
    }
    assert_eq!(clinic.webdoc.appointment(&clinic.ctx(), &unit, &booked.id).await.unwrap(), booked);
    assert_eq!(clinic.calls_of("PATCH"), 0);
}

#[tokio::test]
async fn unchanged_values_send_nothing_and_a_comment_alone_is_two_calls() {
    let clinic = Clinic::open().await;
    let (unit, slots, booked) = booked(&clinic).await;
    for same in [
        to(&slots[0]),
        comment(Some(" Hosta ")),
        AppointmentChange { resource: Some(ResourceRef::Id(slots[0].resource_id.clone())), ..to(&slots[0]) },
    ] {
        let answer = clinic.webdoc.change_appointment(&clinic.ctx(), &unit, &booked.id, same).await.unwrap();
        assert_eq!(answer, booked);
    }
    assert_eq!(clinic.calls_of("PATCH"), 0);
    for (text, expected) in [(Some("Feber"), Some("Feber")), (None, None), (Some("  "), None)] {
        let ctx = clinic.ctx();
        let answer = clinic.webdoc.change_appointment(&ctx, &unit, &booked.id, comment(text)).await.unwrap();
        assert_eq!(answer.comment.as_deref(), expected);
        assert!(ctx.meter.calls() <= 2);
        assert_eq!(clinic.webdoc.appointment(&clinic.ctx(), &unit, &booked.id).await.unwrap(), answer);
    }
}

#[tokio::test]
async fn a_comment_goes_along_with_a_move() {
    let clinic = Clinic::open().await;
    let (unit, slots, booked) = booked(&clinic).await;
    let change = AppointmentChange { comment: Some(Some("Ny tid".into())), ..to(&slots[3]) };
    let moved = clinic.webdoc.change_appointment(&clinic.ctx(), &unit, &booked.id, change).await.unwrap();
    assert_eq!((moved.comment.as_deref(), moved.start), (Some("Ny tid"), slots[3].start));
    assert_eq!(clinic.webdoc.appointment(&clinic.ctx(), &unit, &moved.id).await.unwrap(), moved);
}

#[tokio::test]
async fn nothing_and_nobody_are_not_found() {
    let clinic = Clinic::open().await;
    let (unit, slots, booked) = booked(&clinic).await;
    let nothing = AppointmentId::parse("nothing.20261125").unwrap();
    let missing = clinic.webdoc.change_appointment(&clinic.ctx(), &unit, &nothing, to(&slots[3])).await;
    assert_eq!(kind(missing), EhrErrorKind::NotFound(Thing::Appointment));
    let change = AppointmentChange { resource: Some(crate::clinic::typed("nobody")), ..Default::default() };
    let missing = clinic.webdoc.change_appointment(&clinic.ctx(), &unit, &booked.id, change).await;
    assert_eq!(kind(missing), EhrErrorKind::NotFound(Thing::Resource));
}

#[tokio::test]
async fn a_move_whose_answer_was_lost_is_told_by_one_look() {
    let clinic = Clinic::open().await;
    let (unit, slots, booked) = booked(&clinic).await;
    let fates: [(Fate, EhrErrorKind); 2] = [
        (|| Meddling::Swallow, EhrErrorKind::OutcomeUnknown),
        (|| Meddling::Answer(500, String::new()), EhrErrorKind::Failed),
    ];
    for (fate, expected) in fates {
        let ctx = clinic.with_fate("PATCH", "/v1/bookings", fate);
        let outcome = clinic.webdoc.change_appointment(&ctx, &unit, &booked.id, to(&slots[3])).await;
        assert_eq!(kind(outcome), expected);
    }
    let ctx = clinic.with_fate("PATCH", "/v1/bookings", || Meddling::Lose);
    let moved = clinic.webdoc.change_appointment(&ctx, &unit, &booked.id, to(&slots[3])).await.unwrap();
    assert_eq!(clinic.webdoc.appointment(&clinic.ctx(), &unit, &moved.id).await.unwrap(), moved);
}

#[tokio::test]
async fn a_refused_move_says_so_in_webdocs_words() {
    let clinic = Clinic::open().await;
    let (unit, slots, booked) = booked(&clinic).await;
    let ctx = clinic.with_fate("PATCH", "/v1/bookings", || Meddling::Answer(400, "Låst".into()));
    let error = clinic.webdoc.change_appointment(&ctx, &unit, &booked.id, to(&slots[3])).await.unwrap_err();
    let told = faults(error).remove(0);
    assert_eq!((told.code, told.emr_error.as_deref()), (FaultCode::BadInput, Some("Låst")));
}

#[tokio::test]
async fn a_time_that_another_took_at_the_same_moment_is_left_again() {
    let clinic = Clinic::open().await;
    let (unit, slots, booked) = booked(&clinic).await;
    // Webdoc shows somebody else's booking there once we have moved.
    let intruder = serde_json::json!([{"id": "intruder", "date": &slots[3].start.to_string()[..10],
        "startTime": &slots[3].start.to_string()[11..16], "endTime": &slots[3].end.to_string()[11..16], "bookingType": {"id": 12},
        "patient": {"id": "x", "personalNumber": "19710002-1834"}, "user": {"id": slots[3].resource_id.as_str()}}])
    .to_string();
    let wire = crate::clinic::meddled(clinic.wire.clone(), move |request| {
        let query = request.uri().query().unwrap_or_default();
        let look = query.contains("isBooked=1") && query.contains("userId=");
        let answer = if look { Meddling::Answer(200, intruder.clone()) } else { Meddling::Pass };
        Box::pin(async { answer })
    });
    let ctx = Ctx { wire, ..clinic.ctx() };
    let outcome = clinic.webdoc.change_appointment(&ctx, &unit, &booked.id, to(&slots[3])).await;
    assert_eq!(fault(outcome), no_timeslots());
    assert_eq!(clinic.webdoc.appointment(&clinic.ctx(), &unit, &booked.id).await.unwrap(), booked);
    assert_eq!(clinic.calls_of("PATCH"), 2, "there and back");
}

#[tokio::test]
async fn a_look_after_the_move_that_fails_leaves_the_outcome_unknown() {
    let clinic = Clinic::open().await;
    let (unit, slots, booked) = booked(&clinic).await;
    let wire = crate::clinic::meddled(clinic.wire.clone(), move |request| {
        let query = request.uri().query().unwrap_or_default();
        let look = query.contains("isBooked=1") && query.contains("userId=");
        let answer = if look { Meddling::Answer(500, String::new()) } else { Meddling::Pass };
        Box::pin(async { answer })
    });
    let ctx = Ctx { wire, ..clinic.ctx() };
    let error = clinic.webdoc.change_appointment(&ctx, &unit, &booked.id, to(&slots[3])).await.unwrap_err();
    assert_eq!(error.kind, EhrErrorKind::OutcomeUnknown);
    assert!(error.detail.contains(&booked.emr_id), "{}", error.detail);
}

#[tokio::test]
async fn of_two_who_are_moved_to_one_time_at_most_one_gets_it() {
    for another in [None, Some(Webdoc::new())] {
        let clinic = Clinic::open().await;
        let (unit, slots, one) = booked(&clinic).await;
        let other = clinic.book(&unit, &slots[1]).await.unwrap();
        clinic.faults(serde_json::json!({"latency_ms": 15}));
        let live = clinic.live();
        let ctx = clinic.ctx();
        let (a, b) = futures::join!(
            clinic.webdoc.change_appointment(&ctx, &unit, &one.id, to(&slots[4])),
            another.as_ref().unwrap_or(&clinic.webdoc).change_appointment(
                &ctx,
                &unit,
                &other.id,
                to(&slots[4])
            ),
        );
        let moved = [&a, &b].iter().filter(|outcome| outcome.is_ok()).count();
        assert!(moved == 1 || (another.is_some() && moved == 0), "{a:?} {b:?}");
        let there = clinic
            .running
            .ehr
            .state()
            .appointments
            .iter()
            .filter(|one| {
                one.live
                    && one.start == slots[4].start.timestamp()
                    && one.resource_id == slots[4].resource_id.as_str()
            })
            .count();
        assert_eq!((there, clinic.live()), (moved, live));
    }
}

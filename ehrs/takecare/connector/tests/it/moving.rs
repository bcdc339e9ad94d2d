use vardbro_ehr::{Ehr, EhrErrorKind, Thing};
use vardbro_model::appointment::{Appointment, AppointmentChange};
use vardbro_model::error::FaultCode;
use vardbro_model::id::AppointmentId;
use vardbro_model::time::Window;
use vardbro_model::timeslot::Timeslot;

use crate::clinic::{ANNA, Clinic, EHN, TOLVAN, fault, kind, resource_ref, ten, window_of};
use crate::scripted::{self, Said, Stage, booking_with, bookings, resource_row, slot, slot_of, slots};

const FRIDAY: &str = "2026-11-20T08:00:00Z";

fn to(window: Window) -> AppointmentChange {
    AppointmentChange { window: Some(window), ..AppointmentChange::default() }
}

/// A booking, and another free time of the same resource and service.
async fn booked(clinic: &Clinic) -> (Appointment, Timeslot) {
    let slots = clinic.slots_of(EHN).await;
    let service = &slots[0].healthcare_service_id;
    let there = slots.iter().rfind(|slot| &slot.healthcare_service_id == service).unwrap().clone();
    (clinic.book(&slots[0], ANNA).await.unwrap(), there)
}

#[tokio::test]
async fn a_moved_appointment_has_a_new_id_and_the_old_one_is_gone() {
    let clinic = Clinic::open().await;
    let (booked, there) = booked(&clinic).await;
    let live = clinic.live();
    clinic.forget_calls();
    let moved = clinic
        .takecare
        .change_appointment(&clinic.ctx(), &ten(), &booked.id, to(window_of(&there)))
        .await
        .unwrap();
    assert_eq!(clinic.call_count(), 3, "read, verify, move: {:?}", clinic.calls());
    assert_ne!(moved.id, booked.id);
    assert_eq!((moved.start, moved.end), (there.start, there.end));
    assert_eq!(
        (&moved.comment, &moved.patient_id, &moved.resource_id),
        (&booked.comment, &booked.patient_id, &booked.resource_id)
    );
    assert_eq!(clinic.live(), live);
    assert_eq!(clinic.takecare.appointment(&clinic.ctx(), &ten(), &moved.id).await.unwrap(), moved);
    let old = clinic.takecare.appointment(&clinic.ctx(), &ten(), &booked.id).await;
    assert_eq!(kind(old), EhrErrorKind::NotFound(Thing::Appointment));
    let again =
        clinic.takecare.change_appointment(&clinic.ctx(), &ten(), &booked.id, to(window_of(&there))).await;
    assert_eq!(kind(again), EhrErrorKind::NotFound(Thing::Appointment));
    assert!(clinic.slots_of(EHN).await.iter().any(|slot| slot.start == booked.start), "the old time is free");
}

#[tokio::test]
async fn unchanged_values_send_nothing_and_a_comment_alone_is_refused() {
    let clinic = Clinic::open().await;
    let (booked, _) = booked(&clinic).await;
    let same = AppointmentChange {
        window: Some(Window { start: booked.start.timestamp(), end: booked.end.timestamp() }),
        resource: Some(resource_ref(EHN)),
        comment: Some(Some(" Hosta ".into())),
    };
    clinic.forget_calls();
    let unchanged =
        clinic.takecare.change_appointment(&clinic.ctx(), &ten(), &booked.id, same).await.unwrap();
    assert_eq!((unchanged, clinic.call_count()), (booked.clone(), 1));
    let comment = AppointmentChange { comment: Some(Some("Feber".into())), ..AppointmentChange::default() };
    let refused = clinic.takecare.change_appointment(&clinic.ctx(), &ten(), &booked.id, comment).await;
    assert_eq!(fault(refused), (FaultCode::NotSupported, Some("comment".into())));
    assert_eq!(clinic.calls_of("RescheduleBooking"), 0);
}

#[tokio::test]
async fn a_comment_goes_along_with_a_move() {
    let clinic = Clinic::open().await;
    let (booked, there) = booked(&clinic).await;
    let change = AppointmentChange { comment: Some(Some("Feber".into())), ..to(window_of(&there)) };
    let moved = clinic.takecare.change_appointment(&clinic.ctx(), &ten(), &booked.id, change).await.unwrap();
    assert_eq!(moved.comment.as_deref(), Some("Feber"));
    let back = Window { start: booked.start.timestamp(), end: booked.end.timestamp() };
    let change = AppointmentChange { comment: Some(None), ..to(back) };
    let emptied = clinic.takecare.change_appointment(&clinic.ctx(), &ten(), &moved.id, change).await.unwrap();
    assert_eq!((emptied.start, emptied.comment), (booked.start, None));
}

#[tokio::test]
async fn nothing_is_moved_to_where_nothing_is_free() {
    let clinic = Clinic::open().await;
    let (booked, there) = booked(&clinic).await;
    clinic.book(&there, TOLVAN).await.unwrap();
    let minute = jiff::SignedDuration::from_mins(1);
    let taken = window_of(&there);
    for window in [
        taken,
        Window { start: taken.start, end: taken.end + minute },
        clinic.window(-3, -2),
        Window { start: taken.start + minute * 60 * 24 * 400, end: taken.end + minute * 60 * 24 * 400 },
    ] {
        let refused = clinic.takecare.change_appointment(&clinic.ctx(), &ten(), &booked.id, to(window)).await;
        assert_eq!(fault(refused), (FaultCode::NoTimeslotsAvailable, Some("start".into())));
    }
    for nothing in ["nothing", "11-1", "10-77"] {
        let change =
            AppointmentChange { resource: Some(resource_ref(nothing)), ..AppointmentChange::default() };
        let refused = clinic.takecare.change_appointment(&clinic.ctx(), &ten(), &booked.id, change).await;
        assert_eq!(kind(refused), EhrErrorKind::NotFound(Thing::Resource), "{nothing}");
    }
    assert_eq!(clinic.calls_of("RescheduleBooking"), 0);
    for nothing in ["nothing", "~!", "~AA"] {
        let Ok(id) = AppointmentId::parse(nothing) else { continue };
        let refused = clinic.takecare.change_appointment(&clinic.ctx(), &ten(), &id, to(taken)).await;
        assert_eq!(kind(refused), EhrErrorKind::NotFound(Thing::Appointment));
    }
}

const HERE: (&str, &str) = ("202612010900", "202612010930");

fn present(rest: &str) -> String {
    scripted::booking("A", HERE.0, HERE.1, ANNA, rest)
}

fn december(hour: i8) -> Window {
    let start: jiff::Timestamp = format!("2026-12-01T{hour:02}:00:00Z").parse().unwrap();
    Window { start, end: start + jiff::SignedDuration::from_mins(30) }
}

fn id() -> AppointmentId {
    AppointmentId::parse("A").unwrap()
}

#[tokio::test]
async fn what_takecare_forbids_is_a_conflict_and_sends_nothing() {
    let stage = Stage::set(FRIDAY, |operation, _| {
        let row = || present("<CancelAllowed>0</CancelAllowed><RescheduleAllowed>0</RescheduleAllowed>");
        (operation == "GetBookings").then(|| bookings(&[row()]))
    });
    let moved =
        stage.takecare.change_appointment(&stage.ctx, &ten(), &id(), to(december(9))).await.unwrap_err();
    assert_eq!((moved.kind, moved.detail.contains("moved")), (EhrErrorKind::Conflict, true));
    let cancelled = stage.takecare.cancel(&stage.ctx, &ten(), &id(), None).await.unwrap_err();
    assert_eq!((cancelled.kind, cancelled.detail.contains("cancelled")), (EhrErrorKind::Conflict, true));
    assert_eq!(stage.called(), ["GetBookings", "GetBookings"]);
}

#[tokio::test]
async fn only_the_day_of_a_move_is_asked_for() {
    let stage = Stage::set("2026-11-20T08:00:00Z", |operation, _| match operation {
        "GetBookings" => Some(scripted::bookings(&[present("")])),
        "GetAvailableTimeslots" => Some(scripted::slots(&[])),
        _ => None,
    });
    let endless = Window { end: "2199-12-01T08:00:00Z".parse().unwrap(), ..december(10) };
    let refused = stage.takecare.change_appointment(&stage.ctx, &ten(), &id(), to(endless)).await;
    assert_eq!(fault(refused).0, FaultCode::NoTimeslotsAvailable);
    let asked = stage.last("GetAvailableTimeslots");
    assert!(asked.contains("<StartDate>20261201</StartDate><EndDate>20261201</EndDate>"), "{asked}");
}

#[tokio::test]
async fn another_resource_alone_keeps_the_times() {
    let stage = Stage::set(FRIDAY, |operation, _| match operation {
        "GetBookings" => Some(bookings(&[present("")])),
        "GetAvailableTimeslots" => Some(slots(&[
            slot_of("202612010900", "202612010930", 6, 2),
            slot_of("202612010900", "202612010930", 7, 3),
            slot("202612011000", "202612011030"),
        ])),
        "RescheduleBooking" => Some(Said::Reply(format!(
            "<BookingConfirmation><BookingId>B</BookingId><StartTime>202612010900</StartTime><EndTime>202612010930</EndTime><TimeTypeId>6</TimeTypeId>{}</BookingConfirmation>",
            resource_row(1, 2)
        ))),
        _ => None,
    });
    let with = |resource: &str| AppointmentChange {
        resource: Some(resource_ref(resource)),
        ..AppointmentChange::default()
    };
    let moved = stage.takecare.change_appointment(&stage.ctx, &ten(), &id(), with("10-2")).await.unwrap();
    assert_eq!((moved.id.as_str(), moved.resource_id.unwrap().as_str()), ("B", "10-2"));
    assert_eq!(moved.start.to_string(), "2026-12-01T09:00:00+01:00");
    assert_eq!((moved.patient_id.unwrap().as_str(), moved.comment.as_deref()), (ANNA, Some("Hosta")));
    let asked = stage.last("GetAvailableTimeslots");
    assert!(asked.contains("<BookingId>A</BookingId>"), "{asked}");
    assert!(!asked.contains("TimeTypeId") && !asked.contains("ResourceId"), "{asked}");
    let sent = stage.last("RescheduleBooking");
    assert!(
        sent.contains("<ResourceId>2</ResourceId>") && sent.contains("<PatientReason>Hosta</PatientReason>")
    );
    // Free for another service only: that is another appointment.
    let refused = stage.takecare.change_appointment(&stage.ctx, &ten(), &id(), with("10-3")).await;
    assert!(refused.is_err());
    let both = AppointmentChange { window: Some(december(9)), ..with("10-1") };
    let wrong_confirmation = stage.takecare.change_appointment(&stage.ctx, &ten(), &id(), both).await;
    assert_eq!(kind(wrong_confirmation), EhrErrorKind::OutcomeUnknown);
}

#[tokio::test]
async fn of_several_resources_the_first_named_one_counts() {
    let room_first = format!(
        "<Resource>{}</Resource><Resource>{}</Resource><Resource>{}</Resource>",
        resource_row(4, 9),
        resource_row(1, 5),
        resource_row(1, 6)
    );
    let rooms =
        format!("<Resource>{}</Resource><Resource>{}</Resource>", resource_row(4, 9), resource_row(3, 8));
    let stage = Stage::set(FRIDAY, move |operation, _| {
        let rows = [
            booking_with("A", HERE.0, HERE.1, ANNA, &room_first, ""),
            booking_with("B", HERE.0, HERE.1, ANNA, &rooms, ""),
        ];
        (operation == "GetBookings").then(|| bookings(&rows))
    });
    for (id, resource) in [("A", "10-5"), ("B", "10-9")] {
        let id = AppointmentId::parse(id).unwrap();
        let read = stage.takecare.appointment(&stage.ctx, &ten(), &id).await.unwrap();
        assert_eq!(read.resource_id.unwrap().as_str(), resource);
    }
}

#[tokio::test]
async fn a_refused_move_is_looked_at_again() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    #[derive(Clone, Copy, PartialEq)]
    enum Then {
        Gone,
        Taken,
        Forbidden,
        AsBefore,
    }
    for (then, expected) in [
        (Then::Gone, "NotFound(Appointment)"),
        (Then::Taken, "NO_TIMESLOTS_AVAILABLE"),
        (Then::Forbidden, "Conflict"),
        (Then::AsBefore, "BAD_INPUT"),
    ] {
        let refused = Arc::new(AtomicBool::new(false));
        let stage = Stage::set(FRIDAY, move |operation, _| {
            let now = if refused.load(Ordering::SeqCst) { then } else { Then::AsBefore };
            match operation {
                "GetBookings" if now == Then::Gone => Some(bookings(&[])),
                "GetBookings" if now == Then::Forbidden => {
                    Some(bookings(&[present("<RescheduleAllowed>0</RescheduleAllowed>")]))
                }
                "GetBookings" => Some(bookings(&[present("")])),
                "GetAvailableTimeslots" if now == Then::Taken => Some(slots(&[])),
                "GetAvailableTimeslots" => Some(slots(&[slot("202612011000", "202612011030")])),
                "RescheduleBooking" => {
                    refused.store(true, Ordering::SeqCst);
                    Some(Said::No("Tiden kan inte bokas av EXTSECRETUSER för 19710102-1234"))
                }
                _ => None,
            }
        });
        let error =
            stage.takecare.change_appointment(&stage.ctx, &ten(), &id(), to(december(9))).await.unwrap_err();
        let told = match &error.kind {
            EhrErrorKind::Invalid(faults) => faults[0].code.to_string(),
            other => format!("{other:?}"),
        };
        assert_eq!(told, expected);
        assert_eq!(error.emr_error.as_deref(), Some("3000 Tiden kan inte bokas av *** för ***"));
        assert_eq!(stage.called().iter().filter(|one| *one == "RescheduleBooking").count(), 1);
    }
}

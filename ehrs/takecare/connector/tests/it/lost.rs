//! Answers that get lost: what certainly happened is answered, the rest stays unknown, and nothing is written twice.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures::FutureExt;
use vardbro_ehr::{Ctx, Ehr, EhrErrorKind};
use vardbro_model::appointment::{AppointmentChange, AppointmentStatus};
use vardbro_model::medical_note::{NewNote, TemplateId};
use vardbro_model::patient::NewPatient;

use crate::clinic::{ANNA, Clinic, EHN, Meddling, booking, patient_ref, ten, window_of};
use crate::scripted::{Said, Stage, bookings as listed, confirmation, slot, slots};

/// The answer to the first call of this operation is lost, or the call itself.
fn losing(clinic: &Clinic, operation: &'static str, arrives: bool) -> Ctx {
    let met = Arc::new(AtomicBool::new(false));
    clinic.meddled(move |called, _| {
        let lose = called == operation && !met.swap(true, Ordering::SeqCst);
        async move {
            match (lose, arrives) {
                (false, _) => Meddling::Pass,
                (true, true) => Meddling::Lose,
                (true, false) => Meddling::Swallow,
            }
        }
        .boxed()
    })
}

#[tokio::test]
async fn a_booking_whose_answer_was_lost_is_found() {
    let clinic = Clinic::open().await;
    let slot = clinic.slot().await;
    let before = clinic.live();
    clinic.forget_calls();
    let ctx = losing(&clinic, "MakeBooking", true);
    let booked = clinic.takecare.book(&ctx, &ten(), booking(&slot, ANNA)).await.unwrap();
    assert_eq!((booked.start, booked.comment.as_deref()), (slot.start, Some("Hosta")));
    assert_eq!((clinic.calls_of("MakeBooking"), clinic.live()), (1, before + 1));
    assert_eq!(clinic.takecare.appointment(&clinic.ctx(), &ten(), &booked.id).await.unwrap(), booked);
}

#[tokio::test]
async fn a_booking_that_did_not_arrive_stays_unknown_and_is_not_repeated() {
    let clinic = Clinic::open().await;
    let slot = clinic.slot().await;
    let before = clinic.live();
    clinic.forget_calls();
    let ctx = losing(&clinic, "MakeBooking", false);
    let error = clinic.takecare.book(&ctx, &ten(), booking(&slot, ANNA)).await.unwrap_err();
    assert_eq!(error.kind, EhrErrorKind::OutcomeUnknown);
    assert_eq!((clinic.calls_of("MakeBooking"), clinic.live()), (0, before));
}

#[tokio::test]
async fn a_move_whose_answer_was_lost_is_found() {
    let clinic = Clinic::open().await;
    let slots = clinic.slots_of(EHN).await;
    let there = slots.iter().rfind(|other| other.healthcare_service_id == slots[0].healthcare_service_id);
    let there = there.unwrap();
    let booked = clinic.book(&slots[0], ANNA).await.unwrap();
    for arrives in [false, true] {
        let before = clinic.live();
        let ctx = losing(&clinic, "RescheduleBooking", arrives);
        let change = AppointmentChange { window: Some(window_of(there)), ..AppointmentChange::default() };
        let moved = clinic.takecare.change_appointment(&ctx, &ten(), &booked.id, change).await;
        if arrives {
            let moved = moved.unwrap();
            assert_eq!(moved.start, there.start);
            assert_ne!(moved.id, booked.id);
        } else {
            assert_eq!(moved.unwrap_err().kind, EhrErrorKind::OutcomeUnknown);
        }
        assert_eq!(clinic.live(), before);
    }
}

#[tokio::test]
async fn a_cancel_whose_answer_was_lost_is_found() {
    let clinic = Clinic::open().await;
    let booked = clinic.book(&clinic.slot().await, ANNA).await.unwrap();
    let ctx = losing(&clinic, "CancelBooking", false);
    let unknown = clinic.takecare.cancel(&ctx, &ten(), &booked.id, None).await.unwrap_err();
    assert_eq!(unknown.kind, EhrErrorKind::OutcomeUnknown);
    let ctx = losing(&clinic, "CancelBooking", true);
    let cancelled = clinic.takecare.cancel(&ctx, &ten(), &booked.id, Some("Förhinder")).await.unwrap();
    assert_eq!(cancelled.status, AppointmentStatus::Cancelled);
    assert_eq!(clinic.calls_of("CancelBooking"), 1);
}

#[tokio::test]
async fn that_another_booking_is_cancelled_is_no_answer() {
    for gone in [false, true] {
        let sent = AtomicBool::new(false);
        let stage = Stage::set("2026-11-20T08:00:00Z", move |operation, _| match operation {
            "GetBookings" if gone && sent.load(Ordering::SeqCst) => Some(listed(&[])),
            "GetBookings" => Some(listed(&[row("A")])),
            "CancelBooking" => {
                assert!(!sent.swap(true, Ordering::SeqCst), "sent once");
                let other =
                    "<BookingStatus><BookingId>B</BookingId><Status>CANCELLED</Status></BookingStatus>";
                Some(Said::Reply(other.into()))
            }
            _ => None,
        });
        let id = vardbro_model::id::AppointmentId::parse("A").unwrap();
        let cancelled = stage.takecare.cancel(&stage.ctx, &ten(), &id, None).await;
        let expected =
            if gone { Ok(AppointmentStatus::Cancelled) } else { Err(EhrErrorKind::OutcomeUnknown) };
        assert_eq!(cancelled.map(|one| one.status).map_err(|error| error.kind), expected);
    }
}

#[tokio::test]
async fn a_patient_and_a_note_whose_answers_were_lost_are_found() {
    let clinic = Clinic::open().await;
    let new = NewPatient { external_id: Some("198112189876".into()), ..NewPatient::default() };
    let ctx = losing(&clinic, "CreatePatient", false);
    let unknown = clinic.takecare.create_patient(&ctx, &ten(), new.clone()).await.unwrap_err();
    assert_eq!(unknown.kind, EhrErrorKind::OutcomeUnknown);
    let ctx = losing(&clinic, "CreatePatient", true);
    let created = clinic.takecare.create_patient(&ctx, &ten(), new).await.unwrap();
    assert!(created.created);

    let before = clinic.running.ehr.state().notes;
    let note = || NewNote {
        template: TemplateId::LeyrUnstructured,
        title: None,
        content: vec![("unstructured", "Mår bra.".into())],
        created_by: None,
        appointment: None,
    };
    let ctx = losing(&clinic, "CreateCaseNote", true);
    let written = clinic.takecare.create_note(&ctx, &ten(), &patient_ref(ANNA), note()).await.unwrap();
    assert_eq!(written.content["unstructured"], "Mår bra.");
    assert_eq!(clinic.running.ehr.state().notes, before + 1);
    let ctx = losing(&clinic, "CreateCaseNote", false);
    let unknown = clinic.takecare.create_note(&ctx, &ten(), &patient_ref(ANNA), note()).await.unwrap_err();
    assert_eq!(unknown.kind, EhrErrorKind::OutcomeUnknown);
    assert_eq!(clinic.running.ehr.state().notes, before + 1);
}

fn row(id: &str) -> String {
    crate::scripted::booking(id, "202612010900", "202612010930", ANNA, "")
}

fn wanted() -> vardbro_model::appointment::Booking {
    vardbro_model::appointment::Booking {
        slot: vardbro_model::appointment::SlotChoice {
            window: vardbro_model::time::Window {
                start: "2026-12-01T08:00:00Z".parse().unwrap(),
                end: "2026-12-01T08:30:00Z".parse().unwrap(),
            },
            resource: None,
            healthcare_service: None,
        },
        patient: patient_ref(ANNA),
        comment: None,
    }
}

/// Books with the answer lost, where afterwards these bookings are there and the time is free or not.
async fn booked_with(rows: &'static [&'static str], free_afterwards: bool) -> Result<String, EhrErrorKind> {
    let sent = Arc::new(AtomicBool::new(false));
    let stage = Stage::set("2026-11-20T08:00:00Z", move |operation, _| match operation {
        "GetAvailableTimeslots" => {
            let free = free_afterwards || !sent.load(Ordering::SeqCst);
            let row = slot("202612010900", "202612010930");
            Some(slots(if free { std::slice::from_ref(&row) } else { &[] }))
        }
        "MakeBooking" => {
            assert!(!sent.swap(true, Ordering::SeqCst), "sent once");
            Some(Said::Lost)
        }
        "GetBookings" => Some(listed(&rows.iter().map(|id| row(id)).collect::<Vec<_>>())),
        _ => None,
    });
    let booked = stage.takecare.book(&stage.ctx, &ten(), wanted()).await;
    booked.map(|appointment| appointment.emr_id).map_err(|error| error.kind)
}

#[tokio::test]
async fn a_lost_booking_is_found_only_where_it_can_be_no_other() {
    assert_eq!(booked_with(&["1"], false).await, Ok("1".to_owned()));
    assert_eq!(booked_with(&["1", "2"], false).await, Err(EhrErrorKind::OutcomeUnknown));
    assert_eq!(booked_with(&[], false).await, Err(EhrErrorKind::OutcomeUnknown));
    // Free as before: the booking may have been there all along, where several are taken for one time.
    assert_eq!(booked_with(&["1"], true).await, Err(EhrErrorKind::OutcomeUnknown));
}

#[tokio::test]
async fn breakdowns_leave_a_write_unknown_unless_the_request_was_at_fault() {
    let fault = |code: &str| {
        format!(
            "<Envelope><Body><Fault><faultcode>{code}</faultcode><faultstring>Boom</faultstring></Fault></Body></Envelope>"
        )
    };
    for (status, body, expected) in [
        (500, fault("soap:Server"), EhrErrorKind::OutcomeUnknown),
        (500, fault("soap:Client"), EhrErrorKind::Failed),
        (500, "<html>Runtime Error</html>".to_owned(), EhrErrorKind::OutcomeUnknown),
        (502, String::new(), EhrErrorKind::OutcomeUnknown),
        (503, String::new(), EhrErrorKind::Failed),
        (403, "<html>403.7 client certificate required</html>".to_owned(), EhrErrorKind::Failed),
        (401, String::new(), EhrErrorKind::Failed),
        (404, String::new(), EhrErrorKind::Failed),
        (200, "<html>Welcome</html>".to_owned(), EhrErrorKind::OutcomeUnknown),
        (200, String::new(), EhrErrorKind::OutcomeUnknown),
    ] {
        let answer = body.clone();
        let stage = Stage::set("2026-11-20T08:00:00Z", move |operation, _| match operation {
            "GetAvailableTimeslots" => Some(slots(&[slot("202612010900", "202612010930")])),
            "MakeBooking" => Some(Said::Http(status, answer.clone())),
            _ => None,
        });
        let error = stage.takecare.book(&stage.ctx, &ten(), wanted()).await.unwrap_err();
        assert_eq!(error.kind, expected, "{status} {body}: {}", error.detail);
        if status == 403 {
            assert!(error.detail.contains("client_certificate"), "{}", error.detail);
            assert!(error.emr_error.unwrap().contains("403.7"));
        }
    }
}

#[tokio::test]
async fn a_confirmation_of_another_time_is_no_booking_that_anybody_may_rely_on() {
    let stage = Stage::set("2026-11-20T08:00:00Z", |operation, _| match operation {
        "GetAvailableTimeslots" => Some(slots(&[slot("202612010900", "202612010930")])),
        "MakeBooking" => Some(confirmation("4711", "202612011000", "202612011030", ANNA)),
        _ => None,
    });
    let error = stage.takecare.book(&stage.ctx, &ten(), wanted()).await.unwrap_err();
    assert_eq!(error.kind, EhrErrorKind::OutcomeUnknown);
    assert!(error.detail.contains("4711"), "{}", error.detail);
}

use vardbro_ehr::{Ehr, EhrErrorKind};
use vardbro_mock::start;
use vardbro_model::appointment::{Appointment, AppointmentChange, AppointmentStatus, Booking};
use vardbro_model::error::FaultCode;
use vardbro_sandbox_kit::Auditable;

use crate::clinic::*;
use crate::served::get;

/// The last message about this id, as a phone shows it.
async fn message(clinic: &Clinic, about: &Appointment) -> serde_json::Value {
    let running = start(clinic.ehr.clone(), "127.0.0.1:0".parse().unwrap()).await.unwrap();
    let outbox = get(&format!("{}/_sandbox/outbox", running.origin)).await;
    let mine = |message: &&serde_json::Value| message["appointment_id"] == about.id.as_str();
    outbox.as_array().unwrap().iter().rfind(mine).unwrap().clone()
}

async fn code(clinic: &Clinic, about: &Appointment) -> String {
    message(clinic, about).await["code"].as_str().unwrap().to_owned()
}

async fn unconfirmed(clinic: &Clinic) -> Appointment {
    let slot = clinic.slots(&london(), "res-7", "svc-8").await.remove(0);
    clinic.book(&london(), &slot).await
}

async fn confirmed(clinic: &Clinic) -> Appointment {
    let booked = unconfirmed(clinic).await;
    let code = code(clinic, &booked).await;
    clinic.ehr.confirm(&clinic.ctx, &london(), &booked.id, &code).await.unwrap()
}

fn other_than(code: &str) -> &'static str {
    if code == "0000" { "1111" } else { "0000" }
}

#[tokio::test]
async fn a_booking_awaits_its_code_and_holds_its_slot() {
    let clinic = Clinic::new();
    let slot = clinic.slots(&london(), "res-7", "svc-8").await.remove(0);

    let booked = clinic.book(&london(), &slot).await;

    assert_eq!(booked.status, AppointmentStatus::AwaitingConfirmation);
    let confirmation = booked.confirmation.clone().unwrap();
    assert_eq!(
        (confirmation.method.as_str(), confirmation.sent_to.as_deref()),
        ("sms", Some("+46••••••605"))
    );
    assert!(!clinic.slots(&london(), "res-7", "svc-8").await.contains(&slot));
    assert!(clinic.ehr.state().appointments.iter().any(|row| row.id == booked.id.as_str() && row.live));
    let message = message(&clinic, &booked).await;
    assert_eq!((&message["to"], &message["kind"]), (&"+46701740605".into(), &"booking".into()));
    assert_eq!(message["sent_at"], NOW);
}

#[tokio::test]
async fn the_right_code_books() {
    let clinic = Clinic::new();
    let booked = confirmed(&clinic).await;
    assert_eq!((booked.status, booked.confirmation), (AppointmentStatus::Booked, None));
    let again = clinic.ehr.confirm(&clinic.ctx, &london(), &booked.id, "0000").await.unwrap_err();
    assert_eq!(again.kind, EhrErrorKind::Conflict);
}

#[tokio::test]
async fn a_wrong_code_is_refused_and_the_booking_stays() {
    let clinic = Clinic::new();
    let booked = unconfirmed(&clinic).await;
    let wrong = other_than(&code(&clinic, &booked).await);
    let error = clinic.ehr.confirm(&clinic.ctx, &london(), &booked.id, wrong).await.unwrap_err();
    assert_eq!(only_fault(error), (FaultCode::InvalidConfirmationCode, Some("confirmation.code".into())));
    assert_eq!(clinic.ehr.appointment(&clinic.ctx, &london(), &booked.id).await.unwrap(), booked);
}

#[tokio::test]
async fn a_cancel_awaits_its_code_under_a_new_id_and_the_booking_stays_until_then() {
    let clinic = Clinic::new();
    let booked = confirmed(&clinic).await;

    let pending = clinic.ehr.cancel(&clinic.ctx, &london(), &booked.id, Some("Ill")).await.unwrap();

    assert_eq!(pending.status, AppointmentStatus::AwaitingConfirmation);
    assert_ne!(pending.id, booked.id);
    assert_eq!(clinic.ehr.appointment(&clinic.ctx, &london(), &booked.id).await.unwrap(), booked);
    assert_eq!(clinic.ehr.appointment(&clinic.ctx, &london(), &pending.id).await.unwrap(), pending);
    assert_eq!(message(&clinic, &pending).await["kind"], "cancel");

    let code = code(&clinic, &pending).await;
    let wrong = clinic.ehr.confirm(&clinic.ctx, &london(), &pending.id, other_than(&code)).await.unwrap_err();
    assert_eq!(only_fault(wrong).0, FaultCode::InvalidConfirmationCode);
    let cancelled = clinic.ehr.confirm(&clinic.ctx, &london(), &pending.id, &code).await.unwrap();

    assert_eq!((&cancelled.id, cancelled.status), (&booked.id, AppointmentStatus::Cancelled));
    assert_eq!(cancelled.comment.as_deref(), Some("Ill"));
    assert_eq!(clinic.ehr.appointment(&clinic.ctx, &london(), &booked.id).await.unwrap(), cancelled);
    assert_eq!(clinic.ehr.appointment(&clinic.ctx, &london(), &pending.id).await.unwrap(), cancelled);
}

#[tokio::test]
async fn cancelling_twice_answers_the_cancel_that_already_waits() {
    let clinic = Clinic::new();
    let booked = confirmed(&clinic).await;
    let first = clinic.ehr.cancel(&clinic.ctx, &london(), &booked.id, None).await.unwrap();
    let second = clinic.ehr.cancel(&clinic.ctx, &london(), &booked.id, None).await.unwrap();
    let third = clinic.ehr.cancel(&clinic.ctx, &london(), &first.id, None).await.unwrap();
    assert_eq!((&second, &third), (&first, &first));
}

#[tokio::test]
async fn a_pending_cancel_cannot_be_moved() {
    let clinic = Clinic::new();
    let booked = confirmed(&clinic).await;
    let pending = clinic.ehr.cancel(&clinic.ctx, &london(), &booked.id, None).await.unwrap();
    let change = AppointmentChange { resource: Some(resource("res-8")), ..AppointmentChange::default() };
    let error = clinic.ehr.change_appointment(&clinic.ctx, &london(), &pending.id, change).await.unwrap_err();
    assert_eq!(error.kind, EhrErrorKind::Conflict);
}

#[tokio::test]
async fn a_booking_that_was_never_confirmed_is_cancelled_at_once() {
    let clinic = Clinic::new();
    let booked = unconfirmed(&clinic).await;
    let cancelled = clinic.ehr.cancel(&clinic.ctx, &london(), &booked.id, None).await.unwrap();
    assert_eq!((&cancelled.id, cancelled.status), (&booked.id, AppointmentStatus::Cancelled));
}

#[tokio::test]
async fn a_patient_who_cannot_be_reached_gets_the_code_at_the_desk() {
    let clinic = Clinic::new();
    let slot = clinic.slots(&london(), "res-7", "svc-8").await.remove(0);
    let wanted = Booking { patient: patient("pat-11"), ..booking_of(&slot) };
    let booked = clinic.ehr.book(&clinic.ctx, &london(), wanted).await.unwrap();
    assert_eq!(booked.confirmation.clone().unwrap().method, "desk");
    assert!(message(&clinic, &booked).await["to"].is_null());
}

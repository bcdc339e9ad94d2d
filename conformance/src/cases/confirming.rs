//! Bookings and cancels that the patient confirms with a code.

use serde_json::{Value, json};
use vardbro_model::capabilities::Operation;

use crate::case::Need::Can;
use crate::case::cases;
use crate::clinic::{Clinic, Slot, text};
use crate::shapes::APPOINTMENT;
use crate::subject::Subject;

const CONFIRM: Operation = Operation::ConfirmAppointment;

cases! {
    "a booking that awaits its code keeps its time" [Can(CONFIRM)] => awaiting,
    "where the code was sent is told masked" [Can(CONFIRM)] => masked,
    "a wrong code is refused, and the booking stays" [Can(CONFIRM)] => wrong_code,
    "the right code makes it a booking" [Can(CONFIRM)] => right_code,
    "what waits for no code cannot be confirmed" [Can(CONFIRM)] => nothing_to_confirm,
    "a cancel in two steps has a new id, and the code of that completes it" [Can(CONFIRM)] => two_step_cancel,
    "a wrong code of a cancel leaves the booking" [Can(CONFIRM)] => wrong_code_of_a_cancel,
    "a confirmation has a code and nothing else" [Can(CONFIRM)] => shape,
    "confirming what there is not is not found" [Can(CONFIRM)] => not_here,
}

/// A booking that awaits its code, at the care unit that asks for codes.
async fn unconfirmed(subject: &Subject) -> (Clinic<'_>, Slot, Value) {
    for clinic in subject.clinics().await {
        let (slot, patient) = (clinic.slots().await.remove(0), clinic.patient().await);
        let booked = clinic.book(&slot, &patient).await;
        if booked["status"] == "awaiting_confirmation" {
            return (clinic, slot, booked);
        }
    }
    panic!("a care unit of the sandbox asks for confirmation")
}

fn with(code: &str) -> Value {
    json!({"confirmation": {"code": code}})
}

/// Another code of the same shape.
fn wrong(code: &str) -> String {
    code.chars().map(|c| if c == '7' { '8' } else { '7' }).collect()
}

async fn awaiting(subject: &Subject) {
    let (clinic, slot, booked) = unconfirmed(subject).await;
    APPOINTMENT.check(&booked);
    assert_eq!(clinic.appointment(&text(&booked, "id")).await, booked);
    assert!(!clinic.is_free(&slot).await);
    let other = clinic.patient().await;
    clinic.post("/appointments", &slot.booking(&other)).await.refused("NO_TIMESLOTS_AVAILABLE", "start");
    let patient = text(&booked, "patient_id");
    let waiting = clinic.listed(&[("patient_id", &patient), ("status", "awaiting_confirmation")]).await;
    assert_eq!(waiting, [text(&booked, "id")]);
    assert_eq!(clinic.listed(&[("patient_id", &patient)]).await, [text(&booked, "id")]);
}

async fn masked(subject: &Subject) {
    let (clinic, _, booked) = unconfirmed(subject).await;
    let confirmation = &booked["confirmation"];
    assert_eq!(crate::client::keys(confirmation), ["method", "sent_to"]);
    assert!(confirmation["method"].is_string(), "{confirmation}");
    let patient = clinic.get(&format!("/patients/{}", text(&booked, "patient_id"))).await.is(200);
    let whole = patient["emails"]
        .as_array()
        .expect("a list")
        .iter()
        .chain(patient["phones"].as_array().expect("a list"));
    for whole in whole {
        assert!(!booked.to_string().contains(whole.as_str().expect("a text")), "{booked}");
    }
}

async fn wrong_code(subject: &Subject) {
    let (clinic, slot, booked) = unconfirmed(subject).await;
    let id = text(&booked, "id");
    let code = subject.code_for(&id).await;
    let answer = clinic.change(&id, &with(&wrong(&code))).await;
    answer.refused("INVALID_CONFIRMATION_CODE", "confirmation.code");
    assert_eq!(clinic.appointment(&id).await, booked);
    assert!(!clinic.is_free(&slot).await);
    assert_eq!(clinic.change(&id, &with(&code)).await.is(200)["status"], "booked");
}

async fn right_code(subject: &Subject) {
    let (clinic, slot, booked) = unconfirmed(subject).await;
    let id = text(&booked, "id");
    let code = subject.code_for(&id).await;
    let confirmed = clinic.change(&id, &with(&code)).await.is(200);
    APPOINTMENT.check(&confirmed);
    assert_eq!(confirmed["status"], "booked");
    assert_eq!(confirmed["confirmation"], Value::Null);
    assert_eq!(confirmed["start"], slot.start.as_str());
    assert_eq!(clinic.appointment(&text(&confirmed, "id")).await, confirmed);
}

async fn nothing_to_confirm(subject: &Subject) {
    let (clinic, _, booked) = unconfirmed(subject).await;
    let id = text(&booked, "id");
    let code = subject.code_for(&id).await;
    clinic.change(&id, &with(&code)).await.is(200);
    clinic.change(&id, &with(&code)).await.problem(409, "CONFLICT");
}

/// A booking that was confirmed, and the cancel of it that awaits its code.
async fn cancel_begun(subject: &Subject) -> (Clinic<'_>, Slot, Value, Value) {
    let (clinic, slot, booked) = unconfirmed(subject).await;
    let id = text(&booked, "id");
    let code = subject.code_for(&id).await;
    let confirmed = clinic.change(&id, &with(&code)).await.is(200);
    let change = json!({"status": "cancelled", "comment": "Well again"});
    let cancel = clinic.change(&text(&confirmed, "id"), &change).await.is(200);
    assert_eq!(cancel["status"], "awaiting_confirmation", "the cancel is confirmed too");
    (clinic, slot, confirmed, cancel)
}

async fn two_step_cancel(subject: &Subject) {
    let (clinic, slot, booked, cancel) = cancel_begun(subject).await;
    APPOINTMENT.check(&cancel);
    assert_ne!(cancel["id"], booked["id"]);
    assert!(cancel["confirmation"].is_object(), "{cancel}");
    assert_eq!(clinic.appointment(&text(&booked, "id")).await["status"], "booked");
    assert!(!clinic.is_free(&slot).await);
    let code = subject.code_for(&text(&cancel, "id")).await;
    let done = clinic.change(&text(&cancel, "id"), &with(&code)).await.is(200);
    assert_eq!(done["status"], "cancelled");
    assert!(clinic.is_free(&slot).await);
    let patient = text(&booked, "patient_id");
    assert_eq!(clinic.listed(&[("patient_id", &patient)]).await, [""; 0]);
}

async fn wrong_code_of_a_cancel(subject: &Subject) {
    let (clinic, slot, booked, cancel) = cancel_begun(subject).await;
    let code = subject.code_for(&text(&cancel, "id")).await;
    let answer = clinic.change(&text(&cancel, "id"), &with(&wrong(&code))).await;
    answer.refused("INVALID_CONFIRMATION_CODE", "confirmation.code");
    assert_eq!(clinic.appointment(&text(&booked, "id")).await, booked);
    assert!(!clinic.is_free(&slot).await);
}

async fn shape(subject: &Subject) {
    let (clinic, _, booked) = unconfirmed(subject).await;
    let id = text(&booked, "id");
    let before = subject.calls();
    for (code, expected) in [
        (json!({"code": ""}), "INVALID_CONFIRMATION_CODE"),
        (json!({"code": "1".repeat(65)}), "INVALID_CONFIRMATION_CODE"),
        (json!({"code": 1234}), "BAD_INPUT"),
        (json!({"code": "1234", "pin": "1"}), "BAD_INPUT"),
        (json!({}), "MISSING_REQUIRED_FIELD"),
        (json!("1234"), "BAD_INPUT"),
    ] {
        let answer = clinic.change(&id, &json!({"confirmation": code})).await;
        let faults = answer.faults();
        let at_it =
            |path: &Option<String>| path.as_deref().is_some_and(|path| path.starts_with("confirmation"));
        assert!(faults.iter().all(|fault| fault.code == expected && at_it(&fault.path)), "{code}: {answer}");
    }
    let answer = clinic.change(&id, &json!({"confirmation": {"code": "1234"}, "comment": "x"})).await;
    answer.refused_also("BAD_INPUT", "comment");
    assert_eq!(subject.calls(), before);
}

async fn not_here(subject: &Subject) {
    let (clinic, _, booked) = unconfirmed(subject).await;
    clinic.change("nothing", &with("1234")).await.problem(404, "NOT_FOUND");
    let elsewhere = subject.clinics().await.into_iter().find(|other| other.id != clinic.id).expect("another");
    elsewhere.change(&text(&booked, "id"), &with("1234")).await.problem(404, "NOT_FOUND");
}

//! Cancelling an appointment.

use serde_json::{Value, json};
use vardbro_model::capabilities::Operation;

use crate::case::Need::{Can, FilterBy};
use crate::case::cases;
use crate::clinic::{Clinic, Slot, text};
use crate::shapes::APPOINTMENT;
use crate::subject::Subject;

const BOOK: Operation = Operation::BookAppointment;
const CANCEL: Operation = Operation::CancelAppointment;
const LIST: Operation = Operation::ListAppointments;

cases! {
    "a cancelled appointment frees its time" [Can(BOOK), Can(CANCEL)] => frees_its_time,
    "why it was cancelled is kept, or named as not stored" [Can(BOOK), Can(CANCEL)] => comment,
    "lists leave cancelled appointments out unless they are asked for" [Can(BOOK), Can(CANCEL), FilterBy(LIST, "status")] => listed,
    "cancelling a cancelled appointment changes nothing" [Can(BOOK), Can(CANCEL)] => twice,
    "moving a cancelled appointment is a conflict" [Can(BOOK), Can(CANCEL), Can(Operation::MoveAppointment)] => moving_it,
    "the time of a cancelled appointment can be booked anew" [Can(BOOK), Can(CANCEL)] => booked_anew,
    "a comment of a cancel that is too long is refused" [Can(BOOK), Can(CANCEL)] => comment_too_long,
    "two who cancel at once both succeed" [Can(BOOK), Can(CANCEL)] => two_at_once,
}

async fn cancelled(clinic: &Clinic<'_>) -> (Slot, String, Value) {
    let (slot, patient) = (clinic.slots().await.remove(0), clinic.patient().await);
    let id = text(&clinic.book(&slot, &patient).await, "id");
    let answer = clinic.change(&id, &json!({"status": "cancelled"})).await.is(200);
    (slot, patient, answer)
}

async fn frees_its_time(subject: &Subject) {
    let clinic = subject.clinic().await;
    let live = subject.live();
    let (slot, patient) = (clinic.slots().await.remove(0), clinic.patient().await);
    let id = text(&clinic.book(&slot, &patient).await, "id");
    let taken = clinic.find("/timeslots", &[("resource_id", &slot.resource_id)]).await;
    assert!(!crate::clinic::slots_in(&taken).contains(&slot));
    let cancelled = clinic.change(&id, &json!({"status": "cancelled"})).await.is(200);
    APPOINTMENT.check(&cancelled);
    assert_eq!(cancelled["status"], "cancelled");
    assert_eq!(cancelled["patient_id"], patient.as_str());
    assert_eq!(cancelled["start"], slot.start.as_str());
    assert!(clinic.is_free(&slot).await);
    // Asked for without no-cache: what was remembered must not be told any more.
    let remembered = clinic.find("/timeslots", &[("resource_id", &slot.resource_id)]).await;
    assert!(crate::clinic::slots_in(&remembered).contains(&slot));
    assert_eq!(subject.live(), live);
    let read = clinic.get(&format!("/appointments/{}", text(&cancelled, "id"))).await;
    if subject.capabilities.keeps_cancelled {
        assert_eq!(read.is(200), cancelled);
    } else {
        read.problem(404, "NOT_FOUND");
    }
}

async fn comment(subject: &Subject) {
    let clinic = subject.clinic().await;
    let (slot, patient) = (clinic.slots().await.remove(0), clinic.patient().await);
    let id = text(&clinic.book(&slot, &patient).await, "id");
    let change = json!({"status": "cancelled", "comment": "Has to work — ring again"});
    let answer = clinic.change(&id, &change).await;
    let cancelled = answer.is(200);
    if subject.keeps(CANCEL, "comment") {
        assert_eq!(cancelled["comment"], change["comment"]);
        assert_eq!(answer.header("vardbro-not-stored"), None);
    } else {
        assert_eq!(answer.header("vardbro-not-stored"), Some("comment"));
    }
}

async fn listed(subject: &Subject) {
    let clinic = subject.clinic().await;
    let (_, patient, cancelled) = cancelled(&clinic).await;
    let of_patient = ("patient_id", patient.as_str());
    assert_eq!(clinic.listed(&[of_patient]).await, [""; 0]);
    assert_eq!(clinic.listed(&[of_patient, ("status", "booked")]).await, [""; 0]);
    let expected: Vec<String> =
        subject.capabilities.keeps_cancelled.then(|| text(&cancelled, "id")).into_iter().collect();
    assert_eq!(clinic.listed(&[of_patient, ("status", "cancelled")]).await, expected);
}

async fn twice(subject: &Subject) {
    let clinic = subject.clinic().await;
    let (_, _, cancelled) = cancelled(&clinic).await;
    let (writes, live) = (subject.writes(), subject.live());
    let again =
        clinic.change(&text(&cancelled, "id"), &json!({"status": "cancelled", "comment": "Again"})).await;
    if subject.capabilities.keeps_cancelled {
        assert_eq!(again.is(200), cancelled);
    } else {
        again.problem(404, "NOT_FOUND");
    }
    assert_eq!(subject.writes(), writes, "no write was sent");
    assert_eq!(subject.live(), live);
}

async fn moving_it(subject: &Subject) {
    let clinic = subject.clinic().await;
    let (slot, _, cancelled) = cancelled(&clinic).await;
    let other = clinic.slots().await.into_iter().find(|other| *other != slot).expect("another time");
    let live = subject.live();
    let id = text(&cancelled, "id");
    for change in [
        json!({"start": other.start, "end": other.end}),
        json!({"start": slot.start, "end": slot.end}),
        json!({"resource_id": slot.resource_id}),
    ] {
        let answer = clinic.change(&id, &change).await;
        if subject.capabilities.keeps_cancelled {
            answer.problem(409, "CONFLICT");
        } else {
            answer.problem(404, "NOT_FOUND");
        }
    }
    assert_eq!(subject.live(), live);
}

async fn booked_anew(subject: &Subject) {
    let clinic = subject.clinic().await;
    let (slot, _, cancelled) = cancelled(&clinic).await;
    let other = clinic.patient().await;
    let booked = clinic.book(&slot, &other).await;
    assert_ne!(booked["id"], cancelled["id"]);
    assert_eq!(booked["patient_id"], other.as_str());
}

async fn comment_too_long(subject: &Subject) {
    let clinic = subject.clinic().await;
    let Some(longest) = subject.capabilities.limits.max_comment_length else { return };
    let (slot, patient) = (clinic.slots().await.remove(0), clinic.patient().await);
    let id = text(&clinic.book(&slot, &patient).await, "id");
    let before = subject.calls();
    let change = json!({"status": "cancelled", "comment": "x".repeat(longest + 1)});
    clinic.change(&id, &change).await.refused("INVALID_COMMENT_LENGTH", "comment");
    assert_eq!(subject.calls(), before);
}

async fn two_at_once(subject: &Subject) {
    let clinic = subject.clinic().await;
    if !subject.capabilities.keeps_cancelled {
        return;
    }
    let (slot, patient) = (clinic.slots().await.remove(0), clinic.patient().await);
    let live = subject.live();
    let id = text(&clinic.book(&slot, &patient).await, "id");
    let change = json!({"status": "cancelled"});
    let (one, other) = tokio::join!(clinic.change(&id, &change), clinic.change(&id, &change));
    for answer in [one, other] {
        assert_eq!(answer.is(200)["status"], "cancelled");
    }
    assert_eq!(subject.live(), live);
}

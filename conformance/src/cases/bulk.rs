//! The same change to several appointments.

use serde_json::{Value, json};
use vardbro_model::capabilities::Operation;

use crate::case::Need::Can;
use crate::case::cases;
use crate::client::{faults_of, keys};
use crate::clinic::{Clinic, Slot, text};
use crate::shapes::APPOINTMENT;
use crate::subject::Subject;

const BOOK: Operation = Operation::BookAppointment;
const CANCEL: Operation = Operation::CancelAppointment;
const MOVE: Operation = Operation::MoveAppointment;
const COMMENT: Operation = Operation::CommentAppointment;

cases! {
    "several are cancelled, and answered in the order of their ids" [Can(BOOK), Can(CANCEL)] => in_order,
    "several get the same comment" [Can(BOOK), Can(COMMENT)] => commented,
    "one that fails does not keep the others from being changed" [Can(BOOK), Can(CANCEL)] => one_fails,
    "of several that are moved to one time the first gets it" [Can(BOOK), Can(MOVE)] => to_one_time,
    "no id may stand twice" [Can(CANCEL)] => twice,
    "more than fifty are too many" [Can(CANCEL)] => too_many,
    "without ids there is nothing to change" [Can(CANCEL)] => none,
    "several need a change as one does" [Can(CANCEL)] => without_a_change,
    "several cannot be confirmed with one code" [Can(CANCEL)] => no_confirmation,
    "a care unit that there is not is told of the request, and not of each" [Can(CANCEL)] => no_care_unit,
}

async fn booked(clinic: &Clinic<'_>, count: usize) -> (Vec<Slot>, Vec<String>) {
    let (slots, patient) = (clinic.slots().await, clinic.patient().await);
    let mut ids = Vec::new();
    for slot in &slots[..count] {
        ids.push(text(&clinic.book(slot, &patient).await, "id"));
    }
    (slots, ids)
}

async fn in_order(subject: &Subject) {
    let clinic = subject.clinic().await;
    let (slots, mut ids) = booked(&clinic, 3).await;
    ids.reverse();
    let change = json!({"ids": ids, "status": "cancelled", "comment": "The clinic is closed"});
    let changed = clinic.patch("/appointments", &change).await.list();
    let answered: Vec<String> = changed.iter().map(|one| text(one, "id")).collect();
    assert_eq!(answered, ids);
    for one in &changed {
        APPOINTMENT.check(one);
        assert_eq!(one["status"], "cancelled");
    }
    for slot in &slots[..3] {
        assert!(clinic.is_free(slot).await);
    }
}

async fn commented(subject: &Subject) {
    let clinic = subject.clinic().await;
    let (_, ids) = booked(&clinic, 2).await;
    let change = json!({"ids": ids, "comment": "Bring the old pictures"});
    for one in clinic.patch("/appointments", &change).await.list() {
        assert_eq!(one["comment"], "Bring the old pictures");
        assert_eq!(clinic.appointment(&text(&one, "id")).await, one);
    }
}

/// The problem that one entry of the answer is.
#[track_caller]
fn problem_in(entry: &Value, id: &str, status: u16) -> Value {
    assert_eq!(keys(entry), ["code", "detail", "errors", "id", "instance", "status", "title", "type"]);
    assert_eq!(entry["id"], id);
    assert_eq!(entry["status"], status, "{entry}");
    entry.clone()
}

async fn one_fails(subject: &Subject) {
    let clinics = subject.clinics().await;
    let (here, there) = (&clinics[0], &clinics[1]);
    let (_, ids) = booked(here, 2).await;
    let (_, elsewhere) = booked(there, 1).await;
    let all = [ids[0].as_str(), "nothing", &elsewhere[0], "a b", &ids[1]];
    let answer = here.patch("/appointments", &json!({"ids": all, "status": "cancelled"})).await;
    let changed = answer.list();
    assert_eq!(changed.len(), all.len(), "{answer}");
    for (place, id) in all.iter().enumerate() {
        if ids.iter().any(|known| known == id) {
            assert_eq!((&changed[place]["id"], &changed[place]["status"]), (&json!(id), &json!("cancelled")));
            continue;
        }
        let problem = problem_in(&changed[place], id, 400);
        assert_eq!(problem["code"], "BAD_REQUEST");
        assert_eq!(problem["instance"].as_str(), answer.header("x-request-id"));
        let fault = faults_of(&problem).remove(0);
        assert_eq!(fault.code, "INVALID_APPOINTMENT_ID", "{problem}");
        assert_eq!(fault.path, Some(format!("ids.{place}")), "where the id stands: {problem}");
    }
    assert_eq!(there.appointment(&elsewhere[0]).await["id"], elsewhere[0].as_str());
}

async fn to_one_time(subject: &Subject) {
    let clinic = subject.clinic().await;
    let (slots, ids) = booked(&clinic, 2).await;
    let live = subject.live().len();
    let change = json!({"ids": ids, "start": slots[4].start, "end": slots[4].end});
    let changed = clinic.patch("/appointments", &change).await.list();
    assert_eq!(changed[0]["start"], slots[4].start.as_str(), "{}", changed[0]);
    let problem = problem_in(&changed[1], &ids[1], 400);
    assert_eq!(faults_of(&problem)[0].code, "NO_TIMESLOTS_AVAILABLE");
    assert_eq!(clinic.appointment(&ids[1]).await["start"], slots[1].start.as_str());
    assert_eq!(subject.live().len(), live);
}

async fn twice(subject: &Subject) {
    let clinic = subject.clinic().await;
    let before = subject.calls();
    let answer = clinic.patch("/appointments", &json!({"ids": ["1", "2", "1"], "status": "cancelled"})).await;
    answer.refused("BAD_INPUT", "ids.2");
    assert_eq!(subject.calls(), before);
}

async fn too_many(subject: &Subject) {
    let clinic = subject.clinic().await;
    let before = subject.calls();
    let ids: Vec<String> = (0..51).map(|number| format!("nothing-{number}")).collect();
    let answer = clinic.patch("/appointments", &json!({"ids": ids, "status": "cancelled"})).await;
    answer.refused("MAX_ITEMS_EXCEEDED", "ids");
    assert_eq!(subject.calls(), before);
    let answer = clinic.patch("/appointments", &json!({"ids": ids[..50], "status": "cancelled"})).await;
    assert_eq!(answer.list().len(), 50);
}

async fn none(subject: &Subject) {
    let clinic = subject.clinic().await;
    let before = subject.calls();
    for ids in [json!({}), json!({"ids": null}), json!({"ids": []})] {
        let mut body = ids;
        body["status"] = json!("cancelled");
        clinic.patch("/appointments", &body).await.refused("MISSING_REQUIRED_FIELD", "ids");
    }
    for wrong in [json!("1"), json!([1]), json!([["1"]]), json!({"0": "1"})] {
        let faults =
            clinic.patch("/appointments", &json!({"ids": wrong, "status": "cancelled"})).await.faults();
        let at_it = |path: &Option<String>| path.as_deref().is_some_and(|path| path.starts_with("ids"));
        assert!(faults.iter().any(|fault| fault.code == "BAD_INPUT" && at_it(&fault.path)), "{faults:?}");
    }
    assert_eq!(subject.calls(), before);
}

async fn without_a_change(subject: &Subject) {
    let clinic = subject.clinic().await;
    let before = subject.calls();
    clinic.patch("/appointments", &json!({"ids": ["1"]})).await.refused("MISSING_REQUIRED_FIELD", None);
    let answer = clinic.patch("/appointments", &json!({"ids": ["1"], "start": "2026-04-01T10:00:00Z"})).await;
    answer.refused("MISSING_REQUIRED_FIELD", "end");
    assert_eq!(subject.calls(), before);
}

async fn no_confirmation(subject: &Subject) {
    let clinic = subject.clinic().await;
    let before = subject.calls();
    let body = json!({"ids": ["1"], "confirmation": {"code": "1234"}});
    clinic.patch("/appointments", &body).await.refused_also("BAD_INPUT", "confirmation");
    assert_eq!(subject.calls(), before);
}

async fn no_care_unit(subject: &Subject) {
    let mut change = json!({"ids": ["1", "2"], "status": "cancelled"});
    let path = format!("{}/care-units/999999999999999999/appointments", subject.emr());
    subject.client.patch(&path, &change).await.problem(404, "NOT_FOUND");
    change["care_unit_id"] = json!("999999999999999999");
    let older = subject.client.patch(&format!("{}/appointments", subject.emr()), &change).await;
    older.refused("INVALID_CARE_UNIT_ID", "care_unit_id");
}

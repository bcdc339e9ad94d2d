//! Moving an appointment, and changing its comment.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use vardbro_model::capabilities::Operation;

use crate::case::Need::Can;
use crate::case::cases;
use crate::clinic::{Clinic, Slot, instant, text};
use crate::shapes::APPOINTMENT;
use crate::subject::Subject;

const BOOK: Operation = Operation::BookAppointment;
const MOVE: Operation = Operation::MoveAppointment;
const COMMENT: Operation = Operation::CommentAppointment;

cases! {
    "moving by times takes the new time and frees the old one" [Can(BOOK), Can(MOVE)] => by_times,
    "moving by resource keeps the times" [Can(BOOK), Can(MOVE)] => by_resource,
    "moving by times and resource changes both" [Can(BOOK), Can(MOVE)] => by_both,
    "the booking that is moved counts as free time" [Can(BOOK), Can(MOVE)] => over_itself,
    "moving to a taken time is refused, and the appointment stays" [Can(BOOK), Can(MOVE)] => to_a_taken_time,
    "moving to a time at which nobody works is refused, and the appointment stays" [Can(BOOK), Can(MOVE)] => to_the_night,
    "moving into the past is refused, and the appointment stays" [Can(BOOK), Can(MOVE)] => into_the_past,
    "moving to a resource that is taken then is refused, and the appointment stays" [Can(BOOK), Can(MOVE)] => to_a_taken_resource,
    "moving to a resource that does not offer the service is refused" [Can(BOOK), Can(MOVE)] => to_one_who_does_not_offer,
    "start and end are given together" [Can(MOVE)] => one_of_two,
    "unchanged values answer the appointment and send no write" [Can(BOOK), Can(MOVE)] => unchanged,
    "a body that changes nothing is refused" [Can(MOVE)] => empty,
    "a resource that names nothing is a fault of the field" [Can(BOOK), Can(MOVE)] => resource_names_nothing,
    "an appointment that there is not, or of another care unit, is not found" [Can(BOOK), Can(MOVE)] => not_here,
    "moving keeps the comment, or changes it along" [Can(BOOK), Can(MOVE)] => comment_along,
    "the comment alone can be changed and emptied" [Can(BOOK), Can(COMMENT)] => comment_alone,
    "a comment that is too long is refused" [Can(BOOK), Can(COMMENT)] => comment_too_long,
    "a move, a cancel and a confirmation cannot stand together" [Can(MOVE)] => one_at_a_time,
}

async fn booked(clinic: &Clinic<'_>) -> (Vec<Slot>, Value) {
    let (slots, patient) = (clinic.slots().await, clinic.patient().await);
    let booked = clinic.book(&slots[0], &patient).await;
    (slots, booked)
}

fn times(slot: &Slot) -> Value {
    json!({"start": slot.start, "end": slot.end})
}

#[track_caller]
fn stands_at(appointment: &Value, slot: &Slot) {
    assert_eq!(appointment["start"], slot.start.as_str(), "{appointment}");
    assert_eq!(appointment["end"], slot.end.as_str(), "{appointment}");
    assert_eq!(appointment["resource_id"], slot.resource_id.as_str(), "{appointment}");
}

/// Checks that the answer to a move is the appointment as it is now, under its id as it is now.
async fn moved(clinic: &Clinic<'_>, before: &Value, answer: Value) -> Value {
    APPOINTMENT.check(&answer);
    let (old, new) = (text(before, "id"), text(&answer, "id"));
    assert_eq!(clinic.appointment(&new).await, answer);
    if old != new {
        // What of an id is a hint may have changed; an id that the EHR itself has changed names nothing any more.
        let by_old = clinic.get(&format!("/appointments/{old}")).await;
        if answer["emr_id"] == before["emr_id"] {
            assert_eq!(by_old.is(200), answer);
        } else {
            by_old.problem(404, "NOT_FOUND");
        }
    }
    for field in ["patient_id", "healthcare_service_id", "care_unit_id", "status"] {
        assert_eq!(answer[field], before[field], "{field}");
    }
    answer
}

async fn by_times(subject: &Subject) {
    let clinic = subject.clinic().await;
    let (slots, booked) = booked(&clinic).await;
    let live = subject.live().len();
    let answer = clinic.change(&text(&booked, "id"), &times(&slots[3])).await.is(200);
    let answer = moved(&clinic, &booked, answer).await;
    stands_at(&answer, &slots[3]);
    assert!(clinic.is_free(&slots[0]).await);
    assert!(!clinic.is_free(&slots[3]).await);
    assert_eq!(subject.live().len(), live);
}

/// Two resources who are free at the same time for the same service.
async fn pair(clinic: &Clinic<'_>) -> (Slot, Slot) {
    let mut by_time: BTreeMap<(String, String), Vec<Slot>> = BTreeMap::new();
    for slot in clinic.timeslots(1, 6, &[]).await {
        by_time.entry((slot.start.clone(), slot.healthcare_service_id.clone())).or_default().push(slot);
    }
    let pair =
        by_time.into_values().find(|slots| slots.len() > 1).expect("two who offer the same at one time");
    (pair[0].clone(), pair[1].clone())
}

async fn by_resource(subject: &Subject) {
    let clinic = subject.clinic().await;
    let (one, other) = pair(&clinic).await;
    let booked = clinic.book(&one, &clinic.patient().await).await;
    let change = json!({"resource_id": other.resource_id});
    let answer = clinic.change(&text(&booked, "id"), &change).await.is(200);
    let answer = moved(&clinic, &booked, answer).await;
    stands_at(&answer, &other);
    assert!(clinic.is_free(&one).await);
    assert!(!clinic.is_free(&other).await);
}

async fn by_both(subject: &Subject) {
    let clinic = subject.clinic().await;
    let (_, other) = pair(&clinic).await;
    let offer = crate::clinic::Offer {
        resource: clinic
            .offers()
            .await
            .into_iter()
            .find(|offer| offer.service == other.healthcare_service_id && offer.resource != other.resource_id)
            .expect("another who offers it")
            .resource,
        service: other.healthcare_service_id.clone(),
    };
    let from = clinic.free(&offer, 2, 20).await;
    let from = from.iter().find(|slot| slot.start != other.start).expect("another time");
    let booked = clinic.book(from, &clinic.patient().await).await;
    let change = json!({"start": other.start, "end": other.end, "resource_id": format!("emr_id:{}", other.resource_id)});
    let answer = clinic.change(&text(&booked, "id"), &change).await.is(200);
    let answer = moved(&clinic, &booked, answer).await;
    stands_at(&answer, &other);
    assert!(clinic.is_free(from).await);
}

async fn over_itself(subject: &Subject) {
    let clinic = subject.clinic().await;
    let offer = clinic.offer().await;
    let slots = clinic.free(&offer, 1, 7).await;
    // Two neighbours: half of each is free or the booking's own.
    let neighbours = slots.windows(2).find(|pair| pair[0].end == pair[1].start).expect("two in a row");
    let (first, second) = (&neighbours[0], &neighbours[1]);
    let booked = clinic.book(first, &clinic.patient().await).await;
    if subject.has_fixed_slots() {
        // Half of each is no slot; to the neighbour and back, each taken when the other is left.
        let answer = clinic.change(&text(&booked, "id"), &times(second)).await.is(200);
        let answer = moved(&clinic, &booked, answer).await;
        let back = clinic.change(&text(&answer, "id"), &times(first)).await.is(200);
        stands_at(&back, first);
        return;
    }
    let half = instant(&first.end).duration_since(instant(&first.start)).as_mins() / 2;
    let shifted = Slot {
        start: clinic.later(&first.start, half),
        end: clinic.later(&first.end, half),
        ..first.clone()
    };
    let answer = clinic.change(&text(&booked, "id"), &times(&shifted)).await.is(200);
    let answer = moved(&clinic, &booked, answer).await;
    stands_at(&answer, &shifted);
    let back = clinic.change(&text(&answer, "id"), &times(second)).await.is(200);
    stands_at(&back, second);
}

/// Moves, which must be refused because the time is not free, and checks that nothing was changed.
async fn refused(subject: &Subject, clinic: &Clinic<'_>, booked: &Value, change: &Value) {
    let live = subject.live();
    let id = text(booked, "id");
    clinic.change(&id, change).await.refused("NO_TIMESLOTS_AVAILABLE", "start");
    assert_eq!(&clinic.appointment(&id).await["start"], &booked["start"]);
    let after = clinic.appointment(&id).await;
    for field in ["start", "end", "resource_id", "status", "comment"] {
        assert_eq!(after[field], booked[field], "{field}");
    }
    assert_eq!(subject.live(), live);
}

async fn to_a_taken_time(subject: &Subject) {
    let clinic = subject.clinic().await;
    let (slots, booked) = booked(&clinic).await;
    clinic.book(&slots[2], &clinic.patient().await).await;
    refused(subject, &clinic, &booked, &times(&slots[2])).await;
    let start = clinic.later(&slots[2].start, -5);
    let overlapping = Slot { end: clinic.later(&slots[2].end, -5), start, ..slots[2].clone() };
    refused(subject, &clinic, &booked, &times(&overlapping)).await;
}

async fn to_the_night(subject: &Subject) {
    let clinic = subject.clinic().await;
    let (slots, booked) = booked(&clinic).await;
    let slot = &slots[0];
    let hour = instant(&slot.start).to_zoned(clinic.zone.clone()).hour();
    let back = -60 * (i64::from(hour) - 2);
    let night =
        Slot { start: clinic.later(&slot.start, back), end: clinic.later(&slot.end, back), ..slot.clone() };
    refused(subject, &clinic, &booked, &times(&night)).await;
}

async fn into_the_past(subject: &Subject) {
    let clinic = subject.clinic().await;
    let (slots, booked) = booked(&clinic).await;
    let week = -7 * 24 * 60;
    let past = Slot {
        start: clinic.later(&slots[0].start, week),
        end: clinic.later(&slots[0].end, week),
        ..slots[0].clone()
    };
    refused(subject, &clinic, &booked, &times(&past)).await;
}

async fn to_a_taken_resource(subject: &Subject) {
    let clinic = subject.clinic().await;
    let (one, other) = pair(&clinic).await;
    let booked = clinic.book(&one, &clinic.patient().await).await;
    clinic.book(&other, &clinic.patient().await).await;
    refused(subject, &clinic, &booked, &json!({"resource_id": other.resource_id})).await;
}

async fn to_one_who_does_not_offer(subject: &Subject) {
    let clinic = subject.clinic().await;
    let (slots, booked) = booked(&clinic).await;
    let service = Value::from(slots[0].healthcare_service_id.clone());
    let resources = clinic.resources().await;
    let other = resources
        .iter()
        .find(|one| !one["healthcare_service_ids"].as_array().expect("a list").contains(&service));
    let Some(other) = other else { return };
    refused(subject, &clinic, &booked, &json!({"resource_id": other["id"]})).await;
}

async fn one_of_two(subject: &Subject) {
    let clinic = subject.clinic().await;
    let before = subject.calls();
    let time = "2026-04-01T10:00:00Z";
    clinic.change("1", &json!({"start": time})).await.refused("MISSING_REQUIRED_FIELD", "end");
    clinic.change("1", &json!({"end": time})).await.refused("MISSING_REQUIRED_FIELD", "start");
    let answer = clinic.change("1", &json!({"end": time, "resource_id": "1", "comment": "x"})).await;
    answer.refused("MISSING_REQUIRED_FIELD", "start");
    let answer = clinic.change("1", &json!({"start": time, "end": time})).await;
    answer.refused("BAD_INPUT", "end");
    let answer = clinic.change("1", &json!({"start": "2026-04-01T10:00:00", "end": time})).await;
    answer.refused("BAD_INPUT", "start");
    assert_eq!(subject.calls(), before);
}

async fn unchanged(subject: &Subject) {
    let clinic = subject.clinic().await;
    let (slots, booked) = booked(&clinic).await;
    let id = text(&booked, "id");
    let (writes, live) = (subject.writes(), subject.live());
    let utc = |text: &str| instant(text).to_string();
    let same = [
        times(&slots[0]),
        json!({"start": utc(&slots[0].start), "end": utc(&slots[0].end)}),
        json!({"resource_id": slots[0].resource_id}),
        json!({"start": slots[0].start, "end": slots[0].end, "resource_id": slots[0].resource_id}),
    ];
    for change in same {
        assert_eq!(clinic.change(&id, &change).await.is(200), booked, "{change}");
    }
    assert_eq!(subject.writes(), writes, "no write was sent");
    assert_eq!(subject.live(), live);
}

async fn empty(subject: &Subject) {
    let clinic = subject.clinic().await;
    let before = subject.calls();
    for nothing in [json!({}), json!({"start": null, "end": null, "resource_id": null})] {
        clinic.change("1", &nothing).await.refused("MISSING_REQUIRED_FIELD", None);
    }
    assert_eq!(subject.calls(), before);
}

async fn resource_names_nothing(subject: &Subject) {
    let clinics = subject.clinics().await;
    let (here, there) = (&clinics[0], &clinics[1]);
    let (_, booked) = booked(here).await;
    let elsewhere = there.resource_not_at(here).await;
    for nothing in ["nothing", "999999999999999999", &elsewhere] {
        let answer = here.change(&text(&booked, "id"), &json!({"resource_id": nothing})).await;
        answer.refused("INVALID_RESOURCE_ID", "resource_id");
    }
    assert_eq!(here.appointment(&text(&booked, "id")).await, booked);
}

async fn not_here(subject: &Subject) {
    let clinics = subject.clinics().await;
    let (here, there) = (&clinics[0], &clinics[1]);
    let (slots, booked) = booked(here).await;
    let id = text(&booked, "id");
    let changes = [
        (MOVE, times(&slots[2])),
        (COMMENT, json!({"comment": "x"})),
        (Operation::CancelAppointment, json!({"status": "cancelled"})),
    ];
    for (_, change) in changes.into_iter().filter(|(operation, _)| subject.can(*operation)) {
        there.change(&id, &change).await.problem(404, "NOT_FOUND");
        for nothing in ["nothing", "999999999999999999"] {
            here.change(nothing, &change).await.problem(404, "NOT_FOUND");
        }
    }
    there.get(&format!("/appointments/{id}")).await.problem(404, "NOT_FOUND");
    assert_eq!(here.appointment(&id).await, booked);
}

async fn comment_along(subject: &Subject) {
    let clinic = subject.clinic().await;
    if !subject.keeps(BOOK, "comment") || !subject.keeps(MOVE, "comment") {
        return;
    }
    let (slots, patient) = (clinic.slots().await, clinic.patient().await);
    let mut body = slots[0].booking(&patient);
    body["comment"] = json!("The first words");
    let booked = clinic.one_booked(&clinic.post("/appointments", &body).await);
    let answer = clinic.change(&text(&booked, "id"), &times(&slots[2])).await.is(200);
    assert_eq!(answer["comment"], "The first words");
    let mut change = times(&slots[4]);
    change["comment"] = json!("Other words");
    let answer = clinic.change(&text(&answer, "id"), &change).await.is(200);
    stands_at(&answer, &slots[4]);
    assert_eq!(answer["comment"], "Other words");
    assert_eq!(clinic.appointment(&text(&answer, "id")).await["comment"], "Other words");
}

async fn comment_alone(subject: &Subject) {
    let clinic = subject.clinic().await;
    let (slots, booked) = booked(&clinic).await;
    let id = text(&booked, "id");
    for comment in [json!("Rings first"), json!("Rings twice\nand waits"), Value::Null] {
        let answer = clinic.change(&id, &json!({"comment": comment})).await.is(200);
        stands_at(&answer, &slots[0]);
        assert_eq!(answer["comment"], comment);
        assert_eq!(clinic.appointment(&id).await, answer);
    }
}

async fn comment_too_long(subject: &Subject) {
    let clinic = subject.clinic().await;
    let (_, booked) = booked(&clinic).await;
    let before = subject.calls();
    let id = text(&booked, "id");
    match subject.capabilities.limits.max_comment_length {
        Some(longest) => {
            let answer = clinic.change(&id, &json!({"comment": "x".repeat(longest + 1)})).await;
            answer.refused("INVALID_COMMENT_LENGTH", "comment");
        }
        None => {
            clinic
                .change(&id, &json!({"comment": "x".repeat(100_000)}))
                .await
                .refused("BAD_INPUT", "comment");
        }
    }
    assert_eq!(subject.calls(), before);
}

async fn one_at_a_time(subject: &Subject) {
    let clinic = subject.clinic().await;
    let before = subject.calls();
    let (start, end) = ("2026-04-01T10:00:00Z", "2026-04-01T10:30:00Z");
    let answer = clinic.change("1", &json!({"status": "cancelled", "start": start, "end": end})).await;
    answer.refused_also("BAD_INPUT", "start");
    let answer = clinic.change("1", &json!({"status": "cancelled", "resource_id": "1"})).await;
    answer.refused_also("BAD_INPUT", "resource_id");
    let answer = clinic.change("1", &json!({"confirmation": {"code": "1"}, "status": "cancelled"})).await;
    answer.refused_also("BAD_INPUT", "status");
    for status in ["booked", "completed", "gone"] {
        clinic.change("1", &json!({"status": status})).await.refused("BAD_INPUT", "status");
    }
    assert_eq!(subject.calls(), before);
}

//! When resources work, and when they are blocked.

use jiff::SignedDuration;
use serde_json::{Value, json};
use vardbro_model::capabilities::Operation;

use crate::case::Need::Can;
use crate::case::cases;
use crate::clinic::{Clinic, Offer, Slot, days, instant, text};
use crate::shapes::SCHEDULE_BLOCK;
use crate::subject::Subject;

const READ: Operation = Operation::ReadSchedule;
const CREATE: Operation = Operation::CreateSchedule;

cases! {
    "a schedule is listed by start, each block with every field" [Can(READ)] => listed,
    "every timeslot lies within time that the resource works" [Can(READ)] => timeslots_lie_within,
    "a schedule's window follows the rules of windows" [Can(READ)] => windows,
    "blocked time has no timeslots" [Can(CREATE)] => blocked,
    "blocked time can be read" [Can(CREATE), Can(READ)] => can_be_read,
    "time made available has timeslots" [Can(CREATE)] => available,
    "a comment of a block is kept, or named as not stored, or refused" [Can(CREATE)] => comment,
    "a block without times or kind says what is missing" [Can(CREATE)] => missing,
    "a block of an unknown kind or in naive time is refused" [Can(CREATE)] => wrong,
    "a schedule of nobody, or of somebody at another care unit, is not found" [Can(READ)] => not_here,
}

fn path(offer: &Offer) -> String {
    format!("/resources/{}/schedules", offer.resource)
}

async fn blocks(clinic: &Clinic<'_>, offer: &Offer, from: i64, to: i64) -> Vec<Value> {
    let window = (clinic.now_plus(days(from)), clinic.now_plus(days(to)));
    clinic.find(&path(offer), &[("start", &window.0), ("end", &window.1)]).await.list()
}

async fn listed(subject: &Subject) {
    for clinic in subject.clinics().await {
        let offer = clinic.offer().await;
        let blocks = blocks(&clinic, &offer, 0, 30).await;
        assert!(blocks.iter().any(|block| block["kind"] == "available"), "{blocks:?}");
        for block in &blocks {
            SCHEDULE_BLOCK.check(block);
            assert_eq!(block["care_unit_id"], clinic.id.as_str());
            assert_eq!(block["resource_id"], offer.resource.as_str());
            for field in ["start", "end"] {
                let time = text(block, field);
                assert_eq!(time, clinic.local(instant(&time)));
            }
            let (start, end) = (instant(&text(block, "start")), instant(&text(block, "end")));
            assert!(start < end, "{block}");
            assert!(end > subject.clock.now(), "it overlaps the window: {block}");
        }
        let starts: Vec<_> = blocks.iter().map(|block| instant(&text(block, "start"))).collect();
        assert!(starts.is_sorted(), "{starts:?}");
        let typed = Offer { resource: format!("emr_id:{}", offer.resource), ..offer.clone() };
        assert_eq!(self::blocks(&clinic, &typed, 0, 30).await.len(), blocks.len());
    }
}

async fn timeslots_lie_within(subject: &Subject) {
    for clinic in subject.clinics().await {
        let offer = clinic.offer().await;
        let blocks = blocks(&clinic, &offer, 0, 22).await;
        let spans = |kind: &str| -> Vec<_> {
            let of_kind = blocks.iter().filter(|block| block["kind"] == kind);
            of_kind.map(|block| (instant(&text(block, "start")), instant(&text(block, "end")))).collect()
        };
        let (works, blocked) = (spans("available"), spans("blocked"));
        let slots = clinic.free(&offer, 0, 21).await;
        assert!(!slots.is_empty());
        for slot in slots {
            let (start, end) = (instant(&slot.start), instant(&slot.end));
            let mut covered = start;
            for (from, to) in &works {
                if *from <= covered {
                    covered = covered.max(*to);
                }
            }
            assert!(covered >= end, "{slot:?} lies outside {works:?}");
            assert!(!blocked.iter().any(|(from, to)| *from < end && start < *to), "{slot:?} is blocked");
        }
    }
}

async fn windows(subject: &Subject) {
    let clinic = subject.clinic().await;
    let offer = clinic.offer().await;
    let (start, end) = (clinic.now_plus(days(2)), clinic.now_plus(days(1)));
    clinic.find(&path(&offer), &[("start", &start), ("end", &end)]).await.refused("BAD_INPUT", "end");
    let far = clinic.now_plus(days(95));
    clinic.find(&path(&offer), &[("start", &start), ("end", &far)]).await.refused("BAD_INPUT", "end");
    clinic.find(&path(&offer), &[("start", "2026-04-01T10:00:00")]).await.refused("BAD_INPUT", "start");
    let default = clinic.get(&path(&offer)).await.list();
    assert!(!default.is_empty());
    let month = clinic.now_plus(days(30));
    assert!(default.iter().all(|block| instant(&text(block, "start")) < instant(&month)));
}

async fn add(clinic: &Clinic<'_>, slot: &Slot, kind: &str) -> Value {
    let block = json!({"start": slot.start, "end": slot.end, "kind": kind});
    let answer = clinic.post(&format!("/resources/{}/schedules", slot.resource_id), &block).await;
    let block = answer.is(201);
    SCHEDULE_BLOCK.check(&block);
    assert_eq!((&block["start"], &block["end"]), (&json!(slot.start), &json!(slot.end)));
    assert_eq!((&block["kind"], &block["resource_id"]), (&json!(kind), &json!(slot.resource_id)));
    block
}

async fn blocked(subject: &Subject) {
    let clinic = subject.clinic().await;
    let slots = clinic.slots().await;
    assert!(clinic.is_free(&slots[1]).await);
    add(&clinic, &slots[1], "blocked").await;
    assert!(!clinic.is_free(&slots[1]).await);
    let patient = clinic.patient().await;
    let answer = clinic.post("/appointments", &slots[1].booking(&patient)).await;
    answer.refused("NO_TIMESLOTS_AVAILABLE", "start");
    assert!(clinic.is_free(&slots[4]).await);
}

async fn can_be_read(subject: &Subject) {
    let clinic = subject.clinic().await;
    let slot = clinic.slots().await.remove(1);
    let block = add(&clinic, &slot, "blocked").await;
    let offer = Offer { resource: slot.resource_id.clone(), service: slot.healthcare_service_id.clone() };
    let listed = blocks(&clinic, &offer, 0, 10).await;
    let same = |one: &&Value| {
        one["kind"] == "blocked" && one["start"] == block["start"] && one["end"] == block["end"]
    };
    assert_eq!(listed.iter().filter(same).count(), 1, "{listed:?}");
}

async fn available(subject: &Subject) {
    let clinic = subject.clinic().await;
    let offer = clinic.offer().await;
    // The first day of the second week on which nobody works, from nine to one.
    for day in 8..15 {
        let date = instant(&clinic.now_plus(days(day))).to_zoned(clinic.zone.clone()).date();
        let nine = date.at(9, 0, 0, 0).to_zoned(clinic.zone.clone()).expect("a time of day").timestamp();
        let one = nine.saturating_add(SignedDuration::from_hours(4)).expect("within time");
        let window = Slot {
            start: clinic.local(nine),
            end: clinic.local(one),
            resource_id: offer.resource.clone(),
            healthcare_service_id: offer.service.clone(),
            care_unit_id: clinic.id.clone(),
        };
        let inside = |slots: Vec<Slot>| {
            slots
                .into_iter()
                .filter(|slot| (nine..one).contains(&instant(&slot.start)) && instant(&slot.end) <= one)
                .count()
        };
        if inside(clinic.free(&offer, day - 1, day + 2).await) == 0 {
            add(&clinic, &window, "available").await;
            assert!(inside(clinic.free(&offer, day - 1, day + 2).await) > 0, "{window:?}");
            return;
        }
    }
    panic!("nobody works seven days a week")
}

async fn comment(subject: &Subject) {
    let clinic = subject.clinic().await;
    let slot = clinic.slots().await.remove(1);
    let path = format!("/resources/{}/schedules", slot.resource_id);
    for kind in ["blocked", "available"] {
        let block = json!({"start": slot.start, "end": slot.end, "kind": kind, "comment": "Team meeting"});
        let answer = clinic.post(&path, &block).await;
        if answer.status == 400 {
            answer.refused("NOT_SUPPORTED", "comment");
        } else if answer.header("vardbro-not-stored") != Some("comment") {
            assert_eq!(answer.is(201)["comment"], "Team meeting", "{answer}");
        }
    }
}

async fn missing(subject: &Subject) {
    let clinic = subject.clinic().await;
    let before = subject.calls();
    for nothing in [json!({}), json!({"start": null, "end": null, "kind": null})] {
        let answer = clinic.post("/resources/1/schedules", &nothing).await;
        for field in ["start", "end", "kind"] {
            answer.refused_also("MISSING_REQUIRED_FIELD", field);
        }
    }
    assert_eq!(subject.calls(), before);
}

async fn wrong(subject: &Subject) {
    let clinic = subject.clinic().await;
    let before = subject.calls();
    let (start, end) = ("2026-04-01T10:00:00Z", "2026-04-01T11:00:00Z");
    let refused = async |body: Value, path: &'static str| {
        clinic.post("/resources/1/schedules", &body).await.refused("BAD_INPUT", path);
    };
    refused(json!({"start": start, "end": end, "kind": "holiday"}), "kind").await;
    refused(json!({"start": "2026-04-01T10:00:00", "end": end, "kind": "blocked"}), "start").await;
    refused(json!({"start": end, "end": start, "kind": "blocked"}), "end").await;
    refused(json!({"start": start, "end": end, "kind": "blocked", "who": "me"}), "who").await;
    assert_eq!(subject.calls(), before);
}

async fn not_here(subject: &Subject) {
    let clinics = subject.clinics().await;
    let elsewhere = clinics[1].offer().await.resource;
    for nobody in ["nobody", "999999999999999999", &elsewhere] {
        let path = format!("/resources/{nobody}/schedules");
        clinics[0].get(&path).await.problem(404, "NOT_FOUND");
        if subject.can(CREATE) {
            let body =
                json!({"start": "2026-04-01T10:00:00Z", "end": "2026-04-01T11:00:00Z", "kind": "blocked"});
            clinics[0].post(&path, &body).await.problem(404, "NOT_FOUND");
        }
    }
}

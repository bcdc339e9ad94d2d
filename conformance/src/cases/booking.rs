//! Booking a free time.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use vardbro_model::capabilities::Operation;

use crate::case::Need::Can;
use crate::case::cases;
use crate::client::with_query;
use crate::clinic::{Clinic, Slot, instant, text};
use crate::shapes::APPOINTMENT;
use crate::subject::Subject;

const BOOK: Operation = Operation::BookAppointment;

cases! {
    "a booking answers the appointment in an array, with every field" [Can(BOOK)] => answers_an_array,
    "a booked appointment can be read" [Can(BOOK), Can(Operation::GetAppointment)] => can_be_read,
    "a booked time is offered to nobody else, also by what overlaps it" [Can(BOOK)] => not_offered_any_more,
    "what the EHR holds is what was booked" [Can(BOOK)] => in_the_audit,
    "a time that is taken cannot be booked again" [Can(BOOK)] => taken,
    "a time that was never offered cannot be booked" [Can(BOOK)] => never_offered,
    "a time in the past cannot be booked" [Can(BOOK)] => in_the_past,
    "a resource that does not offer the service cannot be booked for it" [Can(BOOK)] => does_not_offer,
    "an appointment of more than a day is refused before anything is sent" [Can(BOOK)] => longer_than_a_day,
    "an end that is not the timeslot's is not free" [Can(BOOK)] => another_end,
    "a service left out is taken when only one timeslot matches" [Can(BOOK)] => service_left_out,
    "a resource left out is taken when only one timeslot matches" [Can(BOOK)] => resource_left_out,
    "several matching timeslots are listed, not guessed between" [Can(BOOK)] => ambiguous,
    "ids in the body that name nothing are faults of their fields" [Can(BOOK)] => names_nothing,
    "ids of another care unit in the body are faults of their fields" [Can(BOOK)] => of_another_care_unit,
    "a booking without times or patient says what is missing" [Can(BOOK)] => missing,
    "times in a booking need an offset, and an order" [Can(BOOK)] => wrong_times,
    "a booking takes its times in any offset and with fractions" [Can(BOOK)] => any_offset,
    "a comment of the longest length is kept, a longer one refused" [Can(BOOK)] => comment_length,
    "a comment may hold any letters" [Can(BOOK)] => letters,
    "patient and resource may be named with emr_id:" [Can(BOOK)] => emr_ids,
}

async fn answers_an_array(subject: &Subject) {
    let clinic = subject.clinic().await;
    let (slot, patient) = (clinic.slots().await.remove(0), clinic.patient().await);
    let booked = clinic.book(&slot, &patient).await;
    APPOINTMENT.check(&booked);
    assert_eq!(booked["care_unit_id"], clinic.id.as_str());
    assert_eq!(booked["patient_id"], patient.as_str());
    assert_eq!((text(&booked, "start"), text(&booked, "end")), (slot.start.clone(), slot.end.clone()));
    assert_eq!(booked["resource_id"], slot.resource_id.as_str());
    assert_eq!(booked["healthcare_service_id"], slot.healthcare_service_id.as_str());
    assert!(["booked", "awaiting_confirmation"].contains(&text(&booked, "status").as_str()), "{booked}");
    assert_eq!(booked["confirmation"].is_null(), booked["status"] == "booked", "{booked}");
}

async fn can_be_read(subject: &Subject) {
    for clinic in subject.clinics().await {
        let (slot, patient) = (clinic.slots().await.remove(0), clinic.patient().await);
        let booked = clinic.book(&slot, &patient).await;
        let read = clinic.appointment(&text(&booked, "id")).await;
        APPOINTMENT.check(&read);
        assert_eq!(read, booked);
    }
}

async fn not_offered_any_more(subject: &Subject) {
    let clinic = subject.clinic().await;
    let slot = clinic.slots().await.remove(0);
    // Asked for without no-cache: what was remembered must not be told any more.
    let ask = with_query(&format!("{}/timeslots", clinic.path), &[("resource_id", &slot.resource_id)]);
    let offered = crate::clinic::slots_in(&subject.client.get(&ask).await);
    assert!(offered.contains(&slot));
    clinic.book(&slot, &clinic.patient().await).await;
    let left = crate::clinic::slots_in(&subject.client.get(&ask).await);
    let overlaps = |other: &&Slot| {
        instant(&other.start) < instant(&slot.end) && instant(&slot.start) < instant(&other.end)
    };
    assert_eq!(left.iter().find(overlaps), None);
    assert!(!left.is_empty());
}

async fn in_the_audit(subject: &Subject) {
    let clinic = subject.clinic().await;
    let before = subject.live();
    let (slot, patient) = (clinic.slots().await.remove(0), clinic.patient().await);
    clinic.book(&slot, &patient).await;
    let new: Vec<_> = subject.live().into_iter().filter(|one| !before.contains(one)).collect();
    assert_eq!(new.len(), 1, "{new:?}");
    assert_eq!((new[0].start, new[0].end), (instant(&slot.start), instant(&slot.end)));
}

async fn booked(clinic: &Clinic<'_>) -> (Slot, String, String) {
    let (slot, patient) = (clinic.slots().await.remove(0), clinic.patient().await);
    let id = text(&clinic.book(&slot, &patient).await, "id");
    (slot, patient, id)
}

async fn taken(subject: &Subject) {
    let clinic = subject.clinic().await;
    let (slot, _, _) = booked(&clinic).await;
    let live = subject.live().len();
    let other = clinic.patient().await;
    clinic.post("/appointments", &slot.booking(&other)).await.refused("NO_TIMESLOTS_AVAILABLE", "start");
    assert_eq!(subject.live().len(), live);
}

async fn never_offered(subject: &Subject) {
    let clinic = subject.clinic().await;
    let (slot, patient) = (clinic.slots().await.remove(0), clinic.patient().await);
    let live = subject.live().len();
    for minutes in [7, 12 * 60, 24 * 60 * 400] {
        let never = Slot {
            start: clinic.later(&slot.start, minutes),
            end: clinic.later(&slot.end, minutes),
            ..slot.clone()
        };
        let answer = clinic.post("/appointments", &never.booking(&patient)).await;
        answer.refused("NO_TIMESLOTS_AVAILABLE", "start");
    }
    assert_eq!(subject.live().len(), live);
}

async fn in_the_past(subject: &Subject) {
    let clinic = subject.clinic().await;
    let (slot, patient) = (clinic.slots().await.remove(0), clinic.patient().await);
    let live = subject.live().len();
    for back in [7, 14, 700] {
        let past = Slot {
            start: clinic.later(&slot.start, -60 * 24 * back),
            end: clinic.later(&slot.end, -60 * 24 * back),
            ..slot.clone()
        };
        let answer = clinic.post("/appointments", &past.booking(&patient)).await;
        answer.refused("NO_TIMESLOTS_AVAILABLE", "start");
    }
    assert_eq!(subject.live().len(), live);
}

async fn does_not_offer(subject: &Subject) {
    let clinic = subject.clinic().await;
    let (slot, patient) = (clinic.slots().await.remove(0), clinic.patient().await);
    let offers = clinic.offers().await;
    let other = clinic.services().await.into_iter().map(|service| text(&service, "id")).find(|service| {
        !offers.iter().any(|offer| offer.resource == slot.resource_id && offer.service == *service)
    });
    let Some(other) = other else { return };
    let wrong = Slot { healthcare_service_id: other, ..slot };
    let answer = clinic.post("/appointments", &wrong.booking(&patient)).await;
    answer.refused("NO_TIMESLOTS_AVAILABLE", "start");
}

async fn longer_than_a_day(subject: &Subject) {
    let clinic = subject.clinic().await;
    let slot = clinic.slots().await.remove(0);
    let before = subject.calls();
    let long = Slot { end: clinic.later(&slot.start, 24 * 60 + 1), ..slot };
    let answer = clinic.post("/appointments", &long.booking(subject.a_patient_id())).await;
    answer.refused("BAD_INPUT", "end");
    assert_eq!(subject.calls(), before);
}

async fn another_end(subject: &Subject) {
    let clinic = subject.clinic().await;
    let (slot, patient) = (clinic.slots().await.remove(0), clinic.patient().await);
    let live = subject.live().len();
    for minutes in [-5, 5] {
        let other = Slot { end: clinic.later(&slot.end, minutes), ..slot.clone() };
        let answer = clinic.post("/appointments", &other.booking(&patient)).await;
        answer.refused("NO_TIMESLOTS_AVAILABLE", "start");
    }
    assert_eq!(subject.live().len(), live);
}

/// The free times of some days, grouped by what a booking without one id would match.
async fn groups(clinic: &Clinic<'_>, by: impl Fn(&Slot) -> String) -> Vec<Vec<Slot>> {
    let mut groups: BTreeMap<String, Vec<Slot>> = BTreeMap::new();
    for slot in clinic.timeslots(1, 6, &[]).await {
        groups.entry(format!("{} {} {}", slot.start, slot.end, by(&slot))).or_default().push(slot);
    }
    groups.into_values().collect()
}

fn without(mut booking: Value, fields: &[&str]) -> Value {
    for field in fields {
        booking.as_object_mut().expect("an object").remove(*field);
    }
    booking
}

async fn service_left_out(subject: &Subject) {
    let clinic = subject.clinic().await;
    let groups = groups(&clinic, |slot| slot.resource_id.clone()).await;
    let [only] =
        groups.iter().find(|group| group.len() == 1).expect("one that nothing else matches").as_slice()
    else {
        unreachable!()
    };
    let body = without(only.booking(&clinic.patient().await), &["healthcare_service_id"]);
    let booked = clinic.one_booked(&clinic.post("/appointments", &body).await);
    assert_eq!(booked["healthcare_service_id"], only.healthcare_service_id.as_str());
    assert_eq!(booked["resource_id"], only.resource_id.as_str());
}

async fn resource_left_out(subject: &Subject) {
    let clinic = subject.clinic().await;
    let groups = groups(&clinic, |slot| slot.healthcare_service_id.clone()).await;
    let only = &groups.iter().find(|group| group.len() == 1).expect("one that nothing else matches")[0];
    let body = without(only.booking(&clinic.patient().await), &["resource_id"]);
    let booked = clinic.one_booked(&clinic.post("/appointments", &body).await);
    assert_eq!(booked["resource_id"], only.resource_id.as_str());
}

async fn ambiguous(subject: &Subject) {
    let clinic = subject.clinic().await;
    let groups = groups(&clinic, |_| String::new()).await;
    let several = groups.iter().find(|group| group.len() > 1).expect("a time at which two are free");
    let live = subject.live().len();
    let body =
        without(several[0].booking(&clinic.patient().await), &["resource_id", "healthcare_service_id"]);
    let answer = clinic.post("/appointments", &body).await;
    let fault = &answer.faults()[0];
    assert_eq!(fault.code, "AMBIGUOUS_TIMESLOTS", "{answer}");
    for slot in several {
        let listed =
            fault.details.contains(&slot.resource_id) && fault.details.contains(&slot.healthcare_service_id);
        assert!(listed, "{slot:?} is listed: {answer}");
    }
    assert_eq!(subject.live().len(), live);
}

async fn names_nothing(subject: &Subject) {
    let clinic = subject.clinic().await;
    let (slot, patient) = (clinic.slots().await.remove(0), clinic.patient().await);
    let live = subject.live().len();
    for (field, code) in [
        ("patient_id", "INVALID_PATIENT_ID"),
        ("resource_id", "INVALID_RESOURCE_ID"),
        ("healthcare_service_id", "INVALID_HEALTHCARE_SERVICE_ID"),
    ] {
        for nothing in ["nothing", "999999999999999999", "a b"] {
            let mut body = slot.booking(&patient);
            body[field] = json!(nothing);
            clinic.post("/appointments", &body).await.refused(code, field);
        }
    }
    assert_eq!(subject.live().len(), live);
}

async fn of_another_care_unit(subject: &Subject) {
    let clinics = subject.clinics().await;
    let (here, there) = (&clinics[0], &clinics[1]);
    let slot = there.slots().await.remove(0);
    let live = subject.live().len();
    let answer = here.post("/appointments", &slot.booking(&here.patient().await)).await;
    answer.refused_also("INVALID_RESOURCE_ID", "resource_id");
    assert_eq!(subject.live().len(), live);
}

async fn missing(subject: &Subject) {
    let clinic = subject.clinic().await;
    let before = subject.calls();
    for body in [json!({}), json!({"start": null, "end": null, "patient_id": null})] {
        let answer = clinic.post("/appointments", &body).await;
        for field in ["start", "end", "patient_id"] {
            answer.refused_also("MISSING_REQUIRED_FIELD", field);
        }
    }
    assert_eq!(subject.calls(), before);
}

async fn wrong_times(subject: &Subject) {
    let clinic = subject.clinic().await;
    let before = subject.calls();
    let book = |start: &str, end: &str| json!({"start": start, "end": end, "patient_id": "1"});
    let right = ("2026-04-01T10:00:00Z", "2026-04-01T10:30:00Z");
    for wrong in ["2026-04-01T10:00:00", "tomorrow", "2026-04-01", ""] {
        clinic.post("/appointments", &book(wrong, right.1)).await.refused("BAD_INPUT", "start");
        clinic.post("/appointments", &book(right.0, wrong)).await.refused("BAD_INPUT", "end");
    }
    clinic.post("/appointments", &book(right.1, right.0)).await.refused("BAD_INPUT", "end");
    clinic.post("/appointments", &book(right.0, right.0)).await.refused("BAD_INPUT", "end");
    assert_eq!(subject.calls(), before);
}

async fn any_offset(subject: &Subject) {
    let clinic = subject.clinic().await;
    let (slot, patient) = (clinic.slots().await.remove(0), clinic.patient().await);
    let elsewhere = |text: &str| instant(text).display_with_offset(jiff::tz::offset(-9)).to_string();
    let with_fraction = |text: &str| format!("{}.5Z", instant(text).to_string().trim_end_matches('Z'));
    let spelled = Slot { start: elsewhere(&slot.start), end: with_fraction(&slot.end), ..slot.clone() };
    let booked = clinic.one_booked(&clinic.post("/appointments", &spelled.booking(&patient)).await);
    assert_eq!((text(&booked, "start"), text(&booked, "end")), (slot.start, slot.end));
}

async fn comment_length(subject: &Subject) {
    let clinic = subject.clinic().await;
    let (slot, patient) = (clinic.slots().await.remove(0), clinic.patient().await);
    let longest = subject.capabilities.limits.max_comment_length;
    let mut body = slot.booking(&patient);
    if let Some(longest) = longest {
        let before = subject.calls();
        body["comment"] = json!("å".repeat(longest + 1));
        let details = clinic.post("/appointments", &body).await.refused("INVALID_COMMENT_LENGTH", "comment");
        assert!(details.contains(&longest.to_string()), "{details}");
        assert_eq!(subject.calls(), before);
    }
    let comment = "å".repeat(longest.unwrap_or(1000));
    body["comment"] = json!(comment);
    let booked = clinic.one_booked(&clinic.post("/appointments", &body).await);
    if subject.keeps(BOOK, "comment") {
        assert_eq!(booked["comment"], comment);
    }
}

async fn letters(subject: &Subject) {
    let clinic = subject.clinic().await;
    if !subject.keeps(BOOK, "comment") {
        return;
    }
    let (slot, patient) = (clinic.slots().await.remove(0), clinic.patient().await);
    let mut body = slot.booking(&patient);
    let comment = "Ont i knät — \"svårt\" & <b>röd</b> 腰痛 🦵\nandra raden";
    body["comment"] = json!(comment);
    let booked = clinic.one_booked(&clinic.post("/appointments", &body).await);
    assert_eq!(booked["comment"], comment);
    assert_eq!(clinic.appointment(&text(&booked, "id")).await["comment"], comment);
    body["comment"] = json!("with a null \u{0}");
    clinic.post("/appointments", &body).await.refused("BAD_INPUT", "comment");
}

async fn emr_ids(subject: &Subject) {
    let clinic = subject.clinic().await;
    let (slot, patient) = (clinic.slots().await.remove(0), clinic.patient().await);
    let mut body = slot.booking(&format!("emr_id:{patient}"));
    body["resource_id"] = json!(format!("emr_id:{}", slot.resource_id));
    let booked = clinic.one_booked(&clinic.post("/appointments", &body).await);
    assert_eq!(booked["patient_id"], patient.as_str());
    assert_eq!(booked["resource_id"], slot.resource_id.as_str());
}

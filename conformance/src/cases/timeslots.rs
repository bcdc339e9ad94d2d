//! Free times, and how instants and windows are written and read.

use std::collections::BTreeSet;

use http::Method;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use vardbro_model::capabilities::Operation;

use crate::case::Need::{Can, FilterBy};
use crate::case::cases;
use crate::client::with_query;
use crate::clinic::{Clinic, Slot, days, instant, slots_in, text};
use crate::shapes::TIMESLOT;
use crate::subject::Subject;

const LIST: Operation = Operation::ListTimeslots;

cases! {
    "a timeslot has every field and lies in the future" [Can(LIST)] => every_field,
    "timeslots are sorted by start, then by resource" [Can(LIST)] => sorted,
    "without a window the next 30 days are meant" [Can(LIST)] => default_window,
    "timeslots can be asked for by resource" [FilterBy(LIST, "resource_id")] => by_resource,
    "timeslots can be asked for by service" [FilterBy(LIST, "healthcare_service_id")] => by_service,
    "the timeslots of a resource and a service are those of both filters"
        [FilterBy(LIST, "resource_id"), FilterBy(LIST, "healthcare_service_id")] => by_both,
    "a pair that is not offered has no timeslots"
        [FilterBy(LIST, "resource_id"), FilterBy(LIST, "healthcare_service_id")] => not_offered,
    "a resource or a service that is not here is a fault of the parameter" [Can(LIST)] => not_here,
    "timeslots last as long as their service" [Can(LIST)] => durations,
    "the window includes its start and excludes its end" [Can(LIST)] => bounds,
    "date-times carry the care unit's own offset at that instant, also after the clocks change" [Can(LIST)] => offsets,
    "the same window in another offset gives the same timeslots" [Can(LIST)] => spellings,
    "a date-time without an offset is refused, never guessed" [Can(LIST)] => naive,
    "what is no date-time is refused" [Can(LIST)] => nonsense,
    "fractions of a second are truncated" [Can(LIST)] => fractions,
    "a plus that was not encoded arrives as a space and is taken for a plus" [Can(LIST)] => plus_as_space,
    "when one bound is missing the other is 30 days away" [Can(LIST)] => one_bound,
    "a window that ends before it starts is refused" [Can(LIST)] => backwards,
    "a window longer than the EHR allows is refused" [Can(LIST)] => too_long,
    "a start in the past means now" [Can(LIST)] => in_the_past,
    "Age tells how old the answer is, and Cache-Control: no-cache asks anew" [Can(LIST)] => ages,
}

async fn every_field(subject: &Subject) {
    for clinic in subject.clinics().await {
        let offer = clinic.offer().await;
        let (start, end) = (clinic.now_plus(days(1)), clinic.now_plus(days(7)));
        let parameters = [
            ("start", start.as_str()),
            ("end", end.as_str()),
            ("resource_id", &offer.resource),
            ("healthcare_service_id", &offer.service),
        ];
        let slots = clinic.find("/timeslots", &parameters).await.list();
        assert!(!slots.is_empty());
        for slot in &slots {
            TIMESLOT.check(slot);
            assert_eq!(slot["care_unit_id"], clinic.id.as_str());
            let (start, end) = times(slot);
            assert!(subject.clock.now() < start && start < end, "{slot}");
        }
    }
}

fn times(slot: &Value) -> (Timestamp, Timestamp) {
    let time = |field: &str| instant(slot[field].as_str().expect("a date-time"));
    (time("start"), time("end"))
}

async fn sorted(subject: &Subject) {
    let clinic = subject.clinic().await;
    let slots = clinic.timeslots(0, 4, &[]).await;
    let keys: Vec<_> = slots.iter().map(|slot| (instant(&slot.start), &slot.resource_id)).collect();
    assert!(!keys.is_empty());
    assert!(keys.is_sorted(), "{keys:?}");
    let distinct: BTreeSet<_> = slots.iter().map(key).collect();
    assert_eq!(distinct.len(), slots.len(), "no timeslot stands twice");
}

fn key(slot: &Slot) -> (Timestamp, String, String) {
    (instant(&slot.start), slot.resource_id.clone(), slot.healthcare_service_id.clone())
}

fn keys(slots: &[Slot]) -> BTreeSet<(Timestamp, String, String)> {
    slots.iter().map(key).collect()
}

async fn default_window(subject: &Subject) {
    let clinic = subject.clinic().await;
    let offer = clinic.offer().await;
    let filters = [("resource_id", offer.resource.as_str()), ("healthcare_service_id", &offer.service)];
    let now = subject.clock.now();
    let slots = slots_in(&clinic.find("/timeslots", &filters).await);
    let last = slots.last().expect("somebody is free");
    let end = now.saturating_add(days(30)).expect("within time");
    assert!(slots.iter().all(|slot| (now..=end).contains(&instant(&slot.start))));
    let late = end.saturating_sub(days(9)).expect("within time");
    assert!(instant(&last.start) > late, "the last one is {}", last.start);
    assert_eq!(keys(&slots), keys(&clinic.free(&offer, 0, 30).await));
}

async fn by_resource(subject: &Subject) {
    let clinic = subject.clinic().await;
    let all = clinic.timeslots(1, 4, &[]).await;
    for resource in clinic.resources().await.iter().take(4) {
        let id = resource["id"].as_str().expect("an id");
        let expected: Vec<Slot> = all.iter().filter(|slot| slot.resource_id == id).cloned().collect();
        assert_eq!(clinic.timeslots(1, 4, &[("resource_id", id)]).await, expected);
    }
}

async fn by_service(subject: &Subject) {
    let clinic = subject.clinic().await;
    let all = clinic.timeslots(1, 4, &[]).await;
    for service in clinic.services().await.iter().take(4) {
        let id = service["id"].as_str().expect("an id");
        let expected: Vec<Slot> =
            all.iter().filter(|slot| slot.healthcare_service_id == id).cloned().collect();
        assert_eq!(clinic.timeslots(1, 4, &[("healthcare_service_id", id)]).await, expected);
    }
}

async fn by_both(subject: &Subject) {
    let clinic = subject.clinic().await;
    let offer = clinic.offer().await;
    let of_resource = clinic.timeslots(1, 7, &[("resource_id", &offer.resource)]).await;
    let expected: Vec<Slot> =
        of_resource.into_iter().filter(|slot| slot.healthcare_service_id == offer.service).collect();
    assert_eq!(clinic.free(&offer, 1, 7).await, expected);
}

async fn not_offered(subject: &Subject) {
    let clinic = subject.clinic().await;
    let services = clinic.services().await;
    for resource in clinic.resources().await {
        let offered = resource["healthcare_service_ids"].as_array().expect("a list");
        let Some(other) = services.iter().find(|service| !offered.contains(&service["id"])) else { continue };
        let filters = [
            ("resource_id", resource["id"].as_str().expect("an id")),
            ("healthcare_service_id", other["id"].as_str().expect("an id")),
        ];
        assert_eq!(clinic.timeslots(0, 7, &filters).await, []);
    }
}

async fn not_here(subject: &Subject) {
    let clinics = subject.clinics().await;
    let (here, there) = (&clinics[0], &clinics[1]);
    let own: BTreeSet<String> = here.services().await.iter().map(|one| text(one, "id")).collect();
    let services = there.services().await.iter().map(|one| text(one, "id")).collect::<Vec<_>>();
    let resource = there.resource_not_at(here).await;
    for id in ["nothing", &resource] {
        here.find("/timeslots", &[("resource_id", id)]).await.refused("INVALID_RESOURCE_ID", "resource_id");
    }
    let mut nothing = vec!["nothing".to_owned()];
    nothing.extend(services.into_iter().find(|service| !own.contains(service)));
    for id in nothing {
        let answer = here.find("/timeslots", &[("healthcare_service_id", &id)]).await;
        answer.refused("INVALID_HEALTHCARE_SERVICE_ID", "healthcare_service_id");
    }
}

async fn durations(subject: &Subject) {
    let clinic = subject.clinic().await;
    let services = clinic.services().await;
    for slot in clinic.timeslots(1, 4, &[]).await {
        let service = services.iter().find(|service| service["id"] == slot.healthcare_service_id.as_str());
        let service = service.unwrap_or_else(|| panic!("a service that is listed: {slot:?}"));
        let minutes = instant(&slot.end).duration_since(instant(&slot.start)).as_mins();
        if let Some(expected) = service["duration_minutes"].as_i64() {
            assert_eq!(minutes, expected, "{slot:?}");
        }
        assert_ne!(service["bookable_online"], false, "{slot:?}");
    }
}

/// The free times of an offer in a window that is written as it is given.
async fn between(clinic: &Clinic<'_>, start: &str, end: &str, like: &Slot) -> Vec<Slot> {
    let parameters = [
        ("start", start),
        ("end", end),
        ("resource_id", &like.resource_id),
        ("healthcare_service_id", &like.healthcare_service_id),
    ];
    slots_in(&clinic.find("/timeslots", &parameters).await)
}

async fn bounds(subject: &Subject) {
    let clinic = subject.clinic().await;
    let slots = clinic.slots().await;
    let (first, later) = (&slots[0], &slots[3]);
    let found = between(&clinic, &first.start, &later.start, first).await;
    assert_eq!(found.first(), Some(first));
    assert!(!found.contains(later));
    let second_later =
        clinic.local(instant(&first.start).saturating_add(SignedDuration::from_secs(1)).expect("time"));
    assert!(!between(&clinic, &second_later, &later.start, first).await.contains(first));
    assert!(between(&clinic, &first.start, &second_later, first).await.contains(first));
}

async fn offsets(subject: &Subject) {
    let mut changes = 0;
    for clinic in subject.clinics().await {
        let offer = clinic.offer().await;
        let slots = clinic.free(&offer, 0, 30).await;
        assert!(!slots.is_empty());
        let mut seen = BTreeSet::new();
        for text in slots.iter().flat_map(|slot| [&slot.start, &slot.end]) {
            assert_eq!(text, &clinic.local(instant(text)));
            seen.insert(text[19..].to_owned());
        }
        changes += seen.len() - 1;
    }
    if std::env::var("VARDBRO_CONFORMANCE_NOW").is_err() {
        assert!(changes > 0, "the clocks of one care unit change within the window");
    }
}

async fn spellings(subject: &Subject) {
    let clinic = subject.clinic().await;
    let slots = clinic.slots().await;
    let (first, last) = (&slots[0], &slots[4]);
    let expected = between(&clinic, &first.start, &last.start, first).await;
    assert!(expected.len() >= 4);
    let utc = |text: &str| instant(text).to_string();
    let far = |text: &str| {
        let at = instant(text);
        at.display_with_offset(jiff::tz::offset(-9)).to_string()
    };
    assert_eq!(between(&clinic, &utc(&first.start), &utc(&last.start), first).await, expected);
    assert_eq!(between(&clinic, &far(&first.start), &far(&last.start), first).await, expected);
    let lower = utc(&first.start).to_lowercase();
    assert_eq!(between(&clinic, &lower, &last.start, first).await, expected);
}

async fn naive(subject: &Subject) {
    let clinic = subject.clinic().await;
    let before = subject.calls();
    for naive in ["2026-04-01T10:00:00", "2026-04-01T10:00:00.123456"] {
        clinic.find("/timeslots", &[("start", naive)]).await.refused("BAD_INPUT", "start");
        clinic.find("/timeslots", &[("end", naive)]).await.refused("BAD_INPUT", "end");
    }
    assert_eq!(subject.calls(), before);
}

async fn nonsense(subject: &Subject) {
    let clinic = subject.clinic().await;
    let before = subject.calls();
    let nonsense = [
        "",
        "now",
        "2026-04-01",
        "10:00",
        "1774000000",
        "2026-13-01T10:00:00Z",
        "2026-02-30T10:00:00Z",
        "2026-04-01T25:00:00Z",
        "2026-04-01T10:00:00+25:00",
        "2026-04-01T10:00:00Zulu",
        "0000-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "-262143-01-01T00:00:00Z",
        "99999-01-01T00:00:00Z",
    ];
    for text in nonsense {
        clinic.find("/timeslots", &[("start", text)]).await.refused("BAD_INPUT", "start");
    }
    assert_eq!(subject.calls(), before);
}

async fn fractions(subject: &Subject) {
    let clinic = subject.clinic().await;
    let slots = clinic.slots().await;
    let (first, last) = (&slots[0], &slots[3]);
    let expected = between(&clinic, &first.start, &last.start, first).await;
    let with_fraction = |text: &str| format!("{}.999999{}", &text[..19], &text[19..]);
    let found = between(&clinic, &with_fraction(&first.start), &with_fraction(&last.start), first).await;
    assert_eq!(found, expected);
}

async fn plus_as_space(subject: &Subject) {
    let clinic = subject.clinic().await;
    let slots = clinic.slots().await;
    let (first, last) = (&slots[0], &slots[3]);
    let expected = between(&clinic, &first.start, &last.start, first).await;
    let zoned = |text: &str| instant(text).display_with_offset(jiff::tz::offset(2)).to_string();
    let (start, end) = (zoned(&first.start), zoned(&last.start));
    assert!(start.contains('+'));
    let filters =
        format!("resource_id={}&healthcare_service_id={}", first.resource_id, first.healthcare_service_id);
    for (start, end) in [(start.clone(), end.clone()), (start.replace('+', "%20"), end.replace('+', "%20"))] {
        let path = format!("{}/timeslots?start={start}&end={end}&{filters}", clinic.path);
        assert_eq!(slots_in(&subject.client.get(&path).await), expected, "{path}");
    }
}

async fn one_bound(subject: &Subject) {
    let clinic = subject.clinic().await;
    let like = clinic.slots().await.remove(0);
    let pair =
        [("resource_id", like.resource_id.as_str()), ("healthcare_service_id", &like.healthcare_service_id)];
    let (start, end) = (clinic.now_plus(days(2)), clinic.now_plus(days(32)));
    let both = between(&clinic, &start, &end, &like).await;
    let from = clinic.find("/timeslots", &[("start", start.as_str()), pair[0], pair[1]]).await;
    assert_eq!(slots_in(&from), both);
    // 30 days before the end is in the past here, and so means now.
    let soon = clinic.now_plus(days(6));
    let until = clinic.find("/timeslots", &[("end", soon.as_str()), pair[0], pair[1]]).await;
    assert_eq!(slots_in(&until), between(&clinic, &clinic.now_plus(days(0)), &soon, &like).await);
}

async fn backwards(subject: &Subject) {
    let clinic = subject.clinic().await;
    let before = subject.calls();
    let (start, end) = ("2026-04-02T10:00:00Z", "2026-04-01T10:00:00Z");
    clinic.find("/timeslots", &[("start", start), ("end", end)]).await.refused("BAD_INPUT", "end");
    clinic.find("/timeslots", &[("start", start), ("end", start)]).await.refused("BAD_INPUT", "end");
    assert_eq!(subject.calls(), before);
}

async fn too_long(subject: &Subject) {
    let clinic = subject.clinic().await;
    let before = subject.calls();
    let most = i64::from(subject.capabilities.limits.availability_window_days);
    assert!((1..=92).contains(&most), "{most}");
    let (start, end) =
        (clinic.now_plus(days(1)), clinic.now_plus(days(1 + most) + SignedDuration::from_secs(60)));
    let parameters = [("start", start.as_str()), ("end", end.as_str())];
    clinic.find("/timeslots", &parameters).await.refused("BAD_INPUT", "end");
    assert_eq!(subject.calls(), before);
    let like = clinic.slots().await.remove(0);
    let end = clinic.now_plus(days(most));
    assert!(!between(&clinic, &start, &end, &like).await.is_empty());
}

async fn in_the_past(subject: &Subject) {
    let clinic = subject.clinic().await;
    let like = clinic.slots().await.remove(0);
    let (past, end) = (clinic.now_plus(days(-20)), clinic.now_plus(days(6)));
    let found = between(&clinic, &past, &end, &like).await;
    assert!(!found.is_empty());
    assert!(found.iter().all(|slot| instant(&slot.start) >= subject.clock.now()));
    assert_eq!(found, between(&clinic, &clinic.now_plus(days(0)), &end, &like).await);
    let open_end = [
        ("start", past.as_str()),
        ("resource_id", &like.resource_id),
        ("healthcare_service_id", &like.healthcare_service_id),
    ];
    let open_end = slots_in(&clinic.find("/timeslots", &open_end).await);
    assert_eq!(
        open_end,
        between(&clinic, &clinic.now_plus(days(0)), &clinic.now_plus(days(30)), &like).await
    );
    let over = clinic.now_plus(days(-10));
    assert_eq!(between(&clinic, &past, &over, &like).await, []);
}

async fn ages(subject: &Subject) {
    let clinic = subject.clinic().await;
    let offer = clinic.offer().await;
    let (start, end) = (clinic.now_plus(days(8)), clinic.now_plus(days(9)));
    let parameters = [
        ("start", start.as_str()),
        ("end", end.as_str()),
        ("resource_id", &offer.resource),
        ("healthcare_service_id", &offer.service),
    ];
    let path = with_query(&format!("{}/timeslots", clinic.path), &parameters);
    let age = |answer: &crate::client::Answer| -> u64 {
        let age = answer.header("age").and_then(|age| age.parse().ok());
        age.unwrap_or_else(|| panic!("Age in seconds: {answer}"))
    };
    let first = subject.client.get(&path).await;
    assert_eq!(age(&first), 0);
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    let second = subject.client.get(&path).await;
    assert_eq!(second.list(), first.list());
    // An answer from memory tells its age; one that was asked for anew cost a call.
    assert_eq!(age(&second) >= 1, second.calls() == 0, "{second}");
    let before = subject.calls();
    let request = subject.client.request(Method::GET, &path).header("cache-control", "no-cache");
    let fresh = subject.client.send(request, "").await;
    assert_eq!(age(&fresh), 0);
    assert!(subject.calls() > before && fresh.calls() > 0, "{fresh}");
}

//! Free times, and the nights when clocks change.

use std::collections::BTreeSet;

use crate::client::{EHN, MIKAEL, Sandbox, Slot, UNIT};

const EMERGENCY: &str = "3";

async fn dates(sandbox: &Sandbox, first: &str, last: &str, narrowed: &str) -> Vec<String> {
    let children = format!("{UNIT}<StartDate>{first}</StartDate><EndDate>{last}</EndDate>{narrowed}");
    let answer = sandbox.call("GetAvailableDates", &children).await.response();
    assert_eq!(answer.0.matches("<AvailableDates").count(), 1);
    answer.all("Date").into_iter().map(|date| date.0).collect()
}

fn of<'s>(slots: &'s [Slot], value: fn(&'s Slot) -> &'s String) -> BTreeSet<&'s str> {
    slots.iter().map(|slot| value(slot).as_str()).collect()
}

#[tokio::test]
async fn a_free_time_is_told_in_full() {
    let sandbox = Sandbox::start().await;
    let slot = sandbox.slot().await;
    let children = format!(
        "{UNIT}<StartDate>20260317</StartDate><EndDate>20260327</EndDate><TimeTypeId>6</TimeTypeId><ResourceId>{EHN}</ResourceId>"
    );

    let answer = sandbox.call("GetAvailableTimeslots", &children).await;

    let expected = format!(
        "<AvailableTimeslots CareUnitIdType=\"takecareid\" CareUnitId=\"10\" CareUnitName=\"Ekhagens vårdcentral\">\
         <Timeslot><StartTime>{}</StartTime><EndTime>{}</EndTime><TimeTypeId>6</TimeTypeId>\
         <TimeTypeName>Webbtid 1</TimeTypeName><ResourceType>1</ResourceType><ResourceId>{EHN}</ResourceId>\
         <ResourceName>Läkare Ehn (läk)</ResourceName></Timeslot>",
        slot.start, slot.end
    );
    assert!(answer.0.contains(&expected), "{}", answer.0);
}

#[tokio::test]
async fn every_working_day_of_92_has_free_times_and_no_weekend() {
    let sandbox = Sandbox::start().await;
    let working = dates(&sandbox, "20260316", "20260616", "<TimeTypeId>6</TimeTypeId>").await;
    let expected: Vec<String> = jiff::civil::date(2026, 3, 16)
        .series(jiff::ToSpan::day(1))
        .take_while(|day| *day <= jiff::civil::date(2026, 6, 16))
        .filter(|day| day.weekday().to_monday_one_offset() < 6)
        .map(|day| day.strftime("%Y%m%d").to_string())
        .collect();
    assert_eq!(working, expected);

    sandbox.clock.advance(jiff::SignedDuration::from_hours(24 * 200));
    assert!(!sandbox.free("20261005", "20261009", "").await.is_empty());
}

#[tokio::test]
async fn times_are_narrowed_by_time_type_and_resource() {
    let sandbox = Sandbox::start().await;
    let all = sandbox.free("20260317", "20260320", "").await;
    assert_eq!(of(&all, |slot| &slot.time_type), BTreeSet::from(["4", "6", "7", "9"]));
    assert_eq!(of(&all, |slot| &slot.resource), BTreeSet::from(["2", EMERGENCY, "43", EHN, "991890000027"]));

    for (narrowed, keep) in [
        ("<TimeTypeId>7</TimeTypeId>".to_owned(), (Some("7"), None)),
        (format!("<ResourceId>{EHN}</ResourceId>"), (None, Some(EHN))),
        (format!("<TimeTypeId>4</TimeTypeId><ResourceId>{EHN}</ResourceId>"), (Some("4"), Some(EHN))),
        ("<TimeTypeId>14</TimeTypeId>".to_owned(), (Some("14"), None)),
        ("<TimeTypeId>999</TimeTypeId>".to_owned(), (Some("999"), None)),
        ("<ResourceId>999</ResourceId>".to_owned(), (None, Some("999"))),
    ] {
        let (time_type, resource): (Option<&str>, Option<&str>) = keep;
        let expected: Vec<Slot> = all
            .iter()
            .filter(|slot| time_type.is_none_or(|wanted| slot.time_type == wanted))
            .filter(|slot| resource.is_none_or(|wanted| slot.resource == wanted))
            .cloned()
            .collect();
        assert_eq!(sandbox.free("20260317", "20260320", &narrowed).await, expected, "{narrowed}");
    }
}

#[tokio::test]
async fn a_time_that_is_booked_takes_overlapping_times_of_other_types() {
    let sandbox = Sandbox::start().await;
    let at = |slots: &[Slot], start: &str| {
        let mut found: Vec<&str> =
            slots.iter().filter(|slot| slot.start == start).map(|slot| slot.time_type.as_str()).collect();
        found.sort_unstable();
        found.join(" ")
    };
    let ehn = format!("<ResourceId>{EHN}</ResourceId>");
    let slots = sandbox.free("20260317", "20260417", &ehn).await;
    let both = slots.iter().find(|slot| slot.time_type == "4" && at(&slots, &slot.start) == "4 6").unwrap();

    sandbox.make(both, MIKAEL).await.response();

    let slots = sandbox.free("20260317", "20260417", &ehn).await;
    assert_eq!(at(&slots, &both.start), "");
    assert!(slots.iter().all(|slot| slot.end <= both.start || slot.start >= both.end));
}

#[tokio::test]
async fn what_is_past_is_not_free() {
    let sandbox = Sandbox::start().await;
    assert_eq!(sandbox.free("20260301", "20260315", "").await, []);
    let today = sandbox.free("20260301", "20260316", "").await;
    assert!(!today.is_empty() && today.iter().all(|slot| slot.start.as_str() >= "202603160900"), "{today:?}");
    assert_eq!(sandbox.free("20280101", "99991231", "").await, []);
}

#[tokio::test]
async fn dates_say_what_they_were_narrowed_by() {
    let sandbox = Sandbox::start().await;
    for (narrowed, time_type, resource) in [
        ("", "0", "0"),
        ("<TimeTypeId>6</TimeTypeId>", "6", "0"),
        ("<ResourceId>991890000019</ResourceId>", "0", EHN),
        ("<TimeTypeId>6</TimeTypeId><ResourceId>991890000019</ResourceId>", "6", EHN),
    ] {
        let children = format!("{UNIT}<StartDate>20260321</StartDate><EndDate>20260322</EndDate>{narrowed}");
        let answer = sandbox.call("GetAvailableDates", &children).await.response();
        let container = format!(
            "<AvailableDates CareUnitIdType=\"takecareid\" CareUnitId=\"10\" CareUnitName=\"Ekhagens vårdcentral\" \
             TimeTypeId=\"{time_type}\" ResourceId=\"{resource}\" />"
        );
        assert!(answer.0.contains(&container), "{}", answer.0);
    }
}

/// As the public adapters ask where nothing is moved.
#[tokio::test]
async fn an_empty_booking_id_is_none() {
    let sandbox = Sandbox::start().await;
    for operation in ["GetAvailableDates", "GetAvailableTimeslots"] {
        let window = "<StartDate>20260316</StartDate><EndDate>20260405</EndDate><TimeTypeId>9</TimeTypeId>";
        let plain = sandbox.call(operation, &format!("{UNIT}{window}")).await.response();
        let empty =
            sandbox.call(operation, &format!("<BookingId></BookingId>{UNIT}{window}")).await.response();
        assert_eq!(empty.0, plain.0);
    }
}

#[tokio::test]
async fn dates_are_those_with_a_free_time() {
    let sandbox = Sandbox::start().await;
    let slots = sandbox.free("20260316", "20260405", "<TimeTypeId>9</TimeTypeId>").await;
    let mut expected: Vec<String> = slots.iter().map(|slot| slot.start[..8].to_owned()).collect();
    expected.dedup();
    assert_eq!(dates(&sandbox, "20260316", "20260405", "<TimeTypeId>9</TimeTypeId>").await, expected);
    assert!(expected.contains(&"20260329".to_owned()));
}

#[tokio::test]
async fn the_missing_hour_is_offered_like_any_other_and_cannot_be_booked() {
    let sandbox = Sandbox::start().await;
    let night = sandbox.free("20260329", "20260329", "").await;
    let starts: Vec<&str> = night.iter().map(|slot| &slot.start[8..]).collect();
    assert_eq!(starts, ["0100", "0130", "0200", "0230", "0300", "0330"]);
    assert_eq!(of(&night, |slot| &slot.resource), BTreeSet::from([EMERGENCY]));

    for (slot, code) in night.iter().zip([None, None, Some(4022), Some(4022), None, None]) {
        let answer = sandbox.make(slot, MIKAEL).await;
        match code {
            Some(code) => assert_eq!(answer.code(), code, "{slot:?}"),
            None => assert_eq!(answer.response().one("StartTime"), slot.start),
        }
    }
    let state = sandbox.running.ehr.state();
    let mut starts: Vec<String> = state
        .appointments
        .iter()
        .filter(|booking| booking.start.to_string().starts_with("2026-03-29"))
        .map(|booking| booking.start.to_string())
        .collect();
    starts.sort();
    let expected = ["00:00", "00:30", "01:00", "01:30"].map(|time| format!("2026-03-29T{time}:00Z"));
    assert_eq!(starts, expected);
}

#[tokio::test]
async fn the_doubled_hour_has_its_digits_once_and_means_its_first_occurrence() {
    let sandbox = Sandbox::at("2026-10-19T07:00:00Z").await;
    let night = sandbox.free("20261025", "20261025", "").await;
    let starts: Vec<&str> = night.iter().map(|slot| &slot.start[8..]).collect();
    assert_eq!(starts, ["0100", "0130", "0200", "0230", "0300", "0330"]);

    let id = sandbox.make(&night[3], MIKAEL).await.response().one("BookingId");

    let state = sandbox.running.ehr.state();
    let booking = state.appointments.iter().find(|booking| booking.id == id).unwrap();
    assert_eq!(booking.start.to_string(), "2026-10-25T00:30:00Z");
    // 03:00 in the first of the hours that have these digits is 02:00 in the second.
    assert_eq!(booking.end.to_string(), "2026-10-25T02:00:00Z");
}

#[tokio::test]
async fn other_nights_are_closed() {
    let sandbox = Sandbox::start().await;
    for sunday in ["20260322", "20260405"] {
        assert_eq!(sandbox.free(sunday, sunday, "").await, [], "{sunday}");
    }
}

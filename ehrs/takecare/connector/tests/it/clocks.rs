//! The last Sundays of March and October, in questions and in answers.

use vardbro_ehr::{Ehr, EhrErrorKind};
use vardbro_model::appointment::{AppointmentChange, AppointmentQuery, Booking, SlotChoice};
use vardbro_model::error::FaultCode;
use vardbro_model::id::AppointmentId;
use vardbro_model::time::Window;

use crate::clinic::{ANNA, fault, first, kind, patient_ref, resource_ref, ten};
use crate::scripted::{Stage, booking, bookings, confirmation, slot, slots};

const OCTOBER: &str = "2026-10-20T08:00:00Z";
const MARCH: &str = "2027-03-20T08:00:00Z";

fn window(start: &str, end: &str) -> Window {
    Window { start: start.parse().unwrap(), end: end.parse().unwrap() }
}

fn wanted(start: &str, end: &str) -> Booking {
    Booking {
        slot: SlotChoice {
            window: window(start, end),
            resource: Some(resource_ref("10-1")),
            healthcare_service: None,
        },
        patient: patient_ref(ANNA),
        comment: None,
    }
}

/// Rows around the doubled hour, its own ones twice as TakeCare may tell both passes.
fn october_rows() -> Vec<String> {
    vec![
        slot("202610250130", "202610250200"),
        slot("202610250200", "202610250230"),
        slot("202610250230", "202610250245"),
        slot("202610250200", "202610250230"),
        slot("202610250245", "202610250215"),
        slot("202610250300", "202610250330"),
    ]
}

#[tokio::test]
async fn free_times_in_the_doubled_hour_are_those_of_its_first_pass() {
    let stage = Stage::set(OCTOBER, |operation, _| {
        (operation == "GetAvailableTimeslots").then(|| slots(&october_rows()))
    });
    let day = window("2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z");
    let found = stage.takecare.timeslots(&stage.ctx, &ten(), day, None, None).await.unwrap();
    let told: Vec<String> = found.iter().map(|slot| format!("{}/{}", slot.start, slot.end)).collect();
    assert_eq!(
        told,
        [
            "2026-10-25T01:30:00+02:00/2026-10-25T02:00:00+02:00",
            "2026-10-25T02:00:00+02:00/2026-10-25T02:30:00+02:00",
            "2026-10-25T02:30:00+02:00/2026-10-25T02:45:00+02:00",
            "2026-10-25T02:45:00+02:00/2026-10-25T02:15:00+01:00",
            "2026-10-25T03:00:00+01:00/2026-10-25T03:30:00+01:00",
        ]
    );
    let asked = stage.last("GetAvailableTimeslots");
    assert!(asked.contains("<StartDate>20261025</StartDate><EndDate>20261025</EndDate>"), "{asked}");
}

#[tokio::test]
async fn a_window_that_ends_in_the_doubled_hour_is_cut_by_instants() {
    let stage = Stage::set(OCTOBER, |operation, _| {
        (operation == "GetAvailableTimeslots").then(|| slots(&october_rows()))
    });
    for (start, end, count) in [
        ("2026-10-24T23:30:00Z", "2026-10-25T00:30:00Z", 2),
        ("2026-10-24T23:30:00Z", "2026-10-25T00:30:01Z", 3),
        // The second pass: nothing is told to be there.
        ("2026-10-25T01:00:00Z", "2026-10-25T02:00:00Z", 0),
        ("2026-10-25T02:00:00Z", "2026-10-25T02:00:01Z", 1),
    ] {
        let found =
            stage.takecare.timeslots(&stage.ctx, &ten(), window(start, end), None, None).await.unwrap();
        assert_eq!(found.len(), count, "{start} to {end}");
    }
}

#[tokio::test]
async fn a_time_of_the_second_pass_is_never_booked_as_one_of_the_first() {
    let stage = Stage::set(OCTOBER, |operation, _| match operation {
        "GetAvailableTimeslots" => Some(slots(&october_rows())),
        "MakeBooking" => Some(confirmation("7", "202610250200", "202610250230", ANNA)),
        _ => None,
    });
    let second = wanted("2026-10-25T01:00:00Z", "2026-10-25T01:30:00Z");
    let refused = stage.takecare.book(&stage.ctx, &ten(), second).await;
    assert_eq!(fault(refused), (FaultCode::NoTimeslotsAvailable, Some("start".into())));
    assert!(!stage.called().contains(&"MakeBooking".to_owned()));

    let the_first = wanted("2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z");
    let booked = stage.takecare.book(&stage.ctx, &ten(), the_first).await.unwrap();
    assert_eq!(booked.start.to_string(), "2026-10-25T02:00:00+02:00");
    let sent = stage.last("MakeBooking");
    assert!(sent.contains("<StartTime>202610250200</StartTime><EndTime>202610250230</EndTime>"), "{sent}");
}

#[tokio::test]
async fn a_time_over_the_change_is_booked_as_it_was_offered() {
    let stage = Stage::set(OCTOBER, |operation, _| match operation {
        "GetAvailableTimeslots" => Some(slots(&october_rows())),
        "MakeBooking" => Some(confirmation("7", "202610250245", "202610250215", ANNA)),
        _ => None,
    });
    let over = wanted("2026-10-25T00:45:00Z", "2026-10-25T01:15:00Z");
    let booked = stage.takecare.book(&stage.ctx, &ten(), over).await.unwrap();
    assert_eq!(booked.end.to_string(), "2026-10-25T02:15:00+01:00");
    assert!(
        stage
            .last("MakeBooking")
            .contains("<StartTime>202610250245</StartTime><EndTime>202610250215</EndTime>")
    );
}

#[tokio::test]
async fn a_row_in_the_missing_hour_is_skipped() {
    let rows = || {
        vec![
            slot("202703280130", "202703280200"),
            slot("202703280200", "202703280230"),
            slot("202703280145", "202703280315"),
            slot("202703280300", "202703280330"),
        ]
    };
    let stage = Stage::set(MARCH, move |operation, _| match operation {
        "GetAvailableTimeslots" => Some(slots(&rows())),
        "GetBookings" => Some(bookings(&[
            booking("1", "202703280130", "202703280145", ANNA, ""),
            booking("2", "202703280215", "202703280245", ANNA, ""),
            booking("3", "202703280300", "202703280330", ANNA, ""),
        ])),
        _ => None,
    });
    let day = window("2027-03-27T23:00:00Z", "2027-03-28T22:00:00Z");
    let found = stage.takecare.timeslots(&stage.ctx, &ten(), day, None, None).await.unwrap();
    let told: Vec<String> = found.iter().map(|slot| slot.start.to_string()).collect();
    // Nothing begins at 02:00 on that day. What ends then ends when the clock jumps.
    let expected = ["2027-03-28T01:30:00+01:00", "2027-03-28T01:45:00+01:00", "2027-03-28T03:00:00+02:00"];
    assert_eq!(told, expected);
    assert_eq!(found[0].end.to_string(), "2027-03-28T03:00:00+02:00");

    let query = AppointmentQuery { patient: Some(patient_ref(ANNA)), ..AppointmentQuery::default() };
    let listed = stage.takecare.appointments(&stage.ctx, &ten(), query, first(10)).await.unwrap();
    assert_eq!(listed.items.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), ["1", "3"]);
    let lost = AppointmentId::parse("2").unwrap();
    let error = stage.takecare.appointment(&stage.ctx, &ten(), &lost).await.unwrap_err();
    assert_eq!(error.kind, EhrErrorKind::Failed);
    let change = AppointmentChange { window: Some(day), ..AppointmentChange::default() };
    let moved = stage.takecare.change_appointment(&stage.ctx, &ten(), &lost, change).await;
    assert_eq!(kind(moved), EhrErrorKind::Conflict);
}

#[tokio::test]
async fn a_booking_in_the_doubled_hour_is_listed_at_its_first_pass() {
    let stage = Stage::set(OCTOBER, |operation, _| {
        (operation == "GetBookings")
            .then(|| bookings(&[booking("1", "202610250215", "202610250245", ANNA, "")]))
    });
    let list = |window| {
        let (stage, query) =
            (&stage, AppointmentQuery { window: Some(window), ..AppointmentQuery::default() });
        async move { stage.takecare.appointments(&stage.ctx, &ten(), query, first(10)).await }
    };
    let inside = list(window("2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z")).await.unwrap();
    assert_eq!(inside.items[0].start.to_string(), "2026-10-25T02:15:00+02:00");
    let second = list(window("2026-10-25T01:00:00Z", "2026-10-25T02:00:00Z")).await.unwrap();
    assert!(second.items.is_empty());
}

#[tokio::test]
async fn nothing_is_moved_into_the_second_pass() {
    let stage = Stage::set(OCTOBER, |operation, _| match operation {
        "GetBookings" => Some(bookings(&[booking("1", "202610260900", "202610260930", ANNA, "")])),
        "GetAvailableTimeslots" => Some(slots(&october_rows())),
        _ => None,
    });
    let id = AppointmentId::parse("1").unwrap();
    let second = window("2026-10-25T01:00:00Z", "2026-10-25T01:30:00Z");
    let change = AppointmentChange { window: Some(second), ..AppointmentChange::default() };
    let moved = stage.takecare.change_appointment(&stage.ctx, &ten(), &id, change).await;
    assert_eq!(fault(moved).0, FaultCode::NoTimeslotsAvailable);
    assert!(!stage.called().contains(&"RescheduleBooking".to_owned()));
}

#[tokio::test]
async fn another_zone_is_a_setting() {
    let stage = Stage::settled(
        "2026-07-01T08:00:00Z",
        |settings| settings.with("time_zone", "Europe/Helsinki"),
        |operation, _| {
            let row = || slot("202607020900", "202607020930");
            (operation == "GetAvailableTimeslots").then(|| slots(&[row()]))
        },
    );
    let day = window("2026-07-01T21:00:00Z", "2026-07-02T21:00:00Z");
    let found = stage.takecare.timeslots(&stage.ctx, &ten(), day, None, None).await.unwrap();
    assert_eq!(found[0].start.to_string(), "2026-07-02T09:00:00+03:00");
}

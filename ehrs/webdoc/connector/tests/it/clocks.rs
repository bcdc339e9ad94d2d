//! The two nights in which the clocks change.

use jiff::civil::date;
use serde_json::json;
use vardbro_ehr::{Ctx, Ehr};
use vardbro_model::appointment::{AppointmentChange, AppointmentQuery};
use vardbro_model::time::Window;
use vardbro_model::timeslot::Timeslot;

use crate::clinic::{Clinic, Meddling, booking, fault, meddled, no_timeslots, tolvan};

fn window(start: &str, end: &str) -> Window {
    Window { start: start.parse().unwrap(), end: end.parse().unwrap() }
}

/// A sandbox some days before, and the night clinic's free times of that night.
async fn night(now: &str, window: Window) -> (Clinic, vardbro_model::id::CareUnitId, Vec<Timeslot>) {
    let clinic = Clinic::open_at(now, |_| {}, |settings| settings).await;
    for unit in clinic.webdoc.care_units(&clinic.ctx()).await.unwrap() {
        let slots = clinic.webdoc.timeslots(&clinic.ctx(), &unit.id, window, None, None).await.unwrap();
        if !slots.is_empty() {
            return (clinic, unit.id, slots);
        }
    }
    panic!("no clinic is open that night");
}

const AUTUMN: fn() -> Window = || window("2026-10-24T22:00:00Z", "2026-10-25T04:00:00Z");
const SPRING: fn() -> Window = || window("2027-03-27T22:00:00Z", "2027-03-28T04:00:00Z");

#[tokio::test]
async fn the_doubled_hour_is_offered_and_booked_as_its_first_pass() {
    let (clinic, unit, slots) = night("2026-10-20T08:00:00Z", AUTUMN()).await;
    let doubled: Vec<_> = slots.iter().filter(|slot| slot.start.to_string().contains("T02:")).collect();
    assert!(!doubled.is_empty(), "{slots:?}");
    assert!(doubled.iter().all(|slot| slot.start.to_string().ends_with("+02:00")), "{doubled:?}");
    let booked = clinic.book(&unit, doubled[0]).await.unwrap();
    assert_eq!((booked.start, booked.end), (doubled[0].start, doubled[0].end));
    let night = AppointmentQuery { window: Some(AUTUMN()), ..Default::default() };
    assert_eq!(clinic.listed(&unit, night).await, [booked]);
}

#[tokio::test]
async fn the_second_pass_is_never_booked_as_the_first() {
    let (clinic, unit, slots) = night("2026-10-20T08:00:00Z", AUTUMN()).await;
    let doubled = slots.iter().find(|slot| slot.start.to_string().contains("T02:")).unwrap();
    let mut later = booking(doubled, tolvan());
    let hour = jiff::SignedDuration::from_hours(1);
    let Window { start, end } = later.slot.window;
    later.slot.window = Window { start: start + hour, end: end + hour };
    let live = clinic.live();
    let refused = clinic.webdoc.book(&clinic.ctx(), &unit, later.clone()).await;
    assert_eq!((fault(refused), clinic.live()), (no_timeslots(), live));
    let booked =
        clinic.book(&unit, slots.iter().find(|slot| slot.start != doubled.start).unwrap()).await.unwrap();
    let change = AppointmentChange { window: Some(later.slot.window), ..Default::default() };
    let refused = clinic.webdoc.change_appointment(&clinic.ctx(), &unit, &booked.id, change).await;
    assert_eq!(fault(refused), no_timeslots());
    assert_eq!(clinic.calls_of("PATCH"), 0);
}

#[tokio::test]
async fn a_window_that_lies_in_the_second_pass_has_nothing_of_the_first() {
    let (clinic, unit, _) = night("2026-10-20T08:00:00Z", AUTUMN()).await;
    let second = window("2026-10-25T01:00:00Z", "2026-10-25T02:00:00Z");
    assert_eq!(clinic.webdoc.timeslots(&clinic.ctx(), &unit, second, None, None).await.unwrap(), []);
    let first = window("2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z");
    assert!(!clinic.webdoc.timeslots(&clinic.ctx(), &unit, first, None, None).await.unwrap().is_empty());
}

#[tokio::test]
async fn rows_in_the_missing_hour_are_left_out_and_their_neighbours_stay() {
    let (clinic, unit, slots) = night("2027-03-22T08:00:00Z", SPRING()).await;
    let local: Vec<String> = slots.iter().map(|slot| slot.start.to_string()).collect();
    assert!(local.iter().all(|start| !start.contains("T02:")), "{local:?}");
    assert!(local.iter().any(|start| start.contains("T01:") && start.ends_with("+01:00")), "{local:?}");
    assert!(local.iter().any(|start| start.contains("T03:") && start.ends_with("+02:00")), "{local:?}");
    let after = slots.iter().find(|slot| slot.start.to_string().contains("T03:")).unwrap();
    let booked = clinic.book(&unit, after).await.unwrap();
    assert_eq!(booked.start, after.start);
    assert!(slots.windows(2).all(|pair| pair[0].start <= pair[1].start));
}

#[tokio::test]
async fn a_booking_in_the_missing_hour_is_left_out_of_lists() {
    let clinic = Clinic::open_at("2027-03-22T08:00:00Z", |_| {}, |settings| settings).await;
    let unit = clinic.unit().await;
    let row = |id: &str, start: &str, end: &str| {
        json!({"id": id, "date": date(2027, 3, 28).to_string(), "startTime": start, "endTime": end, "bookingType": {"id": 18},
            "patient": {"id": "9d2a", "personalNumber": "19121212-1212"}, "user": {"id": "0c1f"}})
    };
    let rows = json!([
        row("a", "01:30", "02:00"),
        row("b", "02:00", "02:30"),
        row("c", "02:30", "03:00"),
        row("d", "03:00", "03:30")
    ]);
    let rows = rows.to_string();
    let wire = meddled(clinic.wire.clone(), move |_| {
        let answer = Meddling::Answer(200, rows.clone());
        Box::pin(async { answer })
    });
    let ctx = Ctx { wire, ..clinic.ctx() };
    let query = AppointmentQuery { window: Some(SPRING()), ..Default::default() };
    let page = clinic.webdoc.appointments(&ctx, &unit, query, crate::clinic::first(10)).await.unwrap();
    let told: Vec<_> = page.items.iter().map(|one| (one.emr_id.as_str(), one.start.to_string())).collect();
    assert_eq!(
        told,
        [("a", "2027-03-28T01:30:00+01:00".to_owned()), ("d", "2027-03-28T03:00:00+02:00".to_owned())]
    );
    assert_eq!(page.items[0].end.to_string(), "2027-03-28T03:00:00+02:00");
}

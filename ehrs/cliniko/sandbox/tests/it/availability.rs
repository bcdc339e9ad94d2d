//! Available times and the settings that shape them.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use vardbro_cliniko_sandbox::OnlineBookings;

use crate::client::{ASSESSMENT, HART, MELBOURNE, PATIENT, PERTH, PETROV, STANDARD, Sandbox, id};

fn target(practitioner: &str, kind: &str) -> String {
    format!("/businesses/{MELBOURNE}/practitioners/{practitioner}/appointment_types/{kind}")
}

async fn times(sandbox: &Sandbox, from: &str, to: &str) -> Vec<Timestamp> {
    let path = format!("{}/available_times?from={from}&to={to}&per_page=100", target(HART, STANDARD));
    let list = sandbox.get(&path).await.expect(200);
    starts(&list)
}

fn starts(list: &Value) -> Vec<Timestamp> {
    let rows = list["available_times"].as_array().unwrap();
    rows.iter().map(|row| row["appointment_start"].as_str().unwrap().parse().unwrap()).collect()
}

#[tokio::test]
async fn times_are_utc_starts_within_hours_and_free() {
    let sandbox = Sandbox::start().await;
    let offered = times(&sandbox, "2026-03-02", "2026-03-08").await;
    assert!(!offered.is_empty() && offered.is_sorted());

    let path = format!(
        "/bookings?q[]=practitioner_id:={HART}&per_page=100&sort=starts_at&q[]=starts_at:>=2026-03-01T00:00:00Z"
    );
    let busy = sandbox.get(&path).await.expect(200);
    for start in offered {
        let end = start + SignedDuration::from_mins(30);
        for booking in busy["bookings"].as_array().unwrap() {
            let from: Timestamp = booking["starts_at"].as_str().unwrap().parse().unwrap();
            let to: Timestamp = booking["ends_at"].as_str().unwrap().parse().unwrap();
            assert!(end <= from || to <= start, "{start} overlaps {booking}");
        }
        let local = start.to_zoned(jiff::tz::TimeZone::get("Australia/Melbourne").unwrap());
        assert!((9..17).contains(&local.hour()) && local.hour() != 12);
    }
}

#[tokio::test]
async fn a_week_of_one_pair_fits_on_one_page_of_a_hundred() {
    let sandbox = Sandbox::start().await;
    let path =
        format!("{}/available_times?from=2026-03-02&to=2026-03-09&per_page=100", target(HART, STANDARD));
    let list = sandbox.get(&path).await.expect(200);
    assert!(list["links"].get("next").is_none());
    assert!(list["links"]["self"].as_str().unwrap().contains("from=2026-03-02"));
}

#[tokio::test]
async fn the_frame_is_a_week_at_most_and_not_in_the_past() {
    let sandbox = Sandbox::start().await;
    let path = format!("{}/available_times", target(HART, STANDARD));
    for frame in [
        "",
        "?from=2026-03-02",
        "?to=2026-03-02",
        "?from=2026-03-02&to=2026-03-10",
        "?from=2026-03-01&to=2026-03-02",
        "?from=2026-03-05&to=2026-03-04",
        "?from=today&to=tomorrow",
        "?from=2026-03-02T00:00:00Z&to=2026-03-03T00:00:00Z",
    ] {
        let refused = sandbox.get(&format!("{path}{frame}")).await.expect(400);
        let sentence = "Invalid time frame definition. Please check from/to param limitations.";
        assert_eq!(refused["message"], sentence, "{frame}");
    }
    sandbox.get(&format!("{path}?from=2026-03-02&to=2026-03-09")).await.expect(200);
}

#[tokio::test]
async fn what_online_booking_does_not_show_is_not_found() {
    let sandbox = Sandbox::start().await;
    let frame = "available_times?from=2026-03-02&to=2026-03-03";
    sandbox.get(&format!("{}/{frame}", target(HART, ASSESSMENT))).await.expect(404);
    let elsewhere = format!("/businesses/{PERTH}/practitioners/{HART}/appointment_types/{STANDARD}/{frame}");
    sandbox.get(&elsewhere).await.expect(404);

    let hidden = json!({"show_in_online_bookings": false});
    sandbox.patch(&format!("/appointment_types/{STANDARD}"), hidden).await.expect(200);
    let body = sandbox.get(&format!("{}/{frame}", target(HART, STANDARD))).await.expect(404);
    assert_eq!(body, json!({"status": "404", "error": "Not Found"}));
}

#[tokio::test]
async fn a_hidden_or_archived_business_offers_no_times() {
    let sandbox = Sandbox::start().await;
    let business = format!("/businesses/{MELBOURNE}");
    let times = format!("{}/available_times?from=2026-03-02&to=2026-03-03", target(HART, STANDARD));
    let next = format!("{}/next_available_time", target(HART, STANDARD));
    for shown in [json!(false), Value::Null] {
        sandbox.patch(&business, json!({"show_in_online_bookings": shown})).await.expect(200);
        for path in [&times, &next] {
            let body = sandbox.get(path).await.expect(404);
            assert_eq!(body, json!({"status": "404", "error": "Not Found"}));
        }
    }
    assert_eq!(sandbox.total("/businesses?q[]=show_in_online_bookings:=true").await, 1);
    sandbox.patch(&business, json!({"show_in_online_bookings": true})).await.expect(200);
    sandbox.get(&times).await.expect(200);

    sandbox.post(&format!("{business}/archive"), Value::Null).await.expect(204);
    for path in [&times, &next] {
        sandbox.get(path).await.expect(404);
    }
    sandbox.post(&format!("{business}/unarchive"), Value::Null).await.expect(200);
    sandbox.get(&times).await.expect(200);
    sandbox.get(&next).await.expect(200);
}

#[tokio::test]
async fn the_lead_time_is_the_accounts_unless_the_type_has_its_own() {
    let sandbox = Sandbox::start().await;
    let earliest = times(&sandbox, "2026-03-02", "2026-03-03").await[0];
    assert!(earliest >= sandbox.now() + SignedDuration::from_hours(1));
    let path = format!("{}/available_times?from=2026-03-02&to=2026-03-06", target(PETROV, ASSESSMENT));
    let earliest = starts(&sandbox.get(&path).await.expect(200))[0];
    assert!(earliest >= sandbox.now() + SignedDuration::from_hours(24));
}

#[tokio::test]
async fn the_cap_and_the_horizon_are_settings() {
    let sandbox = Sandbox::with(|options| {
        options.online_bookings = OnlineBookings {
            max_appointments_per_day_segment: Some(1),
            min_hours_advance_required_to_book: 0,
            allow_bookings_days_in_advance: 28,
        }
    })
    .await;
    let offered = times(&sandbox, "2026-03-02", "2026-03-03").await;
    assert!((1..=4).contains(&offered.len()), "{offered:?}");
    assert!(times(&sandbox, "2026-04-06", "2026-04-10").await.is_empty());
    let settings = sandbox.get("/settings/public").await.expect(200);
    assert_eq!(settings["online_bookings"]["max_appointments_per_day_segment"], 1);
}

#[tokio::test]
async fn booking_takes_a_time_and_cancelling_gives_it_back() {
    let sandbox = Sandbox::start().await;
    let before = times(&sandbox, "2026-03-02", "2026-03-08").await;
    let start = before[3];
    let body = json!({"starts_at": start, "patient_id": PATIENT, "practitioner_id": HART, "appointment_type_id": STANDARD, "business_id": MELBOURNE});
    let booked = sandbox.post("/individual_appointments", body).await.expect(201);

    let after = times(&sandbox, "2026-03-02", "2026-03-08").await;
    assert_eq!(after, before.iter().copied().filter(|time| *time != start).collect::<Vec<_>>());

    let cancel = format!("/individual_appointments/{}/cancel", id(&booked));
    sandbox.patch(&cancel, json!({"cancellation_reason": 50})).await.expect(204);
    assert_eq!(times(&sandbox, "2026-03-02", "2026-03-08").await, before);
}

#[tokio::test]
async fn blocks_open_and_close_time() {
    let sandbox = Sandbox::start().await;
    let place = |from: &str, to: &str| json!({"business_id": MELBOURNE, "practitioner_id": HART, "starts_at": from, "ends_at": to});
    // Sunday, 1 March has no hours; 15 March neither.
    assert!(times(&sandbox, "2026-03-15", "2026-03-15").await.is_empty());
    let opening = place("2026-03-14T23:00:00Z", "2026-03-15T01:00:00Z");
    let made = sandbox.post("/availability_blocks", opening).await.expect(201);
    sandbox.get(&format!("/availability_blocks/{}", id(&made))).await.expect(200);
    assert_eq!(times(&sandbox, "2026-03-15", "2026-03-15").await.len(), 4);

    let closing = place("2026-03-14T23:00:00Z", "2026-03-15T00:15:00Z");
    let block = sandbox.post("/unavailable_blocks", closing).await.expect(201);
    assert_eq!(times(&sandbox, "2026-03-15", "2026-03-15").await, ["2026-03-15T00:30:00Z".parse().unwrap()]);
    let path = format!("/unavailable_blocks/{}", id(&block));
    assert_eq!(sandbox.get(&format!("{path}/conflicts")).await.expect(200)["conflicts"]["exist"], false);
    let shorter = sandbox.patch(&path, json!({"ends_at": "2026-03-14T23:30:00Z"})).await.expect(200);
    assert_eq!(shorter["starts_at"], "2026-03-14T23:00:00Z");
    assert_eq!(times(&sandbox, "2026-03-15", "2026-03-15").await.len(), 3);
    sandbox.post(&format!("{path}/archive"), Value::Null).await.expect(204);
    assert_eq!(times(&sandbox, "2026-03-15", "2026-03-15").await.len(), 4);
}

#[tokio::test]
async fn hours_keep_their_wall_time_when_summer_ends() {
    let sandbox = Sandbox::start().await;
    // Clocks go back on Sunday, 5 April 2026: 09:00 is 22:00 UTC before and 23:00 UTC after.
    let offered = times(&sandbox, "2026-04-02", "2026-04-07").await;
    let first = |day: &str| {
        let zone = jiff::tz::TimeZone::get("Australia/Melbourne").unwrap();
        let of_day = offered.iter().map(|time| time.to_zoned(zone.clone()));
        of_day
            .filter(|time| time.date().to_string() == day)
            .map(|time| (time.minute() % 30, time.hour() >= 9))
            .collect::<Vec<_>>()
    };
    for day in ["2026-04-02", "2026-04-07"] {
        assert!(!first(day).is_empty());
        assert!(first(day).into_iter().all(|on_grid| on_grid == (0, true)));
    }
}

#[tokio::test]
async fn the_next_time_is_the_first_of_them() {
    let sandbox = Sandbox::start().await;
    let path = format!("{}/next_available_time", target(HART, STANDARD));
    let next = sandbox.get(&path).await.expect(200);
    let first = times(&sandbox, "2026-03-02", "2026-03-03").await[0];
    assert_eq!(next["appointment_start"], first.to_string());
    sandbox.get(&format!("{path}?from=2026-03-15&to=2026-03-15")).await.expect(404);
    sandbox.get(&format!("{path}?from=2026-03-02")).await.expect(400);
}

//! Which times are offered.

use jiff::SignedDuration;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::client::{
    ANNA, ARCHIVED_TYPE, BORAS, FATIMA, FREE_TIMES, GOTHENBURG, INACTIVE_HOST, MARIA, MINDFULNESS, NEW_VISIT,
    RETURN_VISIT, SARA, Sandbox, TELEPHONE, THERAPY, TOLVAN, instant, minutes,
};

/// Hour and minute in Stockholm.
fn wall(free: &Value) -> (i8, i8) {
    let local = instant(&free["start"]).to_zoned(TimeZone::get("Europe/Stockholm").unwrap());
    (local.hour(), local.minute())
}

#[tokio::test]
async fn offered_times_are_sorted_in_working_hours_and_miss_what_is_booked() {
    let sandbox = Sandbox::start().await;
    let offered = sandbox.free_times(json!({"hostId": ANNA})).await;
    assert!(!offered.is_empty());
    assert!(offered.iter().map(|free| instant(&free["start"])).is_sorted());

    let query = "query($host: ID) { bookings(hostId: $host) { start end status } }";
    let bookings = sandbox.ask(query, json!({"host": ANNA})).await.data()["bookings"].clone();
    let taken: Vec<_> =
        bookings.as_array().unwrap().iter().filter(|booking| booking["status"] != "CANCELLED").collect();
    for free in &offered {
        let (start, end) = (instant(&free["start"]), instant(&free["end"]));
        assert!(
            taken
                .iter()
                .all(|booking| end <= instant(&booking["start"]) || instant(&booking["end"]) <= start)
        );
        let local = start.to_zoned(TimeZone::get("Europe/Stockholm").unwrap());
        assert!(local.weekday().to_monday_one_offset() <= 5);
        assert!((9..17).contains(&local.hour()) && local.hour() != 12, "{free}");
    }
}

#[tokio::test]
async fn the_window_holds_starts_from_its_first_to_before_its_last_instant() {
    let sandbox = Sandbox::start().await;
    let all = sandbox.free_times(json!({"hostId": ANNA, "bookingTypeId": RETURN_VISIT})).await;
    let [first, second] = [&all[4]["start"], &all[5]["start"]];
    let window = json!({"hostId": ANNA, "bookingTypeId": RETURN_VISIT, "from": first, "to": second});
    assert_eq!(sandbox.free_times(window).await, all[4..5]);
    assert_eq!(sandbox.free_times(json!({"from": second, "to": first})).await, Vec::<Value>::new());
}

#[tokio::test]
async fn every_filter_narrows_and_unknown_ids_find_nothing() {
    let sandbox = Sandbox::start().await;
    let all = sandbox.free_times(json!({})).await;
    for (argument, id) in [("placeId", BORAS), ("hostId", SARA), ("bookingTypeId", THERAPY)] {
        let some = sandbox.free_times(json!({argument: id})).await;
        let expected: Vec<_> = all.iter().filter(|free| free[argument] == id).cloned().collect();
        assert!(!some.is_empty() && some.len() < all.len());
        assert_eq!(some, expected);
        assert!(sandbox.free_times(json!({argument: "none"})).await.is_empty());
    }
    assert!(sandbox.free_times(json!({"bookingTypeId": ARCHIVED_TYPE})).await.is_empty());
    assert!(sandbox.free_times(json!({"hostId": INACTIVE_HOST})).await.is_empty());
}

#[tokio::test]
async fn at_each_place_two_hosts_are_free_at_one_time_for_one_type() {
    let sandbox = Sandbox::start().await;
    for place in [GOTHENBURG, BORAS] {
        let times = sandbox.free_times(json!({"placeId": place, "bookingTypeId": NEW_VISIT})).await;
        let shared = times.windows(2).any(|pair| pair[0]["start"] == pair[1]["start"]);
        assert!(shared, "{place}");
    }
}

#[tokio::test]
async fn a_slot_is_as_long_as_the_calendar_length() {
    let sandbox = Sandbox::start().await;
    for (kind, length) in [(NEW_VISIT, 60), (TELEPHONE, 15), (MINDFULNESS, 90)] {
        let times = sandbox.free_times(json!({"bookingTypeId": kind})).await;
        assert!(!times.is_empty() && times.iter().all(|free| minutes(free) == length), "{kind}");
    }
}

#[tokio::test]
async fn nothing_is_offered_within_the_booking_margin() {
    let sandbox = Sandbox::start().await;
    for (kind, hours) in [(RETURN_VISIT, 2), (NEW_VISIT, 24), (TELEPHONE, 0)] {
        let earliest = sandbox.now() + SignedDuration::from_hours(hours);
        let times = sandbox.free_times(json!({"bookingTypeId": kind, "from": "2026-03-01T00:00:00Z"})).await;
        assert!(times.iter().all(|free| instant(&free["start"]) >= earliest), "{kind}");
        assert!(instant(&times[0]["start"]) < earliest + SignedDuration::from_hours(8), "{kind}");
    }
}

#[tokio::test]
async fn starts_follow_the_interval_of_the_host_or_the_shortest_length_for_clients() {
    let sandbox = Sandbox::start().await;
    let all_on = |times: &[Value], minutes: &[i8]| times.iter().all(|free| minutes.contains(&wall(free).1));
    // Anna has no interval, and clients can book thirty minutes at the least; her telephone times are shorter.
    let annas = sandbox.free_times(json!({"hostId": ANNA})).await;
    assert!(all_on(&annas, &[0, 30]) && annas.iter().any(|free| wall(free).1 == 30));
    assert!(all_on(&sandbox.free_times(json!({"hostId": FATIMA})).await, &[0, 30]));
    assert!(all_on(&sandbox.free_times(json!({"hostId": SARA, "placeId": BORAS})).await, &[0]));
    let marias = sandbox.free_times(json!({"hostId": MARIA})).await;
    assert!(marias.iter().any(|free| wall(free).1 == 15) && all_on(&marias, &[0, 15, 30, 45]));
}

#[tokio::test]
async fn blocks_can_be_limited_to_some_booking_types() {
    let sandbox = Sandbox::start().await;
    let saras = sandbox.free_times(json!({"hostId": SARA})).await;
    assert!(saras.iter().any(|free| free["bookingTypeId"] == MINDFULNESS));
    for free in saras {
        let day = instant(&free["start"]).to_zoned(TimeZone::UTC).weekday().to_monday_one_offset();
        assert_eq!(free["bookingTypeId"] == MINDFULNESS, day == 2, "{free}");
        assert_eq!(free["placeId"] == BORAS, day >= 4, "{free}");
    }
}

#[tokio::test]
async fn calendars_are_open_for_92_days_and_roll_with_the_clock() {
    let sandbox = Sandbox::start().await;
    let last = async || {
        let times = sandbox.free_times(json!({"hostId": ANNA, "to": "2027-03-01T00:00:00Z"})).await;
        instant(&times.last().unwrap()["start"])
    };
    // 2 June 2026 is 92 days later.
    let before = last().await;
    assert_eq!(before.to_zoned(TimeZone::UTC).date().to_string(), "2026-06-02");
    sandbox.clock.advance(SignedDuration::from_hours(24));
    assert_eq!(last().await.to_zoned(TimeZone::UTC).date().to_string(), "2026-06-03");
}

#[tokio::test]
async fn working_hours_keep_their_wall_time_when_summer_begins() {
    let sandbox = Sandbox::start().await;
    // Clocks go forward on Sunday, 29 March 2026.
    let window = json!({"hostId": ANNA, "from": "2026-03-23T00:00:00Z", "to": "2026-04-04T00:00:00Z"});
    let times = sandbox.free_times(window).await;
    assert!(times.iter().all(|free| (9..17).contains(&wall(free).0)));
    let first = |hour: &str| times.iter().any(|free| free["start"].as_str().unwrap().ends_with(hour));
    assert!(first("T08:00:00.000Z") && first("T07:00:00.000Z"));
}

#[tokio::test]
async fn a_booking_takes_its_whole_length_from_every_type() {
    let sandbox = Sandbox::start().await;
    let free = sandbox.free_times(json!({"hostId": ANNA, "bookingTypeId": NEW_VISIT})).await[0].clone();
    let before = sandbox.free_times(json!({"hostId": ANNA})).await;

    sandbox.book(TOLVAN, &free).await.data();

    let after = sandbox.free_times(json!({"hostId": ANNA})).await;
    let (start, end) = (instant(&free["start"]), instant(&free["end"]));
    let apart = |other: &&Value| instant(&other["end"]) <= start || end <= instant(&other["start"]);
    let expected: Vec<_> = before.iter().filter(apart).cloned().collect();
    assert!(expected.len() + 3 < before.len());
    assert_eq!(after, expected);
}

#[tokio::test]
async fn a_window_is_told_with_an_offset() {
    let sandbox = Sandbox::start().await;
    let variables = json!({"from": "2026-03-02T08:00:00", "to": "2026-03-03T08:00:00Z"});
    assert!(sandbox.ask(FREE_TIMES, variables).await.error().contains("DateTime"));
    let zulu =
        sandbox.free_times(json!({"from": "2026-03-03T08:00:00Z", "to": "2026-03-04T08:00:00Z"})).await;
    let offset = sandbox
        .free_times(json!({"from": "2026-03-03T09:00:00+01:00", "to": "2026-03-04T09:00:00+01:00"}))
        .await;
    assert_eq!(zulu, offset);
}

//! createBooking, and reading bookings.

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::client::{
    ANNA, ARCHIVED_CLIENT, ARCHIVED_TYPE, BORAS, CREATE_BOOKING, CREATE_CLIENT, INACTIVE_HOST, MINDFULNESS,
    NEW_VISIT, RETURN_VISIT, SARA, Sandbox, TELEPHONE, TOLVAN, booking_of, instant, minutes,
};

const BOOKINGS: &str = "query($place: ID, $client: ID, $host: ID, $kind: ID, $from: DateTime, $to: DateTime, $skip: Int, $limit: Int) {
    bookings(placeId: $place, clientId: $client, hostId: $host, bookingTypeId: $kind, from: $from, to: $to, skip: $skip,
    limit: $limit) { id placeId hostId clientId bookingTypeId start end comment status createdAt updatedAt } }";

async fn bookings(sandbox: &Sandbox, filter: Value) -> Vec<Value> {
    sandbox.ask(BOOKINGS, filter).await.data()["bookings"].as_array().unwrap().clone()
}

/// All of them, over several pages.
async fn all(sandbox: &Sandbox) -> Vec<Value> {
    let mut all = Vec::new();
    loop {
        let page = bookings(sandbox, json!({"skip": all.len()})).await;
        if page.is_empty() {
            return all;
        }
        assert!(page.len() <= 200);
        all.extend(page);
    }
}

#[tokio::test]
async fn a_free_time_is_booked_and_can_be_read() {
    let sandbox = Sandbox::start().await;
    let free = sandbox.free_times(json!({"placeId": BORAS, "hostId": SARA})).await[0].clone();
    let mut variables = booking_of(TOLVAN, &free);
    variables["comment"] = json!("Ring på porten.");

    let booked = sandbox.ask(CREATE_BOOKING, variables).await.data()["createBooking"].clone();

    for key in ["placeId", "hostId", "bookingTypeId", "start", "end"] {
        assert_eq!(booked[key], free[key], "{key}");
    }
    assert_eq!((&booked["clientId"], &booked["status"]), (&json!(TOLVAN), &json!("BOOKED")));
    assert_eq!(
        (&booked["comment"], &booked["createdAt"]),
        (&json!("Ring på porten."), &json!("2026-03-02T08:00:00.000Z"))
    );
    assert_eq!(bookings(&sandbox, json!({"client": TOLVAN})).await, std::slice::from_ref(&booked));
    let query = "query($id: ID!) { booking(id: $id) { id status } }";
    let one = sandbox.ask(query, json!({"id": booked["id"]})).await.data();
    assert_eq!(one["booking"], json!({"id": booked["id"], "status": "BOOKED"}));
    assert_eq!(sandbox.ask(query, json!({"id": "none"})).await.data()["booking"], Value::Null);
}

#[tokio::test]
async fn what_is_not_offered_is_refused() {
    let sandbox = Sandbox::start().await;
    let free = sandbox.free_times(json!({"hostId": ANNA, "bookingTypeId": RETURN_VISIT})).await[0].clone();
    let before = sandbox.state().await;
    let off_grid = instant(&free["start"]) + SignedDuration::from_mins(5);
    for (argument, value, error) in [
        ("start", json!(off_grid), "The time is not available"),
        ("start", json!("2026-03-08T09:00:00Z"), "The time is not available"),
        ("start", json!("2026-03-02T08:00:00Z"), "The time is not available"),
        ("start", json!("2026-02-27T08:00:00Z"), "The time is not available"),
        ("bookingTypeId", json!(MINDFULNESS), "The time is not available"),
        ("bookingTypeId", json!(ARCHIVED_TYPE), "Booking type not found"),
        ("bookingTypeId", json!("none"), "Booking type not found"),
        ("hostId", json!(INACTIVE_HOST), "Host not found"),
        ("hostId", json!("none"), "Host not found"),
        ("clientId", json!("none"), "Client not found"),
        ("clientId", json!(ARCHIVED_CLIENT), "The client is archived"),
    ] {
        let mut variables = booking_of(TOLVAN, &free);
        variables[argument] = value;
        assert_eq!(sandbox.ask(CREATE_BOOKING, variables).await.error(), error, "{argument}");
    }
    assert_eq!(sandbox.state().await, before);
}

#[tokio::test]
async fn a_taken_time_is_refused_also_for_what_overlaps_it() {
    let sandbox = Sandbox::start().await;
    let long = sandbox.free_times(json!({"hostId": ANNA, "bookingTypeId": NEW_VISIT})).await[0].clone();
    let within = json!({"hostId": ANNA, "from": long["start"], "to": long["end"]});
    let others = sandbox.free_times(within).await;
    assert!(others.len() > 3);
    sandbox.book(TOLVAN, &long).await.data();
    for other in others {
        assert_eq!(sandbox.book(TOLVAN, &other).await.error(), "The time is not available");
    }
}

#[tokio::test]
async fn internal_types_are_booked_by_hosts() {
    let sandbox = Sandbox::start().await;
    let free = sandbox.free_times(json!({"bookingTypeId": TELEPHONE})).await[0].clone();
    let booked = sandbox.book(TOLVAN, &free).await.data();
    assert_eq!(minutes(&booked["createBooking"]), 15);
}

#[tokio::test]
async fn a_group_session_is_free_until_its_cap_is_reached() {
    let sandbox = Sandbox::start().await;
    let free = sandbox.free_times(json!({"bookingTypeId": MINDFULNESS, "from": "2026-05-11T00:00:00Z", "to": "2026-05-16T00:00:00Z"})).await[0].clone();
    let at_start = json!({"host": SARA, "from": free["start"], "to": free["end"]});
    let seeded =
        bookings(&sandbox, at_start.clone()).await.iter().filter(|row| row["status"] != "CANCELLED").count();
    for n in seeded..6 {
        let window = json!({"hostId": SARA, "from": free["start"], "to": free["end"]});
        // Nothing else fits beside it once it has a participant.
        let offered = sandbox.free_times(window).await;
        assert!(n == 0 || offered == [free.clone()], "{n}: {offered:?}");
        let client = sandbox.ask(CREATE_CLIENT, json!({"firstname": format!("Nr {n}")})).await.data();
        sandbox.book(client["createClient"].as_str().unwrap(), &free).await.data();
    }
    assert_eq!(sandbox.book(TOLVAN, &free).await.error(), "The time is not available");
    let window = json!({"hostId": SARA, "from": free["start"], "to": free["end"]});
    assert!(sandbox.free_times(window).await.is_empty());
    assert_eq!(
        bookings(&sandbox, at_start).await.iter().filter(|row| row["status"] != "CANCELLED").count(),
        6
    );
}

#[tokio::test]
async fn the_seed_has_past_and_coming_bookings_of_every_status() {
    let sandbox = Sandbox::start().await;
    let all = all(&sandbox).await;
    assert!(all.iter().map(|row| instant(&row["start"])).is_sorted());
    assert!(all.iter().any(|row| instant(&row["start"]) < sandbox.now()));
    assert!(all.iter().any(|row| instant(&row["start"]) > sandbox.now()));
    for status in ["BOOKED", "ARRIVED", "CANCELLED", "NO_SHOW"] {
        assert!(all.iter().any(|row| row["status"] == status), "{status}");
    }
    let came = |row: &&Value| row["status"] == "ARRIVED" || row["status"] == "NO_SHOW";
    assert!(all.iter().filter(came).all(|row| instant(&row["start"]) < sandbox.now()));
}

#[tokio::test]
async fn no_seeded_bookings_of_one_host_overlap_but_group_sessions() {
    let sandbox = Sandbox::start().await;
    let live: Vec<_> = all(&sandbox).await.into_iter().filter(|row| row["status"] != "CANCELLED").collect();
    for (n, one) in live.iter().enumerate() {
        for other in live.iter().skip(n + 1).filter(|other| other["hostId"] == one["hostId"]) {
            let apart = instant(&one["end"]) <= instant(&other["start"])
                || instant(&other["end"]) <= instant(&one["start"]);
            let group = one["bookingTypeId"] == MINDFULNESS && one["start"] == other["start"];
            assert!(apart || (group && other["bookingTypeId"] == MINDFULNESS), "{one} {other}");
        }
    }
}

#[tokio::test]
async fn a_cancelled_booking_takes_no_time() {
    let sandbox = Sandbox::start().await;
    let all = all(&sandbox).await;
    let coming = |row: &&Value| {
        row["status"] == "CANCELLED"
            && instant(&row["start"]) > sandbox.now() + SignedDuration::from_hours(24)
    };
    let overlapped = |row: &Value| {
        all.iter().any(|other| {
            other["status"] != "CANCELLED"
                && other["hostId"] == row["hostId"]
                && instant(&other["start"]) < instant(&row["end"])
                && instant(&row["start"]) < instant(&other["end"])
        })
    };
    let cancelled = all.iter().filter(coming).find(|row| !overlapped(row)).unwrap();
    sandbox.book(TOLVAN, cancelled).await.data();
}

#[tokio::test]
async fn bookings_are_found_by_every_filter_and_all_of_them() {
    let sandbox = Sandbox::start().await;
    let all = all(&sandbox).await;
    let sample = &all[all.len() / 2];
    for (argument, key) in
        [("place", "placeId"), ("client", "clientId"), ("host", "hostId"), ("kind", "bookingTypeId")]
    {
        let found = bookings(&sandbox, json!({argument: sample[key]})).await;
        let expected: Vec<_> = all.iter().filter(|row| row[key] == sample[key]).take(200).cloned().collect();
        assert_eq!(found, expected, "{argument}");
        assert!(bookings(&sandbox, json!({argument: "none"})).await.is_empty());
    }
    let from = bookings(&sandbox, json!({"from": sample["start"], "limit": 1})).await;
    assert_eq!(from[0]["start"], sample["start"]);
    let to = bookings(&sandbox, json!({"to": sample["start"], "host": sample["hostId"]})).await;
    assert!(to.iter().all(|row| row["id"] != sample["id"]));
    let everything = json!({"place": sample["placeId"], "client": sample["clientId"], "host": sample["hostId"],
        "kind": sample["bookingTypeId"], "from": sample["start"], "to": sample["end"]});
    assert_eq!(bookings(&sandbox, everything).await, std::slice::from_ref(sample));
}

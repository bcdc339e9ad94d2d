use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::mpsc::channel;
use std::thread;

use serde_json::Value;
use uuid::Uuid;
use vardbro_postgres_for_tests::Postgres;

use super::site::{Site, client};

/// How many bookings are made at once.
const AT_ONCE: usize = 4;

/// After so many answers the gateway is killed, while others are on their way.
const MOMENTS: [usize; 5] = [1, 2, 5, 9, 14];

/// Where there is time, and which is not booked yet.
struct Diary {
    care_unit: String,
    bookings: Mutex<Vec<Value>>,
}

/// Books until the gateway is gone; the requests that were answered.
fn book_until_it_is_killed(site: &Site, secret: &str, diary: &Diary, after: usize) -> Vec<String> {
    let node = site.node("north");
    let client = client(&node, "app", secret);
    let Diary { care_unit, bookings } = diary;
    let (tell, told) = channel();
    let answered = thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            let (tell, client) = (tell.clone(), &client);
            scope.spawn(move || {
                while let Some(booking) = { bookings.lock().unwrap().pop() } {
                    let request = Uuid::new_v4().to_string();
                    let answer = client.book(care_unit, &booking, &request);
                    if answer.status == 0 {
                        // The gateway is gone.
                        return;
                    }
                    assert_eq!(answer.status, 201, "{answer:?}");
                    tell.send(request).unwrap();
                }
            });
        }
        drop(tell);
        let mut answered: Vec<_> = told.iter().take(after).collect();
        node.signal("KILL");
        answered.extend(told);
        answered
    });
    assert_eq!(node.end(), None, "it was killed");
    answered
}

fn lose_no_booking(site: &Site) {
    let secret = site.working_application("app");
    let diary = {
        let node = site.node("north");
        let client = client(&node, "app", &secret);
        let care_unit = client.care_unit();
        let bookings = Mutex::new(client.bookings(&care_unit));
        Diary { care_unit, bookings }
    };
    let mut answered = BTreeSet::new();
    for after in MOMENTS {
        let these = book_until_it_is_killed(site, &secret, &diary, after);
        assert!(these.len() >= after);
        answered.extend(these);
    }

    assert_eq!(site.findings(), Vec::<String>::new());
    let node = site.node("north");
    assert_eq!(client(&node, "app", &secret).care_units().status, 200);
    let booked = |row: &&Value| row["action"] == "book_appointment" && row["outcome"] == "201";
    let rows = site.exported();
    let logged: BTreeSet<_> =
        rows.iter().filter(booked).map(|row| row["request"].as_str().unwrap().to_owned()).collect();
    let missing: Vec<_> = answered.difference(&logged).collect();
    assert!(missing.is_empty(), "answered and not in the log: {missing:?}");
}

#[test]
fn no_booking_that_was_answered_is_missing_from_the_log_after_a_crash_on_one_file() {
    lose_no_booking(&Site::over(None));
}

#[test]
fn no_booking_that_was_answered_is_missing_from_the_log_after_a_crash_on_postgresql() {
    let Some(postgres) = Postgres::shared() else { return };
    let database = postgres.database();
    lose_no_booking(&Site::over(Some(database.url())));
}

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, RwLock};
use std::{fs, thread};

use serde_json::{Value, json};
use vardbro_postgres_for_tests::Postgres;

use super::calls::{Answer, Client, until};
use super::site::{KEYS, Site, client};

/// Applications that go on calling both gateways, whatever the operator does.
struct Load {
    secret: RwLock<String>,
    care_unit: String,
    bookings: Mutex<Vec<Value>>,
    booked: AtomicU64,
    /// Calls that were answered, of reading and of writing, at each gateway.
    answered: [[AtomicU64; 2]; 2],
    lost: Mutex<Vec<Answer>>,
    over: AtomicBool,
}

impl Load {
    fn goes_on(&self) -> bool {
        !self.over.load(Ordering::Relaxed)
    }

    fn tell(&self, node: usize, writing: bool, answer: Answer) {
        if !(200..300).contains(&answer.status) {
            self.lost.lock().unwrap().push(answer);
        }
        self.answered[node][usize::from(writing)].fetch_add(1, Ordering::Relaxed);
    }

    fn read(&self, index: usize, origin: &str) {
        while self.goes_on() {
            let secret = self.secret.read().unwrap().clone();
            let client = Client { origin: origin.to_owned(), id: "app", secret: &secret };
            let answer = client.get(&format!("{}/patients?last_name=Berg", self.care_unit));
            self.tell(index, false, answer);
        }
    }

    fn write(&self, index: usize, origin: &str) {
        while self.goes_on() {
            let Some(booking) = self.bookings.lock().unwrap().pop() else { return };
            let secret = self.secret.read().unwrap().clone();
            let client = Client { origin: origin.to_owned(), id: "app", secret: &secret };
            let mut answer = client.book(&self.care_unit, &booking, "");
            if answer.status == 201 {
                self.booked.fetch_add(1, Ordering::Relaxed);
                let id = answer.body[0]["id"].as_str().unwrap().to_owned();
                let path = format!("{}/appointments/{id}", self.care_unit);
                self.tell(index, true, answer);
                // Cancelled, so that there are always times to book.
                answer = client.call("PATCH", &path, &json!({"status": "cancelled"}), "");
                self.bookings.lock().unwrap().insert(0, booking);
            }
            self.tell(index, true, answer);
        }
    }

    /// Until every kind of call was made and answered twice since: one of them was begun since.
    fn passes(&self) {
        let counts =
            || self.answered.each_ref().map(|of| of.each_ref().map(|count| count.load(Ordering::Relaxed)));
        let before = counts();
        until("calls are answered", || {
            let now = counts();
            !self.lost.lock().unwrap().is_empty()
                || (0..2).all(|node| (0..2).all(|kind| now[node][kind] >= before[node][kind] + 2))
        });
        assert_eq!(format!("{:?}", self.lost.lock().unwrap()), "[]");
    }
}

/// The id of the key of a kind that is in use.
fn in_use(site: &Site, kind: &str) -> String {
    let listed = site.does(&["key", "list"], "");
    let mut keys = listed["keys"].as_array().unwrap().iter();
    let key = keys.find(|key| key["kind"] == kind && key["in_use"] == true).unwrap();
    key["id"].as_str().unwrap().to_owned()
}

/// Has the connection opened anew at its next call, for which it takes the application's data key.
fn reopen(site: &Site, name: &str, newer: &str) {
    site.does(&["connection", "rename", name, newer], "");
}

fn rotate_everything(site: &Site) {
    let first = site.working_application("app");
    let nodes = [site.node("north"), site.node("south")];
    let (care_unit, bookings) = {
        let client = client(&nodes[0], "app", &first);
        let care_unit = client.care_unit();
        let bookings = client.bookings(&care_unit);
        (care_unit, bookings)
    };
    let load = Load {
        secret: RwLock::new(first.clone()),
        care_unit,
        bookings: Mutex::new(bookings),
        booked: AtomicU64::new(0),
        answered: Default::default(),
        lost: Mutex::default(),
        over: AtomicBool::new(false),
    };
    let (load, nodes) = (&load, &nodes);
    let master = in_use(site, "master");
    let audit = in_use(site, "audit");
    let newer_audit = thread::scope(|scope| {
        let _end = OnDrop(&load.over);
        for (index, node) in nodes.iter().enumerate() {
            let origin = &node.origin;
            scope.spawn(move || load.read(index, origin));
            scope.spawn(move || load.write(index, origin));
        }
        load.passes();

        site.does(&["key", "new", "master"], "");
        reopen(site, "cliniko/North", "Northern");
        load.passes();
        let rotated = site.does(&["app", "rotate", "app", "--overlap", "1h"], &first);
        load.passes();
        *load.secret.write().unwrap() = rotated["client_secret"].as_str().unwrap().to_owned();
        load.passes();
        site.does(&["key", "retire", &master], "");
        reopen(site, "cliniko/Northern", "North");
        load.passes();

        let made = site.does(&["key", "new", "audit", "--private-key-out", "newer.key"], "");
        let newer = made["id"].as_str().unwrap().to_owned();
        let using =
            format!("SELECT CAST(count(DISTINCT node) AS TEXT) FROM access_log WHERE audit_key = '{newer}'");
        until("both gateways take the new audit key", || site.query(&using) == "2");
        load.passes();
        newer
    });

    assert_eq!(format!("{:?}", load.lost.lock().unwrap()), "[]");
    let wrapping = "SELECT min(master_key) || ' and ' || max(master_key) FROM client_secrets";
    let newer_master = in_use(site, "master");
    assert_eq!(site.query(wrapping), format!("{newer_master} and {newer_master}"));
    assert!(!fs::read_to_string(site.path(KEYS)).unwrap().contains(&master));
    let back = format!(
        "SELECT CAST(count(*) AS TEXT) FROM access_log older JOIN access_log newer ON older.node = newer.node \
         AND older.sequence > newer.sequence WHERE older.audit_key = '{audit}' AND newer.audit_key = '{newer_audit}'"
    );
    assert_eq!(site.query(&back), "0", "nobody goes back to the older key");
    assert_eq!(site.findings(), Vec::<String>::new());
    let booked =
        "SELECT CAST(count(*) AS TEXT) FROM access_log WHERE action = 'book_appointment' AND outcome = '201'";
    assert_eq!(site.query(booked), load.booked.load(Ordering::Relaxed).to_string());
}

/// Ends the load, also when an assertion fails.
struct OnDrop<'a>(&'a AtomicBool);

impl Drop for OnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn keys_and_secrets_are_rotated_under_load_without_losing_a_call_on_postgresql() {
    let Some(postgres) = Postgres::shared() else { return };
    let database = postgres.database();
    rotate_everything(&Site::over(Some(database.url())));
}

#[test]
fn keys_and_secrets_are_rotated_under_load_without_losing_a_call_on_one_file() {
    rotate_everything(&Site::over(None));
}

#[test]
fn a_gateway_without_a_key_that_is_in_use_misses_it_for_that_application_only_and_until_it_is_there() {
    let site = Site::over(None);
    let older = site.working_application("older");
    fs::copy(site.path(KEYS), site.path("own.toml")).unwrap();
    site.does(&["key", "new", "master"], "");
    let newer = site.working_application("newer");
    let missing = in_use(&site, "master");

    let node = site.node_with("north", &[("VARDBRO_KEYS_FILE", "own.toml")]);
    let asked = site.asked();
    let refused = client(&node, "newer", &newer).care_units();
    assert_eq!(site.asked(), asked, "nothing is sent");
    assert_eq!(client(&node, "older", &older).care_units().status, 200);
    assert_eq!((refused.status, &refused.body["code"]), (502, &"EMR_ERROR".into()), "{refused:?}");
    assert!(refused.detail().contains("until the operator has put it right"), "{refused:?}");
    assert!(!format!("{refused:?}").contains(&missing), "{refused:?}");
    let told = node.log_until("the key ring lacks a master key that is in use");
    assert_eq!(told.last().unwrap()["master_key"], missing.as_str());
    assert_eq!(client(&node, "newer", &newer).emrs(), 200);

    fs::copy(site.path(KEYS), site.path("own.toml")).unwrap();
    until("it finds the key", || client(&node, "newer", &newer).care_units().status == 200);
}

use std::thread;

use serde_json::json;
use uuid::Uuid;
use vardbro_postgres_for_tests::Postgres;

use super::calls::{Client, until};
use super::site::{Site, client};
use crate::program::get;
use crate::server::Server;

/// While the database is away: nobody is served, nobody's EHR is asked, and whoever asks is told when to come back.
fn nothing_is_done(site: &Site, node: &Server, app: &Client<'_>, patients: &str) {
    until("it says so", || app.get("/readyz").status == 503);
    let before = site.asked();
    for path in [patients, "/api/emrs", "/readyz"] {
        let refused = app.get(path);
        assert_eq!(
            (refused.status, &refused.body["code"]),
            (503, &"SERVICE_UNAVAILABLE".into()),
            "{path}: {refused:?}"
        );
        assert!(refused.header("retry-after").unwrap().parse::<u64>().unwrap() > 0, "{path}: {refused:?}");
        assert!(refused.detail().contains("database"), "{path}: {refused:?}");
    }
    assert_eq!(get(&format!("{}/healthz", node.origin), &[]).0, 200);
    assert_eq!(site.asked(), before);
}

/// Without being started anew.
fn it_is_back(app: &Client<'_>, patients: &str) {
    until("the gateway has its database back", || app.get(patients).status == 200);
    until("it says so", || app.get("/readyz").status == 200);
}

#[test]
fn a_database_that_goes_away_and_comes_back_is_told_of_and_nothing_is_done_without_it() {
    let Some(postgres) = Postgres::start() else { return };
    let database = postgres.database();
    let site = Site::over(Some(database.url()));
    let secret = site.working_application("app");
    let node = site.node("north");
    let app = client(&node, "app", &secret);
    let care_unit = app.care_unit();
    let patients = format!("{care_unit}/patients?last_name=Berg");
    assert_eq!(app.get(&patients).status, 200);

    postgres.pause();
    nothing_is_done(&site, &node, &app, &patients);
    postgres.resume();
    it_is_back(&app, &patients);

    postgres.stop();
    nothing_is_done(&site, &node, &app, &patients);
    postgres.restart();
    it_is_back(&app, &patients);

    let bookings = app.bookings(&care_unit);
    assert_eq!(app.book(&care_unit, &bookings[0], "").status, 201);
    assert_eq!(site.findings(), Vec::<String>::new());
}

#[test]
fn a_booking_under_way_when_the_database_goes_away_is_logged_when_it_is_back() {
    let Some(postgres) = Postgres::start() else { return };
    let database = postgres.database();
    let site = Site::over(Some(database.url()));
    let secret = site.working_application("app");
    let node = site.node("north");
    let app = client(&node, "app", &secret);
    let care_unit = app.care_unit();
    let booking = app.bookings(&care_unit)[0].clone();
    let request = Uuid::new_v4().to_string();

    site.faults(json!({"latency_ms": 500}));
    let before = site.asked();
    let answer = thread::scope(|scope| {
        let answer = scope.spawn(|| app.book(&care_unit, &booking, &request));
        until("the EHR is asked", || site.asked() != before);
        postgres.crash();
        until("the gateway misses its database", || app.get("/readyz").status == 503);
        postgres.restart();
        answer.join().unwrap()
    });

    // It waits for the log for a while only.
    let told = answer.status == 201 || answer.body["code"] == "OUTCOME_UNKNOWN";
    assert!(told, "{answer:?}");
    let logged =
        || site.exported().into_iter().filter(|row| row["request"] == request.as_str()).collect::<Vec<_>>();
    until("it is logged", || !logged().is_empty());
    assert_eq!(logged().len(), 1);
    assert_eq!(logged()[0]["outcome"], "201");
    assert_eq!(site.findings(), Vec::<String>::new());
}

fn start_at_once(site: &Site) {
    let names = ["north", "south", "west"];
    let nodes: Vec<_> = thread::scope(|scope| {
        let starts = names.map(|name| scope.spawn(move || site.node(name)));
        starts.into_iter().map(|start| start.join().unwrap()).collect()
    });

    for node in &nodes {
        assert_eq!(get(&format!("{}/readyz", node.origin), &[]).0, 200);
    }
    let twice = "SELECT CAST(count(*) - count(DISTINCT version) AS TEXT) FROM _sqlx_migrations";
    assert_eq!(site.query(twice), "0");
    assert_eq!(site.query("SELECT CAST(number AS TEXT) FROM revision"), "1");
    assert_eq!(site.findings(), Vec::<String>::new());
    let secret = site.working_application("app");
    assert!(nodes.iter().all(|node| client(node, "app", &secret).care_units().status == 200));
}

#[test]
fn gateways_that_start_at_once_over_an_empty_file_make_its_tables_once() {
    let site = Site::over(None);
    for file in ["vardbro.sqlite", "vardbro.sqlite-wal", "vardbro.sqlite-shm"] {
        // The last two are there only while somebody has the first one open.
        let _ = std::fs::remove_file(site.path(file));
    }
    start_at_once(&site);
}

#[test]
fn gateways_that_start_at_once_over_an_empty_database_make_its_tables_once() {
    let Some(postgres) = Postgres::shared() else { return };
    let database = postgres.database();
    let site = Site::over(Some(database.url()));
    site.tamper("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
    start_at_once(&site);
}

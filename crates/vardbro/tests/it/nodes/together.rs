use serde_json::Value;
use vardbro_postgres_for_tests::Postgres;

use super::site::{Site, client};
use crate::server::Server;

/// Two gateways over the site's database.
struct Two<'s> {
    site: &'s Site,
    nodes: [Server; 2],
}

impl Two<'_> {
    /// What both gateways say to the next call, which must be the same.
    fn both<T: PartialEq + std::fmt::Debug>(&self, what: &str, ask: impl Fn(&Server) -> T) -> T {
        let [north, south] = [&self.nodes[0], &self.nodes[1]].map(ask);
        assert_eq!(north, south, "{what}");
        north
    }

    fn emrs(&self, secret: &str) -> u16 {
        self.both("credentials", |node| client(node, "app", secret).emrs())
    }

    fn care_units(&self, secret: &str) -> u16 {
        self.both("care units", |node| client(node, "app", secret).care_units().status)
    }

    fn ids(&self, secret: &str) -> Vec<String> {
        self.both("ids of care units", |node| client(node, "app", secret).care_unit_ids())
    }

    fn operator(&self, arguments: &[&str], secret: &str) -> Value {
        self.site.does(arguments, secret)
    }
}

/// Whatever the operator does holds for the very next call, on every gateway.
fn behave_as_one(site: &Site) {
    let two = Two { site, nodes: [site.node("north"), site.node("south")] };
    assert_eq!(two.emrs("vardbro_wrong"), 401);

    let first = site.application("app");
    assert_eq!((two.emrs(&first), two.care_units(&first)), (200, 403));
    two.operator(&["app", "disable", "app"], "");
    assert_eq!(two.emrs(&first), 401);
    two.operator(&["app", "enable", "app"], "");
    assert_eq!(two.emrs(&first), 200);

    connections(&two, &first);
    let newest = secrets(&two, &first);

    both_log(&two, &newest);
    two.operator(&["app", "delete", "app", "--yes"], "");
    assert_eq!(two.emrs(&newest), 401);
}

fn connections(two: &Two<'_>, secret: &str) {
    two.site.connect("app", secret, "North");
    let one = two.ids(secret);
    two.site.connect("app", secret, "South");
    assert_eq!(two.ids(secret).len(), 2 * one.len());
    two.operator(&["connection", "remove", "cliniko/South", "--yes"], "");
    assert_eq!(two.ids(secret), one);

    two.operator(&["connection", "disable", "cliniko/North"], "");
    assert_eq!(two.care_units(secret), 403);
    two.operator(&["connection", "enable", "cliniko/North"], "");
    assert_eq!(two.care_units(secret), 200);

    let rotate = ["connection", "rotate", "cliniko/North", "--no-check", "--settings", "-"];
    let rotated = |key: &str| {
        two.site.does_with(&rotate, secret, &two.site.settings(key).to_string());
        two.care_units(secret)
    };
    assert_eq!(rotated("Swordfish-of-Nobody-au1"), 502);
    assert_eq!(rotated(two.site.api_key()), 200);
}

/// The newest secret.
fn secrets(two: &Two<'_>, first: &str) -> String {
    let rotate = |overlap: &str, secret: &str| {
        let rotated = two.operator(&["app", "rotate", "app", "--overlap", overlap], secret);
        rotated["client_secret"].as_str().unwrap().to_owned()
    };
    let second = rotate("1h", first);
    assert_eq!((two.care_units(first), two.care_units(&second)), (200, 200));
    let third = rotate("0s", &second);
    assert_eq!((two.emrs(first), two.emrs(&second), two.care_units(&third)), (401, 401, 200));
    third
}

/// Each gateway has a chain of its own; together they are one log.
fn both_log(two: &Two<'_>, secret: &str) {
    let [north, south] = [&two.nodes[0], &two.nodes[1]].map(|node| client(node, "app", secret));
    let care_unit = north.care_unit();
    let bookings = north.bookings(&care_unit);
    assert_eq!(north.book(&care_unit, &bookings[0], "").status, 201);
    assert_eq!(south.book(&care_unit, &bookings[1], "").status, 201);
    assert_ne!(north.book(&care_unit, &bookings[1], "").status, 201);

    assert_eq!(two.site.findings(), Vec::<String>::new());
    let rows = two.site.exported();
    for node in ["north", "south"] {
        let booked = |row: &&Value| row["node"] == node && row["action"] == "book_appointment";
        assert_eq!(rows.iter().filter(booked).filter(|row| row["outcome"] == "201").count(), 1, "{node}");
    }

    let of_south = "WHERE node = 'south' AND action = 'book_appointment' AND outcome = '201'";
    two.site.tamper(&format!("UPDATE access_log SET outcome = '409' {of_south}"));
    let findings = two.site.findings();
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert!(findings[0].starts_with("node south, row "), "{findings:?}");
    assert_eq!(north.book(&care_unit, &bookings[2], "").status, 201);
    assert_eq!(two.site.findings(), findings);
}

#[test]
fn two_gateways_over_postgresql_behave_as_one() {
    let Some(postgres) = Postgres::shared() else { return };
    let database = postgres.database();
    behave_as_one(&Site::over(Some(database.url())));
}

#[test]
fn two_gateways_over_one_file_behave_as_one() {
    behave_as_one(&Site::over(None));
}

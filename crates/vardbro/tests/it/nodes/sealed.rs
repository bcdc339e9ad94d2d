use std::fs;

use serde_json::Value;
use vardbro_postgres_for_tests::Postgres;

use super::calls::until;
use super::site::{KEYS, Site, client, text};

/// Does something of which the clinic's EHR must hear nothing.
fn unasked(site: &Site, what: &str, act: impl FnOnce()) {
    let before = site.asked();
    act();
    assert_eq!(site.asked(), before, "{what}");
}

#[test]
fn with_the_database_and_the_keys_but_without_the_client_secret_nothing_opens() {
    let site = Site::over(None);
    site.working_application("app");
    let own = site.application("thief");
    let check = ["connection", "check", "cliniko/North"];

    unasked(&site, "a stranger's secret", || {
        assert!(site.refuses(&check, &own).contains("not a client secret of the application app"));
        assert!(site.refuses(&["app", "rotate", "app"], &own).contains("not a client secret"));
    });

    // A secret that the thief adds has no wrapping of that data key.
    let hash = "SELECT hash FROM client_secrets s JOIN applications a ON a.id = s.application_id WHERE client_id = 'thief'";
    let added = "UPDATE client_secrets SET hash = ({hash}) WHERE application_id <> (SELECT id FROM applications WHERE client_id = 'thief'); \
                 UPDATE revision SET number = number + 1";
    site.tamper(&added.replace("{hash}", hash));
    unasked(&site, "a secret that was put in place", || {
        assert!(site.refuses(&check, &own).contains("cannot be unwrapped"));
    });
    let node = site.node("north");
    unasked(&site, "a secret that was put in place", || {
        assert_eq!(client(&node, "app", &own).care_units().status, 502);
    });
    // Nor does it help to move the connection, or the data key, to the thief's application.
    for moved in [
        "UPDATE connections SET application_id = (SELECT id FROM applications WHERE client_id = 'thief')",
        "UPDATE client_secrets SET wrapped_key = (SELECT wrapped_key FROM client_secrets s JOIN applications a \
         ON a.id = s.application_id WHERE client_id = 'app')",
    ] {
        site.tamper(&format!("{moved}; UPDATE revision SET number = number + 1"));
        unasked(&site, moved, || {
            let refused = client(&node, "thief", &own).care_units();
            assert_eq!(refused.status, 502, "{refused:?}");
            site.refuses(&check, &own);
        });
    }
}

#[test]
fn with_the_database_and_the_client_secret_but_without_the_keys_nothing_opens() {
    let site = Site::over(None);
    let secret = site.working_application("app");
    fs::rename(site.path(KEYS), site.path("elsewhere.toml")).unwrap();
    site.does(&["init", "--anyway"], "");

    let lost = site.refuses(&["connection", "check", "cliniko/North"], &secret);
    assert!(lost.contains("put it back from the copy of the key file"), "{lost}");
    let node = site.node("north");
    unasked(&site, "other keys", || {
        assert_eq!(client(&node, "app", &secret).care_units().status, 502);
    });

    fs::rename(site.path("elsewhere.toml"), site.path(KEYS)).unwrap();
    until("its keys are back", || client(&node, "app", &secret).care_units().status == 200);
}

#[test]
fn neither_credentials_nor_secrets_nor_patients_can_be_read_in_the_files() {
    let site = Site::over(None);
    let secret = site.working_application("app");
    let node = site.node("north");
    let client = client(&node, "app", &secret);
    let care_unit = client.care_unit();
    let booking = client.bookings(&care_unit)[0].clone();
    assert_eq!(client.book(&care_unit, &booking, "").status, 201);

    let patient = booking["patient_id"].as_str().unwrap();
    let files = fs::read_dir(site.directory()).unwrap().map(|file| file.unwrap().path());
    let read: Vec<_> =
        files.filter(|path| path.is_file()).map(|path| (fs::read(&path).unwrap(), path)).collect();
    assert!(read.iter().any(|(bytes, _)| text(bytes).contains("book_appointment")), "the log is in a file");
    for needle in [site.api_key(), &secret, "197001019806", "Berg", patient] {
        for (bytes, path) in &read {
            assert!(!text(bytes).contains(needle), "{needle} is in {}", path.display());
        }
    }
}

fn swap(site: &Site) {
    let secret = site.working_application("app");
    site.connect("app", &secret, "South");
    let node = site.node("north");
    let client = client(&node, "app", &secret);
    let care_units = client.care_unit_ids();
    let ids: Vec<String> = ["North", "South"]
        .map(|name| site.query(&format!("SELECT id FROM connections WHERE name = '{name}'")))
        .into();
    // With new versions, so that the gateway opens them.
    let swapped = "UPDATE connection_secrets SET sealed = other.sealed \
         FROM (SELECT connection_id, name, sealed FROM connection_secrets) other \
         WHERE other.name = connection_secrets.name AND other.connection_id <> connection_secrets.connection_id; \
         UPDATE connections SET version = version + 1; UPDATE revision SET number = number + 1";

    site.tamper(swapped);
    unasked(site, "swapped rows", || {
        for path in
            care_units.iter().map(|id| format!("/api/emrs/cliniko/care-units/{id}/patients?last_name=Berg"))
        {
            let refused = client.get(&path);
            assert_eq!(
                (refused.status, &refused.body["code"]),
                (502, &Value::from("EMR_ERROR")),
                "{refused:?}"
            );
            assert!(refused.detail().ends_with("Nothing was sent."), "{refused:?}");
        }
    });
    for _ in &ids {
        let told = node.log_until("a connection cannot be used; see `vardbro doctor`");
        let told = told.last().unwrap();
        assert!(ids.iter().any(|id| told["connection"] == id.as_str()), "{told}");
        assert!(told["why"].as_str().unwrap().contains("settings cannot be opened"), "{told}");
    }
    site.tamper(swapped);
    assert_eq!(client.care_unit_ids(), care_units);
}

#[test]
fn swapped_rows_are_refused_and_told_of_and_nothing_is_sent_on_one_file() {
    swap(&Site::over(None));
}

#[test]
fn swapped_rows_are_refused_and_told_of_and_nothing_is_sent_on_postgresql() {
    let Some(postgres) = Postgres::shared() else { return };
    let database = postgres.database();
    swap(&Site::over(Some(database.url())));
}

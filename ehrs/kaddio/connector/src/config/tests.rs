use uuid::Uuid;
use vardbro_ehr::connection::{NoteMapping, Settings};
use vardbro_model::ehr::Mode;

use super::*;
use crate::CODE;

fn connection(settings: Settings) -> Connection {
    Connection {
        id: Uuid::nil(),
        ehr: CODE,
        name: "test".into(),
        tag: None,
        mode: Mode::Live,
        settings,
        note_mapping: NoteMapping::default(),
    }
}

fn good() -> Settings {
    Settings::default().with("url", "https://klinik.kaddio.com/graphql").with_secret("token", "TOPSECRET")
}

fn refused(settings: Settings) -> String {
    Config::read(&connection(settings)).unwrap_err().detail
}

#[test]
fn url_and_token_are_enough() {
    let config = Config::read(&connection(good())).unwrap();
    assert_eq!(config.api.url().as_str(), "https://klinik.kaddio.com/graphql");
    assert_eq!(config.free_times, FreeTimesFrom::GraphQl);
    assert_eq!(config.documents.iter().count(), Name::ALL.len());
}

#[test]
fn the_token_shows_nowhere() {
    let shown = format!("{:?}", Config::read(&connection(good())).unwrap());
    assert!(!shown.contains("TOPSECRET"), "{shown}");
}

#[test]
fn settings_that_cannot_work_are_named_without_their_value() {
    for (settings, name) in [
        (Settings::default().with_secret("token", "t"), "url is missing"),
        (Settings::default().with("url", "https://k.kaddio.com/graphql"), "token is missing"),
        (good().with("url", "ftp://x/graphql"), "url"),
        (good().with("url", "https://user:pw@x/graphql"), "url"),
        (good().with_secret("token", "Bearer abcde"), "token is not a bare token"),
        (good().with("impersonation_id", "a b"), "impersonation_id"),
        (good().with("default_author", "å"), "default_author"),
        (good().with("custom_fields", "shoe_size=abc"), "custom_fields can name date_of_birth"),
        (good().with("custom_fields", "gender"), "custom_fields"),
        (good().with("custom_fields", "gender=a,gender=b"), "custom_fields names gender twice"),
        (good().with("custom_fields", "gender=a,country=a"), "custom_fields has an id for country"),
        (good().with("free_times", "soap"), "free_times"),
        (good().with("time_zone", "Mars/Base"), "time_zone"),
        (good().with("requests_per_minute", "0"), "requests_per_minute"),
    ] {
        let detail = refused(settings);
        assert!(detail.contains(name), "{detail}");
        assert!(!detail.contains("abcde"), "{detail}");
    }
}

#[test]
fn every_fault_of_every_setting_is_told_at_once() {
    let settings = good()
        .with("free_times", "soap")
        .with("operation_client", "query {")
        .with("operation_booking", "query B($appointment_id: ID!) { b(id: $appointment_id) { id } }");
    let detail = refused(settings);
    for part in [
        "free_times is neither",
        "operation_client: syntax error at line 1, column",
        "operation_booking: it does not select appointment",
    ] {
        assert!(detail.contains(part), "{part}: {detail}");
    }
}

#[test]
fn a_document_can_be_replaced_or_turned_off() {
    let own =
        "query Mine($appointment_id: ID!) { appointment: bokning(nr: $appointment_id) { id resource_id: vem
               patient_id: klient healthcare_service_id: typ start end status } }";
    let settings = good().with("operation_booking", own).with("operation_update_user", " OFF ");
    let config = Config::read(&connection(settings)).unwrap();
    assert_eq!(config.documents.get(Name::Booking).unwrap().text(), own);
    assert!(config.documents.get(Name::UpdateUser).is_none());
    assert!(config.documents.get(Name::Client).is_some());
}

#[test]
fn what_other_settings_need_must_be_selected() {
    let catalogue = "{ organisation: o { id name } resources: h { id first_name: f last_name: l healthcare_service_ids: b }
                       healthcare_services: t { id name duration_minutes: d } }";
    let bare = || good().with("operation_catalogue", catalogue);
    assert!(Config::read(&connection(bare())).is_ok());
    let detail = refused(bare().with("free_times", "rest"));
    assert!(detail.contains("resources.slug, which free_times = rest needs"), "{detail}");
    let placed = catalogue.replace("{ organisation", "{ care_units: p { id name } organisation");
    let detail = refused(good().with("operation_catalogue", placed));
    assert!(detail.contains("resources.care_unit_ids, which care_units needs"), "{detail}");
    let client = "query C($patient_id: ID!) { patient: c(id: $patient_id) { id first_name: a last_name: b personal_number: c
                  email phone: d street: e postal_code: f city } }";
    let own = || good().with("operation_client", client);
    assert!(Config::read(&connection(own())).is_ok());
    let detail = refused(own().with("custom_fields", "gender=abc"));
    assert!(detail.contains("patient.custom_fields, which custom_fields needs"), "{detail}");
}

#[test]
fn every_operation_has_a_setting_and_none_has_two() {
    let names: Vec<_> = SETTINGS.iter().map(|setting| setting.name).collect();
    let once: std::collections::BTreeSet<_> = names.iter().collect();
    assert_eq!(once.len(), names.len());
    assert!(Name::ALL.iter().all(|name| names.contains(&name.spec().setting)));
}

use uuid::Uuid;
use vardbro_ehr::connection::{NoteMapping, Settings};
use vardbro_model::ehr::Mode;

use super::*;

fn connection(settings: Settings) -> Connection {
    Connection {
        id: Uuid::nil(),
        ehr: crate::CODE,
        name: "clinic".into(),
        tag: None,
        mode: Mode::Sandbox,
        settings,
        note_mapping: NoteMapping::default(),
    }
}

fn good() -> Settings {
    Settings::default()
        .with("booking_url", "https://xchange.example/node_kus/booking/booking.asmx")
        .with_secret("externaluser", "TOPSECRETUSER")
        .with_secret("invokingsystem", "TOPSECRETSYSTEM")
}

fn read(settings: Settings) -> EhrResult<Config> {
    Config::read(&connection(settings))
}

#[test]
fn what_is_not_given_has_its_default() {
    let config = read(good()).unwrap();
    assert_eq!((config.horizon_days, config.days_per_call), (92, 31));
    assert_eq!((config.requests_per_minute, config.attempt_timeout), (None, Duration::from_secs(8)));
    assert_eq!(config.zone.iana_name(), Some("Europe/Stockholm"));
    assert_eq!((config.inner_xml, config.signed_order), (InnerXml::Escaped, SignedOrder::SignedFirst));
    assert_eq!(config.users.default_user(), "TOPSECRETUSER");
    for (setting, given) in [("time_zone", "Europe/Stockholm"), ("attempt_timeout_seconds", "8")] {
        let told = SETTINGS.iter().find(|known| known.name == setting).and_then(|known| known.default);
        assert_eq!(told, Some(given));
    }
}

#[test]
fn who_calls_may_be_given_as_secret_or_plain() {
    let plain = Settings::default()
        .with("booking_url", "https://xchange.example/node_kus/booking/booking.asmx")
        .with("externaluser", "A")
        .with("invokingsystem", "B")
        .with("tcpassword", "C");
    let api = read(plain).unwrap().api(Timestamp::UNIX_EPOCH);
    assert_eq!(api.external_user.expose_secret(), "A");
    assert_eq!(api.password.expose_secret(), "C");
}

#[test]
fn the_kind_of_a_care_unit_id_shows_in_it_unless_it_is_configured() {
    let config = read(good()).unwrap();
    assert_eq!(config.unit_key("10").id_type, "takecareid");
    assert_eq!(config.unit_key("SE2321000016-1HZ3").id_type, "hsaid");
    assert_eq!(config.unit_key("HSA-VKK123").id_type, "hsaid");
    let config = read(good().with("care_unit_id_type", "HSAID")).unwrap();
    assert_eq!((config.unit_key("10").id_type.as_str(), config.listed_id_type()), ("HSAID", "HSAID"));
}

#[test]
fn services_hang_on_the_node_or_where_they_are_said_to_be() {
    let settings = good()
        .with("get_patient", "people/person.asmx#FindPerson")
        .with("create_patient", "off")
        .with("get_documents", "https://documents.example/x.asmx#List");
    let services = read(settings).unwrap().services;
    let at = |service: Service| {
        let endpoint = services.at(service).unwrap();
        (endpoint.address.to_string(), endpoint.operation.clone())
    };
    let node = "https://xchange.example/node_kus";
    assert_eq!(at(Service::GetPatient), (format!("{node}/people/person.asmx"), "FindPerson".into()));
    assert_eq!(at(Service::GetCaseNotes), (format!("{node}/casenote/casenote.asmx"), "GetCaseNotes".into()));
    assert_eq!(at(Service::GetDocuments), ("https://documents.example/x.asmx".into(), "List".into()));
    assert!(services.at(Service::CreatePatient).unwrap_err().kind != EhrError::failed("").kind);
    let unavailable = services.unavailable();
    assert_eq!(unavailable.len(), 1);
    assert!(unavailable[0].1.contains("create_patient"));
}

#[test]
fn lists_are_read_however_they_are_divided() {
    let settings = good()
        .with("care_units", " 10, 11;10\nSE2321000016-1HZ3 ")
        .with("user_ids", "991890000019=U1, 991890000027 = U2");
    let config = read(settings).unwrap();
    assert_eq!(config.care_units.unwrap(), ["10", "11", "SE2321000016-1HZ3"]);
    assert_eq!(config.users.mapped(991_890_000_027), Some("U2"));
    assert_eq!(config.users.resource("U1"), Some(991_890_000_019));
    assert_eq!((config.users.resource("77"), config.users.resource("EXT")), (Some(77), None));
}

#[test]
fn settings_that_cannot_work_are_named_without_their_value() {
    for (settings, name) in [
        (Settings::default(), "booking_url"),
        (Settings::default().with("booking_url", "https://x/b/b.asmx"), "externaluser"),
        (good().with_secret("invokingsystem", ""), "invokingsystem"),
        (good().with("booking_url", "ftp://x"), "booking_url"),
        (good().with("booking_url", "https://user:TOPSECRET@x/b"), "booking_url"),
        (good().with("time_zone", "Mars/Base"), "time_zone"),
        (good().with("inner_xml", "both"), "inner_xml"),
        (good().with("signed_order", "none"), "signed_order"),
        (good().with("care_units", "a/b"), "care_units"),
        (good().with("care_units", ",,"), "care_units"),
        (good().with("user_ids", "10-1=U1"), "user_ids"),
        (good().with("user_ids", "1="), "user_ids"),
        (good().with("resource_horizon_days", "0"), "resource_horizon_days"),
        (good().with("availability_days_per_call", "x"), "availability_days_per_call"),
        (good().with("requests_per_minute", "0"), "requests_per_minute"),
        (good().with("attempt_timeout_seconds", "9999"), "attempt_timeout_seconds"),
        (good().with("get_patient", "patient.asmx"), "get_patient"),
        (good().with("get_patient", "#GetPatient"), "get_patient"),
        (good().with("get_patient", "patient.asmx#a b"), "get_patient"),
        (good().with("tcusername", "a\u{1}b"), "tcusername"),
    ] {
        let error = read(settings).unwrap_err();
        assert!(error.detail.contains(name), "{name}: {}", error.detail);
        assert!(!format!("{error:?}").contains("TOPSECRET"), "{error:?}");
    }
}

#[test]
fn a_certificate_that_is_half_given_or_given_twice_is_told() {
    for (settings, names) in [
        (good().with("client_certificate", "x"), ["client_key", "missing"]),
        (good().with_secret("client_key", "x"), ["client_certificate", "missing"]),
        (good().with_secret("client_pkcs12_password", "x"), ["client_pkcs12", "missing"]),
        (good().with_secret("client_pkcs12", "TOPSECRET"), ["client_pkcs12", "cannot be used"]),
        (
            good().with("client_certificate", "x").with_secret("client_key", "TOPSECRET"),
            ["client_certificate", "cannot be used"],
        ),
        (
            good().with("client_certificate", "x").with_secret("client_pkcs12", "x"),
            ["client_pkcs12", "client_certificate"],
        ),
        (good().with("authorities", "x"), ["authorities", "cannot be used"]),
    ] {
        let error = Config::tls(&connection(settings)).unwrap_err();
        assert!(names.iter().all(|name| error.detail.contains(name)), "{}", error.detail);
        assert!(!format!("{error:?}").contains("TOPSECRET"), "{error:?}");
    }
    assert!(Config::tls(&connection(good())).is_ok());
}

#[test]
fn no_secret_shows() {
    let config = read(good().with_secret("tcpassword", "TOPSECRETPASSWORD")).unwrap();
    let shown = format!("{config:?} {:?}", config.api(Timestamp::UNIX_EPOCH));
    assert!(!shown.contains("TOPSECRET"), "{shown}");
}

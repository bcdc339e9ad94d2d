//! Each operation against examples: those that are public, and those of our reading of the schema, typed anew.

use http::HeaderValue;
use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use serde_json::{Value, json};
use url::Url;
use vardbro_ehr::wire::{Call, Pause, Safety};
use vardbro_kaddio::operations::{Document, Name};
use vardbro_kaddio::wire::clients::{CustomFieldValueInput, NewClient};
use vardbro_kaddio::wire::contacts::HeadingValueInput;
use vardbro_kaddio::wire::suggestions::{read_suggestions, suggestions};
use vardbro_kaddio::wire::{
    Api, Asked, Id, bookings, catalogue, clients, contacts, free_times, introspection,
};
use vardbro_model::time::Window;

const URL: &str = "https://klinik.kaddio.com/graphql";

fn api(host: Option<&str>) -> Api {
    let mut token = HeaderValue::from_static("3fa9token");
    token.set_sensitive(true);
    Api::new(Url::parse(URL).unwrap(), token, host.map(id))
}

fn id(text: &str) -> Id {
    Id::parse(text).unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn shipped(name: Name) -> Document {
    Document::read(name, name.spec().shipped).unwrap()
}

fn call<T: serde::de::DeserializeOwned>(asked: &Asked<T>) -> Call {
    api(None).call(&shipped(asked.name), asked.variables.clone(), None)
}

/// The document without white space, and the variables.
fn sent<T: serde::de::DeserializeOwned>(asked: &Asked<T>) -> (String, Value) {
    let call = call(asked);
    let request = &call.request;
    assert_eq!((request.method().as_str(), request.uri().to_string()), ("POST", URL.to_owned()));
    assert_eq!(request.headers()["authorization"], "3fa9token");
    assert_eq!(request.headers()["content-type"], "application/json");
    assert!(!request.headers().contains_key("impersonationid"));
    let body: Value = serde_json::from_slice(request.body()).unwrap();
    assert_eq!(body.as_object().unwrap().len(), 2, "query and variables, as observed");
    let query: String = body["query"].as_str().unwrap().split_whitespace().collect();
    (query, body["variables"].clone())
}

fn read<T: serde::de::DeserializeOwned>(asked: &Asked<T>, data: Value) -> T {
    asked.read(data).unwrap_or_else(|at| panic!("unreadable at {}", at.path))
}

#[test]
fn create_client_as_observed() {
    let new = NewClient {
        first_name: Some("Tolvan".into()),
        last_name: Some("Tolvansson".into()),
        personal_number: Some("191212121212".into()),
        street: Some("Storgatan 1".into()),
        ..NewClient::default()
    };
    let asked = clients::create(&new);
    let (query, variables) = sent(&asked);
    assert!(query.contains("createClient(firstname:$first_namelastname:$last_nameemail:$emailpnr:$personal_numberzip:$postal_codecity:$citystreetAdress:$streetcellphone:$phone)"), "{query}");
    let given = json!({
        "first_name": "Tolvan", "last_name": "Tolvansson", "personal_number": "191212121212", "street": "Storgatan 1",
    });
    assert_eq!(variables, given, "what has no value is not sent");
    assert_eq!(call(&asked).safety, Safety::Once);
    let made = read(&asked, json!({"patient_id": "mFdvd5CdhTGeoh7uf"}));
    assert_eq!(made.patient_id, Some(id("mFdvd5CdhTGeoh7uf")));
    assert_eq!(read(&asked, json!({"patient_id": null})).patient_id, None);
}

#[test]
fn update_user_as_observed() {
    let fields =
        [CustomFieldValueInput { field: id("xpcmCjN8TeAhPAdpT"), value_string: "1990-02-03".into() }];
    let asked = clients::update(&id("mFdvd5CdhTGeoh7uf"), &fields);
    let (query, variables) = sent(&asked);
    assert!(query.contains("updateUser(userId:$patient_id,customProperties:$custom_fields)"), "{query}");
    let field = json!({"field": "xpcmCjN8TeAhPAdpT", "valueString": "1990-02-03"});
    assert_eq!(variables, json!({"patient_id": "mFdvd5CdhTGeoh7uf", "custom_fields": [field]}));
    assert_eq!(call(&asked).safety, Safety::Once);
    for answer in
        [json!({"updated": "mFdvd5CdhTGeoh7uf"}), json!({"updated": null}), json!({"updated": true})]
    {
        read(&asked, answer);
    }
}

#[test]
fn whoever_acts_stands_in_a_header_of_its_own() {
    let asked = catalogue::catalogue();
    let of = |api: Api, host: Option<&str>| {
        let call = api.call(&shipped(asked.name), asked.variables.clone(), host.map(id).as_ref());
        call.request.headers().get("ImpersonationId").map(|id| id.to_str().unwrap().to_owned())
    };
    assert_eq!(of(api(None), None), None);
    assert_eq!(of(api(Some("Qg6u5fPhyXzhuspnH")), None).as_deref(), Some("Qg6u5fPhyXzhuspnH"));
    assert_eq!(of(api(Some("Qg6u5fPhyXzhuspnH")), Some("other")).as_deref(), Some("other"));
}

#[test]
fn calls_are_repeated_as_the_vendors_own_client_does() {
    let repeats = call(&catalogue::catalogue()).repeats;
    assert_eq!((repeats.after_failure, repeats.after_refusal), (3, 3));
    assert_eq!(repeats.pause, Pause::Growing(std::time::Duration::from_millis(400)));
}

#[test]
fn no_mutation_is_repeated_once_it_was_sent() {
    let text = "aBc";
    let sent = [
        call(&clients::create(&NewClient::default())),
        call(&clients::update(&id(text), &[])),
        call(&bookings::create(&bookings::NewBooking {
            patient_id: &id(text),
            resource_id: &id(text),
            healthcare_service_id: &id(text),
            care_unit_id: None,
            start: at("2026-12-01T08:00:00Z"),
            end: at("2026-12-01T09:00:00Z"),
            comment: None,
        })),
        call(&contacts::create(&id(text), &id(text), None, &[])),
    ];
    for call in sent {
        assert_eq!((call.safety, call.repeats.after_refusal), (Safety::Once, 0), "{}", call.endpoint);
    }
}

#[test]
fn a_token_does_not_print_itself() {
    let call = call(&catalogue::catalogue());
    let shown = format!("{:?} {:?} {:?}", api(None), call, call.request.headers());
    assert!(!shown.contains("3fa9token"), "{shown}");
}

#[test]
fn the_catalogue_is_one_question() {
    let asked = catalogue::catalogue();
    assert_eq!(sent(&asked).1, json!({}));
    let catalogue = read(
        &asked,
        json!({
            "organisation": {"id": "o", "name": "Kliniken", "time_zone": "Europe/Stockholm", "phone": null},
            "care_units": [{"id": "p", "name": "Vasastan", "city": "Göteborg"}],
            "resources": [{"id": "h", "first_name": "Anna", "last_name": "Test", "slug": "anna_test", "title": null,
                           "care_unit_ids": ["p"], "healthcare_service_ids": ["t"]}],
            "healthcare_services": [{"id": "t", "name": "Nybesök", "slug": "nybesok", "duration_minutes": 60,
                                     "bookable_online": true, "group_cap": null}],
        }),
    );
    assert_eq!(catalogue.organisation.place.name, "Kliniken");
    assert_eq!(catalogue.resources[0].care_unit_ids, [id("p")]);
    assert_eq!(catalogue.healthcare_services[0].duration_minutes, 60);
    let bare =
        json!({"organisation": {"id": "o", "name": "K"}, "resources": [], "healthcare_services": null});
    assert!(read(&asked, bare).care_units.is_empty());
}

#[test]
fn free_times_are_asked_for_in_utc() {
    let window = Window { start: at("2026-12-01T08:00:00Z"), end: at("2026-12-31T08:00:00.5Z") };
    let asked = free_times::free_times(window, Some(&id("p")), None, Some(&id("t")));
    let (_, variables) = sent(&asked);
    assert_eq!(
        variables,
        json!({"from": "2026-12-01T08:00:00.000Z", "to": "2026-12-31T08:00:00.500Z", "care_unit_id": "p",
               "healthcare_service_id": "t"})
    );
    let row = json!({"start": "2026-12-01T08:00:00.000Z", "end": "2026-12-01T09:00:00.000Z", "resource_id": "h",
                     "healthcare_service_id": "t", "care_unit_id": "p"});
    let found = read(&asked, json!({"timeslots": [row]})).timeslots;
    assert_eq!(found[0].end, at("2026-12-01T09:00:00Z"));
    let wrong = asked.read(json!({"timeslots": [{"start": "tomorrow"}]})).unwrap_err();
    assert_eq!(wrong.path, "timeslots[0].start");
}

#[test]
fn clients_by_id_number_and_name() {
    let (query, variables) = sent(&clients::one(&id("mFdvd5CdhTGeoh7uf")));
    assert!(query.contains("patient:client(id:$patient_id){id"), "{query}");
    assert_eq!(variables, json!({"patient_id": "mFdvd5CdhTGeoh7uf"}));
    let wanted = clients::Wanted {
        personal_number: Some("191212121212".into()),
        archived: true,
        ..Default::default()
    };
    let asked = clients::list_of(&wanted, 200);
    let expected = json!({"personal_number": "191212121212", "archived": true, "offset": 200, "limit": 200});
    assert_eq!(sent(&asked).1, expected);
    let row = json!({"id": "c", "first_name": "Tolvan", "last_name": null, "personal_number": null, "email": null,
                     "phone": null, "street": null, "postal_code": null, "city": null,
                     "custom_fields": [{"field": "f", "value": null}]});
    let found = read(&asked, json!({"patients": [row]})).patients;
    assert_eq!(found[0].first_name.as_deref(), Some("Tolvan"));
    assert_eq!(read(&clients::one(&id("c")), json!({"patient": null})).patient.map(|client| client.id), None);
}

#[test]
fn bookings_are_listed_read_and_made() {
    let wanted = bookings::Wanted {
        patient_id: Some(id("c")),
        from: Some(at("2026-12-01T08:00:00Z")),
        ..bookings::Wanted::default()
    };
    let asked = bookings::list_of(&wanted, 0);
    let expected = json!({"patient_id": "c", "from": "2026-12-01T08:00:00.000Z", "offset": 0, "limit": 200});
    assert_eq!(sent(&asked).1, expected);
    assert_eq!(sent(&bookings::one(&id("b"))).1, json!({"appointment_id": "b"}));

    let (client, host, kind) = (id("c"), id("h"), id("t"));
    let new = bookings::NewBooking {
        patient_id: &client,
        resource_id: &host,
        healthcare_service_id: &kind,
        care_unit_id: None,
        start: at("2026-12-01T08:00:00Z"),
        end: at("2026-12-01T09:00:00Z"),
        comment: Some("Första besöket"),
    };
    let asked = bookings::create(&new);
    // The shipped document takes no end: it follows from the booking type.
    assert_eq!(
        sent(&asked).1,
        json!({"patient_id": "c", "resource_id": "h", "healthcare_service_id": "t", "comment": "Första besöket",
               "start": "2026-12-01T08:00:00.000Z"})
    );
    assert_eq!(call(&asked).safety, Safety::Once);
    let row = json!({"id": "b", "care_unit_id": "p", "resource_id": "h", "patient_id": "c", "healthcare_service_id": "t",
                     "start": "2026-12-01T08:00:00.000Z", "end": "2026-12-01T09:00:00.000Z", "comment": null,
                     "status": "BOOKED", "created_at": "2026-11-20T08:00:00.000Z", "updated_at": null});
    let booked = read(&asked, json!({"appointment": row})).appointment.unwrap();
    assert_eq!((booked.id, booked.status.as_deref()), (id("b"), Some("BOOKED")));
}

#[test]
fn entries_are_listed_read_and_written() {
    let expected = json!({"patient_id": "c", "offset": 0, "limit": 200});
    assert_eq!(sent(&contacts::list_of(&id("c"), 0)).1, expected);
    assert_eq!(sent(&contacts::one(&id("k"))).1, json!({"note_id": "k"}));
    let headings = [HeadingValueInput { heading_id: id("r"), text: "Vila".into() }];
    let asked = contacts::create(&id("c"), &id("t"), None, &headings);
    assert_eq!(
        sent(&asked).1,
        json!({"patient_id": "c", "template_id": "t", "fields": [{"headingId": "r", "text": "Vila"}]})
    );
    assert_eq!(call(&asked).safety, Safety::Once);
    let row = json!({"id": "k", "patient_id": "c", "template_id": "t", "signed": false,
                     "fields": [{"id": "r", "name": "Plan", "text": "Vila"}]});
    assert!(!read(&asked, json!({"note": row})).note.unwrap().signed);
}

#[test]
fn the_public_list_is_asked_without_a_token() {
    let stockholm = TimeZone::get("Europe/Stockholm").unwrap();
    let winter = stockholm.to_offset(at("2026-12-01T08:00:00Z"));
    let asked = |offset: Offset, kind| suggestions(&Url::parse(URL).unwrap(), offset, "anna_test", kind);
    let call = asked(winter, Some("nybesok"));
    assert_eq!(call.request.method(), "GET");
    assert_eq!(
        call.request.uri().to_string(),
        "https://klinik.kaddio.com/api/all-suggestions-ever/anna_test/nybesok"
    );
    assert_eq!(call.request.headers()["x-tz-offset"], "-60");
    assert!(!call.request.headers().contains_key("authorization"));
    assert_eq!(asked(Offset::UTC, None).request.headers()["x-tz-offset"], "0");
    let all = asked(winter, None).request.uri().to_string();
    assert_eq!(all, "https://klinik.kaddio.com/api/all-suggestions-ever/anna_test");

    let body = r#"{"nybesok":[{"start":"2026-12-01T08:00:00.000Z","reserveLink":"https://ORG.kaddio.com/x"}],"tom":[]}"#;
    let read = read_suggestions(body.as_bytes()).unwrap();
    assert_eq!(read["nybesok"][0].start, at("2026-12-01T08:00:00Z"));
    let wrong = read_suggestions(br#"{"nybesok":[{"start":5}]}"#).unwrap_err();
    assert_eq!(wrong.path, "nybesok[0].start");
}

#[test]
fn a_server_that_does_not_tell_its_schema_has_none() {
    for silent in [json!(null), json!({}), json!({"__schema": null})] {
        assert!(introspection::read_schema(silent).unwrap().is_none());
    }
}

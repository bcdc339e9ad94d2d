//! The organisation, its places, hosts, booking types and templates.

use serde_json::{Value, json};
use vardbro_kaddio_sandbox::{contact_types, custom_fields};

use crate::client::{ANNA, ARCHIVED_TYPE, BORAS, GOTHENBURG, INACTIVE_HOST, SARA, Sandbox, TELEPHONE};

fn column(rows: &Value, name: &str) -> Vec<String> {
    rows.as_array().unwrap().iter().map(|row| row[name].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn the_organisation_tells_its_address_and_zone() {
    let sandbox = Sandbox::start().await;
    let query = "{ organization { id name url timeZone phone email streetAdress zip city } }";
    let organization = sandbox.ask(query, Value::Null).await.data()["organization"].clone();
    assert_eq!(organization["timeZone"], "Europe/Stockholm");
    assert_eq!(organization["url"], sandbox.running.origin);
    assert_eq!(organization["city"], "Göteborg");
}

#[tokio::test]
async fn places_come_by_name() {
    let sandbox = Sandbox::start().await;
    let query = "{ places { id name phone email streetAdress zip city } }";
    let places = sandbox.ask(query, Value::Null).await.data()["places"].clone();
    assert_eq!(column(&places, "id"), [BORAS, GOTHENBURG]);
    assert!(column(&places, "name").is_sorted());
}

#[tokio::test]
async fn active_hosts_come_by_name_and_those_of_a_place() {
    let sandbox = Sandbox::start().await;
    let query = "query($place: ID) { hosts(placeId: $place)
        { id firstname lastname title slug placeIds bookingTypeIds cancellationMarginHours } }";
    let all = sandbox.ask(query, json!({})).await.data()["hosts"].clone();
    assert_eq!(column(&all, "lastname"), ["Ek", "Holm", "Lindqvist", "Rahimi", "Sandberg", "Öberg"]);
    assert!(!column(&all, "id").contains(&INACTIVE_HOST.to_owned()));

    for (place, hosts) in [(GOTHENBURG, 4), (BORAS, 3)] {
        let some = sandbox.ask(query, json!({"place": place})).await.data()["hosts"].clone();
        assert_eq!(some.as_array().unwrap().len(), hosts);
        let there = |host: &Value| host["placeIds"].as_array().unwrap().contains(&json!(place));
        assert!(some.as_array().unwrap().iter().all(there));
        assert!(column(&some, "id").contains(&SARA.to_owned()), "Sara is at both");
    }
    let none = sandbox.ask(query, json!({"place": "none"})).await.data();
    assert_eq!(none["hosts"], json!([]));
}

#[tokio::test]
async fn booking_types_have_two_lengths_and_leave_out_archived_ones() {
    let sandbox = Sandbox::start().await;
    let query =
        "query($host: ID) { bookingTypes(hostId: $host) { id name slug description categoryName length
        clientVisibleLength bookableByClients bookingMarginHours groupCap } }";
    let all = sandbox.ask(query, json!({})).await.data()["bookingTypes"].clone();
    assert!(column(&all, "name").is_sorted());
    assert!(!column(&all, "id").contains(&ARCHIVED_TYPE.to_owned()));
    let named = |slug: &str| all.as_array().unwrap().iter().find(|kind| kind["slug"] == slug).unwrap();
    assert_eq!(
        (&named("nybesok")["length"], &named("nybesok")["clientVisibleLength"]),
        (&json!(60), &json!(45))
    );
    assert_eq!(named("telefonuppfoljning")["bookableByClients"], false);
    assert_eq!(named("mindfulness-i-grupp")["groupCap"], 6);
    assert_eq!(named("aterbesok")["groupCap"], Value::Null);

    let annas = sandbox.ask(query, json!({"host": ANNA})).await.data()["bookingTypes"].clone();
    assert!(column(&annas, "id").contains(&TELEPHONE.to_owned()));
    assert_eq!(annas.as_array().unwrap().len(), 4);
    let gunnars = sandbox.ask(query, json!({"host": INACTIVE_HOST})).await.data();
    assert_eq!(gunnars["bookingTypes"], json!([]));
}

#[tokio::test]
async fn contact_types_are_those_of_the_crates_data() {
    let sandbox = Sandbox::start().await;
    let query = "{ contactTypes { id name headings { id name kind } } }";
    let listed = sandbox.ask(query, Value::Null).await.data()["contactTypes"].clone();
    assert_eq!(column(&listed, "id"), contact_types::ALL.map(|kind| kind.id));
    let acute = &listed[0];
    assert_eq!(
        column(&acute["headings"], "id"),
        contact_types::ACUTE_VISIT.headings.iter().map(|heading| heading.id).collect::<Vec<_>>()
    );
    let kinds: Vec<_> =
        listed.as_array().unwrap().iter().flat_map(|kind| column(&kind["headings"], "kind")).collect();
    for kind in ["FREE", "PRESET", "DIAGNOSIS", "ACTION_CODES", "PICTURE"] {
        assert!(kinds.contains(&kind.to_owned()), "{kind}");
    }
}

#[tokio::test]
async fn every_id_is_one_of_meteors() {
    let sandbox = Sandbox::start().await;
    let query = "{ organization { id } places { id } hosts { id } bookingTypes { id } clients(includeArchived: true) { id }
        bookings { id } contactTypes { id headings { id } } }";
    let text = sandbox.ask(query, Value::Null).await.data().to_string();
    let ids: Vec<_> = text.split("\"id\":\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert!(ids.len() > 200, "{}", ids.len());
    for id in ids.into_iter().chain(custom_fields::ALL.map(|field| field.id)) {
        let look_alike = |letter: char| !letter.is_ascii_alphanumeric() || "01IOUVl".contains(letter);
        assert!(id.len() == 17 && !id.contains(look_alike), "{id}");
    }
}

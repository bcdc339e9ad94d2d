//! Journal entries.

use serde_json::{Value, json};
use vardbro_kaddio_sandbox::contact_types::{ACUTE_VISIT, CARE_STATUS, PHYSIOTHERAPY, UNSTRUCTURED};

use crate::client::{AGDA, ANNA, ARCHIVED_CLIENT, ERIK, Sandbox, TOLVAN};

const FIELDS: &str =
    "{ id clientId hostId hostName bookingId contactTypeId contactTypeName signed createdAt updatedAt
    headings { headingId name text } }";
const SIGNED: &str = "6uHZyGvt49EMMXJLs";
const UNSIGNED: &str = "AYubDF3p3wABunqZW";

fn create() -> String {
    format!(
        "mutation($clientId: ID!, $contactTypeId: ID!, $bookingId: ID, $headings: [HeadingValueInput!]!) {{
            createContact(clientId: $clientId, contactTypeId: $contactTypeId, bookingId: $bookingId, headings: $headings) {FIELDS} }}"
    )
}

/// `updateContact` or `correctContact`.
fn write(field: &str) -> String {
    format!(
        "mutation($id: ID!, $headings: [HeadingValueInput!]!) {{ {field}(contactId: $id, headings: $headings) {FIELDS} }}"
    )
}

fn sign() -> String {
    format!("mutation($id: ID!) {{ signContact(contactId: $id) {FIELDS} }}")
}

fn care_status(texts: [&str; 2]) -> Value {
    let headings = CARE_STATUS.headings.iter().zip(texts);
    let headings: Vec<_> =
        headings.map(|(heading, text)| json!({"headingId": heading.id, "text": text})).collect();
    json!({"clientId": TOLVAN, "contactTypeId": CARE_STATUS.id, "headings": headings})
}

fn texts(contact: &Value) -> Vec<&Value> {
    contact["headings"].as_array().unwrap().iter().map(|heading| &heading["text"]).collect()
}

async fn created(sandbox: &Sandbox) -> Value {
    sandbox.ask(&create(), care_status(["Pigg.", "Vila."])).await.data()["createContact"].clone()
}

#[tokio::test]
async fn an_entry_is_written_unsigned_in_the_name_of_who_calls() {
    let sandbox = Sandbox::start().await;
    let contact = created(&sandbox).await;
    assert_eq!((&contact["hostId"], &contact["hostName"]), (&json!(ANNA), &json!("Anna Lindqvist")));
    assert_eq!((&contact["signed"], &contact["contactTypeName"]), (&json!(false), &json!(CARE_STATUS.name)));
    assert_eq!(
        contact["headings"][0],
        json!({"headingId": CARE_STATUS.headings[0].id, "name": "Status", "text": "Pigg."})
    );

    let query = format!("query($id: ID!) {{ contact(id: $id) {FIELDS} }}");
    assert_eq!(sandbox.ask(&query, json!({"id": contact["id"]})).await.data()["contact"], contact);
    assert_eq!(sandbox.ask(&query, json!({"id": "none"})).await.data()["contact"], Value::Null);
}

#[tokio::test]
async fn every_host_can_be_stood_in_for() {
    let sandbox = Sandbox::start().await;
    let hosts = sandbox.ask("{ hosts { id firstname lastname } }", Value::Null).await.data()["hosts"].clone();
    for host in hosts.as_array().unwrap() {
        let id = host["id"].as_str().unwrap();
        let contact =
            sandbox.ask_as(id, &create(), care_status(["a", "b"])).await.data()["createContact"].clone();
        assert_eq!(contact["hostId"], id);
        let name = format!("{} {}", host["firstname"].as_str().unwrap(), host["lastname"].as_str().unwrap());
        assert_eq!(contact["hostName"], name);
    }
}

#[tokio::test]
async fn headings_come_in_the_order_of_the_type_and_may_be_missing() {
    let sandbox = Sandbox::start().await;
    let [_, _, status, _, plan] = ACUTE_VISIT.headings else { panic!("five headings") };
    let headings = json!([{"headingId": plan.id, "text": "P"}, {"headingId": status.id, "text": "S"}]);
    let variables = json!({"clientId": TOLVAN, "contactTypeId": ACUTE_VISIT.id, "headings": headings});
    let contact = sandbox.ask(&create(), variables).await.data()["createContact"].clone();
    assert_eq!(texts(&contact), [&Value::Null, &Value::Null, &json!("S"), &Value::Null, &json!("P")]);
}

#[tokio::test]
async fn what_does_not_fit_together_is_refused() {
    let sandbox = Sandbox::start().await;
    let before = sandbox.state().await;
    let bookings =
        sandbox.ask("query($id: ID) { bookings(clientId: $id) { id } }", json!({"id": AGDA})).await.data();
    let agdas = bookings["bookings"][0]["id"].clone();
    let (status, free) = (CARE_STATUS.headings[0].id, UNSTRUCTURED.headings[0].id);
    for (argument, value, error) in [
        ("clientId", json!("none"), "Client not found"),
        ("clientId", json!(ARCHIVED_CLIENT), "The client is archived"),
        ("contactTypeId", json!("none"), "Contact type not found"),
        ("bookingId", json!("none"), "Booking not found"),
        ("bookingId", agdas.clone(), "The booking is another client's"),
        ("headings", json!([{"headingId": free, "text": "x"}]), "The contact type has no such heading"),
        (
            "headings",
            json!([{"headingId": status, "text": "x"}, {"headingId": status}]),
            "A heading is given twice",
        ),
    ] {
        let mut variables = care_status(["a", "b"]);
        variables[argument] = value;
        assert_eq!(sandbox.ask(&create(), variables).await.error(), error, "{argument}");
    }
    let picture = json!([{"headingId": PHYSIOTHERAPY.headings[4].id, "text": "x"}]);
    let variables = json!({"clientId": TOLVAN, "contactTypeId": PHYSIOTHERAPY.id, "headings": picture});
    assert_eq!(sandbox.ask(&create(), variables).await.error(), "A picture heading takes no text");
    assert_eq!(sandbox.state().await, before);

    let mut variables = care_status(["a", "b"]);
    variables["clientId"] = json!(AGDA);
    variables["bookingId"] = agdas.clone();
    assert_eq!(sandbox.ask(&create(), variables).await.data()["createContact"]["bookingId"], agdas);
}

#[tokio::test]
async fn an_unsigned_entry_is_changed_and_the_rest_of_it_stays() {
    let sandbox = Sandbox::start().await;
    let contact = created(&sandbox).await;
    sandbox.clock.advance(jiff::SignedDuration::from_mins(5));
    let headings = json!([{"headingId": CARE_STATUS.headings[1].id, "text": "Promenad."}]);
    let variables = json!({"id": contact["id"], "headings": headings});

    let changed = sandbox.ask(&write("updateContact"), variables).await.data()["updateContact"].clone();

    assert_eq!(texts(&changed), ["Pigg.", "Promenad."]);
    assert_eq!(
        (&changed["createdAt"], &changed["updatedAt"]),
        (&contact["createdAt"], &json!("2026-03-02T08:05:00.000Z"))
    );
}

#[tokio::test]
async fn signing_locks_and_corrections_keep_the_old_text_struck_through() {
    let sandbox = Sandbox::start().await;
    let contact = created(&sandbox).await;
    let new = json!({"id": contact["id"], "headings": [{"headingId": CARE_STATUS.headings[0].id, "text": "Trött."}]});
    let early = sandbox.ask(&write("correctContact"), new.clone()).await.error();
    assert_eq!(early, "The contact is not signed: it can be changed");

    let signed = sandbox.ask(&sign(), json!({"id": contact["id"]})).await.data()["signContact"].clone();
    assert_eq!(signed["signed"], true);
    for locked in [write("updateContact"), sign()] {
        let variables = if locked == sign() { json!({"id": contact["id"]}) } else { new.clone() };
        let refused = sandbox.ask(&locked, variables).await.error();
        assert_eq!(refused, "The contact is signed: it can only be corrected");
    }

    let corrected = sandbox.ask(&write("correctContact"), new.clone()).await.data()["correctContact"].clone();
    assert_eq!(texts(&corrected), ["<s>Pigg.</s>\nTrött.", "Vila."]);
    assert_eq!(corrected["signed"], true);
}

#[tokio::test]
async fn only_its_own_host_changes_an_entry() {
    let sandbox = Sandbox::start().await;
    let contact = created(&sandbox).await;
    let variables = json!({"id": contact["id"], "headings": []});
    for operation in [write("updateContact"), write("correctContact")] {
        let refused = sandbox.ask_as(ERIK, &operation, variables.clone()).await.error();
        assert_eq!(refused, "The contact is another host's");
    }
    sandbox.ask_as(ERIK, &sign(), json!({"id": contact["id"]})).await.error();
    sandbox.ask_as(ANNA, &sign(), json!({"id": contact["id"]})).await.data();
    assert_eq!(sandbox.ask(&sign(), json!({"id": "none"})).await.error(), "Contact not found");
}

#[tokio::test]
async fn entries_of_a_client_are_listed_newest_first() {
    let sandbox = Sandbox::start().await;
    let query = "query($id: ID!, $skip: Int, $limit: Int) { contacts(clientId: $id, skip: $skip, limit: $limit) { id signed } }";
    let listed = async |variables: Value| {
        let data = sandbox.ask(query, variables).await.data();
        data["contacts"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["id"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(listed(json!({"id": TOLVAN})).await, [UNSIGNED, SIGNED]);
    let contact = created(&sandbox).await;
    assert_eq!(listed(json!({"id": TOLVAN})).await, [contact["id"].as_str().unwrap(), UNSIGNED, SIGNED]);
    assert_eq!(listed(json!({"id": TOLVAN, "skip": 1, "limit": 1})).await, [UNSIGNED]);
    assert_eq!(listed(json!({"id": "none"})).await, [""; 0]);
}

//! createClient, updateUser, and finding clients.

use serde_json::{Value, json};
use vardbro_kaddio_sandbox::custom_fields;

use crate::client::{ANNA, ARCHIVED_CLIENT, CREATE_CLIENT, FREE_PNR, Sandbox, TOLVAN};

const CLIENT: &str =
    "query($id: ID!) { client(id: $id) { id firstname lastname pnr email cellphone streetAdress zip city
    archived createdAt customProperties { field valueString } } }";

const CLIENTS: &str = "query($pnr: String, $firstname: String, $lastname: String, $archived: Boolean, $skip: Int, $limit: Int) {
    clients(pnr: $pnr, firstname: $firstname, lastname: $lastname, includeArchived: $archived, skip: $skip, limit: $limit)
    { id lastname } }";

const UPDATE_USER: &str = "mutation UpdateUser($userId: ID!, $customProperties: [CustomFieldValueInput]) {
    updateUser(userId: $userId, customProperties: $customProperties) }";

async fn client(sandbox: &Sandbox, id: &str) -> Value {
    sandbox.ask(CLIENT, json!({"id": id})).await.data()["client"].clone()
}

async fn found(sandbox: &Sandbox, filter: Value) -> Vec<String> {
    let data = sandbox.ask(CLIENTS, filter).await.data();
    data["clients"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_created_client_is_answered_by_id_and_holds_what_was_sent() {
    let sandbox = Sandbox::start().await;
    let fields = json!({
        "firstname": "Maja", "lastname": "Provsson", "email": "maja@example.com", "notification": "sms", "pnr": FREE_PNR,
        "zip": "41301", "city": "Göteborg", "streetAdress": "Exempelgatan 3", "cellphone": "070-174 06 20",
    });

    let created = sandbox.ask(CREATE_CLIENT, fields.clone()).await.data();

    let id = created["createClient"].as_str().unwrap();
    assert_eq!(id.len(), 17);
    let mut client = client(&sandbox, id).await;
    for (name, value) in fields.as_object().unwrap().iter().filter(|(name, _)| *name != "notification") {
        assert_eq!(client[name].take(), *value, "{name}");
    }
    assert_eq!(
        (&client["archived"], &client["createdAt"]),
        (&json!(false), &json!("2026-03-02T08:00:00.000Z"))
    );
}

#[tokio::test]
async fn every_field_may_be_missing_and_a_blank_number_is_none() {
    let sandbox = Sandbox::start().await;
    for _ in 0..2 {
        let created = sandbox.ask(CREATE_CLIENT, json!({"pnr": " "})).await.data();
        let client = client(&sandbox, created["createClient"].as_str().unwrap()).await;
        assert_eq!((&client["firstname"], &client["pnr"]), (&Value::Null, &Value::Null));
    }
}

#[tokio::test]
async fn a_number_is_unique_also_among_archived_clients() {
    let sandbox = Sandbox::start().await;
    assert_eq!(client(&sandbox, ARCHIVED_CLIENT).await["archived"], true);
    sandbox.ask(CREATE_CLIENT, json!({"pnr": FREE_PNR})).await.data();
    let before = sandbox.state().await;
    for taken in ["191212121212", "195008121856", FREE_PNR] {
        let refused = sandbox.ask(CREATE_CLIENT, json!({"pnr": taken})).await.error();
        assert_eq!(refused, "There is already a client with this personal identity number");
    }
    assert_eq!(sandbox.state().await, before);
}

#[tokio::test]
async fn a_number_has_twelve_digits_a_date_and_a_check_digit() {
    let sandbox = Sandbox::start().await;
    for wrong in ["19711002-1834", "7110021834", "197110021835", "197113021834", "19711002183x"] {
        let refused = sandbox.ask(CREATE_CLIENT, json!({"pnr": wrong})).await.error();
        assert!(refused.contains("not valid") && !refused.contains(wrong), "{refused}");
    }
    sandbox.ask(CREATE_CLIENT, json!({"pnr": "197010632391"})).await.data();
}

#[tokio::test]
async fn custom_fields_are_set_changed_and_emptied() {
    let sandbox = Sandbox::start().await;
    let (country, gender) = (custom_fields::COUNTRY.id, custom_fields::GENDER.id);
    let update = |properties: Value| {
        let variables = json!({"userId": TOLVAN, "customProperties": properties});
        sandbox.ask(UPDATE_USER, variables)
    };
    let seeded = client(&sandbox, TOLVAN).await["customProperties"].clone();
    assert_eq!(seeded, json!([{"field": country, "valueString": "SE"}]));

    let updated =
        update(json!([{"field": gender, "valueString": "male"}, {"field": country, "valueString": "NO"}]))
            .await;
    assert_eq!(updated.data(), json!({"updateUser": TOLVAN}));
    let properties = client(&sandbox, TOLVAN).await["customProperties"].clone();
    assert_eq!(
        properties,
        json!([{"field": gender, "valueString": "male"}, {"field": country, "valueString": "NO"}])
    );

    update(json!([{"field": gender, "valueString": null}])).await.data();
    update(Value::Null).await.data();
    let properties = client(&sandbox, TOLVAN).await["customProperties"].clone();
    assert_eq!(properties, json!([{"field": country, "valueString": "NO"}]));
}

#[tokio::test]
async fn an_unknown_field_or_user_changes_nothing() {
    let sandbox = Sandbox::start().await;
    let before = client(&sandbox, TOLVAN).await;
    let known = json!({"field": custom_fields::COUNTRY.id, "valueString": "NO"});
    for wrong in [json!({"field": "none", "valueString": "x"}), json!({"valueString": "x"})] {
        let variables = json!({"userId": TOLVAN, "customProperties": [known, wrong]});
        assert_eq!(sandbox.ask(UPDATE_USER, variables).await.error(), "Custom field not found");
    }
    let variables = json!({"userId": "none", "customProperties": [known]});
    assert_eq!(sandbox.ask(UPDATE_USER, variables).await.error(), "User not found");
    assert_eq!(client(&sandbox, TOLVAN).await, before);
    // Hosts are users as well.
    let variables = json!({"userId": ANNA, "customProperties": [known]});
    assert_eq!(sandbox.ask(UPDATE_USER, variables).await.data()["updateUser"], ANNA);
}

#[tokio::test]
async fn clients_are_found_by_number_and_whole_names_in_any_case() {
    let sandbox = Sandbox::start().await;
    assert_eq!(found(&sandbox, json!({"pnr": "191212121212"})).await, [TOLVAN]);
    assert_eq!(found(&sandbox, json!({"firstname": "TOLVAN", "lastname": "tolvansson"})).await, [TOLVAN]);
    assert_eq!(found(&sandbox, json!({"lastname": "ÅNGSTRÖM"})).await.len(), 1);
    for none in [
        json!({"lastname": "Tolv"}),
        json!({"pnr": "1912"}),
        json!({"pnr": "191212121212", "lastname": "Ek"}),
    ] {
        assert_eq!(found(&sandbox, none).await, [""; 0]);
    }
}

#[tokio::test]
async fn archived_clients_are_found_only_if_asked_for() {
    let sandbox = Sandbox::start().await;
    let archived = json!({"pnr": "195008121856"});
    assert_eq!(found(&sandbox, archived).await, [""; 0]);
    assert_eq!(found(&sandbox, json!({"pnr": "195008121856", "archived": true})).await, [ARCHIVED_CLIENT]);
    assert_eq!(found(&sandbox, json!({})).await.len(), 9);
    assert_eq!(found(&sandbox, json!({"archived": true})).await.len(), 10);
}

#[tokio::test]
async fn lists_are_paged_with_skip_and_limit() {
    let sandbox = Sandbox::start().await;
    let all = found(&sandbox, json!({})).await;
    assert_eq!(found(&sandbox, json!({"skip": 2, "limit": 3})).await, all[2..5]);
    assert_eq!(found(&sandbox, json!({"skip": 100})).await, [""; 0]);
    assert_eq!(found(&sandbox, json!({"limit": 5000})).await, all);
    for wrong in [json!({"skip": -1}), json!({"limit": -1})] {
        assert_eq!(sandbox.ask(CLIENTS, wrong).await.error(), "skip and limit cannot be negative");
    }
    for n in 0..195 {
        sandbox.ask(CREATE_CLIENT, json!({"lastname": format!("Nr {n}")})).await.data();
    }
    assert_eq!(found(&sandbox, json!({"limit": 5000})).await.len(), 200);
}

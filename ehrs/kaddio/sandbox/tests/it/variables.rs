//! What is given for variables is looked at before anything is carried out.

use serde_json::{Value, json};

use crate::client::Sandbox;

const NOTE: &str = "b: createContact(clientId: \"mFdvd5CdhTGeoh7uf\", contactTypeId: \"BHBGEC67GAN4xZyDj\", headings: $x) { id }";
const BOOKING: &str =
    "b: createBooking(clientId: \"c\", hostId: \"h\", bookingTypeId: \"t\", start: $x) { id }";
const CLIENT: &str = "b: createClient(firstname: $x)";

/// A mutation whose second field needs `$x`, and whose first one does not.
fn two(of: &str, second: &str) -> String {
    format!("mutation($x: {of}) {{ a: createClient(firstname: \"First\") {second} }}")
}

#[tokio::test]
async fn what_lacks_or_does_not_fit_stops_the_operation_before_its_first_field() {
    let sandbox = Sandbox::start().await;
    let before = sandbox.running.ehr.state().patients;
    let required = "Variable \"$x\" of required type \"String!\" was not provided.";
    let null = "Variable \"$x\" of non-null type \"String!\" must not be null.";
    let list = "Variable \"$x\" got an invalid value; expected type \"[HeadingValueInput!]!\".";
    let instant = "Variable \"$x\" got an invalid value; expected type \"DateTime!\".";
    for (query, given, said) in [
        (two("String!", CLIENT), json!({}), required),
        (two("String!", CLIENT), Value::Null, required),
        (two("String!", CLIENT), json!({"x": null}), null),
        (two("[HeadingValueInput!]!", NOTE), json!({"x": "text"}), list),
        (two("[HeadingValueInput!]!", NOTE), json!({"x": [null]}), list),
        (two("DateTime!", BOOKING), json!({"x": "soon"}), instant),
        (two("DateTime!", BOOKING), json!({"x": 5}), instant),
    ] {
        assert_eq!(sandbox.ask(&query, given).await.error(), said, "{query}");
    }
    assert_eq!(sandbox.running.ehr.state().patients, before);
}

#[tokio::test]
async fn a_default_a_null_for_what_can_be_null_and_one_value_for_a_list_fit() {
    let sandbox = Sandbox::start().await;
    let limited = |of: &str| format!("query($x: {of}) {{ clients(limit: $x) {{ id }} }}");
    for (query, given) in [
        (limited("Int! = 1"), json!({})),
        (limited("Int"), json!({})),
        (limited("Int"), json!({"x": null})),
        (limited("Int!"), json!({"x": 1})),
    ] {
        sandbox.ask(&query, given).await.data();
    }
    let one = json!({"x": {"headingId": "n8MvCeifmPifyyrJT", "text": "Text"}});
    let query = two("[HeadingValueInput!]!", NOTE);
    assert!(sandbox.ask(&query, one).await.data()["b"]["id"].is_string());
}

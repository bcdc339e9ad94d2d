//! How much can be asked, and whether the schema can.

use serde_json::{Value, json};

use crate::client::Sandbox;

/// What tools send, with types nine deep.
const INTROSPECTION: &str = "query IntrospectionQuery { __schema { description queryType { name } mutationType { name }
  subscriptionType { name } types { ...FullType } directives { name description isRepeatable locations args { ...InputValue } } } }
fragment FullType on __Type { kind name description specifiedByURL
  fields(includeDeprecated: true) { name description args { ...InputValue } type { ...TypeRef } isDeprecated deprecationReason }
  inputFields { ...InputValue } interfaces { ...TypeRef }
  enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason } possibleTypes { ...TypeRef } }
fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue }
fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name
  ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } } } }";

#[tokio::test]
async fn the_schema_can_be_asked_for() {
    let sandbox = Sandbox::start().await;
    let data = sandbox.ask(INTROSPECTION, Value::Null).await.data();
    let types = data["__schema"]["types"].as_array().unwrap();
    let mutation = types.iter().find(|kind| kind["name"] == "Mutation").unwrap();
    let create =
        mutation["fields"].as_array().unwrap().iter().find(|field| field["name"] == "createClient").unwrap();
    let argument =
        |name: &str| create["args"].as_array().unwrap().iter().any(|argument| argument["name"] == name);
    assert!(argument("streetAdress") && argument("notification") && !argument("streetAddress"));
    assert_eq!(create["type"]["name"], "String");
    assert!(create["description"].as_str().unwrap().starts_with("KNOWN."));
}

#[tokio::test]
async fn introspection_can_be_turned_off() {
    let sandbox = Sandbox::with(|options| options.introspection = false).await;
    for query in [INTROSPECTION, "{ __type(name: \"Client\") { name } }"] {
        assert_eq!(sandbox.ask(query, Value::Null).await.error(), "Introspection is turned off");
    }
    let data = sandbox.ask("{ __typename places { __typename id } }", Value::Null).await.data();
    assert_eq!(data["places"][0]["__typename"], "Place");
}

#[tokio::test]
async fn a_query_that_is_too_deep_is_refused() {
    let sandbox = Sandbox::start().await;
    let nested = |depth: usize| {
        format!("{{ __schema {{ types {{ {} name {} }} }} }}", "ofType { ".repeat(depth), "}".repeat(depth))
    };
    sandbox.ask(&nested(13), Value::Null).await.data();
    assert!(sandbox.ask(&nested(14), Value::Null).await.error().contains("too deep"));
    sandbox.ask(&nested(5_000), Value::Null).await.error();
}

#[tokio::test]
async fn a_query_of_too_many_fields_is_refused() {
    let sandbox = Sandbox::start().await;
    let aliases = |count: usize| {
        let fields: String = (0..count).map(|n| format!("a{n}: organization {{ id }} ")).collect();
        format!("{{ {fields} }}")
    };
    sandbox.ask(&aliases(500), Value::Null).await.data();
    assert!(sandbox.ask(&aliases(501), Value::Null).await.error().contains("too complex"));
}

#[tokio::test]
async fn a_query_through_all_calendars_again_and_again_is_refused() {
    let sandbox = Sandbox::start().await;
    let aliases = |count: usize| {
        let window = "from: \"2026-12-01T00:00:00Z\", to: \"2026-12-02T00:00:00Z\"";
        let fields: String = (0..count).map(|n| format!("a{n}: freeTimes({window}) {{ start }} ")).collect();
        format!("{{ {fields} }}")
    };
    sandbox.ask(&aliases(10), Value::Null).await.data();
    assert!(sandbox.ask(&aliases(40), Value::Null).await.error().contains("too complex"));
}

#[tokio::test]
async fn fragments_and_directives_that_multiply_are_refused() {
    let sandbox = Sandbox::start().await;
    let fragments: String =
        (0..30).map(|n| format!("fragment F{n} on Query {{ ...F{} ...F{} }} ", n + 1, n + 1)).collect();
    let query = format!("{{ ...F0 }} {fragments} fragment F30 on Query {{ organization {{ id }} }}");
    assert_eq!(sandbox.ask(&query, Value::Null).await.error(), "The query has too many fragments");
    let directives =
        |count: usize| format!("{{ organization {{ id {} }} }}", "@include(if: true) ".repeat(count));
    sandbox.ask(&directives(1), Value::Null).await.data();
    assert!(sandbox.ask(&directives(5), Value::Null).await.error().contains("directives"));
    let circle = "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }";
    assert!(sandbox.ask(circle, Value::Null).await.expect(200)["errors"].is_array());
}

#[tokio::test]
async fn a_long_query_is_refused_but_long_variables_are_not() {
    let sandbox = Sandbox::start().await;
    let padded = format!("{{ organization {{ id }} }} #{}", " ".repeat(64 * 1024));
    assert_eq!(sandbox.ask(&padded, Value::Null).await.error(), "The query is too long");
    let query = "query($name: String) { clients(lastname: $name) { id } }";
    let long = json!({"name": "x".repeat(1024 * 1024)});
    assert_eq!(sandbox.ask(query, long).await.data(), json!({"clients": []}));
    let huge = json!({"name": "x".repeat(3 * 1024 * 1024)});
    assert_eq!(sandbox.ask(query, huge).await.expect(413), json!({"error": "The body is too large"}));
}

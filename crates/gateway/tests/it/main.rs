//! The OpenAPI document: frozen, and complete.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "what fails here fails a test")]

mod certificate;
mod http_client;
mod limits;
mod logged;
mod ready;
mod sealed;
mod served;
mod stopped;

use serde_json::Value;
use vardbro_gateway::openapi_document;

const FROZEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../openapi/vardbro.json");

/// Set it to write the document anew instead of comparing.
const BLESS: &str = "VARDBRO_BLESS";

#[test]
fn the_document_is_the_frozen_one() {
    let text = serde_json::to_string_pretty(&openapi_document()).unwrap() + "\n";
    if std::env::var_os(BLESS).is_some() {
        std::fs::write(FROZEN, text).unwrap();
        return;
    }
    let frozen = std::fs::read_to_string(FROZEN).unwrap_or_default();
    assert!(
        frozen == text,
        "openapi/vardbro.json is stale: look at the change and run the tests with {BLESS}=1"
    );
}

#[test]
fn every_field_is_described() {
    let document = openapi_document();
    let mut silent = Vec::new();
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        for part in parts(schema) {
            for (field, property) in part["properties"].as_object().into_iter().flatten() {
                if property["description"].as_str().unwrap_or_default().is_empty() {
                    silent.push(format!("{name}.{field}"));
                }
            }
        }
    }
    assert!(silent.is_empty(), "without description: {silent:?}");
}

#[test]
fn every_operation_is_described_with_its_parameters_and_errors() {
    let document = openapi_document();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let place = format!("{method} {path}");
            assert!(operation["summary"].is_string() && operation["operationId"].is_string(), "{place}");
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let parameter = resolved(&document, parameter);
                assert!(parameter["description"].is_string(), "{place} {}", parameter["name"]);
            }
            let responses = operation["responses"].as_object().unwrap();
            for status in ["400", "401", "404", "406", "500", "503"] {
                assert!(responses.contains_key(status), "{place} lacks {status}");
            }
            let writes = operation.get("requestBody").is_some();
            for status in ["409", "413", "415", "504"] {
                assert!(!writes || responses.contains_key(status), "{place} lacks {status}");
            }
        }
    }
}

#[test]
fn an_actor_can_be_given_wherever_a_patient_is_touched() {
    let document = openapi_document();
    let takes = |path: &str, method: &str| {
        let parameters = document["paths"][path][method]["parameters"].as_array().unwrap();
        parameters.iter().any(|parameter| resolved(&document, parameter)["name"] == "X-Actor")
    };
    let care_unit = "/api/emrs/{emr}/care-units/{care_unit_id}";
    assert!(takes(&format!("{care_unit}/patients/{{patient_id}}"), "get"));
    assert!(takes(&format!("{care_unit}/appointments"), "patch"));
    assert!(takes("/api/emrs/{emr}/appointments", "post"));
    assert!(!takes(&format!("{care_unit}/timeslots"), "get"));
}

#[test]
fn every_body_has_an_example() {
    let document = openapi_document();
    let mut silent = Vec::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let bodies = std::iter::once(&operation["requestBody"])
                .chain(operation["responses"].as_object().unwrap().values())
                .filter(|body| body["content"].is_object());
            for body in bodies {
                let schema = &body["content"]["application/json"]["schema"];
                if !has_example(&document, schema) {
                    silent.push(format!("{method} {path}"));
                }
            }
        }
    }
    assert!(silent.is_empty(), "without example: {silent:?}");
}

#[test]
fn older_paths_are_deprecated() {
    let document = openapi_document();
    for path in ["/api/emrs/{emr}/appointments", "/api/emrs/{emr}/care-units/{care_unit_id}/documents"] {
        assert_eq!(document["paths"][path]["get"]["deprecated"], true, "{path}");
    }
}

/// The schema itself and what it is composed of.
fn parts(schema: &Value) -> Vec<&Value> {
    let composed =
        ["allOf", "oneOf", "anyOf"].iter().flat_map(|key| schema[*key].as_array().into_iter().flatten());
    std::iter::once(schema).chain(composed).collect()
}

/// What a reference stands for.
fn resolved<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    match value["$ref"].as_str() {
        Some(reference) => document.pointer(reference.trim_start_matches('#')).unwrap(),
        None => value,
    }
}

/// An example of the whole, or one of every field.
fn has_example(document: &Value, schema: &Value) -> bool {
    let schema = resolved(document, schema);
    if schema["items"].is_object() {
        return has_example(document, &schema["items"]);
    }
    let composed = parts(schema);
    if composed.len() > 1 {
        return composed[1..].iter().any(|part| has_example(document, part));
    }
    let fields = schema["properties"].as_object();
    schema.get("example").is_some()
        || schema.get("examples").is_some()
        || fields.is_some_and(|fields| fields.values().any(|field| field.get("example").is_some()))
}

//! The OpenAPI document: generated from the routes, completed with what all of them share.

#![expect(
    clippy::indexing_slicing,
    reason = "indexing a JSON value makes the key, or reads null; that the values are objects is fixed by the code and tested"
)]

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use bytes::Bytes;
use http::Method;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use serde_json::{Map, Value, json};
use utoipa::PartialSchema;
use vardbro_model::error::ErrorCode;
use vardbro_store::access_log::Actor;

use crate::access;
use crate::gateway::Gateway;
use crate::problem::{ProblemBody, ProblemFault};
use crate::routes;

const ABOUT: &str = "One API in front of many electronic health record systems: care units, practitioners, services, free times, \
patients, appointments, medical notes and documents.\n\nEvery call is authenticated with the headers `x-leyr-client-id` and \
`x-leyr-client-secret`, or with HTTP Basic (client id and secret). Date-times carry an offset. A body holds at most 10,000 values. \
Lists are bare arrays; the next page is announced by `Link`. Failures are `application/problem+json`. Calls that touch patients are \
kept in an access log; say in `X-Actor` for whom you make them.";

/// The document, with its keys in a fixed order.
pub fn document() -> Value {
    complete(&routes::api().split_for_parts().1)
}

pub(crate) fn route(description: &utoipa::openapi::OpenApi) -> Router<Gateway> {
    let text = serde_json::to_vec(&complete(description)).unwrap_or_default();
    let text = Arc::new(Bytes::from(text));
    let serve = async move || {
        ([(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-cache")], Bytes::clone(&text))
    };
    Router::new().route("/api/openapi.json", get(serve))
}

fn complete(description: &utoipa::openapi::OpenApi) -> Value {
    let mut document = serde_json::to_value(description).unwrap_or_default();
    document["info"] = json!({
        "title": "Vardbro",
        "version": env!("CARGO_PKG_VERSION"),
        "description": ABOUT,
        "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    });
    document["security"] = json!([{"client_id": [], "client_secret": []}, {"basic": []}]);
    document["tags"] = tags();
    add_shared_components(&mut document["components"]);
    for (path, operations) in objects(&mut document["paths"]) {
        for (method, operation) in objects(operations) {
            describe_operation(path, method, operation);
        }
    }
    for (name, schema) in objects(&mut document["components"]["schemas"]) {
        complete_schema(name, schema);
    }
    add_alias_bodies(&mut document);
    document
}

fn tags() -> Value {
    let tags = [
        ("EHRs", "Which EHRs there are and what each can do."),
        ("Care units", "Places where care is given. Start here."),
        ("Resources", "People and things that can be booked."),
        ("Schedules", "When a resource works, and when it is blocked."),
        ("Healthcare services", "The kinds of appointment that a care unit offers."),
        ("Timeslots", "Free times."),
        ("Patients", "Found, created, changed."),
        ("Appointments", "Booked, moved, cancelled, confirmed."),
        ("Medical notes", "Written unsigned; a clinician signs them in the EHR."),
        ("Documents", "Files in a patient's record."),
        ("Older paths", "Aliases that go on working; write new code against the others."),
    ];
    tags.iter().map(|(name, description)| json!({"name": name, "description": description})).collect()
}

fn add_shared_components(components: &mut Value) {
    components["securitySchemes"] = json!({
        "client_id": {"type": "apiKey", "in": "header", "name": "x-leyr-client-id", "description": "The application's client id."},
        "client_secret": {
            "type": "apiKey", "in": "header", "name": "x-leyr-client-secret", "description": "The application's client secret."
        },
        "basic": {"type": "http", "scheme": "basic", "description": "Client id as user, client secret as password."},
    });
    components["schemas"]["Problem"] = json!(ProblemBody::schema());
    components["schemas"]["ProblemFault"] = json!(ProblemFault::schema());
    components["schemas"]["ErrorCode"] = json!(ErrorCode::schema());
    let headers = json!({
        "X-Request-Id": {"description": "The id of the request; a UUID sent by the client is kept.", "schema": {"type": "string", "format": "uuid"}},
        "Server-Timing": {
            "description": "Milliseconds spent in the gateway and upstream, and the number of upstream calls.",
            "schema": {"type": "string"}, "example": "gateway;dur=0.41, upstream;dur=92.10, calls;desc=\"3\""
        },
        "Link": {"description": "The next page, with rel=\"next\"; absent on the last.", "schema": {"type": "string"}},
        "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}},
        "RateLimit": {
            "description": "What is left of quotas (draft-ietf-httpapi-ratelimit-headers): r calls, more in t seconds. application: yours, in \
                every authenticated answer; address: all calls from one address, and emr: the EHR's, when they are used up.",
            "schema": {"type": "string"}, "example": "\"application\";r=599;t=1"
        },
        "RateLimit-Policy": {
            "description": "How large those quotas are: q calls in w seconds.",
            "schema": {"type": "string"}, "example": "\"application\";q=600;w=60"
        },
        "Vardbro-Not-Stored": {
            "description": "Fields that were accepted but that the EHR has no place for.", "schema": {"type": "string"}, "example": "type"
        },
        "Vardbro-Incomplete": {
            "description": "Connections that failed, each with its code.", "schema": {"type": "string"}, "example": "North clinic; EMR_ERROR"
        },
    });
    components["headers"] = headers;
    components["parameters"] = json!({"X-Actor": {
        "name": "X-Actor", "in": "header", "required": false,
        "description": "For whom the application asks, in its own words: kept in the access log. UTF-8, given once.",
        "schema": {"type": "string", "minLength": 1, "maxLength": Actor::MAX_LENGTH}, "example": "nurse-4711"
    }});
    let responses: Map<String, Value> =
        ErrorCode::ALL.iter().map(|code| (code.as_str().to_owned(), problem(*code))).collect();
    components["responses"] = Value::Object(responses);
}

fn problem(code: ErrorCode) -> Value {
    let example = json!({
        "code": code.as_str(), "type": format!("/docs/errors#{}", code.as_str().to_ascii_lowercase()),
        "title": code.title(), "status": code.status(), "detail": code.meaning(),
        "instance": "d3e84cc1-148a-4edf-9579-5dcef1d6dbfa",
        "errors": [{"error_code": code.as_str(), "details": code.meaning(), "emr_error": null, "path": null}],
    });
    let mut headers = json!({"X-Request-Id": {"$ref": "#/components/headers/X-Request-Id"}});
    if matches!(code, ErrorCode::RateLimited | ErrorCode::ServiceUnavailable) {
        headers["Retry-After"] = json!({"$ref": "#/components/headers/Retry-After"});
    }
    if code == ErrorCode::RateLimited {
        for name in ["RateLimit", "RateLimit-Policy"] {
            headers[name] = json!({"$ref": format!("#/components/headers/{name}")});
        }
    }
    json!({
        "description": code.meaning(),
        "headers": headers,
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}},
    })
}

fn describe_operation(path: &str, method: &str, operation: &mut Value) {
    let has_body = operation.get("requestBody").is_some();
    let writes = method != "get";
    let of_ehr = path.contains("{emr}/");
    if operation["tags"][0] == "Older paths" {
        operation["deprecated"] = json!(true);
    }
    let touching = Method::from_bytes(method.to_uppercase().as_bytes())
        .is_ok_and(|method| access::touches_patients(&method, path).is_some());
    if touching && let Some(parameters) = operation["parameters"].as_array_mut() {
        parameters.push(json!({"$ref": "#/components/parameters/X-Actor"}));
    }
    let paged =
        operation["parameters"].as_array().is_some_and(|all| all.iter().any(|one| one["name"] == "cursor"));
    for (_, response) in objects(&mut operation["responses"]) {
        let headers = &mut response["headers"];
        if headers.is_null() {
            *headers = json!({});
        }
        let mut names = vec!["X-Request-Id", "Server-Timing", "RateLimit", "RateLimit-Policy"];
        names.extend(paged.then_some("Link"));
        names.extend(writes.then_some("Vardbro-Not-Stored"));
        names.extend((path == "/api/emrs/{emr}/care-units").then_some("Vardbro-Incomplete"));
        for name in names {
            headers[name] = json!({"$ref": format!("#/components/headers/{name}")});
        }
    }
    let mut codes = vec![
        ErrorCode::BadRequest,
        ErrorCode::Unauthorized,
        ErrorCode::NotFound,
        ErrorCode::NotAcceptable,
        ErrorCode::RateLimited,
        ErrorCode::UnknownError,
        ErrorCode::ServiceUnavailable,
    ];
    if of_ehr {
        codes.extend([ErrorCode::Forbidden, ErrorCode::EmrError, ErrorCode::EmrTimeout]);
    }
    if has_body {
        codes.extend([ErrorCode::Conflict, ErrorCode::PayloadTooLarge, ErrorCode::UnsupportedMediaType]);
        codes.retain(|code| *code != ErrorCode::EmrTimeout);
        codes.push(ErrorCode::OutcomeUnknown);
    }
    codes.sort_by_key(|code| code.status());
    for code in codes {
        operation["responses"][code.status().to_string()] =
            json!({"$ref": format!("#/components/responses/{}", code.as_str())});
    }
}

/// The bodies of aliases: the successor's, with one more field that says where it belongs.
fn add_alias_bodies(document: &mut Value) {
    let aliases = [
        ("/api/emrs/{emr}/appointments", "post", "BookRequest", "care_unit_id"),
        ("/api/emrs/{emr}/appointments", "patch", "ChangeSeveralRequest", "care_unit_id"),
        ("/api/emrs/{emr}/appointments/{appointment_id}", "patch", "ChangeRequest", "care_unit_id"),
        ("/api/emrs/{emr}/care-units/{care_unit_id}/medical-notes", "post", "NoteRequest", "patient_id"),
        ("/api/emrs/{emr}/care-units/{care_unit_id}/documents", "post", "DocumentRequest", "patient_id"),
    ];
    for (path, method, successor, field) in aliases {
        let mut schema = document["components"]["schemas"][successor].clone();
        let text = match field {
            "care_unit_id" => "The `id` of a care unit, unless the query has it.",
            _ => "The `id` of a patient, or a typed id such as `se_personal_number:191212121212`.",
        };
        let nullable = field == "care_unit_id";
        let of_type = if nullable { json!(["string", "null"]) } else { json!("string") };
        schema["properties"][field] = json!({"type": of_type, "description": text});
        let mut required = schema["required"].as_array().cloned().unwrap_or_default();
        if !nullable {
            required.push(json!(field));
        }
        schema["required"] = json!(required);
        let name = format!("{successor}Alias");
        document["components"]["schemas"][&name] = schema;
        document["paths"][path][method]["requestBody"]["content"]["application/json"]["schema"] =
            json!({"$ref": format!("#/components/schemas/{name}")});
    }
}

/// Says what the derived schemas leave out: which fields are always there, and that unknown ones are refused.
fn complete_schema(name: &str, schema: &mut Value) {
    for part in schema["allOf"].as_array_mut().into_iter().flatten() {
        complete_schema(name, part);
    }
    if schema["allOf"].is_null()
        && let Some(fields) = schema.as_object_mut()
    {
        fields.remove("allOf");
    }
    let request = name.ends_with("Request");
    let mut required = Vec::new();
    for (field, property) in objects(&mut schema["properties"]) {
        hoist_description(property);
        let nullable = property["type"].as_array().is_some_and(|types| types.contains(&json!("null")))
            || property["oneOf"].as_array().is_some_and(|some| some.contains(&json!({"type": "null"})));
        if let Some(keys) = property.as_object_mut() {
            keys.retain(|key, value| {
                !(value.is_null() && matches!(key.as_str(), "default" | "type" | "oneOf"))
            });
        }
        // An address is given in parts; every other answer has all its fields.
        if if request { !nullable } else { name != "Address" } {
            required.push(field.clone());
        }
    }
    if schema["properties"].is_object() {
        schema["required"] = json!(required);
        if request {
            schema["additionalProperties"] = json!(false);
        }
    } else if let Some(keys) = schema.as_object_mut() {
        keys.remove("properties");
    }
}

/// A nullable reference is derived with its description inside.
fn hoist_description(property: &mut Value) {
    let inner = property["oneOf"]
        .as_array_mut()
        .and_then(|some| some.iter_mut().find(|one| one.get("$ref").is_some()));
    let description =
        inner.and_then(Value::as_object_mut).and_then(|reference| reference.remove("description"));
    if let Some(description) = description {
        property["description"] = description;
    }
}

fn objects(value: &mut Value) -> impl Iterator<Item = (&String, &mut Value)> {
    value.as_object_mut().into_iter().flatten()
}

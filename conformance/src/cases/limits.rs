//! What the EHR lacks, and what nobody should send.

use http::Method;
use serde_json::{Value, json};
use vardbro_model::capabilities::Operation;
use vardbro_model::typed_id::{PatientIdType, ResourceIdType};

use crate::case::Need;
use crate::case::cases;
use crate::client::{Answer, with_query};
use crate::refusal::{check, sample};
use crate::subject::Subject;

cases! {
    "everything that the EHR lacks is refused before anything is sent" => everything_lacking,
    "every call at a care unit that there is not is not found" => no_care_unit,
    "every write refuses an unknown field" => unknown_fields,
    "every call refuses an unknown parameter" => unknown_parameters,
    "absurd parameters are refused or find nothing, and break nothing" => absurd_parameters,
    "absurd fields are refused, and break nothing" => absurd_fields,
}

async fn everything_lacking(subject: &Subject) {
    let mut needs: Vec<Need> = Vec::new();
    for operation in Operation::ALL {
        needs.push(Need::Can(*operation));
        let known = subject.capabilities.of(*operation);
        if known.supported {
            needs.extend(known.fields_not_supported.iter().map(|field| Need::Takes(*operation, field)));
            needs.extend(known.filters_not_alone.iter().map(|field| Need::FilterByAlone(*operation, field)));
        }
    }
    for (operation, filters) in FILTERS.iter().filter(|(operation, _)| subject.can(*operation)) {
        needs.extend(filters.iter().map(|filter| Need::FilterBy(*operation, filter)));
    }
    let patients =
        [PatientIdType::SePersonalNumber, PatientIdType::NoPersonalNumber, PatientIdType::NhsNumber];
    needs.extend(patients.map(Need::FindsPatientsBy));
    let resources =
        [ResourceIdType::HsaId, ResourceIdType::SePersonalNumber, ResourceIdType::NoPersonalNumber];
    needs.extend(resources.map(Need::FindsResourcesBy));
    for lacking in needs.into_iter().filter(|need| !need.is_met_by(&subject.capabilities)) {
        check(subject, lacking).await;
    }
}

/// Every filter that the API has.
const FILTERS: &[(Operation, &[&str])] = &[
    (Operation::ListResources, &["healthcare_service_id"]),
    (Operation::ListHealthcareServices, &["resource_id"]),
    (Operation::ListTimeslots, &["start", "end", "resource_id", "healthcare_service_id"]),
    (
        Operation::SearchPatients,
        &["first_name", "last_name", "date_of_birth", "external_id", "phone", "email"],
    ),
    (
        Operation::ListAppointments,
        &["patient_id", "resource_id", "healthcare_service_id", "start", "end", "status"],
    ),
];

/// A right call of each operation that the EHR has, at a care unit.
fn calls(subject: &Subject, care_unit: &str) -> Vec<(Operation, Method, String, Value)> {
    let able = Operation::ALL.iter().filter(|operation| subject.can(**operation));
    able.map(|operation| {
        let (method, rest, body) = sample(subject, *operation);
        (*operation, method, format!("{}/care-units/{care_unit}{rest}", subject.emr()), body)
    })
    .collect()
}

async fn send(subject: &Subject, method: &Method, path: &str, body: &Value) -> Answer {
    let request = subject.client.request(method.clone(), path);
    if *method == Method::GET {
        subject.client.send(request, "").await
    } else {
        subject.client.send_json(request, body).await
    }
}

async fn no_care_unit(subject: &Subject) {
    for nothing in ["nothing", "0", "999999999999999999", "north~1", "%00"] {
        for (_, method, path, body) in calls(subject, nothing) {
            send(subject, &method, &path, &body).await.problem(404, "NOT_FOUND");
        }
    }
}

async fn unknown_fields(subject: &Subject) {
    let care_unit = subject.clinic().await.id;
    let before = subject.calls();
    for (_, method, path, mut body) in calls(subject, &care_unit) {
        if body.is_object() {
            body["colour"] = json!("blue");
            send(subject, &method, &path, &body).await.refused("BAD_INPUT", "colour");
        }
    }
    assert_eq!(subject.calls(), before);
}

async fn unknown_parameters(subject: &Subject) {
    let care_unit = subject.clinic().await.id;
    let before = subject.calls();
    for (_, method, path, body) in calls(subject, &care_unit) {
        let mark = if path.contains('?') { '&' } else { '?' };
        let answer = send(subject, &method, &format!("{path}{mark}colour=blue"), &body).await;
        answer.refused("BAD_INPUT", "colour");
    }
    assert_eq!(subject.calls(), before);
}

const ABSURD_TEXTS: &[&str] = &[
    "",
    " ",
    "-1",
    "NaN",
    "\u{0}",
    "\u{202e}\u{feff}",
    "../../etc/passwd",
    "<script>alert(1)</script>",
    "'; DROP TABLE patients; --",
    "{{7*7}}%s%n",
    "9999-12-31T23:59:60+23:59",
    "🦵🦵🦵",
];

fn absurd_texts() -> Vec<String> {
    let mut texts: Vec<String> = ABSURD_TEXTS.iter().map(|text| (*text).to_owned()).collect();
    texts.push("x".repeat(3000));
    texts
}

/// A request of nonsense has an answer of the API: never a failure of the gateway, never one that is blamed on the EHR.
#[track_caller]
fn is_dealt_with(answer: &Answer) {
    assert!((200..500).contains(&answer.status), "{answer}");
    if answer.status >= 400 {
        let problem = answer.json();
        answer.problem(answer.status, problem["code"].as_str().expect("a code"));
    } else {
        answer.json();
    }
}

/// The parameters and the body's fields of every operation in the description of the API.
fn described(subject: &Subject, care_unit: &str) -> Vec<(Method, String, Vec<String>, Vec<String>)> {
    let document = vardbro_gateway::openapi_document();
    let mut all = Vec::new();
    for (path, operations) in document["paths"].as_object().expect("paths") {
        let path = path.replace("{emr}", subject.code).replace("{care_unit_id}", care_unit);
        let path: Vec<&str> =
            path.split('/').map(|part| if part.starts_with('{') { "1" } else { part }).collect();
        for (method, operation) in operations.as_object().expect("operations") {
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            let in_query = parameters.iter().filter(|one| one["in"] == "query");
            let names = in_query.map(|one| one["name"].as_str().expect("a name").to_owned()).collect();
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"]["$ref"];
            let schema = schema.as_str().map(|pointer| pointer.trim_start_matches('#').to_owned());
            let fields = schema
                .and_then(|pointer| document.pointer(&pointer)?.get("properties")?.as_object().cloned());
            let fields = fields.unwrap_or_default().keys().cloned().collect();
            let method = method.to_uppercase().parse().expect("a method");
            all.push((method, path.join("/"), names, fields));
        }
    }
    all
}

async fn absurd_parameters(subject: &Subject) {
    let care_unit = subject.clinic().await.id;
    for (method, path, parameters, _) in described(subject, &care_unit) {
        if method != Method::GET {
            continue;
        }
        for name in parameters {
            for absurd in absurd_texts() {
                let path = with_query(&path, &[(&name, &absurd)]);
                is_dealt_with(&subject.client.get(&path).await);
            }
            is_dealt_with(&subject.client.get(&format!("{path}?{name}=%ff%fe")).await);
        }
    }
}

async fn absurd_fields(subject: &Subject) {
    let care_unit = subject.clinic().await.id;
    let mut absurd: Vec<Value> = absurd_texts().into_iter().map(Value::from).collect();
    absurd.extend([
        json!(null),
        json!(true),
        json!(-1e300),
        json!(u64::MAX),
        json!([]),
        json!({}),
        json!([[[[]]]]),
        json!({"x": {"y": []}}),
    ]);
    for (method, path, _, fields) in described(subject, &care_unit) {
        for field in fields {
            for value in &absurd {
                is_dealt_with(&send(subject, &method, &path, &json!({&field: value})).await);
            }
        }
    }
}

//! What operators and integrators look at, and what they never see.

use std::collections::BTreeSet;

use http::Method;
use serde_json::{Value, json};
use vardbro_model::capabilities::Operation;
use vardbro_model::error::{ErrorCode, FaultCode};

use crate::case::Need::Can;
use crate::case::cases;
use crate::client::{Answer, anonymous};
use crate::clinic::{every_page, text};
use crate::subject::Subject;

cases! {
    "no patient stands in a log line or a metric" [Can(Operation::BookAppointment), Can(Operation::GetPatient)] => canary,
    "no secret stands in a log line" => secrets,
    "every request is logged with its id, EHR, operation and calls" => logged,
    "alive, ready and metrics are told without credentials" => health,
    "metrics count requests and calls by EHR and operation" => metrics,
    "the OpenAPI document is told without credentials and describes every path" => openapi,
    "the docs page and all that it loads come from here" => docs,
    "every error code is explained where problems point" => errors_page,
}

async fn bare(subject: &Subject, path: &str) -> Answer {
    subject.client.send(anonymous(Method::GET, path), "").await
}

/// What identifies a patient: names, numbers, addresses.
fn identifying(patient: &Value) -> Vec<String> {
    let mut words = Vec::new();
    for field in ["first_name", "last_name", "external_id"] {
        words.extend(patient[field].as_str().map(str::to_owned));
    }
    for field in ["phones", "emails"] {
        words.extend(
            patient[field].as_array().expect("a list").iter().filter_map(Value::as_str).map(str::to_owned),
        );
    }
    words.extend(patient["address"]["street"].as_str().map(str::to_owned));
    // Two letters are a syllable of many words.
    words.retain(|word| word.chars().count() > 3);
    words
}

async fn canary(subject: &Subject) {
    let clinics = subject.clinics().await;
    let mut identifying_words = BTreeSet::new();
    let mut ids = BTreeSet::new();
    for clinic in &clinics {
        for one in every_page(&subject.client, &format!("{}/appointments", clinic.path)).await {
            ids.insert((clinic.path.clone(), text(&one, "patient_id")));
        }
    }
    for (path, id) in &ids {
        let patient = subject.client.get(&format!("{path}/patients/{id}")).await.is(200);
        identifying_words.extend(identifying(&patient));
        identifying_words.insert(id.clone());
    }
    assert!(identifying_words.len() > 5, "{identifying_words:?}");

    // Everything that names a patient, in every place, right and wrong.
    let clinic = &clinics[0];
    let mut somebody = clinic.somebody();
    somebody["phones"] = json!(["+46701740629"]);
    let answer = clinic.post("/patients", &somebody).await;
    let patient = answer.is(201);
    identifying_words.extend(identifying(&patient));
    let id = text(&patient, "id");
    identifying_words.insert(id.clone());
    clinic.post("/patients", &somebody).await;
    clinic.find("/patients", &[("last_name", &text(&patient, "last_name"))]).await;
    clinic.find("/patients", &[("phone", "+46701740629"), ("email", "kanariefugl@example.com")]).await;
    clinic.find("/appointments", &[("patient_id", &id)]).await;
    clinic.find("/appointments", &[("patient_id", "se_personal_number:191212121213")]).await;
    clinic.get("/patients/se_personal_number:19121212-1212").await;
    let slot = clinic.slots().await.remove(0);
    let booked = clinic.book(&slot, &id).await;
    clinic.post("/appointments", &slot.booking(&id)).await;
    clinic.change(&text(&booked, "id"), &json!({"comment": "For Kanariefugl, +46701740629"})).await;
    let note = json!({"template_id": "unstructured", "content": {"unstructured": "Kanariefugl sings."}});
    clinic.post(&format!("/patients/{id}/medical-notes"), &note).await;
    clinic
        .post(
            &format!("/patients/{id}/documents"),
            &json!({"content": "S2FuYXJpZWZ1Z2w=", "format": "Kanariefugl"}),
        )
        .await;
    clinic.get(&format!("/patients/{id}/documents/Kanariefugl")).await;
    clinic.get("/Kanariefugl?Kanariefugl=Kanariefugl").await;
    clinic.post("/patients", &json!({"Kanariefugl": "Kanariefugl", "gender": "Kanariefugl"})).await;
    subject.faults(json!({"error_rate": 1}));
    clinic.post("/appointments", &slot.booking(&id)).await;
    clinic.get(&format!("/patients/{id}")).await;
    subject.no_faults();
    identifying_words.extend(["191212121212", "191212121213", "19121212-1212"].map(str::to_owned));

    let log = subject.log.text();
    let metrics = String::from_utf8(bare(subject, "/metrics").await.bytes).expect("text");
    assert!(log.contains("answered") && metrics.contains("vardbro_requests_total"));
    for word in &identifying_words {
        for (name, text) in [("the log", &log), ("the metrics", &metrics)] {
            let found = text.lines().find(|line| line.to_lowercase().contains(&word.to_lowercase()));
            assert_eq!(found, None, "{word} stands in {name}");
        }
    }
}

async fn secrets(subject: &Subject) {
    subject.clinic().await;
    subject.faults(json!({"error_rate": 1}));
    subject.client.get(&format!("{}/care-units", subject.emr())).await;
    let log = subject.log.text();
    let mut secrets: Vec<&str> = subject.sandbox.credentials.values().map(String::as_str).collect();
    secrets.push(&subject.client.secret);
    let basic = subject.client.basic();
    secrets.push(&basic);
    assert!(secrets.iter().all(|secret| !log.contains(secret)));
}

async fn logged(subject: &Subject) {
    let answer = subject.client.get(&format!("{}/care-units", subject.emr())).await;
    let id = answer.header("x-request-id").expect("an id").to_owned();
    let log = subject.log.text();
    let line = log.lines().find(|line| line.contains(&id) && line.ends_with("exchange: answered"));
    let line = line.unwrap_or_else(|| panic!("a line of the request {id}: {log}"));
    for word in [
        subject.code,
        "list_care_units",
        "status=200",
        "calls=",
        "milliseconds=",
        "/api/emrs/{emr}/care-units",
    ] {
        assert!(line.contains(word), "{word}: {line}");
    }
}

async fn health(subject: &Subject) {
    let before = subject.calls();
    assert_eq!(bare(subject, "/healthz").await.status, 200);
    assert_eq!(bare(subject, "/readyz").await.status, 200);
    let metrics = bare(subject, "/metrics").await;
    assert_eq!(metrics.status, 200);
    assert!(metrics.header("content-type").is_some_and(|text| text.starts_with("text/plain")), "{metrics}");
    assert_eq!(subject.calls(), before);
}

async fn metrics(subject: &Subject) {
    let clinic = subject.clinic().await;
    clinic.get("/resources").await.is(200);
    let text = String::from_utf8(bare(subject, "/metrics").await.bytes).expect("text");
    let has = |start: &str, words: &[&str]| {
        text.lines().any(|line| line.starts_with(start) && words.iter().all(|word| line.contains(word)))
    };
    let ehr = format!("ehr=\"{}\"", subject.code);
    let of_operation = [ehr.as_str(), "operation=\"list_resources\""];
    assert!(has("vardbro_requests_total{", &of_operation), "{text}");
    assert!(has("vardbro_request_seconds_bucket{", &of_operation), "{text}");
    let labels = text.split(['{', ',', '}']).filter_map(|part| part.split_once('='));
    let id = format!("\"{}\"", clinic.id);
    // The bounds of buckets and quantiles are numbers, as some ids are.
    let named =
        labels.filter(|(name, _)| !matches!(*name, "le" | "quantile")).find(|(_, value)| *value == id);
    assert_eq!(named, None, "no id is a label");
}

async fn openapi(subject: &Subject) {
    let answer = bare(subject, "/api/openapi.json").await;
    let document = answer.is(200);
    assert!(document["openapi"].as_str().is_some_and(|version| version.starts_with("3.")), "{answer}");
    assert_eq!(document, vardbro_gateway::openapi_document());
    let paths = document["paths"].as_object().expect("paths");
    assert!(paths.len() > 15);
    for (path, operations) in paths {
        let concrete: String = path
            .split('/')
            .map(|part| {
                if part == "{emr}" {
                    subject.code
                } else if part.starts_with('{') {
                    "1"
                } else {
                    part
                }
            })
            .collect::<Vec<_>>()
            .join("/");
        for (method, operation) in operations.as_object().expect("operations") {
            let method: Method = method.to_uppercase().parse().expect("a method");
            let unauthorized = subject.client.send(anonymous(method.clone(), &concrete), "").await;
            unauthorized.problem(401, "UNAUTHORIZED");
            let older = operation["tags"][0] == "Older paths";
            assert_eq!(operation["deprecated"] == true, older, "{method} {path}");
            for status in ["400", "401", "404"] {
                assert!(operation["responses"].get(status).is_some(), "{method} {path} tells {status}");
            }
        }
    }
}

async fn docs(subject: &Subject) {
    let mut page = bare(subject, "/docs").await;
    let mut base = "/docs".to_owned();
    if (300..400).contains(&page.status) {
        base = page.header("location").expect("where to").to_owned();
        page = bare(subject, &base).await;
    }
    assert_eq!(page.status, 200, "{page}");
    let html = String::from_utf8(page.bytes.clone()).expect("text");
    let mut loaded = Vec::new();
    for attribute in ["src=\"", "href=\""] {
        loaded.extend(html.split(attribute).skip(1).filter_map(|rest| rest.split('"').next()));
    }
    assert!(!loaded.is_empty(), "{html}");
    let folder = base.trim_end_matches(|c| c != '/');
    for address in loaded {
        assert!(!address.starts_with("http") && !address.starts_with("//"), "from elsewhere: {address}");
        let path = if address.starts_with('/') {
            address.to_owned()
        } else {
            format!("{folder}{}", address.trim_start_matches("./"))
        };
        let asset = bare(subject, &path).await;
        assert_eq!(asset.status, 200, "{address}: {asset}");
    }
}

async fn errors_page(subject: &Subject) {
    let page = bare(subject, "/docs/errors").await;
    assert_eq!(page.status, 200);
    let html = String::from_utf8(page.bytes).expect("text");
    let codes = ErrorCode::ALL
        .iter()
        .map(|code| code.as_str())
        .chain(FaultCode::ALL.iter().map(|code| code.as_str()));
    for code in codes {
        assert!(html.contains(&format!("id=\"{}\"", code.to_lowercase())), "{code}");
    }
}

//! How requests are read, and what every answer carries.

use http::Method;
use http::header::CONTENT_TYPE;
use serde_json::{Value, json};
use uuid::Uuid;
use vardbro_model::capabilities::Operation;

use crate::case::Need::Can;
use crate::case::cases;
use crate::clinic::Clinic;
use crate::subject::Subject;

cases! {
    "a request id that is a UUID is kept, and any other is replaced" => request_ids,
    "every answer tells what it cost" => server_timing,
    "no answer about patients or places may be cached" => no_store,
    "a path or an EHR code that does not exist is not found" => unknown_paths,
    "a method that a path does not have is refused with those that it has" => methods,
    "a client that does not take JSON is told so" => not_acceptable,
    "a body of another type is refused" => media_type,
    "an ordinary body of more than a mebibyte is refused" [Can(Operation::CreatePatient)] => too_large,
    "a document's body of more than 32 mebibytes is refused" [Can(Operation::CreateDocument)] => document_too_large,
    "what is not a JSON object in UTF-8 is refused" [Can(Operation::CreatePatient)] => malformed,
    "a name that stands twice is refused" [Can(Operation::CreatePatient)] => twice,
    "unknown fields are refused, each with its path" [Can(Operation::CreatePatient)] => unknown_fields,
    "unknown parameters are refused, each with its name" => unknown_parameters,
    "a value of the wrong type says what is expected and does not echo it" [Can(Operation::CreatePatient)] => wrong_types,
    "all faults of a request are told at once" [Can(Operation::BookAppointment)] => all_at_once,
    "an Idempotency-Key is refused as long as nobody looks at it" [Can(Operation::CreatePatient)] => idempotency_key,
    "a hold is refused as long as there are none" [Can(Operation::BookAppointment)] => holds,
}

async fn request_ids(subject: &Subject) {
    let own = Uuid::new_v4().to_string();
    let ask = |id: &str| subject.client.request(Method::GET, &subject.emr()).header("x-request-id", id);
    let answer = subject.client.send(ask(&own), "").await;
    assert_eq!(answer.header("x-request-id"), Some(own.as_str()));
    let loud = own.to_uppercase();
    let answer = subject.client.send(ask(&loud), "").await;
    assert!(answer.header("x-request-id").is_some_and(|id| id.eq_ignore_ascii_case(&own)), "{answer}");
    let mut seen = Vec::new();
    for other in ["", "1", "not-a-uuid", "d3e84cc1-148a-4edf-9579-5dcef1d6dbf", "drop table"] {
        let answer = subject.client.send(ask(other), "").await;
        let id = answer.header("x-request-id").expect("every answer has an id").to_owned();
        assert!(Uuid::parse_str(&id).is_ok(), "{id}");
        assert!(!seen.contains(&id), "{id}");
        seen.push(id);
    }
    let failed =
        subject.client.send(subject.client.request(Method::GET, "/nothing").header("x-request-id", &own), "");
    assert_eq!(failed.await.problem(404, "NOT_FOUND")["instance"], own.as_str());
}

async fn server_timing(subject: &Subject) {
    let without = subject.client.get(&subject.emr()).await;
    assert_eq!(without.calls(), 0, "{without}");
    let before = subject.calls();
    let with = subject.client.get(&format!("{}/care-units", subject.emr())).await;
    assert_eq!(with.calls(), subject.calls() - before, "{with}");
    assert!(with.calls() > 0, "{with}");
    let timing = with.header("server-timing").expect("a header");
    let parts: Vec<&str> = timing.split(", ").collect();
    let [gateway, upstream, _] = parts.as_slice() else { panic!("three parts: {timing}") };
    for (part, name) in [(gateway, "gateway;dur="), (upstream, "upstream;dur=")] {
        let milliseconds = part.strip_prefix(name).and_then(|number| number.parse::<f64>().ok());
        assert!(milliseconds.is_some_and(|number| number >= 0.0), "{timing}");
    }
    for path in ["/nothing", "/api/emrs/nothing", "/healthz"] {
        assert_eq!(subject.client.get(path).await.calls(), 0);
    }
}

async fn no_store(subject: &Subject) {
    let clinic = subject.clinic().await;
    for rest in ["", "/resources", "/healthcare-services", "/timeslots", "/appointments", "/patients/nobody"]
    {
        let answer = clinic.get(rest).await;
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{answer}");
        let json = answer.header("content-type").is_some_and(|kind| kind.ends_with("json"));
        assert!(json, "{answer}");
    }
}

async fn unknown_paths(subject: &Subject) {
    let emr = subject.emr();
    let unit = subject.clinic().await.path;
    let unknown = [
        "/nothing".to_owned(),
        "/api".to_owned(),
        "/api/".to_owned(),
        "/api/emrs/nothing".to_owned(),
        "/api/emrs/nothing/care-units".to_owned(),
        format!("{emr}/nothing"),
        format!("{emr}/care-units/"),
        format!("{unit}/nothing"),
        format!("{unit}/appointments/1/2"),
        "/api/emrs/%ff/care-units".to_owned(),
    ];
    let before = subject.calls();
    for path in unknown {
        let answer = subject.client.get(&path).await;
        answer.problem(404, "NOT_FOUND");
    }
    assert_eq!(subject.calls(), before);
}

async fn methods(subject: &Subject) {
    let unit = subject.clinic().await.path;
    let wrong = [
        (Method::DELETE, format!("{unit}/appointments/1"), &["GET", "PATCH"][..]),
        (Method::PUT, format!("{unit}/appointments"), &["GET", "PATCH", "POST"]),
        (Method::POST, format!("{unit}/timeslots"), &["GET"]),
        (Method::POST, subject.emr(), &["GET"]),
    ];
    for (method, path, allowed) in wrong {
        let answer = subject.client.send(subject.client.request(method, &path), "").await;
        answer.problem(405, "METHOD_NOT_ALLOWED");
        let allow = answer.header("allow").unwrap_or_else(|| panic!("Allow: {answer}"));
        let mut told: Vec<&str> =
            allow.split(',').map(str::trim).filter(|method| *method != "HEAD").collect();
        told.sort_unstable();
        assert_eq!(told, allowed, "{answer}");
    }
}

async fn not_acceptable(subject: &Subject) {
    let ask = |accept: &str| subject.client.request(Method::GET, &subject.emr()).header("accept", accept);
    for accept in ["text/html", "application/xml, text/plain", "application/json;q=0"] {
        subject.client.send(ask(accept), "").await.problem(406, "NOT_ACCEPTABLE");
    }
    for accept in ["*/*", "application/*", "application/json", "text/html, application/json;q=0.1"] {
        subject.client.send(ask(accept), "").await.is(200);
    }
}

async fn media_type(subject: &Subject) {
    let clinic = subject.clinic().await;
    let path = format!("{}/patients", clinic.path);
    let body = clinic.somebody().to_string();
    for wrong in [
        None,
        Some("text/plain"),
        Some("application/x-www-form-urlencoded"),
        Some("application/json; charset=latin1"),
    ] {
        let mut request = subject.client.request(Method::POST, &path);
        if let Some(wrong) = wrong {
            request = request.header(CONTENT_TYPE, wrong);
        }
        if !subject.can(Operation::CreatePatient) {
            continue;
        }
        subject.client.send(request, body.clone()).await.problem(415, "UNSUPPORTED_MEDIA_TYPE");
    }
    if subject.can(Operation::CreatePatient) {
        let request = subject
            .client
            .request(Method::POST, &path)
            .header(CONTENT_TYPE, "application/json; charset=utf-8");
        subject.client.send(request, body).await.is(201);
    }
}

async fn too_large(subject: &Subject) {
    let clinic = subject.clinic().await;
    let before = subject.calls();
    let mut body = clinic.somebody();
    body["first_name"] = json!("x".repeat(1024 * 1024));
    clinic.post("/patients", &body).await.problem(413, "PAYLOAD_TOO_LARGE");
    assert_eq!(subject.calls(), before);
}

async fn document_too_large(subject: &Subject) {
    let clinic = subject.clinic().await;
    let before = subject.calls();
    let body = json!({"content": "A".repeat(32 * 1024 * 1024), "format": "application/pdf"});
    clinic.post("/patients/1/documents", &body).await.problem(413, "PAYLOAD_TOO_LARGE");
    assert_eq!(subject.calls(), before);
}

async fn send_patient(clinic: &Clinic<'_>, body: impl Into<Vec<u8>>) -> crate::client::Answer {
    let request = clinic.client.request(Method::POST, &format!("{}/patients", clinic.path));
    clinic.client.send(request.header(CONTENT_TYPE, "application/json"), body.into()).await
}

async fn malformed(subject: &Subject) {
    let clinic = subject.clinic().await;
    let before = subject.calls();
    let deep = |open: &str, close: &str| format!("{{\"x\":{}{}}}", open.repeat(5000), close.repeat(5000));
    let bodies: Vec<Vec<u8>> = vec![
        b"".to_vec(),
        b"{".to_vec(),
        b"{\"first_name\": \"A\",}".to_vec(),
        b"{\"first_name\": \"A\"} {}".to_vec(),
        b"[]".to_vec(),
        b"[{\"first_name\": \"A\"}]".to_vec(),
        b"null".to_vec(),
        b"\"text\"".to_vec(),
        b"{\"first_name\": \"\xff\xfe\"}".to_vec(),
        b"{\"first_name\": \"\\ud800\"}".to_vec(),
        b"{first_name: 'A'}".to_vec(),
        b"{\"first_name\": NaN}".to_vec(),
        deep("[", "]").into_bytes(),
        deep("{\"x\":", "}").replacen(":}", ":1}", 1).into_bytes(),
    ];
    for body in bodies {
        send_patient(&clinic, body).await.refused("BAD_INPUT", None);
    }
    assert_eq!(subject.calls(), before);
}

async fn twice(subject: &Subject) {
    let clinic = subject.clinic().await;
    let somebody = clinic.somebody().to_string();
    let body = format!("{{\"first_name\":\"A\",{}", &somebody[1..]);
    send_patient(&clinic, body).await.refused("BAD_INPUT", "first_name");
    let path = format!("{}/appointments?limit=1&limit=2", clinic.path);
    if subject.can(Operation::ListAppointments) {
        subject.client.get(&path).await.refused("BAD_INPUT", "limit");
    }
}

async fn unknown_fields(subject: &Subject) {
    let clinic = subject.clinic().await;
    let mut body = clinic.somebody();
    body["surname"] = json!("B");
    body["id"] = json!("1");
    let before = subject.calls();
    let answer = clinic.post("/patients", &body).await;
    answer.refused_also("BAD_INPUT", "surname");
    answer.refused_also("BAD_INPUT", "id");
    assert_eq!(answer.faults().len(), 2, "{answer}");
    let mut body = clinic.somebody();
    body["address"] = json!({"street": "A", "planet": "Mars"});
    let faults = clinic.post("/patients", &body).await.faults();
    let at_it = |path: &Option<String>| path.as_deref().is_some_and(|path| path.starts_with("address"));
    assert!(faults.iter().any(|fault| fault.code == "BAD_INPUT" && at_it(&fault.path)), "{faults:?}");
    assert_eq!(subject.calls(), before);
}

async fn unknown_parameters(subject: &Subject) {
    let clinic = subject.clinic().await;
    let before = subject.calls();
    for rest in ["", "/resources", "/healthcare-services", "/timeslots", "/medical-note-templates"] {
        let answer = clinic.get(&format!("{rest}?colour=blue&limits=1")).await;
        answer.refused_also("BAD_INPUT", "colour");
        answer.refused_also("BAD_INPUT", "limits");
    }
    subject.client.get(&format!("{}?x=1", subject.emr())).await.refused("BAD_INPUT", "x");
    subject.client.get("/api/emrs?x=1").await.refused("BAD_INPUT", "x");
    assert_eq!(subject.calls(), before);
}

async fn wrong_types(subject: &Subject) {
    let clinic = subject.clinic().await;
    let before = subject.calls();
    let body = json!({
        "first_name": 5, "last_name": ["B"], "date_of_birth": "the fifth", "gender": "robot", "emails": "a@example.com",
        "phones": [{"number": "1"}], "address": "Somewhere",
    });
    let answer = clinic.post("/patients", &body).await;
    let faults = answer.faults();
    for field in ["first_name", "last_name", "date_of_birth", "gender", "emails", "phones", "address"] {
        let found = faults
            .iter()
            .find(|fault| fault.path.as_deref().is_some_and(|path| path.split('.').next() == Some(field)));
        let found = found.unwrap_or_else(|| panic!("a fault of {field}: {answer}"));
        assert_eq!(found.code, "BAD_INPUT", "{answer}");
        assert!(!found.details.contains("robot") && !found.details.contains("the fifth"), "{answer}");
    }
    assert_eq!(subject.calls(), before);
}

async fn all_at_once(subject: &Subject) {
    let clinic = subject.clinic().await;
    let before = subject.calls();
    let body = json!({"start": "soon", "resource_id": "å", "colour": "blue", "comment": 3});
    let answer = clinic.post("/appointments", &body).await;
    answer.refused_also("BAD_INPUT", "start");
    answer.refused_also("MISSING_REQUIRED_FIELD", "end");
    answer.refused_also("MISSING_REQUIRED_FIELD", "patient_id");
    answer.refused_also("INVALID_RESOURCE_ID", "resource_id");
    answer.refused_also("BAD_INPUT", "colour");
    answer.refused_also("BAD_INPUT", "comment");
    assert_eq!(subject.calls(), before);
}

async fn idempotency_key(subject: &Subject) {
    let clinic = subject.clinic().await;
    let before = subject.calls();
    let somebody = clinic.somebody();
    let writes = [
        (Method::POST, format!("{}/patients", clinic.path), somebody),
        (Method::POST, format!("{}/appointments", clinic.path), Value::Null),
        (Method::PATCH, format!("{}/appointments/1", clinic.path), json!({"status": "cancelled"})),
    ];
    for (method, path, body) in writes {
        let request = clinic.client.request(method, &path).header("idempotency-key", "\"k\"");
        let answer = clinic.client.send_json(request, &body).await;
        answer.refused("NOT_SUPPORTED", "Idempotency-Key");
    }
    assert_eq!(subject.calls(), before);
}

async fn holds(subject: &Subject) {
    let clinic = subject.clinic().await;
    let before = subject.calls();
    let body = json!({
        "start": "2026-04-01T10:00:00Z", "end": "2026-04-01T10:30:00Z", "patient_id": "1", "hold_id": "h",
    });
    clinic.post("/appointments", &body).await.refused("NOT_SUPPORTED", "hold_id");
    assert_eq!(subject.calls(), before);
}

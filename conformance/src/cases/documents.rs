//! Documents in patients' records.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use vardbro_model::capabilities::{Author, Operation};

use crate::case::Need::Can;
use crate::case::cases;
use crate::clinic::{Clinic, text};
use crate::shapes::DOCUMENT;
use crate::subject::Subject;

const CREATE: Operation = Operation::CreateDocument;
const LIST: Operation = Operation::ListDocuments;
const GET: Operation = Operation::GetDocument;

cases! {
    "a document that is filed is answered with every field, without its content" [Can(CREATE)] => filed,
    "the content comes back byte by byte" [Can(CREATE), Can(GET)] => round_trip,
    "base64 may be broken into lines" [Can(CREATE)] => broken_lines,
    "documents are listed newest first, each with every field" [Can(CREATE), Can(LIST)] => listed,
    "what is not base64 is refused" [Can(CREATE)] => not_base64,
    "an empty document is refused" [Can(CREATE)] => empty,
    "a format that is none, or that the EHR does not take, is refused" [Can(CREATE)] => formats,
    "a document larger than the EHR takes is refused" [Can(CREATE)] => too_large,
    "a document without content or format says what is missing" [Can(CREATE)] => missing,
    "title and type are kept, or named as not stored" [Can(CREATE)] => soft_fields,
    "who filed the document is told, and another author is refused" [Can(CREATE)] => author,
    "a document that there is not, or of another patient, is not found" [Can(CREATE), Can(GET)] => not_here,
    "a document of a patient whom there is not is not filed" [Can(CREATE)] => nobody,
}

fn document(subject: &Subject, bytes: &[u8]) -> Value {
    json!({"content": STANDARD.encode(bytes), "format": subject.document_format(), "title": "Lab result"})
}

async fn file(clinic: &Clinic<'_>, patient: &str, body: &Value) -> Value {
    clinic.post(&format!("/patients/{patient}/documents"), body).await.is(201)
}

/// The document once the EHR has done its work on it.
async fn available(clinic: &Clinic<'_>, patient: &str, id: &str) -> Value {
    for _ in 0..100 {
        let document = clinic.get(&format!("/patients/{patient}/documents/{id}")).await.is(200);
        DOCUMENT.check_with(&document, &["content"]);
        if document["status"] == "available" {
            return document;
        }
        assert_eq!(document["content"], Value::Null, "{document}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the document is available within five seconds")
}

async fn filed(subject: &Subject) {
    let clinic = subject.clinic().await;
    let patient = clinic.patient().await;
    let before = subject.sandbox.ehr.state().documents;
    let filed = file(&clinic, &patient, &document(subject, b"%PDF-1.4 A letter")).await;
    DOCUMENT.check(&filed);
    assert_eq!((&filed["patient_id"], &filed["care_unit_id"]), (&json!(patient), &json!(clinic.id)));
    assert_eq!(subject.sandbox.ehr.state().documents, before + 1);
}

async fn round_trip(subject: &Subject) {
    let clinic = subject.clinic().await;
    let patient = clinic.patient().await;
    let all_bytes: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    for bytes in [b"x".to_vec(), b"%PDF-1.4\r\n\x00\xff".to_vec(), all_bytes] {
        let filed = file(&clinic, &patient, &document(subject, &bytes)).await;
        let Some(id) = filed["id"].as_str() else { continue };
        let document = available(&clinic, &patient, id).await;
        assert_eq!(document["content"], STANDARD.encode(&bytes));
        assert_eq!(document["size_bytes"], bytes.len());
        assert_eq!(document["format"], subject.document_format());
    }
}

async fn broken_lines(subject: &Subject) {
    let clinic = subject.clinic().await;
    let patient = clinic.patient().await;
    let bytes: Vec<u8> = b"%PDF-1.4\n".iter().copied().chain(0..=255).collect();
    let mut body = document(subject, &bytes);
    let encoded = text(&body, "content");
    let lines: Vec<&str> =
        encoded.as_bytes().chunks(76).filter_map(|line| std::str::from_utf8(line).ok()).collect();
    body["content"] = json!(lines.join("\r\n"));
    let filed = file(&clinic, &patient, &body).await;
    if let Some(id) = filed["id"].as_str().filter(|_| subject.can(GET)) {
        assert_eq!(available(&clinic, &patient, id).await["content"], encoded);
    }
}

async fn listed(subject: &Subject) {
    let clinic = subject.clinic().await;
    let patient = clinic.patient().await;
    let path = format!("/patients/{patient}/documents");
    assert_eq!(clinic.get(&path).await.list(), [Value::Null; 0]);
    let mut ids = Vec::new();
    for number in 0..3_u8 {
        ids.push(file(&clinic, &patient, &document(subject, &[number])).await["id"].clone());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    ids.reverse();
    let listed = clinic.get(&path).await.list();
    listed.iter().for_each(|document| DOCUMENT.check(document));
    assert_eq!(listed.iter().map(|one| one["id"].clone()).collect::<Vec<_>>(), ids);
}

async fn refused(clinic: &Clinic<'_>, body: &Value, code: &str, path: &'static str) {
    clinic.post("/patients/1/documents", body).await.refused(code, path);
}

async fn not_base64(subject: &Subject) {
    let clinic = subject.clinic().await;
    let before = subject.calls();
    for wrong in ["%%%", "JVBER", "JVBERi0xLjQK=", "data:application/pdf;base64,JVBERi0xLjQK", "JVBE-_0x"] {
        let body = json!({"content": wrong, "format": subject.document_format()});
        refused(&clinic, &body, "INVALID_DOCUMENT", "content").await;
    }
    refused(&clinic, &json!({"content": 5, "format": subject.document_format()}), "BAD_INPUT", "content")
        .await;
    assert_eq!(subject.calls(), before);
}

async fn empty(subject: &Subject) {
    let clinic = subject.clinic().await;
    let before = subject.calls();
    refused(&clinic, &document(subject, b""), "INVALID_DOCUMENT", "content").await;
    assert_eq!(subject.calls(), before);
}

async fn formats(subject: &Subject) {
    let clinic = subject.clinic().await;
    let before = subject.calls();
    for wrong in
        ["", "pdf", "application/", "/pdf", "application/pdf; charset=utf-8", "text/plain\r\nX: y", "å/ä"]
    {
        let body = json!({"content": "eA==", "format": wrong});
        refused(&clinic, &body, "INVALID_DOCUMENT", "format").await;
    }
    if !subject.capabilities.limits.document_formats.is_empty() {
        let body = json!({"content": "eA==", "format": "application/x-conformance"});
        refused(&clinic, &body, "INVALID_DOCUMENT", "format").await;
    }
    assert_eq!(subject.calls(), before);
    let patient = clinic.patient().await;
    for known in &subject.capabilities.limits.document_formats {
        let body = json!({"content": STANDARD.encode(beginning(known)), "format": known.to_uppercase()});
        assert_eq!(file(&clinic, &patient, &body).await["format"], *known);
    }
}

/// What a file of the format begins with, for an EHR that looks into it.
fn beginning(format: &str) -> &'static [u8] {
    match format {
        "application/pdf" => b"%PDF-1.4",
        "image/png" => b"\x89PNG\r\n\x1a\n",
        "image/jpeg" => b"\xff\xd8\xff\xe0",
        "image/gif" => b"GIF89a",
        "image/bmp" | "image/x-ms-bmp" => b"BM",
        "image/tiff" => b"II*\0",
        "image/x-xcf" => b"gimp xcf ",
        _ => b"text",
    }
}

async fn too_large(subject: &Subject) {
    let clinic = subject.clinic().await;
    let most = subject.capabilities.limits.max_document_bytes;
    let Some(most) = most.and_then(|most| usize::try_from(most).ok()) else { return };
    if most > 23 * 1024 * 1024 {
        // In base64 it does not fit into a body.
        return;
    }
    let before = subject.calls();
    let body = json!({"content": "AAAA".repeat(most / 3 + 1), "format": subject.document_format()});
    refused(&clinic, &body, "INVALID_DOCUMENT", "content").await;
    assert_eq!(subject.calls(), before);
}

async fn missing(subject: &Subject) {
    let clinic = subject.clinic().await;
    let before = subject.calls();
    for nothing in [json!({}), json!({"content": null, "format": null})] {
        let answer = clinic.post("/patients/1/documents", &nothing).await;
        answer.refused_also("MISSING_REQUIRED_FIELD", "content");
        answer.refused_also("MISSING_REQUIRED_FIELD", "format");
    }
    assert_eq!(subject.calls(), before);
}

async fn soft_fields(subject: &Subject) {
    let clinic = subject.clinic().await;
    let patient = clinic.patient().await;
    let mut body = document(subject, b"%PDF-1.4");
    body["title"] = json!("Provsvar – åter");
    body["type"] = json!("referral");
    let mut answer = clinic.post(&format!("/patients/{patient}/documents"), &body).await;
    if answer.status == 400 {
        // An EHR that has types of its own lists them.
        let details = answer.refused("INVALID_DOCUMENT", "type");
        let listed = details.rsplit_once("has ").map(|(_, list)| list.trim_end_matches('.'));
        let first = listed.and_then(|list| list.split(", ").next()).expect("a list of types");
        body["type"] = json!(first);
        answer = clinic.post(&format!("/patients/{patient}/documents"), &body).await;
    }
    let filed = answer.is(201);
    let soft: Vec<&str> =
        answer.header("vardbro-not-stored").map(|soft| soft.split(", ").collect()).unwrap_or_default();
    for field in ["title", "type"] {
        assert_eq!(soft.contains(&field), !subject.keeps(CREATE, field), "{answer}");
        if subject.keeps(CREATE, field) {
            assert_eq!(filed[field], body[field], "{answer}");
        }
    }
}

async fn author(subject: &Subject) {
    let clinic = subject.clinic().await;
    let path = format!("/patients/{}/documents", clinic.patient().await);
    let resources: Vec<String> = clinic.resources().await.iter().map(|one| text(one, "id")).collect();
    let filed = clinic.post(&path, &document(subject, b"%PDF-1.4")).await.is(201);
    let by = |author: &str| {
        let mut body = document(subject, b"%PDF-1.4");
        body["created_by_id"] = json!(author);
        body
    };
    match subject.capabilities.author {
        Author::Request => {
            let filed = clinic.post(&path, &by(&resources[0])).await.is(201);
            assert_eq!(filed["created_by_id"], resources[0].as_str());
        }
        Author::Credential => {
            let right = text(&filed, "created_by_id");
            assert_eq!(clinic.post(&path, &by(&right)).await.is(201)["created_by_id"], right.as_str());
            let another = resources.iter().find(|one| **one != right).expect("another resource");
            let details =
                clinic.post(&path, &by(another)).await.refused("INVALID_CREATED_BY_ID", "created_by_id");
            assert!(details.contains(&right), "it names {right}: {details}");
        }
    }
    let documents = subject.sandbox.ehr.state().documents;
    for nobody in ["nobody", "npi:1"] {
        clinic.post(&path, &by(nobody)).await.refused("INVALID_CREATED_BY_ID", "created_by_id");
    }
    assert_eq!(subject.sandbox.ehr.state().documents, documents);
}

async fn not_here(subject: &Subject) {
    let clinic = subject.clinic().await;
    let (one, other) = (clinic.patient().await, clinic.patient().await);
    let filed = file(&clinic, &one, &document(subject, b"%PDF-1.4")).await;
    let id = filed["id"].as_str().unwrap_or("nothing");
    for (patient, id) in [(&other, id), (&one, "nothing"), (&one, "999999999999999999")] {
        let path = format!("/patients/{patient}/documents/{id}");
        clinic.get(&path).await.problem(404, "NOT_FOUND");
    }
}

async fn nobody(subject: &Subject) {
    let clinic = subject.clinic().await;
    let before = subject.sandbox.ehr.state().documents;
    for nobody in ["nobody", "999999999999999999"] {
        let path = format!("/patients/{nobody}/documents");
        clinic.post(&path, &document(subject, b"%PDF-1.4")).await.problem(404, "NOT_FOUND");
    }
    assert_eq!(subject.sandbox.ehr.state().documents, before);
}

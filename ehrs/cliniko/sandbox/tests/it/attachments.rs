//! The three steps of an upload, and reading the file again.

use std::time::Duration;

use jiff::SignedDuration;
use reqwest::{Method, header};
use serde_json::{Value, json};

use crate::client::{PATIENT, Reply, Sandbox, id};

const BOUNDARY: &str = "boundary-of-the-test";

/// The form as a browser sends it: all fields, then the file.
fn form(fields: &Value, filename: &str, content: &str) -> String {
    let mut body = String::new();
    for (name, value) in fields.as_object().unwrap() {
        let value = value.as_str().unwrap();
        body +=
            &format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    }
    body += &format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{filename}\"\r\n\
         Content-Type: application/octet-stream\r\n\r\n{content}\r\n--{BOUNDARY}--\r\n"
    );
    body
}

async fn presigned(sandbox: &Sandbox) -> Value {
    sandbox.get(&format!("/patients/{PATIENT}/attachment_presigned_post")).await.expect(200)
}

async fn upload(sandbox: &Sandbox, post: &Value, fields: &Value) -> Reply {
    let request = sandbox.http.post(post["url"].as_str().unwrap());
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    let body = form(fields, "lab report.pdf", "%PDF-1.4 invented");
    sandbox.send(request.header(header::CONTENT_TYPE, kind).body(body)).await
}

fn between(text: &str, tag: &str) -> String {
    let (_, rest) = text.split_once(&format!("<{tag}>")).unwrap();
    rest.split_once(&format!("</{tag}>")).unwrap().0.to_owned()
}

#[tokio::test]
async fn an_upload_is_processed_after_a_while_and_can_be_read() {
    let sandbox = Sandbox::with(|options| options.attachment_delay = Duration::from_secs(2)).await;
    let post = presigned(&sandbox).await;
    assert_eq!(post["url"], format!("{}/", sandbox.running.other_origins["storage"]));
    assert!(post["fields"]["key"].as_str().unwrap().ends_with("/${filename}"));

    let stored = upload(&sandbox, &post, &post["fields"]).await;
    assert_eq!(stored.status, 201, "{}", stored.text);
    let key = between(&stored.text, "Key");
    assert!(key.ends_with("/lab report.pdf"));
    assert!(between(&stored.text, "Location").ends_with("lab%20report.pdf"));
    assert!(stored.text.contains("<Bucket>") && stored.text.contains("<ETag>"));

    let url = format!("{}{key}", post["url"].as_str().unwrap());
    let body = json!({"patient_id": PATIENT, "upload_url": url, "description": "Lab"});
    let made = sandbox.post("/patient_attachments", body).await.expect(201);
    let path = format!("/patient_attachments/{}", id(&made));
    assert_eq!(made["processing_completed"], false);
    assert!(made["filename"].is_null() && made["size"].is_null() && made["content_type"].is_null());
    sandbox.get(&format!("{path}/content")).await.expect(404);

    sandbox.clock.advance(SignedDuration::from_secs(1));
    assert_eq!(sandbox.get(&path).await.expect(200)["processing_completed"], false);
    sandbox.clock.advance(SignedDuration::from_secs(1));
    let done = sandbox.get(&path).await.expect(200);
    assert_eq!(done["processing_completed"], true);
    assert_eq!(done["processed_at"], "2026-03-01T22:00:02Z");
    assert_eq!((&done["filename"], &done["size"]), (&json!("lab report.pdf"), &json!(17)));
    assert_eq!(done["content_type"], "application/pdf");

    let content = sandbox.get(done["content"]["links"]["self"].as_str().unwrap()).await;
    assert_eq!(content.status, 302);
    let location = content.headers["location"].to_str().unwrap().to_owned();
    let file = sandbox.send(sandbox.http.get(&location)).await;
    assert_eq!((file.status.as_u16(), file.text.as_str()), (200, "%PDF-1.4 invented"));

    let refused = sandbox.send(sandbox.request(Method::GET, &location)).await;
    assert_eq!(refused.status, 400);
    assert!(refused.text.contains("<Code>InvalidArgument</Code>"));
    let forged = location.replace("X-Amz-Signature=", "X-Amz-Signature=0");
    assert_eq!(sandbox.send(sandbox.http.get(forged)).await.status, 403);
    sandbox.clock.advance(SignedDuration::from_mins(6));
    assert_eq!(sandbox.send(sandbox.http.get(location)).await.status, 403);
}

#[tokio::test]
async fn the_storage_takes_only_what_was_signed() {
    let sandbox = Sandbox::start().await;
    let post = presigned(&sandbox).await;
    let spoiled = |key: &str, value: Option<&str>| {
        let mut fields = post["fields"].clone();
        match value {
            Some(value) => drop(fields.as_object_mut().unwrap().insert(key.into(), value.into())),
            None => drop(fields.as_object_mut().unwrap().remove(key)),
        }
        fields
    };
    for fields in [
        spoiled("key", Some("uploads/temp/elsewhere/${filename}")),
        spoiled("acl", Some("public-read")),
        spoiled("acl", None),
        spoiled("x-amz-date", None),
        spoiled("x-amz-signature", Some("0")),
        spoiled("policy", None),
        spoiled("extra", Some("1")),
    ] {
        let refused = upload(&sandbox, &post, &fields).await;
        assert_eq!(refused.status, 403, "{}", refused.text);
        assert!(refused.text.starts_with("<?xml"));
    }

    let request = sandbox.request(Method::POST, post["url"].as_str().unwrap());
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    let request = request.header(header::CONTENT_TYPE, kind).body(form(&post["fields"], "a.txt", "a"));
    assert_eq!(sandbox.send(request).await.status, 400);

    sandbox.clock.advance(SignedDuration::from_mins(61));
    assert!(upload(&sandbox, &post, &post["fields"]).await.text.contains("Policy expired"));
}

#[tokio::test]
async fn a_foreign_address_is_refused_under_an_internal_name() {
    let sandbox = Sandbox::start().await;
    let storage = &sandbox.running.other_origins["storage"];
    for url in ["https://example.com/a.pdf".to_owned(), format!("{storage}/uploads/temp/none/a.pdf")] {
        let body = json!({"patient_id": PATIENT, "upload_url": url});
        let refused = sandbox.post("/patient_attachments", body).await.expect(422);
        assert_eq!(refused["errors"], json!({"temp_attachment_url": "is invalid"}));
    }
    sandbox.get("/patients/1/attachment_presigned_post").await.expect(404);
}

#[tokio::test]
async fn only_the_description_changes() {
    let sandbox = Sandbox::start().await;
    let list = sandbox.get(&format!("/patient_attachments?q[]=patient_id:={PATIENT}")).await.expect(200);
    assert_eq!(list["total_entries"], 1);
    let path = format!("/patient_attachments/{}", id(&list["patient_attachments"][0]));
    let row = sandbox.patch(&path, json!({"description": "Letter", "filename": "x"})).await.expect(200);
    assert_eq!((&row["description"], &row["filename"]), (&json!("Letter"), &json!("referral.txt")));
    sandbox.write(Method::DELETE, &path, Value::Null).await.expect(204);
    assert_eq!(sandbox.total("/patient_attachments").await, 0);
    assert_eq!(sandbox.running.ehr.state().documents, 0);
}

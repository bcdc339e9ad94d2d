//! Attachments: a ticket for the file storage, the upload to it, and the record that takes the file over.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, USER_AGENT};
use http::{HeaderValue, Method};
use jiff::Timestamp;
use quick_xml::Reader;
use quick_xml::events::Event;
use serde::{Deserialize, Serialize};
use url::Url;
use vardbro_ehr::wire::{Call, Safety};

use super::list::{Collection, first_page};
use super::{Api, Filters, Id, Link, List, Native, bare, nothing};

/// The endpoint of the storage, as spans and metrics show it.
pub const UPLOAD_ENDPOINT: &str = "POST (storage)";

/// A file of a patient.
#[derive(Clone, Deserialize)]
#[expect(missing_docs, reason = "the fields bear Cliniko's own names")]
pub struct PatientAttachment {
    pub id: Id,
    #[serde(default)]
    pub filename: Option<String>,
    #[serde(default)]
    pub content_type: Option<String>,
    #[serde(default)]
    pub size: Option<u64>,
    #[serde(default)]
    pub description: Option<String>,
    #[serde(default)]
    pub processing_completed: Option<bool>,
    #[serde(default)]
    pub processed_at: Option<Timestamp>,
    #[serde(default)]
    pub archived_at: Option<Timestamp>,
    #[serde(default)]
    pub created_at: Option<Timestamp>,
    #[serde(default)]
    pub patient: Link,
    #[serde(default)]
    pub user: Link,
    #[serde(default)]
    pub content: Option<ContentLink>,
}

impl PatientAttachment {
    /// Whether the file can be read.
    pub fn is_processed(&self) -> bool {
        self.processing_completed.unwrap_or(self.processed_at.is_some())
    }
}

impl Collection for PatientAttachment {
    const KEY: &'static str = "patient_attachments";
}

/// Where the bytes are.
#[derive(Clone, Deserialize)]
#[expect(missing_docs, reason = "the fields bear Cliniko's own names")]
pub struct ContentLink {
    pub links: ContentLinks,
}

/// The body of [`ContentLink`].
#[derive(Clone, Deserialize)]
#[expect(missing_docs, reason = "the fields bear Cliniko's own names")]
pub struct ContentLinks {
    #[serde(rename = "self")]
    pub target: String,
}

/// `GET /patient_attachments`, newest first.
pub fn list(api: &Api, filters: &Filters) -> Native<List<PatientAttachment>> {
    first_page(api, "GET /v1/patient_attachments", "/patient_attachments", filters, Some("created_at:desc"))
}

/// `GET /patient_attachments/{id}`.
pub fn get(api: &Api, id: Id) -> Native<PatientAttachment> {
    api.read("GET /v1/patient_attachments/{id}", &api.url(&format!("/patient_attachments/{id}")))
}

/// A ticket for the file storage.
#[derive(Clone, Deserialize)]
pub struct PresignedPost {
    /// The storage.
    pub url: Url,
    /// Every one must go into the form, in this order.
    pub fields: serde_json::Map<String, serde_json::Value>,
}

/// `GET /patients/{id}/attachment_presigned_post`.
pub fn presigned_post(api: &Api, patient: Id) -> Native<PresignedPost> {
    let url = api.url(&format!("/patients/{patient}/attachment_presigned_post"));
    api.read("GET /v1/patients/{id}/attachment_presigned_post", &url)
}

/// The upload to the storage: no credentials, not counted by Cliniko. The same key and bytes twice are one file.
pub fn upload(post: &PresignedPost, filename: &str, content_type: &str, content: &[u8]) -> Native<()> {
    let boundary = boundary(content);
    let mut head = String::new();
    for (name, value) in &post.fields {
        let text = match value {
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        head.push_str(&format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"\r\n\r\n{text}\r\n",
            quoted(name)
        ));
    }
    head.push_str(&format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{}\"\r\nContent-Type: {content_type}\r\n\r\n",
        quoted(filename)
    ));
    let mut body = head.into_bytes();
    body.extend_from_slice(content);
    body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());

    let mut request = bare(Method::POST, &post.url);
    if let Ok(value) = HeaderValue::from_str(&format!("multipart/form-data; boundary={boundary}")) {
        request.headers_mut().insert(CONTENT_TYPE, value);
    }
    request.headers_mut().insert(USER_AGENT, HeaderValue::from_static("Vardbro"));
    *request.body_mut() = Bytes::from(body);
    Native { call: Call::new(Safety::Idempotent, UPLOAD_ENDPOINT, request).beside_quota(), read: nothing }
}

/// A boundary that does not occur in the content.
fn boundary(content: &[u8]) -> String {
    let mut number = 0_u64;
    loop {
        let boundary = format!("vardbro-form-{number}");
        if !content.windows(boundary.len()).any(|window| window == boundary.as_bytes()) {
            return boundary;
        }
        number = number.wrapping_add(1);
    }
}

fn quoted(text: &str) -> String {
    text.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

/// The address of the uploaded file, as the record wants it: the storage's address plus the key, not the escaped `Location`.
pub fn upload_url(post: &PresignedPost, filename: &str, answer: &[u8]) -> String {
    let base = post.url.as_str();
    let key = stored_key(answer).unwrap_or_else(|| {
        let template = post.fields.get("key").and_then(|key| key.as_str()).unwrap_or_default();
        template.replace("${filename}", filename)
    });
    format!("{}/{}", base.trim_end_matches('/'), key.trim_start_matches('/'))
}

/// `<Key>` of the storage's XML answer.
fn stored_key(xml: &[u8]) -> Option<String> {
    let mut reader = Reader::from_reader(xml);
    let mut inside = false;
    let mut key = String::new();
    loop {
        match reader.read_event().ok()? {
            Event::Start(tag) if tag.local_name().as_ref() == b"Key" => inside = true,
            Event::End(tag) if tag.local_name().as_ref() == b"Key" => {
                return (!key.is_empty()).then_some(key);
            }
            Event::Text(text) if inside => key.push_str(&text.decode().ok()?),
            Event::GeneralRef(entity) if inside => match entity.resolve_char_ref().ok()? {
                Some(c) => key.push(c),
                None => key.push_str(match entity.decode().ok()?.as_ref() {
                    "amp" => "&",
                    "lt" => "<",
                    "gt" => ">",
                    "quot" => "\"",
                    "apos" => "'",
                    _ => return None,
                }),
            },
            Event::Eof => return None,
            _ => {}
        }
    }
}

/// What a record of a file is made of.
#[derive(Serialize)]
#[expect(missing_docs, reason = "the fields bear Cliniko's own names")]
pub struct NewPatientAttachment<'a> {
    pub patient_id: Id,
    pub upload_url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<&'a str>,
    pub filename: &'a str,
}

/// `POST /patient_attachments`.
pub fn create(api: &Api, new: &NewPatientAttachment<'_>) -> Native<PatientAttachment> {
    api.write(Method::POST, "POST /v1/patient_attachments", "/patient_attachments", new)
}

/// What a file may have at most when it is fetched.
const MAX_FILE_BYTES: usize = 64 * 1024 * 1024;

/// `GET /patient_attachments/{id}/content`: bytes, or the way to the storage. On our host with credentials, anywhere else without.
pub fn content(api: &Api, attachment: &PatientAttachment) -> Native<()> {
    let own = api.url(&format!("/patient_attachments/{}/content", attachment.id));
    let linked = attachment.content.as_ref().and_then(|content| Url::parse(&content.links.target).ok());
    match linked {
        Some(url) if url.origin() != api.base().origin() => stored_file(&url),
        linked => {
            let endpoint = "GET /v1/patient_attachments/{id}/content";
            let request = api.request(Method::GET, &linked.unwrap_or(own), None);
            let call = Call::new(Safety::Read, endpoint, request).answer_up_to(MAX_FILE_BYTES);
            Native { call, read: nothing }
        }
    }
}

/// A file of the storage: no credentials, not counted by Cliniko.
pub fn stored_file(url: &Url) -> Native<()> {
    let mut request = bare(Method::GET, url);
    request.headers_mut().insert(USER_AGENT, HeaderValue::from_static("Vardbro"));
    let call = Call::new(Safety::Read, "GET (storage)", request).beside_quota().answer_up_to(MAX_FILE_BYTES);
    Native { call, read: nothing }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticket() -> PresignedPost {
        serde_json::from_str(
            r#"{"url":"https://BUCKET.s3.amazonaws.com/","fields":{"key":"a/temp/RANDOM/${filename}","policy":"p","x-amz-date":"d"}}"#,
        )
        .unwrap()
    }

    #[test]
    fn the_key_is_read_from_the_storages_answer() {
        let xml = br#"<?xml version="1.0" encoding="UTF-8"?><PostResponse><Location>https://x/a%2Fb</Location><Bucket>B</Bucket><Key>a/temp/1/R&amp;D &#228;.pdf</Key><ETag>"e"</ETag></PostResponse>"#;
        assert_eq!(upload_url(&ticket(), "x.pdf", xml), "https://bucket.s3.amazonaws.com/a/temp/1/R&D ä.pdf");
    }

    #[test]
    fn without_a_readable_answer_the_key_is_the_tickets() {
        for xml in [&b""[..], b"<PostResponse>", b"not xml", b"<Key>&bomb;</Key>"] {
            assert_eq!(
                upload_url(&ticket(), "x.pdf", xml),
                "https://bucket.s3.amazonaws.com/a/temp/RANDOM/x.pdf"
            );
        }
    }

    #[test]
    fn the_form_has_every_field_then_the_file_and_no_credentials() {
        let native = upload(&ticket(), "document.pdf", "application/pdf", b"vardbro-form-0");
        let request = &native.call.request;
        assert!(request.headers().get(http::header::AUTHORIZATION).is_none());
        assert!(!native.call.counts_against_quota);
        let body = String::from_utf8(request.body().to_vec()).unwrap();
        let names: Vec<_> =
            body.match_indices("name=\"").map(|(at, _)| body[at + 6..].split('"').next().unwrap()).collect();
        assert_eq!(names, ["key", "policy", "x-amz-date", "file", "document.pdf"]);
        assert!(body.ends_with("\r\n\r\nvardbro-form-0\r\n--vardbro-form-1--\r\n"), "{body}");
    }
}

//! Uploads as multipart forms.

use reqwest::{Method, header};

use crate::client::{ALMGREN, BJORKBACKEN, NOBODY, Reply, Sandbox, TOLVAN};

const BOUNDARY: &str = "boundary-of-the-test";
const PDF: &[u8] = b"%PDF-1.4 invented";

struct Upload {
    clinic: &'static str,
    fields: Vec<(&'static str, &'static str)>,
    filename: &'static str,
    content: Vec<u8>,
}

/// An upload that is taken.
fn upload() -> Upload {
    Upload {
        clinic: BJORKBACKEN,
        fields: vec![
            ("documentTypeId", "21"),
            ("personalNumber", TOLVAN),
            ("userId", ALMGREN),
            ("createdAt", "2026-03-20 10:00:00"),
        ],
        filename: "svar.pdf",
        content: PDF.to_vec(),
    }
}

impl Upload {
    fn with(mut self, name: &'static str, value: &'static str) -> Self {
        self = self.without(name);
        self.fields.push((name, value));
        self
    }

    fn without(mut self, name: &str) -> Self {
        self.fields.retain(|(field, _)| *field != name);
        self
    }

    fn file(self, filename: &'static str, content: &[u8]) -> Self {
        Self { filename, content: content.to_vec(), ..self }
    }

    async fn send(self, sandbox: &Sandbox) -> Reply {
        let mut body = Vec::new();
        for (name, value) in &self.fields {
            let part =
                format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend(part.into_bytes());
        }
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{}\"\r\n\r\n",
            self.filename
        );
        body.extend(head.into_bytes());
        body.extend(self.content);
        body.extend(format!("\r\n--{BOUNDARY}--\r\n").into_bytes());
        let request = sandbox.request(Method::POST, &format!("/v1/clinics/{}/documents", self.clinic));
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        sandbox.send(request.header(header::CONTENT_TYPE, kind).body(body)).await
    }
}

#[tokio::test]
async fn an_upload_answers_nothing_and_is_there() {
    let sandbox = Sandbox::start().await;
    assert_eq!(sandbox.running.ehr.state().documents, 0);
    upload().send(&sandbox).await.expect(204);
    upload().without("userId").without("createdAt").send(&sandbox).await.expect(204);
    assert_eq!(sandbox.running.ehr.state().documents, 2);
}

#[tokio::test]
async fn every_format_is_taken_and_nothing_else() {
    let sandbox = Sandbox::start().await;
    for (filename, content) in [
        ("a.jpg", &b"\xff\xd8\xff\xe0"[..]),
        ("a.jpeg", b"\xff\xd8\xff\xe0"),
        ("a.png", b"\x89PNG\r\n\x1a\nx"),
        ("A.PDF", PDF),
        ("a.gif", b"GIF89a"),
        ("a.tga", b"\0\0\x02"),
        ("a.tif", b"II*\0"),
        ("a.tiff", b"MM\0*"),
        ("a.bmp", b"BMx"),
        ("a.xcf", b"gimp xcf v011"),
    ] {
        upload().file(filename, content).send(&sandbox).await.expect(204);
    }
    for filename in ["a.docx", "a.txt", "pdf", ""] {
        upload().file(filename, PDF).send(&sandbox).await.refused(400, Some("file"));
    }
    assert_eq!(sandbox.running.ehr.state().documents, 10);
}

#[tokio::test]
async fn a_corrupt_file_is_an_error_of_the_server() {
    let sandbox = Sandbox::start().await;
    upload().file("a.pdf", b"not a pdf").send(&sandbox).await.refused(500, None);
    upload().file("a.png", b"").send(&sandbox).await.refused(500, None);
    assert_eq!(sandbox.running.ehr.state().documents, 0);
}

#[tokio::test]
async fn twenty_megabytes_are_the_most() {
    let sandbox = Sandbox::start().await;
    let mut content = PDF.to_vec();
    content.resize(20 * 1024 * 1024, b' ');
    upload().file("a.pdf", &content).send(&sandbox).await.expect(204);
    content.push(b' ');
    upload().file("a.pdf", &content).send(&sandbox).await.refused(400, Some("file"));
}

#[tokio::test]
async fn wrong_fields_are_refused() {
    let sandbox = Sandbox::start().await;
    for field in ["documentTypeId", "personalNumber"] {
        upload().without(field).send(&sandbox).await.refused(400, Some(field));
    }
    for (field, value) in [
        ("documentTypeId", "99"),
        ("documentTypeId", "24"),
        ("documentTypeId", "Lab Result"),
        ("userId", NOBODY),
        ("createdAt", "2026-03-20"),
    ] {
        upload().with(field, value).send(&sandbox).await.refused(400, Some(field));
    }
    upload().with("personalNumber", "19900101-2385").send(&sandbox).await.refused(404, None);
    Upload { clinic: NOBODY, ..upload() }.send(&sandbox).await.refused(404, None);
    let json = sandbox.post(&format!("/v1/clinics/{BJORKBACKEN}/documents"), serde_json::json!({})).await;
    json.refused(400, Some("body"));
    upload().with("personalNumber", "191212121212").send(&sandbox).await.expect(204);
}

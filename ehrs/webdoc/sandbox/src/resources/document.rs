//! Uploads. Nothing reads them back, so they are only counted.

use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::http::header;
use axum::routing::{get, post};
use axum::{RequestExt, Router};
use multer::Multipart;
use serde_json::{Value, json};
use vardbro_sandbox_kit::DOCUMENT_LIMIT;

use crate::access::needs;
use crate::answer::{Answer, list, nothing};
use crate::id::Id;
use crate::local;
use crate::number;
use crate::refusal::Refusal;
use crate::resources::clinic::Clinic;
use crate::resources::user::User;
use crate::seed::document_types::ALL;
use crate::state::App;

pub struct DocumentType {
    pub id: i64,
    pub name: &'static str,
    pub in_referral: bool,
    pub active: bool,
    pub sign_required: bool,
}

impl DocumentType {
    fn json(&self) -> Value {
        json!({
            "id": self.id,
            "name": self.name,
            "inreferral": self.in_referral,
            "active": self.active,
            "signRequired": self.sign_required,
        })
    }
}

/// 20 MB; whether Webdoc counts in 1000 or 1024 is not known.
const LARGEST: usize = 20 * 1024 * 1024;

/// Extension, and how such a file begins (nothing: no way to tell).
const FORMATS: [(&str, &[&[u8]]); 10] = [
    ("jpg", &[b"\xff\xd8\xff"]),
    ("jpeg", &[b"\xff\xd8\xff"]),
    ("png", &[b"\x89PNG\r\n\x1a\n"]),
    ("pdf", &[b"%PDF-"]),
    ("gif", &[b"GIF87a", b"GIF89a"]),
    ("tga", &[b""]),
    ("tif", &[b"II*\0", b"MM\0*"]),
    ("tiff", &[b"II*\0", b"MM\0*"]),
    ("bmp", &[b"BM"]),
    ("xcf", &[b"gimp xcf "]),
];

pub fn routes() -> Router<App> {
    let upload = needs("documents:write", post(upload)).layer(DefaultBodyLimit::max(DOCUMENT_LIMIT));
    Router::new()
        .route("/v1/documentTypes", needs("document-types:read", get(types)))
        .route("/v1/clinics/{id}/documents", upload)
}

async fn types() -> Answer {
    list(ALL.iter().map(DocumentType::json))
}

async fn upload(State(app): State<App>, Path(clinic): Path<Id>, request: Request) -> Answer {
    Clinic::of_path(clinic)?;
    let form = Form::read(request).await?;
    let kind = form.required("documentTypeId")?.parse::<i64>().ok();
    if !ALL.iter().any(|row| Some(row.id) == kind && row.active) {
        return Err(Refusal::invalid("documentTypeId", "is no active document type"));
    }
    if let Some(user) = form.field("userId") {
        User::of_body(Id::parse(user), "userId")?;
    }
    if form.field("createdAt").is_some_and(|text| local::second(text).is_none()) {
        return Err(Refusal::invalid("createdAt", "must be YYYY-MM-DD HH:MM:SS"));
    }
    let number = number::plain(form.required("personalNumber")?);
    form.file.as_ref().ok_or_else(|| Refusal::invalid("file", "is required"))?.check()?;
    let mut session = app.session();
    session.patient_numbered(&number).ok_or(Refusal::NotFound("patient"))?;
    session.documents = session.documents.saturating_add(1);
    nothing()
}

#[derive(Default)]
struct Form {
    fields: Vec<(String, String)>,
    file: Option<File>,
}

struct File {
    extension: String,
    bytes: axum::body::Bytes,
}

impl Form {
    async fn read(request: Request) -> Result<Self, Refusal> {
        let no_form = |_| Refusal::invalid("body", "must be multipart/form-data");
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let boundary = multer::parse_boundary(kind.unwrap_or_default()).map_err(no_form)?;
        let body = request.with_limited_body().into_body().into_data_stream();
        let mut parts = Multipart::new(body, boundary);
        let mut form = Self::default();
        while let Some(part) = parts.next_field().await.map_err(no_form)? {
            let name = part.name().unwrap_or_default().to_owned();
            if name == "file" {
                let filename = part.file_name().unwrap_or_default();
                let extension = filename.rsplit_once('.').map_or("", |(_, extension)| extension);
                let extension = extension.to_lowercase();
                let bytes = part.bytes().await.map_err(no_form)?;
                form.file = Some(File { extension, bytes });
            } else {
                form.fields.push((name, part.text().await.map_err(no_form)?));
            }
        }
        Ok(form)
    }

    fn field(&self, name: &str) -> Option<&str> {
        let found = self.fields.iter().find(|(field, _)| field == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    fn required(&self, name: &str) -> Result<&str, Refusal> {
        self.field(name).ok_or_else(|| Refusal::invalid(name, "is required"))
    }
}

impl File {
    fn check(&self) -> Result<(), Refusal> {
        let format = FORMATS.iter().find(|(extension, _)| *extension == self.extension);
        let Some((_, beginnings)) = format else {
            return Err(Refusal::invalid("file", "has an extension that is not taken"));
        };
        if self.bytes.len() > LARGEST {
            return Err(Refusal::invalid("file", "is larger than 20 MB"));
        }
        let whole = !self.bytes.is_empty() && beginnings.iter().any(|first| self.bytes.starts_with(first));
        if whole { Ok(()) } else { Err(Refusal::Corrupt) }
    }
}

use std::collections::HashMap;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Path, RawQuery, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{RequestExt, Router};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use multer::Multipart;
use serde_json::Value;
use url::form_urlencoded;
use vardbro_sandbox_kit::{Clock, DOCUMENT_LIMIT};

use super::{ALGORITHM, BUCKET, Object, Storage, encoded, readable};

#[derive(Clone)]
struct S3 {
    storage: Storage,
    clock: Arc<dyn Clock>,
}

/// What forms may take beside the file itself.
const FORM_ROOM: usize = 1024 * 1024;

pub fn routes(storage: Storage, clock: Arc<dyn Clock>) -> Router {
    Router::new()
        .route("/", post(upload))
        .route("/{*key}", get(read))
        .fallback(|| async { Denied(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", "Not allowed.") })
        .layer(DefaultBodyLimit::max(DOCUMENT_LIMIT.saturating_add(FORM_ROOM)))
        .with_state(S3 { storage, clock })
}

/// An S3-like error.
struct Denied(StatusCode, &'static str, &'static str);

impl IntoResponse for Denied {
    fn into_response(self) -> Response {
        let Self(status, code, message) = self;
        let body = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>"
        );
        (status, [(header::CONTENT_TYPE, "application/xml")], body).into_response()
    }
}

const NO_FORM: Denied = Denied(
    StatusCode::BAD_REQUEST,
    "MalformedPOSTRequest",
    "The body of your POST request is not well-formed multipart/form-data.",
);
const BAD_SIGNATURE: Denied = Denied(
    StatusCode::FORBIDDEN,
    "SignatureDoesNotMatch",
    "The request signature we calculated does not match the signature you provided.",
);
const BREAKS_POLICY: Denied =
    Denied(StatusCode::FORBIDDEN, "AccessDenied", "Invalid according to Policy: Policy Condition failed");

/// Credentials of another service do not belong here.
fn no_credentials(headers: &HeaderMap) -> Result<(), Denied> {
    if headers.contains_key(header::AUTHORIZATION) {
        return Err(Denied(
            StatusCode::BAD_REQUEST,
            "InvalidArgument",
            "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified",
        ));
    }
    Ok(())
}

async fn upload(State(s3): State<S3>, request: Request) -> Result<Response, Denied> {
    no_credentials(request.headers())?;
    let form = PostForm::read(request).await?;
    let key = form.checked_key(&s3)?;
    if form.file.len() > DOCUMENT_LIMIT {
        let message = "Your proposed upload exceeds the maximum allowed size";
        return Err(Denied(StatusCode::BAD_REQUEST, "EntityTooLarge", message));
    }
    let location = format!("{}{}", s3.storage.url(), encoded(&key));
    let etag = s3.storage.signer.sign(&key).get(..32).unwrap_or_default().to_owned();
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<PostResponse><Location>{}</Location><Bucket>{BUCKET}</Bucket><Key>{}</Key><ETag>\"{etag}\"</ETag></PostResponse>",
        escaped(&location),
        escaped(&key),
    );
    s3.storage.shelf().objects.insert(key, Object { content_type: form.content_type, bytes: form.file });
    let headers = [
        (header::CONTENT_TYPE, "application/xml".to_owned()),
        (header::ETAG, format!("\"{etag}\"")),
        (header::LOCATION, location),
    ];
    Ok((StatusCode::CREATED, headers, body).into_response())
}

async fn read(
    State(s3): State<S3>,
    Path(key): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Denied> {
    no_credentials(&headers)?;
    let query: HashMap<String, String> =
        form_urlencoded::parse(query.unwrap_or_default().as_bytes()).into_owned().collect();
    let value = |name: &str| query.get(name).map(String::as_str).unwrap_or_default();
    let expires: i64 = value("X-Amz-Expires").parse().unwrap_or_default();
    if value("X-Amz-Algorithm") != ALGORITHM {
        return Err(Denied(StatusCode::FORBIDDEN, "AccessDenied", "Access Denied"));
    }
    if !s3.storage.signer.signed(&readable(&key, expires), value("X-Amz-Signature")) {
        return Err(BAD_SIGNATURE);
    }
    if expires < s3.clock.now().as_second() {
        return Err(Denied(StatusCode::FORBIDDEN, "AccessDenied", "Request has expired"));
    }
    let object = s3.storage.shelf().objects.get(&key).cloned();
    let missing = Denied(StatusCode::NOT_FOUND, "NoSuchKey", "The specified key does not exist.");
    let object = object.ok_or(missing)?;
    let name: String = encoded(key.rsplit('/').next().unwrap_or_default());
    let headers = [
        (header::CONTENT_TYPE, object.content_type),
        (header::CONTENT_DISPOSITION, format!("attachment; filename*=UTF-8''{name}")),
    ];
    Ok((headers, Body::from(object.bytes)).into_response())
}

/// The fields before the file; whatever follows it is not looked at.
struct PostForm {
    fields: HashMap<String, String>,
    filename: String,
    content_type: String,
    file: Bytes,
}

impl PostForm {
    async fn read(request: Request) -> Result<Self, Denied> {
        let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let boundary = content_type.and_then(|kind| multer::parse_boundary(kind).ok()).ok_or(NO_FORM)?;
        let body = request.into_limited_body();
        let mut form = Multipart::new(body.into_data_stream(), boundary);
        let mut fields = HashMap::new();
        while let Some(field) = form.next_field().await.map_err(|_| NO_FORM)? {
            let name = field.name().unwrap_or_default().to_owned();
            if name != "file" {
                fields.insert(name.to_lowercase(), field.text().await.map_err(|_| NO_FORM)?);
                continue;
            }
            let filename = field.file_name().unwrap_or("file").to_owned();
            let said = field.content_type().map(ToString::to_string);
            let file = field.bytes().await.map_err(|_| NO_FORM)?;
            let content_type =
                said.filter(|kind| kind != OCTETS).unwrap_or_else(|| kind_of(&filename).to_owned());
            return Ok(Self { fields, filename, content_type, file });
        }
        Err(Denied(
            StatusCode::BAD_REQUEST,
            "InvalidArgument",
            "POST requires exactly one file upload per request.",
        ))
    }

    fn field(&self, name: &str) -> &str {
        self.fields.get(name).map(String::as_str).unwrap_or_default()
    }

    /// The key with the file's name in it, if signature, expiry and every condition of the policy agree.
    fn checked_key(&self, s3: &S3) -> Result<String, Denied> {
        let policy = self.field("policy");
        if !s3.storage.signer.signed(policy, self.field("x-amz-signature")) {
            return Err(BAD_SIGNATURE);
        }
        let policy: Option<Value> =
            STANDARD.decode(policy).ok().and_then(|policy| serde_json::from_slice(&policy).ok());
        let policy = policy.ok_or(BREAKS_POLICY)?;
        let expires =
            policy.get("expiration").and_then(Value::as_str).and_then(|text| text.parse::<Timestamp>().ok());
        if expires.is_none_or(|expires| expires <= s3.clock.now()) {
            let message = "Invalid according to Policy: Policy expired.";
            return Err(Denied(StatusCode::FORBIDDEN, "AccessDenied", message));
        }
        let key = self.field("key").replace("${filename}", &self.filename);
        let conditions = policy.get("conditions").and_then(Value::as_array).ok_or(BREAKS_POLICY)?;
        let kept = conditions.iter().all(|condition| match condition {
            Value::Object(exact) => {
                exact.iter().all(|(name, value)| name == "bucket" || value.as_str() == Some(self.field(name)))
            }
            Value::Array(rule) => match rule.as_slice() {
                [Value::String(verb), Value::String(_), Value::String(prefix)] if verb == "starts-with" => {
                    key.strip_prefix(prefix).is_some_and(|name| !name.is_empty())
                }
                _ => true,
            },
            _ => false,
        });
        let named = self.fields.keys().all(|name| {
            ["key", "policy", "x-amz-signature"].contains(&name.as_str())
                || conditions.iter().any(|condition| condition.get(name).is_some())
        });
        if kept && named { Ok(key) } else { Err(BREAKS_POLICY) }
    }
}

const OCTETS: &str = "application/octet-stream";

fn kind_of(filename: &str) -> &'static str {
    match filename.rsplit('.').next().unwrap_or_default().to_lowercase().as_str() {
        "pdf" => "application/pdf",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "txt" => "text/plain",
        "csv" => "text/csv",
        "html" => "text/html",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        _ => OCTETS,
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

//! The file storage beside the API: a small part of S3, on an origin of its own.
//!
//! It knows no API keys. What may be uploaded or read is signed into the form or the address; a call that carries
//! `Authorization` as well is refused, as S3 does.

mod routes;
mod signature;

pub use routes::routes;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::Bytes;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};
use url::form_urlencoded;
use vardbro_sandbox_kit::DOCUMENT_LIMIT;

use signature::Signer;

const BUCKET: &str = "harbour-health-attachments";
const UPLOADS: &str = "uploads/temp/";
const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const UPLOAD_WITHIN: SignedDuration = SignedDuration::from_hours(1);
const READ_WITHIN: SignedDuration = SignedDuration::from_mins(5);

/// Clones share the objects.
#[derive(Clone)]
pub struct Storage {
    origin: String,
    signer: Signer,
    shelf: Arc<Mutex<Shelf>>,
}

#[derive(Default)]
struct Shelf {
    objects: HashMap<String, Object>,
    uploads: u64,
}

#[derive(Clone)]
struct Object {
    content_type: String,
    bytes: Bytes,
}

impl Storage {
    pub fn new(origin: &str, seed: u64) -> Self {
        Self { origin: origin.to_owned(), signer: Signer::seeded(seed), shelf: Arc::default() }
    }

    /// The address and form fields with which one file can be uploaded within the hour.
    pub fn presigned_post(&self, now: Timestamp) -> Value {
        let uploads = {
            let mut shelf = self.shelf();
            shelf.uploads = shelf.uploads.saturating_add(1);
            shelf.uploads
        };
        let folder = self.signer.sign(&format!("upload {uploads} at {now}"));
        let prefix = format!("{UPLOADS}{}/", folder.get(..32).unwrap_or(&folder));
        let expires = now.checked_add(UPLOAD_WITHIN).unwrap_or(Timestamp::MAX);
        let date = now.strftime("%Y%m%dT%H%M%SZ").to_string();
        let credential = format!("SANDBOXSTORAGE/{}/ap-southeast-2/s3/aws4_request", now.strftime("%Y%m%d"));

        let fixed = [
            ("acl", "private"),
            ("success_action_status", "201"),
            ("x-amz-algorithm", ALGORITHM),
            ("x-amz-credential", &credential),
            ("x-amz-date", &date),
        ];
        let mut conditions = vec![
            json!({"bucket": BUCKET}),
            json!(["starts-with", "$key", prefix]),
            json!(["content-length-range", 0, DOCUMENT_LIMIT]),
        ];
        conditions.extend(
            fixed.iter().map(|(name, value)| Map::from_iter([((*name).to_owned(), json!(value))]).into()),
        );
        let policy = STANDARD.encode(json!({"expiration": expires, "conditions": conditions}).to_string());

        let mut fields = Map::new();
        fields.insert("key".to_owned(), format!("{prefix}${{filename}}").into());
        fields.extend(fixed.iter().map(|(name, value)| ((*name).to_owned(), json!(value))));
        fields.insert("x-amz-signature".to_owned(), self.signer.sign(&policy).into());
        fields.insert("policy".to_owned(), policy.into());
        json!({"url": self.url(), "fields": fields})
    }

    /// An address at which the object can be read for some minutes.
    pub fn presigned_get(&self, key: &str, now: Timestamp) -> String {
        let expires = now.checked_add(READ_WITHIN).unwrap_or(Timestamp::MAX).as_second();
        let path: Vec<String> = key.split('/').map(encoded).collect();
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("X-Amz-Algorithm", ALGORITHM);
        query.append_pair("X-Amz-Expires", &expires.to_string());
        query.append_pair("X-Amz-Signature", &self.signer.sign(&readable(key, expires)));
        format!("{}{}?{}", self.url(), path.join("/"), query.finish())
    }

    /// The key of an uploaded object, given the address that `url` and `Key` make.
    pub fn uploaded(&self, address: &str) -> Option<String> {
        let key = address.strip_prefix(&self.url()).filter(|key| key.starts_with(UPLOADS))?;
        self.shelf().objects.contains_key(key).then(|| key.to_owned())
    }

    /// Moves an object from where it was uploaded; returns its size and content type.
    pub fn keep(&self, upload: &str, key: &str) -> Option<(i64, String)> {
        let mut shelf = self.shelf();
        let object = shelf.objects.remove(upload)?;
        let kept = (i64::try_from(object.bytes.len()).ok()?, object.content_type.clone());
        shelf.objects.insert(key.to_owned(), object);
        Some(kept)
    }

    /// Puts an object there without an upload, for the seed.
    pub fn put(&self, key: &str, content_type: &str, bytes: &'static [u8]) {
        let object = Object { content_type: content_type.to_owned(), bytes: Bytes::from_static(bytes) };
        self.shelf().objects.insert(key.to_owned(), object);
    }

    pub fn clear(&self) {
        *self.shelf() = Shelf::default();
    }

    fn url(&self) -> String {
        format!("{}/", self.origin)
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn readable(key: &str, expires: i64) -> String {
    format!("GET\n{key}\n{expires}")
}

/// One path segment, percent-encoded.
fn encoded(segment: &str) -> String {
    form_urlencoded::byte_serialize(segment.as_bytes()).collect::<String>().replace('+', "%20")
}

//! Webdoc's own protocol: its types, and one function per native endpoint that builds the request and knows how its answer is
//! read. No I/O, no credentials: the token is put in when a call is sent.

use std::fmt;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderValue, Method};
use serde::Serialize;
use serde::de::DeserializeOwned;
use url::Url;
use vardbro_ehr::wire::{Call, Safety};

pub mod bookings;
pub mod clinics;
pub mod clock;
pub mod documents;
mod loose;
pub mod multipart;
pub mod notes;
pub mod patients;
mod scope;
pub mod token;
pub mod types;
pub mod users;

pub use loose::Code;
pub use scope::{Scope, listed};

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Where Webdoc's API is.
#[derive(Clone)]
pub struct Api {
    base: Url,
}

impl Api {
    /// `base` is the host's origin: paths begin with `/v1` or `/v2`.
    pub fn new(base: Url) -> Self {
        Self { base }
    }

    /// The address that all paths hang on.
    pub fn base(&self) -> &Url {
        &self.base
    }

    /// The address of these segments below the base, each encoded.
    fn url(&self, segments: &[&str]) -> Url {
        let mut url = self.base.clone();
        // Fails for addresses without a host only, and the settings have none of those.
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        url
    }

    fn read<T: DeserializeOwned>(&self, endpoint: &'static str, scope: Scope, url: &Url) -> Native<T> {
        let call = Call::new(Safety::Read, endpoint, request(Method::GET, url, None));
        Native { call, scope, read: json::<T> }
    }

    /// A list: a bare array. A single object is taken for a list of one, and no body or null for an empty one.
    fn list<T: DeserializeOwned>(&self, endpoint: &'static str, scope: Scope, url: &Url) -> Native<Vec<T>> {
        Native { read: rows::<T>, ..self.read(endpoint, scope, url) }
    }

    fn write<T>(
        &self,
        endpoint: &'static str,
        scope: Scope,
        (method, url): (Method, Url),
        body: &impl Serialize,
        read: Read<T>,
    ) -> Native<T> {
        let body = Some((JSON, encode(body)));
        Native { call: Call::new(Safety::Once, endpoint, request(method, &url, body)), scope, read }
    }
}

impl fmt::Debug for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Api").field("base", &self.base.as_str()).finish()
    }
}

/// A request without credentials. An impossible URL becomes one without a host, which the wire refuses as malformed.
fn request(method: Method, url: &Url, body: Option<(HeaderValue, Bytes)>) -> http::Request<Bytes> {
    let mut request = http::Request::new(Bytes::new());
    *request.method_mut() = method;
    if let Ok(uri) = url.as_str().parse() {
        *request.uri_mut() = uri;
    }
    request.headers_mut().insert(ACCEPT, JSON);
    if let Some((content_type, body)) = body {
        request.headers_mut().insert(CONTENT_TYPE, content_type);
        *request.body_mut() = body;
    }
    request
}

/// Our own bodies always serialize: strings, numbers and lists of them.
fn encode(body: &impl Serialize) -> Bytes {
    serde_json::to_vec(body).map(Bytes::from).unwrap_or_default()
}

/// One native call, the scope that it needs, and how its successful answer is read.
#[derive(Debug)]
pub struct Native<T> {
    /// What is sent.
    pub call: Call,
    /// What a token must have been asked for.
    pub scope: Scope,
    read: Read<T>,
}

/// Reads the body of a 2xx answer.
pub type Read<T> = fn(&[u8]) -> Result<T, Unreadable>;

impl<T> Native<T> {
    /// How a 2xx answer is read.
    pub fn reader(&self) -> Read<T> {
        self.read
    }

    /// The same write where twice is the same as once: a lost answer may be repeated.
    #[must_use]
    pub fn idempotent(mut self) -> Self {
        self.call.safety = Safety::Idempotent;
        self
    }
}

/// Where an answer was not what it should be. Never holds a value of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// Path of the field.
    pub path: String,
}

impl Unreadable {
    /// Whether it is no JSON, or none of the right kind.
    pub fn is_all(&self) -> bool {
        self.path == "."
    }
}

fn json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Unreadable> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut deserializer)
        .map_err(|error| Unreadable { path: error.path().to_string() })?;
    deserializer.end().map_err(|_| Unreadable { path: ".".to_owned() })?;
    Ok(value)
}

fn rows<T: DeserializeOwned>(body: &[u8]) -> Result<Vec<T>, Unreadable> {
    if body.trim_ascii().is_empty() {
        return Ok(Vec::new());
    }
    json::<loose::List<T>>(body).map(|list| list.0)
}

/// The one thing that an answer holds, in an array of one or bare; `None` without a body.
fn only<T: DeserializeOwned>(body: &[u8]) -> Result<Option<T>, Unreadable> {
    rows(body).map(|rows| rows.into_iter().next())
}

fn nothing(_: &[u8]) -> Result<(), Unreadable> {
    Ok(())
}

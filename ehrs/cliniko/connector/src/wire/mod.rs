//! Cliniko's own protocol: its types, and one function per native endpoint that builds the request and knows how its answer is
//! read. No I/O.

use std::fmt;

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, USER_AGENT};
use http::{HeaderValue, Method};
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use url::Url;
use vardbro_ehr::wire::{Call, Safety};

pub mod attachments;
pub mod availability;
pub mod bookings;
mod id;
pub mod individual_appointments;
mod lenient;
mod list;
pub mod offer;
pub mod patients;
pub mod people;
pub mod schedule;
pub mod treatment_notes;

pub use id::{Id, Link};
pub use list::{Collection, List};

/// Where Cliniko is and how it is spoken to.
#[derive(Clone)]
pub struct Api {
    base: Url,
    authorization: HeaderValue,
    user_agent: HeaderValue,
}

impl Api {
    /// `base` ends in `/v1`; `authorization` is marked sensitive.
    pub fn new(base: Url, authorization: HeaderValue, user_agent: HeaderValue) -> Self {
        Self { base, authorization, user_agent }
    }

    /// The address that all paths hang on.
    pub fn base(&self) -> &Url {
        &self.base
    }

    /// The address of a path below the base.
    fn url(&self, path: &str) -> Url {
        let mut url = self.base.clone();
        url.set_path(&format!("{}{path}", self.base.path().trim_end_matches('/')));
        url
    }

    /// The headers of every call.
    fn request(&self, method: Method, url: &Url, body: Option<Bytes>) -> http::Request<Bytes> {
        let mut request = bare(method, url);
        let headers = request.headers_mut();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(USER_AGENT, self.user_agent.clone());
        headers.insert(AUTHORIZATION, self.authorization.clone());
        if let Some(body) = body {
            request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            *request.body_mut() = body;
        }
        request
    }

    fn read<T: DeserializeOwned>(&self, endpoint: &'static str, url: &Url) -> Native<T> {
        Native {
            call: Call::new(Safety::Read, endpoint, self.request(Method::GET, url, None)),
            read: json::<T>,
        }
    }

    fn write<T: DeserializeOwned>(
        &self,
        method: Method,
        endpoint: &'static str,
        path: &str,
        body: &impl Serialize,
    ) -> Native<T> {
        let request = self.request(method, &self.url(path), Some(encode(body)));
        Native { call: Call::new(Safety::Once, endpoint, request), read: json::<T> }
    }

    /// A write that is answered without a body.
    fn order(&self, method: Method, endpoint: &'static str, path: &str, body: &impl Serialize) -> Native<()> {
        let request = self.request(method, &self.url(path), Some(encode(body)));
        Native { call: Call::new(Safety::Once, endpoint, request), read: nothing }
    }
}

impl fmt::Debug for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Api").field("base", &self.base.as_str()).finish_non_exhaustive()
    }
}

/// A request without credentials. An impossible URL becomes one without a host, which the wire refuses as malformed.
fn bare(method: Method, url: &Url) -> http::Request<Bytes> {
    let mut request = http::Request::new(Bytes::new());
    *request.method_mut() = method;
    if let Ok(uri) = url.as_str().parse() {
        *request.uri_mut() = uri;
    }
    request
}

/// Our own bodies always serialize: strings, numbers and lists of them.
fn encode(body: &impl Serialize) -> Bytes {
    serde_json::to_vec(body).map(Bytes::from).unwrap_or_default()
}

/// One native call and how its successful answer is read.
#[derive(Debug)]
pub struct Native<T> {
    /// What is sent.
    pub call: Call,
    read: Read<T>,
}

/// Reads the body of a 2xx answer.
pub type Read<T> = fn(&[u8]) -> Result<T, Unreadable>;

impl<T> Native<T> {
    /// What is sent, and how a 2xx answer is read.
    pub fn into_parts(self) -> (Call, Read<T>) {
        (self.call, self.read)
    }

    /// The same write where twice is the same as once: a lost answer may be repeated.
    #[must_use]
    pub fn idempotent(mut self) -> Self {
        self.call.safety = Safety::Idempotent;
        self
    }

    /// Asks for rows that are normally hidden because this date-time is set.
    #[must_use]
    fn including(mut self, url: &Url, field: &str) -> Self {
        let mut url = url.clone();
        url.query_pairs_mut().append_pair("q[]", &format!("{field}:*"));
        if let Ok(uri) = url.as_str().parse() {
            *self.call.request.uri_mut() = uri;
        }
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

fn nothing(_: &[u8]) -> Result<(), Unreadable> {
    Ok(())
}

/// Filters of a list, as `q[]=field:OPvalue`; all must hold.
#[derive(Debug, Clone, Default)]
pub struct Filters(Vec<String>);

impl Filters {
    /// The field equals the value.
    #[must_use]
    pub fn is(self, field: &str, value: impl fmt::Display) -> Self {
        self.with(field, "=", value)
    }

    /// The text field contains the value, but for tildes that it begins with: those would read as another operator. What is
    /// found may be more than what was meant.
    #[must_use]
    pub fn contains(self, field: &str, value: &str) -> Self {
        self.with(field, "~", value.trim_start_matches('~'))
    }

    /// The field lies before the instant.
    #[must_use]
    pub fn before(self, field: &str, at: Timestamp) -> Self {
        self.with(field, "<", utc(at))
    }

    /// The field lies after the instant.
    #[must_use]
    pub fn after(self, field: &str, at: Timestamp) -> Self {
        self.with(field, ">", utc(at))
    }

    /// The field lies at or after the instant.
    #[must_use]
    pub fn from(self, field: &str, at: Timestamp) -> Self {
        self.with(field, ">=", utc(at))
    }

    /// The date-time is set; this also shows the rows that it normally hides.
    #[must_use]
    pub fn is_set(self, field: &str) -> Self {
        self.with(field, "?", "")
    }

    fn with(mut self, field: &str, operator: &str, value: impl fmt::Display) -> Self {
        self.0.push(format!("{field}:{operator}{value}"));
        self
    }

    fn append_to(&self, url: &mut Url) {
        let mut query = url.query_pairs_mut();
        for filter in &self.0 {
            query.append_pair("q[]", filter);
        }
    }
}

/// An instant as Cliniko takes it: UTC with `Z`, whole seconds.
pub fn utc(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

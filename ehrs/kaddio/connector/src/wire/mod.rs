//! Kaddio's own protocol: GraphQL over `POST {url}` with a bare token, and the public list of free times beside it. One function for
//! each operation that says what is given to its document and how its answer is read. No I/O.

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderName, HeaderValue, Method};
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use url::Url;
use vardbro_ehr::wire::{Call, Pause, Repeats, Safety};

use crate::operations::{Document, Name};

pub mod bookings;
pub mod catalogue;
pub mod clients;
pub mod contacts;
pub mod free_times;
mod id;
pub mod introspection;
mod lenient;
pub mod reply;
pub mod suggestions;

pub use id::Id;
pub use reply::{Refusal, Reply, Unreadable};

/// Names the host in whose name a call is made.
const IMPERSONATION_ID: HeaderName = HeaderName::from_static("impersonationid");

/// What a list answers at most, as far as we read the schema.
pub const PAGE: usize = 200;

/// The free times of a whole organisation for three months fit in.
const MAX_ANSWER_BYTES: usize = 32 * 1024 * 1024;

/// As the vendor's own client does. What changes something is `Once`: then only a call that was not sent counts as a failure.
const REPEATS: Repeats =
    Repeats { after_failure: 3, after_refusal: 3, pause: Pause::Growing(Duration::from_millis(400)) };

/// A mutation that was refused with 429 was sent.
const REPEATS_OF_A_MUTATION: Repeats = Repeats { after_refusal: 0, ..REPEATS };

/// Where Kaddio is and how it is spoken to.
#[derive(Clone)]
pub struct Api {
    url: Url,
    token: HeaderValue,
    host: Option<Id>,
}

impl Api {
    /// `url` is the address of GraphQL; `token` is marked sensitive; `host` is who acts, if it is not the token's owner.
    pub fn new(url: Url, token: HeaderValue, host: Option<Id>) -> Self {
        Self { url, token, host }
    }

    /// Where GraphQL is.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Who acts, if it is not the token's owner.
    pub fn host(&self) -> Option<&Id> {
        self.host.as_ref()
    }

    /// Sends a document with those of the variables that it takes, in the name of `host`, or else of the connection's.
    pub fn call(&self, document: &Document, variables: Variables, host: Option<&Id>) -> Call {
        let spec = document.name().spec();
        let taken: Map<_, _> = variables
            .0
            .into_iter()
            .filter(|(name, value)| document.takes(name) && !value.is_null())
            .collect();
        let request = self.post(document.text(), taken, host.or(self.host.as_ref()));
        let repeats = if spec.is_query() { REPEATS } else { REPEATS_OF_A_MUTATION };
        Call::new(spec.safety, spec.endpoint, request).answer_up_to(MAX_ANSWER_BYTES).repeated(repeats)
    }

    fn post(&self, query: &str, variables: Map<String, Value>, host: Option<&Id>) -> http::Request<Bytes> {
        let body = json!({"query": query, "variables": variables}).to_string();
        let mut request = request(Method::POST, &self.url, body.into());
        let headers = request.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(AUTHORIZATION, self.token.clone());
        if let Some(host) = host.and_then(|host| HeaderValue::from_str(host.as_str()).ok()) {
            headers.insert(IMPERSONATION_ID, host);
        }
        request
    }
}

impl fmt::Debug for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Api").field("url", &self.url.as_str()).finish_non_exhaustive()
    }
}

/// A request without credentials. An impossible URL becomes one without a host, which the wire refuses as malformed.
fn request(method: Method, url: &Url, body: Bytes) -> http::Request<Bytes> {
    let mut request = http::Request::new(body);
    *request.method_mut() = method;
    if let Ok(uri) = url.as_str().parse() {
        *request.uri_mut() = uri;
    }
    request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/json"));
    request
}

/// A read without GraphQL.
fn read(endpoint: &'static str, url: &Url) -> Call {
    Call::new(Safety::Read, endpoint, request(Method::GET, url, Bytes::new()))
        .answer_up_to(MAX_ANSWER_BYTES)
        .repeated(REPEATS)
}

/// What a document is given, by our names. Prints nothing of it.
#[derive(Clone, Default)]
pub struct Variables(Map<String, Value>);

impl Variables {
    /// With a value. A missing one is left out, which GraphQL takes for null.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Serialize) -> Self {
        // Texts, numbers and lists of them always serialize.
        self.0.insert(name.to_owned(), serde_json::to_value(value).unwrap_or_default());
        self
    }

    /// With an instant, in UTC.
    #[must_use]
    pub fn with_instant(self, name: &str, at: Option<Timestamp>) -> Self {
        self.with(name, at.map(utc))
    }
}

impl fmt::Debug for Variables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// An operation with what it is given, and the type of its answer.
#[derive(Debug)]
pub struct Asked<T> {
    /// Which operation.
    pub name: Name,
    /// What its document is given.
    pub variables: Variables,
    answer: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> Asked<T> {
    fn new(name: Name, variables: Variables) -> Self {
        Self { name, variables, answer: PhantomData }
    }

    /// Reads the data of an answer.
    pub fn read(&self, data: Value) -> Result<T, Unreadable> {
        reply::data(data)
    }
}

/// An answer that is a list of rows.
pub trait Rows: DeserializeOwned {
    /// What the list is of.
    type Row;

    /// The rows.
    fn rows(self) -> Vec<Self::Row>;

    /// The id of a row.
    fn id(row: &Self::Row) -> &Id;
}

/// An instant as JavaScript writes it: UTC with milliseconds.
pub fn utc(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

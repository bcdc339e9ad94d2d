//! A client of the API, as short to use as a sentence.

use axum::Router;
use axum::body::{Body, to_bytes};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, Method, Request};
use serde_json::Value;
use tower::ServiceExt;
use url::form_urlencoded;

/// Where the gateway believes to be; what its links begin with.
pub const ORIGIN: &str = "http://vardbro.test";

/// An application that calls the gateway, in this process.
#[derive(Clone)]
pub struct Client {
    pub router: Router,
    pub id: String,
    pub secret: String,
}

impl Client {
    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path), Body::empty()).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send_json(self.request(Method::POST, path), body).await
    }

    pub async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.send_json(self.request(Method::PATCH, path), body).await
    }

    /// A call with this client's credentials, to be given more headers.
    pub fn request(&self, method: Method, path: &str) -> http::request::Builder {
        anonymous(method, path)
            .header("x-leyr-client-id", &self.id)
            .header("x-leyr-client-secret", &self.secret)
    }

    pub async fn send_json(&self, request: http::request::Builder, body: &Value) -> Answer {
        self.send(request.header(CONTENT_TYPE, "application/json"), body.to_string()).await
    }

    pub async fn send(&self, request: http::request::Builder, body: impl Into<Body>) -> Answer {
        let request = request.body(body.into()).expect("a well-formed request");
        let asked = format!("{} {}", request.method(), request.uri());
        let Ok(response) = self.router.clone().oneshot(request).await;
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.expect("a whole answer");
        Answer { asked, status: parts.status.as_u16(), headers: parts.headers, bytes: bytes.to_vec() }
    }

    /// The value of `Authorization` that says who this is.
    pub fn basic(&self) -> String {
        basic(&self.id, &self.secret)
    }
}

/// A call without credentials.
pub fn anonymous(method: Method, path: &str) -> http::request::Builder {
    Request::builder().method(method).uri(path)
}

pub fn with_basic(request: http::request::Builder, value: &str) -> http::request::Builder {
    request.header(AUTHORIZATION, value)
}

pub fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

/// The path with these parameters.
pub fn with_query(path: &str, parameters: &[(&str, &str)]) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
    format!("{path}?{query}")
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub asked: String,
    pub status: u16,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

/// One fault of a request, as a problem tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub code: String,
    pub path: Option<String>,
    pub details: String,
}

const PROBLEM_MEMBERS: [&str; 7] = ["code", "detail", "errors", "instance", "status", "title", "type"];
const FAULT_MEMBERS: [&str; 4] = ["details", "emr_error", "error_code", "path"];

impl Answer {
    /// The body, of an answer that must have this status.
    #[track_caller]
    pub fn is(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{self}");
        self.json()
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|error| panic!("no JSON ({error}): {self}"))
    }

    /// The items, of a list.
    #[track_caller]
    pub fn list(&self) -> Vec<Value> {
        let Value::Array(items) = self.is(200) else { panic!("not an array: {self}") };
        items
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("a header of ASCII"))
    }

    /// The body of a failure, after its shape was checked.
    #[track_caller]
    pub fn problem(&self, status: u16, code: &str) -> Value {
        let problem = self.is(status);
        assert_eq!(problem["code"], code, "{self}");
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{self}");
        assert_eq!(keys(&problem), PROBLEM_MEMBERS, "{self}");
        assert_eq!(problem["status"], status, "{self}");
        assert_eq!(problem["type"], format!("/docs/errors#{}", code.to_lowercase()), "{self}");
        assert_eq!(problem["instance"].as_str(), self.header("x-request-id"), "{self}");
        for text in ["title", "detail"] {
            assert!(problem[text].as_str().is_some_and(|text| !text.is_empty()), "{text}: {self}");
        }
        let faults = problem["errors"].as_array().expect("errors is a list");
        assert!(!faults.is_empty(), "{self}");
        for fault in faults {
            assert_eq!(keys(fault), FAULT_MEMBERS, "{self}");
            assert!(fault["error_code"].is_string() && fault["details"].is_string(), "{self}");
        }
        problem
    }

    /// The faults, of a request that must have been refused for them.
    #[track_caller]
    pub fn faults(&self) -> Vec<Fault> {
        faults_of(&self.problem(400, "BAD_REQUEST"))
    }

    /// Checks that the request was refused for this fault at this place alone; gives its details.
    #[track_caller]
    pub fn refused(&self, code: &str, path: impl Into<Option<&'static str>>) -> String {
        let path = path.into();
        match self.faults().as_slice() {
            [only] if only.code == code && only.path.as_deref() == path => only.details.clone(),
            _ => panic!("expected {code} at {path:?}: {self}"),
        }
    }

    /// Checks that this fault at this place is among those for which the request was refused.
    #[track_caller]
    pub fn refused_also(&self, code: &str, path: impl Into<Option<&'static str>>) {
        let path = path.into();
        let found = self.faults().iter().any(|fault| fault.code == code && fault.path.as_deref() == path);
        assert!(found, "expected {code} at {path:?}: {self}");
    }

    /// Where the next page is.
    pub fn next_page(&self) -> Option<String> {
        let link = self.header("link")?;
        let address = link.strip_suffix(">; rel=\"next\"").and_then(|link| link.strip_prefix('<'));
        let address = address.unwrap_or_else(|| panic!("a link to the next page: {self}"));
        Some(address.strip_prefix(ORIGIN).unwrap_or_else(|| panic!("a link to here: {self}")).to_owned())
    }

    /// Calls to the EHR that the answer cost, as `Server-Timing` says.
    #[track_caller]
    pub fn calls(&self) -> u64 {
        let timing = self.header("server-timing").unwrap_or_else(|| panic!("Server-Timing: {self}"));
        let calls = timing.split(", ").find_map(|part| part.strip_prefix("calls;desc=\""));
        let calls = calls.and_then(|calls| calls.strip_suffix('"')?.parse().ok());
        calls.unwrap_or_else(|| panic!("calls in Server-Timing: {self}"))
    }
}

/// The faults that a problem tells.
pub fn faults_of(problem: &Value) -> Vec<Fault> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let fault = |fault: &Value| Fault {
        code: text(&fault["error_code"]).expect("error_code"),
        path: text(&fault["path"]),
        details: text(&fault["details"]).expect("details"),
    };
    problem["errors"].as_array().expect("errors is a list").iter().map(fault).collect()
}

/// The names of an object's fields, sorted.
#[track_caller]
pub fn keys(object: &Value) -> Vec<&str> {
    let fields = object.as_object().unwrap_or_else(|| panic!("not an object: {object}"));
    let mut keys: Vec<&str> = fields.keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        const LONGEST: usize = 1500;
        let body: String = String::from_utf8_lossy(&self.bytes).chars().take(LONGEST).collect();
        write!(f, "{} was answered {} {:?} {body}", self.asked, self.status, self.headers)
    }
}

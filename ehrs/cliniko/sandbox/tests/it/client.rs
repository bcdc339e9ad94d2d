use std::sync::Arc;

use jiff::Timestamp;
use reqwest::{Method, StatusCode, header};
use serde_json::Value;
use vardbro_cliniko_sandbox::{Options, Running, start};
use vardbro_sandbox_kit::ManualClock;

/// A Monday, 09:00 in Melbourne.
pub const NOW: &str = "2026-03-01T22:00:00Z";

pub const MELBOURNE: &str = "1390700000001025031";
pub const PERTH: &str = "1390700000001026055";
pub const HART: &str = "1390700000002049031";
pub const STANDARD: &str = "1390700000004098055";
pub const ASSESSMENT: &str = "1390700000004101127";
pub const PETROV: &str = "1390700000002053127";
pub const TEMPLATE: &str = "1390700000005121031";
pub const ARCHIVED_PATIENT: &str = "1390700000006157319";
pub const PATIENT: &str = "1390700000006145031";

pub struct Sandbox {
    pub running: Running,
    pub clock: Arc<ManualClock>,
    pub http: reqwest::Client,
}

pub struct Reply {
    pub status: StatusCode,
    pub headers: header::HeaderMap,
    pub text: String,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("{} {}", self.status, self.text))
    }

    /// The body, after a look at the status.
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        if self.text.is_empty() { Value::Null } else { self.json() }
    }
}

pub fn http() -> reqwest::Client {
    // No TLS is spoken here, but the client wants a provider all the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

impl Sandbox {
    pub async fn start() -> Self {
        Self::with(|_| {}).await
    }

    pub async fn with(change: impl FnOnce(&mut Options)) -> Self {
        let clock = Arc::new(ManualClock::at(NOW.parse().unwrap()));
        let mut options = Options { clock: clock.clone(), ..Options::default() };
        change(&mut options);
        let running = start(options, "127.0.0.1:0".parse().unwrap()).await.unwrap();
        Self { running, clock, http: http() }
    }

    pub fn key(&self) -> &str {
        &self.running.credentials["api_key"]
    }

    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let url =
            if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.running.native) };
        self.http
            .request(method, url)
            .basic_auth(self.key(), Some(""))
            .header(header::ACCEPT, "application/json")
            .header(header::USER_AGENT, "Test suite (tests@example.com)")
    }

    pub async fn send(&self, request: reqwest::RequestBuilder) -> Reply {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        Reply { status, headers, text: response.text().await.unwrap() }
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(self.request(Method::GET, path)).await
    }

    pub async fn write(&self, method: Method, path: &str, body: Value) -> Reply {
        let request = self.request(method, path).header(header::CONTENT_TYPE, "application/json");
        self.send(request.body(body.to_string())).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Reply {
        self.write(Method::POST, path, body).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Reply {
        self.write(Method::PATCH, path, body).await
    }

    pub async fn total(&self, path: &str) -> u64 {
        self.get(path).await.expect(200)["total_entries"].as_u64().unwrap()
    }

    pub fn now(&self) -> Timestamp {
        use vardbro_sandbox_kit::Clock;
        self.clock.now()
    }
}

/// The id in a reference.
pub fn linked(record: &Value, key: &str) -> String {
    let link = record[key]["links"]["self"].as_str().unwrap_or_else(|| panic!("no link {key} in {record}"));
    link.rsplit('/').next().unwrap().to_owned()
}

pub fn id(record: &Value) -> String {
    record["id"].as_str().unwrap_or_else(|| panic!("no id in {record}")).to_owned()
}

pub fn ids(list: &Value, name: &str) -> Vec<String> {
    list[name].as_array().unwrap().iter().map(id).collect()
}

use std::sync::Arc;

use reqwest::{Method, StatusCode, header};
use serde_json::{Value, json};
use url::form_urlencoded;
use vardbro_sandbox_kit::ManualClock;
use vardbro_webdoc_sandbox::{Options, Running, SCOPES, start};

/// A Monday, 09:00 in Stockholm.
pub const NOW: &str = "2026-03-23T08:00:00Z";

pub const BJORKBACKEN: &str = "5b7e1c52-8f0a-4c3e-9d61-0a4f2b7c9e01";
pub const SJOSTADEN: &str = "7c20d9a4-13be-4f57-8a2c-6e915d30fb12";
pub const HAMNEN: &str = "93d4f0b6-5e21-4a88-b7f3-c80e46a1d723";
pub const ALMGREN: &str = "0c1f6a3e-2d47-4b90-8e15-73ab9c5d4f01";
pub const SANDGREN: &str = "1d82b7c0-4e59-4ca1-9f26-84bc0d6e5a02";
pub const RECEPTIONIST: &str = "62d70c15-93ae-41f6-a47b-d90152b3af07";
pub const NOBODY: &str = "00000000-0000-4000-8000-000000000001";
pub const TOLVAN: &str = "19121212-1212";

pub struct Sandbox {
    pub running: Running,
    pub clock: Arc<ManualClock>,
    pub options: Options,
    pub http: reqwest::Client,
    pub token: String,
}

pub struct Reply {
    pub status: StatusCode,
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

    /// Looks at status, marker and, of a validation, the field.
    pub fn refused(self, status: u16, field: Option<&str>) {
        let body = self.expect(status);
        assert_eq!(body["invented"], true, "{body}");
        assert_eq!(body["field"].as_str(), field, "{body}");
    }
}

impl Sandbox {
    pub async fn start() -> Self {
        Self::with(|_| {}).await
    }

    pub async fn with(change: impl FnOnce(&mut Options)) -> Self {
        // No TLS is spoken here, but the client wants a provider all the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let clock = Arc::new(ManualClock::at(NOW.parse().unwrap()));
        let mut options = Options { clock: clock.clone(), ..Options::default() };
        change(&mut options);
        let running = start(options.clone(), "127.0.0.1:0".parse().unwrap()).await.unwrap();
        let http = reqwest::Client::builder().build().unwrap();
        let mut sandbox = Self { running, clock, options, http, token: String::new() };
        sandbox.token = sandbox.token(&SCOPES.join(" ")).await;
        sandbox
    }

    /// The fields of a right request for a token.
    pub fn grant(&self, scope: &str) -> Vec<(String, String)> {
        let credentials = &self.running.credentials;
        [
            ("grant_type", "client_credentials"),
            ("client_id", &credentials["client_id"]),
            ("client_secret", &credentials["client_secret"]),
            ("scope", scope),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
    }

    pub async fn ask_token(&self, fields: &[(String, String)]) -> Reply {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self.http.post(&self.running.credentials["token_url"]);
        self.send(request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(body)).await
    }

    pub async fn token(&self, scope: &str) -> String {
        let body = self.ask_token(&self.grant(scope)).await.expect(200);
        body["access_token"].as_str().unwrap().to_owned()
    }

    pub fn bare(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, format!("{}{path}", self.running.native))
    }

    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.bare(method, path).bearer_auth(&self.token)
    }

    pub async fn send(&self, request: reqwest::RequestBuilder) -> Reply {
        let response = request.send().await.unwrap();
        Reply { status: response.status(), text: response.text().await.unwrap() }
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(self.request(Method::GET, path)).await
    }

    pub async fn rows(&self, path: &str) -> Vec<Value> {
        match self.get(path).await.expect(200) {
            Value::Array(rows) => rows,
            other => panic!("no array: {other}"),
        }
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

    pub async fn delete(&self, path: &str, body: Value) -> Reply {
        self.write(Method::DELETE, path, body).await
    }

    /// The patient with this number, as `GET /v2/patients` has them.
    pub async fn patient(&self, number: &str) -> Value {
        self.rows(&format!("/v2/patients?personalNumber={number}")).await.swap_remove(0)
    }

    pub async fn tolvan(&self) -> String {
        id(&self.patient(TOLVAN).await)
    }

    /// Almgren's free rows of tomorrow and later, as the search has them.
    pub async fn free(&self) -> Vec<Value> {
        self.rows(&format!("/v1/bookings?isBooked=0&userId={ALMGREN}&fromDate=2026-03-24")).await
    }

    /// The body that books a row of the search for Tolvan.
    pub async fn body_for(&self, row: &Value) -> Value {
        json!({
            "userId": row["user"]["id"],
            "clinicId": row["clinic"]["id"],
            "patientId": self.tolvan().await,
            "bookingTypeId": row["bookingType"]["id"],
            "patientTypeId": 3,
            "date": row["date"],
            "startTime": row["startTime"],
            "endTime": row["endTime"],
            "note": "Hosta",
        })
    }

    pub async fn book(&self, row: &Value) -> Value {
        self.post("/v1/bookings", self.body_for(row).await).await.expect(201)
    }

    /// Books Almgren's first free row from tomorrow on.
    pub async fn book_any(&self) -> Value {
        let row = self.free().await.swap_remove(0);
        self.book(&row).await
    }
}

pub fn id(record: &Value) -> String {
    record["id"].as_str().unwrap_or_else(|| panic!("no id in {record}")).to_owned()
}

pub fn with(mut body: Value, key: &str, value: Value) -> Value {
    body[key] = value;
    body
}

pub fn without(mut body: Value, key: &str) -> Value {
    body.as_object_mut().unwrap().remove(key).unwrap();
    body
}

/// Looks at the names of all fields, separated by commas; the order does not matter.
#[track_caller]
pub fn assert_fields(record: &Value, expected: &str) {
    let mut fields: Vec<&str> = record.as_object().unwrap().keys().map(String::as_str).collect();
    let mut expected: Vec<&str> = expected.split(',').collect();
    fields.sort_unstable();
    expected.sort_unstable();
    assert_eq!(fields, expected);
}

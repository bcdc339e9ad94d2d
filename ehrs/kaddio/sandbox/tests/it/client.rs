use std::sync::Arc;

use jiff::Timestamp;
use reqwest::{StatusCode, header};
use serde_json::{Value, json};
use vardbro_kaddio_sandbox::{Options, Running, start};
use vardbro_sandbox_kit::{Clock, ManualClock};

/// A Monday, 09:00 in Stockholm.
pub const NOW: &str = "2026-03-02T08:00:00Z";

pub const GOTHENBURG: &str = "HDYWTskR3TACv3Y4j";
pub const BORAS: &str = "GdAH6WTuLx82yaHfS";
pub const ANNA: &str = "zdSbnbBrtAS9FLJZr";
pub const ERIK: &str = "8aYujscRhLArHiZmf";
pub const FATIMA: &str = "v2txjaPDnaMQ9Z7zx";
pub const SARA: &str = "9FwsN98p2DPmcYgLC";
pub const MARIA: &str = "raYzHKjWQc2WmvrWM";
pub const INACTIVE_HOST: &str = "67gYKE9jwdPuj3mHx";
pub const NEW_VISIT: &str = "wo6fQonaTTfFnTYri";
pub const RETURN_VISIT: &str = "kccHgkmaRqRvXD6Gq";
pub const THERAPY: &str = "o8EqCuEhb3aix5NeX";
pub const TELEPHONE: &str = "dKv8YqxkkvaGretN8";
pub const MINDFULNESS: &str = "YvRq3Df4ShWd2vCJw";
pub const ARCHIVED_TYPE: &str = "ePECAXJ57Q5c5c8od";
pub const TOLVAN: &str = "mFdvd5CdhTGeoh7uf";
pub const AGDA: &str = "rMugDMPDc9CGWwYvj";
pub const ARCHIVED_CLIENT: &str = "g4mTnRyzbtnPoXz5q";
/// An official test number that no client has.
pub const FREE_PNR: &str = "197110021834";

pub struct Sandbox {
    pub running: Running,
    pub clock: Arc<ManualClock>,
    pub http: reqwest::Client,
}

#[derive(Debug)]
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
        self.json()
    }

    /// `data`, where nothing was wrong.
    pub fn data(self) -> Value {
        let body = self.expect(200);
        assert_eq!(body.get("errors"), None, "{body}");
        body["data"].clone()
    }

    /// The one error's text, where something was; HTTP says 200 all the same.
    pub fn error(self) -> String {
        let body = self.expect(200);
        assert_eq!(body["errors"].as_array().map(Vec::len), Some(1), "{body}");
        body["errors"][0]["message"].as_str().unwrap().to_owned()
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
        let running = start(options, "127.0.0.1:0".parse().unwrap()).await.unwrap();
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { running, clock, http }
    }

    pub fn token(&self) -> &str {
        &self.running.credentials["token"]
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.running.origin)
    }

    pub async fn send(&self, request: reqwest::RequestBuilder) -> Reply {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        Reply { status, headers, text: response.text().await.unwrap() }
    }

    /// A GraphQL call with a body of one's own.
    pub fn call(&self, body: &Value) -> reqwest::RequestBuilder {
        self.http
            .post(&self.running.native)
            .header(header::AUTHORIZATION, self.token())
            .header(header::CONTENT_TYPE, "application/json")
            .body(body.to_string())
    }

    pub async fn ask(&self, query: &str, variables: Value) -> Reply {
        self.send(self.call(&json!({"query": query, "variables": variables}))).await
    }

    /// Asks in the name of another host.
    pub async fn ask_as(&self, host: &str, query: &str, variables: Value) -> Reply {
        let call = self.call(&json!({"query": query, "variables": variables}));
        self.send(call.header("ImpersonationId", host)).await
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(self.http.get(self.url(path)).header("x-tz-offset", "-60")).await
    }

    /// `/_sandbox/…`
    pub async fn admin(&self, endpoint: &str, body: Value) -> Reply {
        self.send(self.http.post(self.url(&format!("/_sandbox/{endpoint}"))).body(body.to_string())).await
    }

    pub async fn state(&self) -> Value {
        self.send(self.http.get(self.url("/_sandbox/state"))).await.expect(200)
    }

    pub async fn free_times(&self, filter: Value) -> Vec<Value> {
        let mut variables = json!({"from": self.now(), "to": "2026-03-16T00:00:00Z"});
        variables.as_object_mut().unwrap().extend(filter.as_object().unwrap().clone());
        let data = self.ask(FREE_TIMES, variables).await.data();
        data["freeTimes"].as_array().unwrap().clone()
    }

    pub async fn book(&self, client: &str, free: &Value) -> Reply {
        self.ask(CREATE_BOOKING, booking_of(client, free)).await
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

pub const FREE_TIMES: &str =
    "query($from: DateTime!, $to: DateTime!, $placeId: ID, $hostId: ID, $bookingTypeId: ID) {
  freeTimes(from: $from, to: $to, placeId: $placeId, hostId: $hostId, bookingTypeId: $bookingTypeId)
  { start end hostId bookingTypeId placeId } }";

pub const CREATE_BOOKING: &str =
    "mutation($clientId: ID!, $hostId: ID!, $bookingTypeId: ID!, $start: DateTime!, $comment: String) {
  createBooking(clientId: $clientId, hostId: $hostId, bookingTypeId: $bookingTypeId, start: $start, comment: $comment)
  { id placeId hostId clientId bookingTypeId start end comment status createdAt updatedAt } }";

pub const CREATE_CLIENT: &str =
    "mutation CreateClient($firstname: String, $lastname: String, $email: String, $notification: String, $pnr: String,
                      $zip: String, $city: String, $streetAdress: String, $cellphone: String) {
  createClient(firstname: $firstname, lastname: $lastname, email: $email, notification: $notification, pnr: $pnr,
               zip: $zip, city: $city, streetAdress: $streetAdress, cellphone: $cellphone)
}";

/// The variables that book a free time for a client.
pub fn booking_of(client: &str, free: &Value) -> Value {
    json!({
        "clientId": client,
        "hostId": free["hostId"],
        "bookingTypeId": free["bookingTypeId"],
        "start": free["start"],
    })
}

pub fn instant(value: &Value) -> Timestamp {
    value.as_str().unwrap().parse().unwrap()
}

/// Minutes from `start` to `end`.
pub fn minutes(record: &Value) -> i64 {
    instant(&record["end"]).duration_since(instant(&record["start"])).as_mins()
}

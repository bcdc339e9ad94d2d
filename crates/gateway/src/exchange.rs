//! One request and its answer: the id, what it cost, and what every answer carries.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::{CACHE_CONTROL, HeaderName};
use http::{HeaderValue, Method, StatusCode};
use tracing::field::Empty;
use tracing::{Instrument, info, warn};
use uuid::Uuid;
use vardbro_ehr::meter::Meter;
use vardbro_model::capabilities::Operation;
use vardbro_model::ehr::EhrCode;

use crate::access::Access;
use crate::gateway::Gateway;
use crate::limits::{Admission, Passage};
use crate::problem::Problem;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

/// How long the EHR may take for one request, all its calls together.
pub(crate) const TIME_FOR_EHR: Duration = Duration::from_secs(25);

/// What belongs to one request, wherever it is dealt with.
#[derive(Debug, Clone)]
pub(crate) struct Exchange {
    pub(crate) id: Uuid,
    pub(crate) meter: Meter,
    pub(crate) deadline: tokio::time::Instant,
    pub(crate) admission: Admission,
    pub(crate) access: Access,
}

/// Which EHR was asked for what; set by whoever found out, read when the answer leaves.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked {
    pub(crate) ehr: EhrCode,
    pub(crate) operation: Operation,
}

/// The outermost layer: gives the request an id, and the answer its headers, its log line and its metrics.
pub(crate) async fn observe(State(gateway): State<Gateway>, mut request: Request, next: Next) -> Response {
    let id = request_id(&request).unwrap_or_else(|| gateway.new_id());
    let meter = Meter::default();
    let deadline = tokio::time::Instant::now() + TIME_FOR_EHR;
    let admission = Admission::default();
    let passage = Passage::of(&request, &admission);
    let access = Access::default();
    let exchange = Exchange { id, meter: meter.clone(), deadline, admission, access: access.clone() };
    request.extensions_mut().insert(exchange);
    let asked = Arc::new(OnceLock::<Asked>::new());
    request.extensions_mut().insert(asked.clone());

    let mut record = Record::of(&request, id, asked, meter.clone());
    let mut response = next.run(request).instrument(record.span.clone()).await;
    let mut codes = Vec::new();
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        codes = problem.codes();
        let mut answer = problem.answer(&id.to_string());
        for (name, value) in response.headers() {
            if name == http::header::ALLOW {
                answer.headers_mut().insert(name.clone(), value.clone());
            }
        }
        response = answer;
    }

    if let Err(problem) = access.end(&record.method, meter.calls() > 0, response.status(), codes).await {
        response = problem.answer(&id.to_string());
    }

    let headers = response.headers_mut();
    headers.insert(REQUEST_ID, header(&id.to_string()));
    headers.insert(SERVER_TIMING, header(&server_timing(record.began.elapsed(), &meter)));
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    record.status = Some(response.status());
    passage.end(response)
}

fn request_id(request: &Request) -> Option<Uuid> {
    Uuid::try_parse(request.headers().get(REQUEST_ID)?.to_str().ok()?).ok()
}

fn server_timing(took: Duration, meter: &Meter) -> String {
    let upstream = meter.upstream();
    let own = took.saturating_sub(upstream);
    let milliseconds = |duration: Duration| duration.as_secs_f64() * 1000.0;
    let (own, upstream, calls) = (milliseconds(own), milliseconds(upstream), meter.calls());
    format!("gateway;dur={own:.2}, upstream;dur={upstream:.2}, calls;desc=\"{calls}\"")
}

fn header(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static(""))
}

/// What is logged and counted of a request. Written down when it is dropped, so that requests whose client went away are seen too.
struct Record {
    span: tracing::Span,
    method: Method,
    route: String,
    asked: Arc<OnceLock<Asked>>,
    meter: Meter,
    began: Instant,
    status: Option<StatusCode>,
}

impl Record {
    fn of(request: &Request, id: Uuid, asked: Arc<OnceLock<Asked>>, meter: Meter) -> Self {
        let method = request.method().clone();
        let route =
            request.extensions().get::<MatchedPath>().map_or("(unknown)", |path| path.as_str()).to_owned();
        let span = tracing::info_span!(
            "request", %id, %method, route, status = Empty, ehr = Empty, operation = Empty, calls = Empty, milliseconds = Empty
        );
        Self { span, method, route, asked, meter, began: Instant::now(), status: None }
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        let took = self.began.elapsed();
        let status = self.status.as_ref().map_or("abandoned", StatusCode::as_str).to_owned();
        let asked = self.asked.get();
        let (ehr, operation) =
            asked.map_or(("none", "none"), |asked| (asked.ehr.as_str(), asked.operation.as_str()));
        let labels = [
            ("method", known_method(&self.method).to_owned()),
            ("route", self.route.clone()),
            ("status", status),
            ("ehr", ehr.to_owned()),
            ("operation", operation.to_owned()),
        ];
        metrics::counter!("vardbro_requests_total", &labels).increment(1);
        metrics::histogram!("vardbro_request_seconds", "ehr" => ehr, "operation" => operation)
            .record(took.as_secs_f64());
        self.span.record("status", self.status.map(|status| status.as_u16()));
        self.span.record("ehr", ehr).record("operation", operation);
        self.span.record("calls", self.meter.calls()).record("milliseconds", took.as_secs_f64() * 1000.0);
        self.span.in_scope(|| match self.status {
            None => warn!("the client went away before the answer; a write that was begun goes on"),
            Some(status) if status.is_server_error() => warn!("answered"),
            Some(_) => info!("answered"),
        });
    }
}

/// A client may send any word as a method; a label may not be any word.
fn known_method(method: &Method) -> &str {
    match *method {
        Method::GET
        | Method::POST
        | Method::PATCH
        | Method::PUT
        | Method::DELETE
        | Method::HEAD
        | Method::OPTIONS => method.as_str(),
        _ => "other",
    }
}

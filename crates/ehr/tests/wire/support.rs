//! A scripted EHR, and calls to make to it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use tokio::time::{Instant, sleep};
use tower::Service;
use vardbro_ehr::environment::{Clock, Random};
use vardbro_ehr::meter::Meter;
use vardbro_ehr::wire::progress::Progress;
use vardbro_ehr::wire::stack::{Answer, Request};
use vardbro_ehr::wire::{CallContext, Delivery, Repeats, Safety, WireError, WireErrorKind};
use vardbro_model::capabilities::Operation;
use vardbro_model::ehr::EhrCode;

/// The wall clock reads this when [`Wall`] is made.
pub const EPOCH: i64 = 1_800_000_000;

/// A wall clock that goes with tokio's.
pub struct Wall(Instant);

impl Wall {
    pub fn new() -> Arc<Self> {
        Arc::new(Self(Instant::now()))
    }
}

impl Clock for Wall {
    fn now(&self) -> Timestamp {
        let elapsed = SignedDuration::try_from(self.0.elapsed()).unwrap();
        Timestamp::from_second(EPOCH).unwrap() + elapsed
    }
}

/// Always the same chance.
pub struct Fixed;

impl Random for Fixed {
    fn bits(&self) -> u64 {
        7
    }
}

/// What the EHR does with one call.
pub enum Step {
    Answer(Answer),
    After(Duration, Answer),
    Never,
}

/// Follows its script, then answers 200 to everything. Clones are one.
#[derive(Clone, Default)]
pub struct Ehr(Arc<Mutex<Script>>);

#[derive(Default)]
struct Script {
    steps: VecDeque<Step>,
    forever: Option<fn() -> Step>,
    calls: Vec<(Instant, Request)>,
    under_way: usize,
    most_under_way: usize,
}

impl Ehr {
    pub fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        let ehr = Self::default();
        ehr.0.lock().unwrap().steps.extend(steps);
        ehr
    }

    pub fn always(step: fn() -> Step) -> Self {
        let ehr = Self::default();
        ehr.0.lock().unwrap().forever = Some(step);
        ehr
    }

    pub fn next(&self, step: Step) {
        self.0.lock().unwrap().steps.push_back(step);
    }

    pub fn calls(&self) -> usize {
        self.0.lock().unwrap().calls.len()
    }

    pub fn times(&self) -> Vec<Instant> {
        self.0.lock().unwrap().calls.iter().map(|(at, _)| *at).collect()
    }

    /// The `x-caller` headers in the order of their arrival.
    pub fn callers(&self) -> Vec<String> {
        let script = self.0.lock().unwrap();
        script.calls.iter().map(|(_, call)| call.headers()["x-caller"].to_str().unwrap().to_owned()).collect()
    }

    pub fn most_under_way(&self) -> usize {
        self.0.lock().unwrap().most_under_way
    }
}

struct UnderWay(Ehr);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.0.lock().unwrap().under_way -= 1;
    }
}

impl Service<Request> for Ehr {
    type Response = http::Response<Bytes>;
    type Error = WireError;
    type Future = BoxFuture<'static, Answer>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), WireError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let mut script = self.0.lock().unwrap();
        script.calls.push((Instant::now(), request));
        script.under_way += 1;
        script.most_under_way = script.most_under_way.max(script.under_way);
        let forever = script.forever;
        let step = script.steps.pop_front().or_else(|| forever.map(|step| step()));
        let under_way = UnderWay(self.clone());
        Box::pin(async move {
            let _under_way = under_way;
            match step {
                None => status(200),
                Some(Step::Answer(answer)) => answer,
                Some(Step::After(time, answer)) => {
                    sleep(time).await;
                    answer
                }
                Some(Step::Never) => std::future::pending().await,
            }
        })
    }
}

/// A transport that waits for a connection for ever, and says so.
#[derive(Clone)]
pub struct Unconnected;

impl Service<Request> for Unconnected {
    type Response = http::Response<Bytes>;
    type Error = WireError;
    type Future = BoxFuture<'static, Answer>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), WireError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        Progress::of(&mut request).connecting();
        Box::pin(std::future::pending())
    }
}

pub fn status(code: u16) -> Answer {
    Ok(http::Response::builder().status(code).body(Bytes::new()).unwrap())
}

pub fn status_with(code: u16, name: &str, value: &str) -> Answer {
    Ok(http::Response::builder().status(code).header(name, value).body(Bytes::new()).unwrap())
}

pub fn not_sent(kind: WireErrorKind) -> Answer {
    Err(WireError::not_sent(kind))
}

pub fn unknown(kind: WireErrorKind) -> Answer {
    Err(WireError::unknown(kind))
}

pub fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub fn context(safety: Safety) -> CallContext {
    CallContext {
        ehr: EhrCode::new("testehr"),
        operation: Operation::ListTimeslots,
        endpoint: "GET /v1/things/{id}",
        safety,
        counts_against_quota: true,
        max_answer_bytes: 1024,
        repeats: Repeats::default(),
        deadline: Instant::now() + seconds(25),
        meter: Meter::default(),
    }
}

pub fn read() -> CallContext {
    context(Safety::Read)
}

pub fn until(deadline: Duration) -> CallContext {
    CallContext { deadline: Instant::now() + deadline, ..read() }
}

pub fn request(context: CallContext) -> Request {
    request_to("https://ehr.example/v1/things/4711", context)
}

pub fn request_to(url: &str, context: CallContext) -> Request {
    http::Request::get(url).extension(context).body(Bytes::new()).unwrap()
}

pub fn by(caller: impl ToString, context: CallContext) -> Request {
    let mut request = request(context);
    request.headers_mut().insert("x-caller", caller.to_string().parse().unwrap());
    request
}

#[track_caller]
pub fn assert_status(answer: Answer, code: u16) {
    assert_eq!(answer.expect("an answer").status(), code);
}

#[track_caller]
pub fn assert_error(answer: Answer, kind: WireErrorKind, delivery: Delivery) -> WireError {
    let error = answer.expect_err("no answer");
    assert_eq!((error.kind, error.delivery), (kind, delivery));
    error
}

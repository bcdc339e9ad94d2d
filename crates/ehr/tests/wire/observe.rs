use std::io::Write;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use metrics_exporter_prometheus::PrometheusBuilder;
use tower::{Layer, ServiceExt};
use vardbro_ehr::wire::observe::Observe;
use vardbro_ehr::wire::stack::{Concern, Next, Request};
use vardbro_ehr::wire::{Delivery, WireErrorKind};

use crate::support::{Ehr, Step, assert_error, assert_status, read, request, seconds, status, unknown};

fn over(ehr: Ehr) -> impl Next {
    Observe.layer().layer(ehr)
}

#[tokio::test(start_paused = true)]
async fn calls_are_counted_by_how_they_ended() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let metrics = recorder.handle();
    let _recording = metrics::set_default_local_recorder(&recorder);
    let wire = over(Ehr::new([
        Step::Answer(status(200)),
        Step::Answer(status(503)),
        Step::Answer(unknown(WireErrorKind::Dropped)),
        Step::Never,
    ]));

    for _ in 0..3 {
        let _ = wire.clone().oneshot(request(read())).await;
    }
    let _ = tokio::time::timeout(seconds(1), wire.oneshot(request(read()))).await;

    let metrics = metrics.render();
    for outcome in ["200", "503", "dropped", "abandoned"] {
        let line = format!(
            "vardbro_upstream_calls_total{{ehr=\"testehr\",operation=\"list_timeslots\",\
             endpoint=\"GET /v1/things/{{id}}\",outcome=\"{outcome}\"}} 1"
        );
        assert!(metrics.contains(&line), "no {outcome} in\n{metrics}");
    }
    let count = "vardbro_upstream_call_seconds_count{ehr=\"testehr\",operation=\"list_timeslots\"} 4";
    assert!(metrics.contains(count), "{metrics}");
}

#[tokio::test(start_paused = true)]
async fn a_request_that_did_not_come_through_the_wire_is_malformed() {
    let answer = over(Ehr::default()).oneshot(Request::new(Bytes::new())).await;
    assert_error(answer, WireErrorKind::Malformed, Delivery::NotSent);
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn the_log_names_the_endpoint_and_the_outcome_and_nothing_of_the_request() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let _logging = tracing::subscriber::set_default(subscriber);

    let mut request = request(read());
    request.headers_mut().insert("authorization", "Basic c2VjcmV0".parse().unwrap());
    *request.body_mut() = Bytes::from_static(b"Ada Lovelace");
    assert_status(over(Ehr::default()).oneshot(request).await, 200);

    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    for told in ["testehr", "list_timeslots", "GET /v1/things/{id}", "outcome=\"200\"", "attempts="] {
        assert!(log.contains(told), "no {told} in {log}");
    }
    for kept in ["4711", "ehr.example", "c2VjcmV0", "Ada"] {
        assert!(!log.contains(kept), "{kept} in {log}");
    }
}

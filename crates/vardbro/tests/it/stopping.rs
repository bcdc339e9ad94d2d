use std::io::Read;
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::program::{Sandbox, cliniko_headers, exchange, send};

#[test]
fn sigterm_and_ctrl_c_end_it_in_good_order() {
    for signal in ["TERM", "INT"] {
        let mut sandbox = Sandbox::start(&["--native-only", "--json"]);
        sandbox.ready();

        sandbox.signal(signal);
        let ended = sandbox.end();

        assert_eq!(ended.code, Some(0), "{signal}");
        assert_eq!(ended.stdout, "", "{signal}");
    }
}

#[test]
fn what_is_in_flight_is_answered_before_it_ends() {
    let mut sandbox = Sandbox::start(&["--native-only", "--json", "--only", "cliniko"]);
    let ready = sandbox.ready();
    let mut slow = slow_call(&ready);

    sandbox.signal("TERM");

    let mut answer = String::new();
    slow.read_to_string(&mut answer).unwrap();
    assert!(answer.contains(" 200 OK\r\n") && answer.contains("businesses"), "{answer}");
    assert_eq!(sandbox.end().code, Some(0));
}

#[test]
fn a_second_ctrl_c_ends_it_at_once() {
    let mut sandbox = Sandbox::start(&["--native-only", "--json", "--only", "cliniko"]);
    let ready = sandbox.ready();
    let _slow = slow_call(&ready);

    sandbox.signal("INT");
    thread::sleep(Duration::from_millis(300));
    sandbox.signal("INT");

    assert_eq!(sandbox.end().code, Some(130));
}

#[test]
fn logs_that_nobody_reads_on_a_terminal_are_json() {
    let mut sandbox = Sandbox::start(&["--native-only", "--json"]);
    sandbox.ready();
    sandbox.signal("TERM");

    let logs = sandbox.end().logs;

    assert!(!logs.is_empty());
    for line in logs.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        assert!(line["level"].is_string() && line["message"].is_string(), "{line}");
    }
}

/// A call to Cliniko's sandbox that is answered only seconds later.
fn slow_call(ready: &Value) -> TcpStream {
    let native = ready["ehrs"]["cliniko"]["native"].as_str().unwrap();
    let origin = native.trim_end_matches("/v1");
    let (status, _) = exchange("POST", &format!("{origin}/_sandbox/faults"), &[], r#"{"latency_ms": 2000}"#);
    assert_eq!(status, 200);
    let headers = cliniko_headers(ready);
    let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let call = send("GET", &format!("{native}/businesses"), &headers, "");
    thread::sleep(Duration::from_millis(300));
    call
}

use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;
use sqlx::SqlitePool;
use tempfile::tempdir;

use crate::program::{Sandbox, cliniko_headers, exchange, get, send};

#[test]
fn one_line_of_json_says_all_that_a_program_needs() {
    let directory = tempdir().unwrap();
    let mut sandbox = Sandbox::in_directory(directory.path(), &["--json"]);

    let ready = sandbox.ready();

    let keys: Vec<_> = ready.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["api", "docs", "client_id", "client_secret", "ehrs"]);
    let origin = ready["api"].as_str().unwrap().strip_suffix("/api").unwrap();
    assert_eq!(ready["docs"].as_str().unwrap(), format!("{origin}/docs"));
    assert!(ready["ehrs"]["cliniko"]["credentials"]["api_key"].as_str().unwrap().ends_with("-au1"));
    assert!(ready["ehrs"]["mock"]["native"].as_str().unwrap().starts_with("http://127.0.0.1:"));
    sandbox.signal("TERM");
    assert_eq!(sandbox.end().stdout, "");
}

#[test]
fn the_credentials_open_the_api_and_nothing_else_does() {
    let directory = tempdir().unwrap();
    let mut sandbox = Sandbox::in_directory(directory.path(), &["--json"]);
    let ready = sandbox.ready();
    let (api, id, secret) =
        ["api", "client_id", "client_secret"].map(|key| ready[key].as_str().unwrap()).into();

    let emrs = |id, secret| {
        get(&format!("{api}/emrs"), &[("x-leyr-client-id", id), ("x-leyr-client-secret", secret)])
    };

    let (status, body) = emrs(id, secret);
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(status, 200);
    for emr in body.as_array().unwrap() {
        assert_eq!(emr["mode"], "sandbox", "{}", emr["code"]);
    }
    assert_eq!(emrs(id, "vardbro_wrong").0, 401);
    assert_eq!(emrs("nobody", secret).0, 401);
}

#[test]
fn without_an_ehr_the_others_still_answer() {
    let directory = tempdir().unwrap();
    let mut sandbox = Sandbox::in_directory(directory.path(), &["--json", "--only", "mock"]);

    let ready = sandbox.ready();

    assert_eq!(ready["ehrs"].as_object().unwrap().keys().collect::<Vec<_>>(), ["mock"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_a_newer_version_wrote_answers_502_and_no_other_does() {
    let directory = tempdir().unwrap();
    let mut sandbox = Sandbox::in_directory(directory.path(), &["--json", "--only", "cliniko,mock"]);
    let ready = sandbox.ready();
    let text = |key: &str| ready[key].as_str().unwrap();
    let statuses = || {
        let headers =
            [("x-leyr-client-id", text("client_id")), ("x-leyr-client-secret", text("client_secret"))];
        let status = |path: &str| get(&format!("{}/{path}", text("api")), &headers).0;
        ["emrs", "emrs/cliniko/care-units", "emrs/mock/care-units"].map(status)
    };
    let database = directory.path().join("vardbro.sqlite");
    let database = SqlitePool::connect(&format!("sqlite:{}", database.display())).await.unwrap();

    for (unavailable, expected) in
        [(r#"{"list_referrals":"x"}"#, [200, 200, 200]), (r#"{"list_care_units":7}"#, [200, 502, 200])]
    {
        let newer = "UPDATE connections SET unavailable = $1, version = version + 1 WHERE ehr = 'cliniko'";
        sqlx::query(newer).bind(unavailable).execute(&database).await.unwrap();
        sqlx::query("UPDATE revision SET number = number + 1").execute(&database).await.unwrap();

        assert_eq!(statuses(), expected, "{unavailable}");
    }
}

#[test]
fn the_curl_lines_work_when_pasted() {
    if Command::new("curl").arg("--version").output().is_err() {
        eprintln!("skipped: there is no curl");
        return;
    }
    for only in ["cliniko,mock", "mock"] {
        let directory = tempdir().unwrap();
        let mut sandbox = Sandbox::in_directory(directory.path(), &["--only", only]);
        let mut lines = Vec::new();
        while !lines.last().is_some_and(|line: &String| line.starts_with("Ctrl-C")) {
            lines.push(sandbox.line());
        }

        let curls: Vec<_> =
            lines.iter().map(|line| line.trim()).filter(|line| line.starts_with("curl ")).collect();

        assert_eq!(curls.len(), 3, "{lines:?}");
        for curl in curls {
            let pasted =
                Command::new("sh").args(["-c", &format!("{curl} --fail --show-error")]).output().unwrap();
            assert!(pasted.status.success(), "{curl}: {}", String::from_utf8_lossy(&pasted.stderr));
            let answer: Value = serde_json::from_slice(&pasted.stdout).unwrap();
            let something =
                answer.as_array().is_some_and(|list| !list.is_empty()) || answer["id"].is_string();
            assert!(something, "{curl}: {answer}");
        }
    }
}

#[test]
fn every_note_template_is_mapped_to_questions_that_clinikos_sandbox_asks() {
    let directory = tempdir().unwrap();
    let mut sandbox = Sandbox::in_directory(directory.path(), &["--json"]);
    let ready = sandbox.ready();
    let text = |key: &str| ready[key].as_str().unwrap();
    let from_api = |path: &str| -> Value {
        let headers =
            [("x-leyr-client-id", text("client_id")), ("x-leyr-client-secret", text("client_secret"))];
        let (status, body) = get(&format!("{}/emrs/cliniko/care-units{path}", text("api")), &headers);
        assert_eq!(status, 200, "{body}");
        serde_json::from_str(&body).unwrap()
    };

    let care_unit = from_api("")[0]["id"].as_str().unwrap().to_owned();
    let mapped = from_api(&format!("/{care_unit}/medical-note-templates"));

    let native = ready["ehrs"]["cliniko"]["native"].as_str().unwrap();
    let headers = cliniko_headers(&ready);
    let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(mapped.as_array().unwrap().len(), 5);
    for template in mapped.as_array().unwrap() {
        let id = template["emr_id"].as_str().unwrap();
        let (status, body) = get(&format!("{native}/treatment_note_templates/{id}"), &headers);
        assert_eq!(status, 200, "{template}");
        let body: Value = serde_json::from_str(&body).unwrap();
        let sections = body["content"]["sections"].as_array().unwrap();
        let asked: Vec<String> = sections
            .iter()
            .flat_map(|section| {
                let name = section["name"].as_str().unwrap();
                let questions = section["questions"].as_array().unwrap();
                questions.iter().map(move |question| format!("{name}/{}", question["name"].as_str().unwrap()))
            })
            .collect();
        for field in template["fields"].as_array().unwrap() {
            let question = field["emr_id"].as_str().unwrap();
            assert!(asked.iter().any(|asked| asked == question), "{question} is none of {asked:?}");
        }
    }
}

#[test]
fn a_reset_frees_a_connection_from_a_quota_that_was_used_up() {
    let directory = tempdir().unwrap();
    let mut sandbox = Sandbox::in_directory(directory.path(), &["--json", "--only", "cliniko"]);
    let ready = sandbox.ready();
    let [api, id, secret] = ["api", "client_id", "client_secret"].map(|key| ready[key].as_str().unwrap());
    let origin = ready["ehrs"]["cliniko"]["native"].as_str().unwrap().strip_suffix("/v1").unwrap();
    let headers = [("x-leyr-client-id", id), ("x-leyr-client-secret", secret)];
    let care_units = || get(&format!("{api}/emrs/cliniko/care-units"), &headers).0;

    exchange("POST", &format!("{origin}/_sandbox/faults"), &[], r#"{"rate_limit_per_minute": 0}"#);
    let refused = care_units();
    exchange("POST", &format!("{origin}/_sandbox/reset"), &[], "");

    assert_eq!((refused, care_units()), (429, 200));
}

#[test]
fn a_write_goes_on_when_its_client_goes_away_and_the_log_says_so() {
    let directory = tempdir().unwrap();
    let mut sandbox = Sandbox::in_directory(directory.path(), &["--json", "--only", "mock"]);
    let ready = sandbox.ready();
    let [api, id, secret] = ["api", "client_id", "client_secret"].map(|key| ready[key].as_str().unwrap());
    let origin = ready["ehrs"]["mock"]["native"].as_str().unwrap();
    let patients = || {
        let state: Value = serde_json::from_str(&get(&format!("{origin}/_sandbox/state"), &[]).1).unwrap();
        state["patients"].as_u64().unwrap()
    };
    let before = patients();
    exchange("POST", &format!("{origin}/_sandbox/faults"), &[], r#"{"latency_ms": 1000}"#);

    let headers =
        [("x-leyr-client-id", id), ("x-leyr-client-secret", secret), ("content-type", "application/json")];
    let url = format!("{api}/emrs/mock/care-units/cu-1/patients");
    let stream = send("POST", &url, &headers, r#"{"first_name": "Ada", "last_name": "Berg"}"#);
    sleep(Duration::from_millis(300));
    drop(stream);

    let patience = Instant::now() + Duration::from_secs(30);
    while patients() == before && Instant::now() < patience {
        sleep(Duration::from_millis(50));
    }
    assert_eq!(patients(), before + 1);
    sandbox.signal("TERM");
    assert!(sandbox.end().logs.contains("the client went away"));
}

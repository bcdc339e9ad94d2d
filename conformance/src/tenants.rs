//! No application reaches what is another one's: every route, with every kind of credentials, over the EHR that can do everything.

mod table;
mod things;

use std::collections::BTreeSet;

use http::Method;
use serde_json::{Value, json};
use vardbro_sandbox_kit::{AuditState, Running};

use crate::client::{Answer, Client, anonymous, basic, faults_of, with_basic, with_query};
use crate::clinic::{CANARY, text};
use crate::log::Log;
use crate::subject::{Subject, Tenant};
use crate::subjects::SUBJECTS;
use table::{Door, Foreign, Route, table};
use things::Things;

/// Routes that the description of the API leaves out.
const UNDESCRIBED: [&str; 6] =
    ["/api/openapi.json", "/docs", "/docs/errors", "/healthz", "/metrics", "/readyz"];

pub fn every_route_is_in_the_table() {
    let document = vardbro_gateway::openapi_document();
    let mut routes: BTreeSet<(String, String)> =
        UNDESCRIBED.iter().map(|path| (Method::GET.to_string(), (*path).to_owned())).collect();
    for (path, operations) in document["paths"].as_object().expect("paths") {
        for method in operations.as_object().expect("operations").keys() {
            routes.insert((method.to_uppercase(), path.clone()));
        }
    }
    let table = table();
    let known: BTreeSet<_> =
        table.iter().map(|route| (route.method.to_string(), route.path.to_owned())).collect();
    assert_eq!(known, routes);
    assert_eq!(known.len(), table.len(), "each once");
}

pub fn wrong_credentials_reach_nothing() {
    over_two_tenants(async |subject, own, other, all| {
        let (theirs, stranger) = (&own.client, &subject.stranger);
        let (owner, secret) = (theirs.id.as_str(), theirs.secret.as_str());
        let pairs = [
            (owner, other.client.secret.as_str()),
            (owner, stranger.secret.as_str()),
            (owner, "a-guess"),
            (owner, ""),
            (other.client.id.as_str(), secret),
            (stranger.id.as_str(), secret),
            ("nobody", secret),
        ];
        refused(subject, own, theirs, all, |request| request).await;
        for (id, secret) in pairs {
            refused(subject, own, theirs, all, |request| with_headers(request, id, secret)).await;
            refused(subject, own, theirs, all, |request| with_basic(request, &basic(id, secret))).await;
        }
    });
}

pub fn whoever_is_off_or_out_of_date_reaches_nothing() {
    over_two_tenants(async |subject, own, other, all| {
        let right = |request| with_headers(request, &own.client.id, &own.client.secret);
        reaches(&own.client, all).await;
        subject.turn(own, false).await;
        refused(subject, own, &other.client, all, right).await;
        subject.turn(own, true).await;
        let rotated = subject.rotate(own).await;
        refused(subject, own, &rotated, all, right).await;
        rotated.get("/api/emrs/mock/care-units").await.is(200);
    });
}

pub fn without_a_connection_nothing_is_reached() {
    over_two_tenants(async |subject, own, _, all| {
        for things in all {
            for route in closed() {
                let before = Seen::of(own);
                let answer = ask(&subject.stranger, &route, things).await;
                if route.door == Door::Connection {
                    answer.problem(403, "FORBIDDEN");
                } else {
                    let emrs = answer.is(200);
                    let emrs = emrs.as_array().cloned().unwrap_or_else(|| vec![emrs]);
                    assert!(emrs.iter().all(|emr| emr["mode"] == "off"), "{answer}");
                }
                before.is_still(own, &answer);
            }
        }
    });
}

pub fn another_installation_has_none_of_it() {
    over_two_tenants(async |subject, own, other, all| {
        let [plain, tagged] = all;
        for (things, same_tag) in [(plain, true), (tagged, false)] {
            for route in closed() {
                let before = Seen::of(own);
                let answer = ask(&other.client, &route, things).await;
                let expected = if same_tag { route.foreign } else { route.of_another_tag() };
                is_as_if_there_were_none(&answer, expected, things);
                before.is_still(own, &answer);
            }
        }
        for entry in subject.all_accesses().await {
            let ours = entry.client_id == own.client.id;
            assert!(ours || entry.patient != Some(plain.patient.clone()), "{}", entry.action);
        }
        reaches(&own.client, all).await;
    });
}

pub fn a_cursor_and_a_tag_open_nothing() {
    over_two_tenants(async |_, own, other, [plain, tagged]| {
        let care_unit = format!("/api/emrs/mock/care-units/{}", plain.care_unit);
        for list in ["/appointments?".to_owned(), format!("/patients?last_name={CANARY}&")] {
            let first = format!("{care_unit}{list}limit=1");
            let next = own.client.get(&first).await.next_page().expect("several pages");
            let before = Seen::of(own);
            let answer = other.client.get(&next).await;
            assert!(matches!(answer.status, 200 | 400), "{answer}");
            holds_none_of(&answer, plain);
            before.is_still(own, &answer);
        }
        let (_, native) = tagged.care_unit.split_once('~').expect("a tag");
        let before = Seen::of(own);
        for foreign in [tagged.care_unit.clone(), format!("west~west~{native}"), format!("~{native}")] {
            let path = format!("/api/emrs/mock/care-units/{foreign}/patients/{}", tagged.patient);
            other.client.get(&path).await.problem(404, "NOT_FOUND");
            let older = [("care_unit_id", foreign.as_str())];
            let older = with_query(&format!("/api/emrs/mock/appointments/{}", tagged.appointment), &older);
            let answer = other.client.get(&older).await;
            answer.refused("INVALID_CARE_UNIT_ID", "care_unit_id");
            before.is_still(own, &answer);
        }
        // Its own tag leads to its own installation.
        let path = format!("/api/emrs/mock/care-units/north~{native}/patients/{}", tagged.patient);
        let answer = other.client.get(&path).await;
        answer.problem(404, "NOT_FOUND");
        before.is_still(own, &answer);
    });
}

/// An application with things at two installations of the mock, a plain and a tagged one; another one with two installations of its
/// own; and the things.
fn over_two_tenants(check: impl AsyncFnOnce(&Subject, &Tenant, &Tenant, &[Things; 2])) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let mock = SUBJECTS.iter().find(|subject| subject.code == "mock").expect("the mock");
        let subject = Subject::start(mock, Log::default()).await;
        let own = subject.with_installations("own", &[None, Some("west")]).await;
        let other = subject.with_installations("other", &[None, Some("north")]).await;
        let units = own.client.get("/api/emrs/mock/care-units").await.list();
        let tagged = |unit: &&Value| text(unit, "id").starts_with("west~");
        let plain = units.iter().find(|unit| !tagged(unit)).expect("a plain care unit");
        let tagged = units.iter().find(tagged).expect("a tagged care unit");
        let all = [
            Things::made_at(&subject, &own.client, plain).await,
            Things::made_at(&subject, &own.client, tagged).await,
        ];
        check(&subject, &own, &other, &all).await;
        subject.stop().await;
    });
}

/// The routes that ask for credentials.
fn closed() -> Vec<Route> {
    table().into_iter().filter(|route| route.door != Door::Open).collect()
}

async fn ask(client: &Client, route: &Route, things: &Things) -> Answer {
    let request = client.request(route.method.clone(), &route.target(things));
    send(client, request, route.body(things)).await
}

async fn send(client: &Client, request: http::request::Builder, body: Option<Value>) -> Answer {
    match body {
        Some(body) => client.send_json(request, &body).await,
        None => client.send(request, "").await,
    }
}

fn with_headers(request: http::request::Builder, id: &str, secret: &str) -> http::request::Builder {
    request.header("x-leyr-client-id", id).header("x-leyr-client-secret", secret)
}

/// Checks that the owner reaches every route, and whoever has no credentials those that are open.
async fn reaches(owner: &Client, all: &[Things]) {
    for things in all {
        for route in table() {
            let request = anonymous(route.method.clone(), &route.target(things));
            let answer = match route.door {
                Door::Open => send(owner, request, None).await,
                Door::Application | Door::Connection => ask(owner, &route, things).await,
            };
            assert_eq!(answer.status, route.own, "{answer}");
        }
    }
}

/// Checks that every route refuses these credentials as it does when there are none, and that it leaves no trace. `known`: somebody
/// who is let in.
async fn refused(
    subject: &Subject,
    own: &Tenant,
    known: &Client,
    all: &[Things; 2],
    credentials: impl Fn(http::request::Builder) -> http::request::Builder,
) {
    let logged = entries(subject, known, all).await;
    let before = Seen::of(own);
    let nobody = own.client.send(anonymous(Method::GET, "/api/emrs"), "").await;
    let mut expected = nobody.problem(401, "UNAUTHORIZED");
    for things in all {
        for route in closed() {
            let request = credentials(anonymous(route.method.clone(), &route.target(things)));
            let answer = send(&own.client, request, route.body(things)).await;
            let problem = answer.problem(401, "UNAUTHORIZED");
            expected["instance"] = problem["instance"].clone();
            assert_eq!(problem, expected, "{answer}");
            if route.method == Method::GET {
                let head = credentials(anonymous(Method::HEAD, &route.target(things)));
                assert_eq!(own.client.send(head, "").await.status, 401, "HEAD: {answer}");
            }
            before.is_still(own, &answer);
        }
    }
    assert_eq!(entries(subject, known, all).await, logged + 1, "nothing was logged but what counting is");
}

/// How many entries the access log has after a write that somebody may do: when that is answered, all before it are there.
async fn entries(subject: &Subject, known: &Client, [plain, _]: &[Things; 2]) -> usize {
    let path = format!("/api/emrs/mock/care-units/{}/patients/nobody", plain.care_unit);
    known.patch(&path, &json!({"gender": "other"})).await.problem(404, "NOT_FOUND");
    subject.all_accesses().await.len()
}

fn is_as_if_there_were_none(answer: &Answer, expected: Foreign, things: &Things) {
    match expected {
        Foreign::Own(status) => drop(answer.is(status)),
        Foreign::NotFound => drop(answer.problem(404, "NOT_FOUND")),
        Foreign::Fault(code, path) => drop(answer.refused(code, path)),
        Foreign::EachFault(code, path) => {
            for entry in answer.list() {
                let faults = faults_of(&entry);
                assert!(faults.iter().all(|fault| fault.code == code && fault.path.as_deref() == Some(path)));
            }
            // It repeats the ids that it was given.
            return;
        }
    }
    holds_none_of(answer, things);
}

#[track_caller]
fn holds_none_of(answer: &Answer, things: &Things) {
    let text = String::from_utf8_lossy(&answer.bytes);
    for id in things.ids() {
        assert!(!text.contains(&json!(id).to_string()), "{id}: {answer}");
    }
}

/// What an application's installations have been asked, and hold.
#[derive(Debug, PartialEq)]
struct Seen(Vec<(u64, AuditState)>);

impl Seen {
    fn of(tenant: &Tenant) -> Self {
        let calls = |sandbox: &Running| sandbox.controls.calls().values().sum();
        Self(tenant.sandboxes.iter().map(|sandbox| (calls(sandbox), sandbox.ehr.state())).collect())
    }

    #[track_caller]
    fn is_still(&self, tenant: &Tenant, answer: &Answer) {
        assert!(*self == Self::of(tenant), "an installation of another application was reached: {answer}");
    }
}

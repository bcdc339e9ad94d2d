//! Who may call, and what every answer carries.

use http::Method;
use serde_json::Value;

use crate::case::cases;
use crate::client::{Answer, anonymous, basic, with_basic};
use crate::subject::Subject;

cases! {
    "the two headers and HTTP Basic open the same door" => both_ways,
    "missing, unknown and wrong credentials are answered alike" => refused_alike,
    "credentials are asked for before anything else is looked at" => first_of_all,
    "half of the headers does not spoil HTTP Basic" => half_of_the_headers,
    "an application without a connection to the EHR is refused, and told so in the list" => off,
    "the EHRs are listed with what they can do" => emrs,
}

async fn both_ways(subject: &Subject) {
    let path = format!("{}/care-units", subject.emr());
    let by_headers = subject.client.get(&path).await.list();
    for spelling in [subject.client.basic(), subject.client.basic().replacen("Basic", "basic", 1)] {
        let request = with_basic(anonymous(Method::GET, &path), &spelling);
        assert_eq!(subject.client.send(request, "").await.list(), by_headers);
    }
}

async fn refused_alike(subject: &Subject) {
    let client = &subject.client;
    let before = subject.calls();
    let stranger = &subject.stranger;
    let attempts = [
        anonymous(Method::GET, &subject.emr()),
        anonymous(Method::GET, &subject.emr()).header("x-leyr-client-id", &client.id),
        anonymous(Method::GET, &subject.emr()).header("x-leyr-client-secret", &client.secret),
        headers(subject, &client.id, "wrong"),
        headers(subject, &client.id, ""),
        headers(subject, "nobody", &client.secret),
        headers(subject, &client.id, &stranger.secret),
        headers(subject, "nobody", "wrong"),
        with_basic(anonymous(Method::GET, &subject.emr()), &basic(&client.id, "wrong")),
        with_basic(anonymous(Method::GET, &subject.emr()), "Basic %%%"),
        with_basic(anonymous(Method::GET, &subject.emr()), &format!("Bearer {}", client.secret)),
    ];
    let mut bodies = Vec::new();
    for attempt in attempts {
        let answer = client.send(attempt, "").await;
        let mut problem = answer.problem(401, "UNAUTHORIZED");
        assert!(answer.header("www-authenticate").is_some_and(|scheme| scheme.starts_with("Basic ")));
        problem["instance"] = Value::Null;
        bodies.push(problem);
    }
    assert!(bodies.windows(2).all(|pair| pair[0] == pair[1]), "{bodies:?}");
    assert_eq!(subject.calls(), before);
}

fn headers(subject: &Subject, id: &str, secret: &str) -> http::request::Builder {
    anonymous(Method::GET, &subject.emr())
        .header("x-leyr-client-id", id)
        .header("x-leyr-client-secret", secret)
}

async fn first_of_all(subject: &Subject) {
    let client = &subject.client;
    let paths = [
        "/api/emrs".to_owned(),
        "/api/emrs/nothing".to_owned(),
        format!("{}/care-units/nothing/timeslots?start=never&x=y", subject.emr()),
    ];
    for path in paths {
        client.send(anonymous(Method::GET, &path), "").await.problem(401, "UNAUTHORIZED");
    }
    let path = format!("{}/care-units/nothing/appointments", subject.emr());
    let answer: Answer = client.send(anonymous(Method::POST, &path), "{").await;
    answer.problem(401, "UNAUTHORIZED");
}

async fn half_of_the_headers(subject: &Subject) {
    let request = with_basic(anonymous(Method::GET, &subject.emr()), &subject.client.basic());
    subject.client.send(request.header("x-leyr-client-id", "left-over"), "").await.is(200);
}

async fn off(subject: &Subject) {
    let before = subject.calls();
    let stranger = &subject.stranger;
    assert_eq!(stranger.get(&subject.emr()).await.is(200)["mode"], "off");
    for rest in ["", "/1", "/1/timeslots"] {
        let path = format!("{}/care-units{rest}", subject.emr());
        stranger.get(&path).await.problem(403, "FORBIDDEN");
    }
    assert_eq!(subject.calls(), before);
}

async fn emrs(subject: &Subject) {
    let listed = subject.client.get("/api/emrs").await.list();
    let listed = listed.iter().find(|emr| emr["code"] == subject.code).expect("it is listed");
    let one = subject.client.get(&subject.emr()).await.is(200);
    assert_eq!(&one, listed);
    assert_eq!(crate::client::keys(&one), ["capabilities", "code", "countries", "mode", "name", "vendor"]);
    assert_eq!(one["mode"], "sandbox");
    assert_eq!(one["capabilities"], serde_json::to_value(&subject.capabilities).expect("JSON"));
    let operations = one["capabilities"]["operations"].as_object().expect("by operation");
    for operation in vardbro_model::capabilities::Operation::ALL {
        let known = &operations[operation.as_str()];
        assert!(known["supported"].is_boolean(), "{operation}: {known}");
    }
}

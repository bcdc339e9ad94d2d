//! How the endpoint is reached, who may call, what wrong calls are answered.

use reqwest::header;
use serde_json::{Value, json};

use crate::client::{ANNA, CREATE_CLIENT, INACTIVE_HOST, SARA, Sandbox};

const ASK: &str = "{ organization { id } }";

#[tokio::test]
async fn the_bare_token_opens() {
    let sandbox = Sandbox::start().await;
    assert_eq!(sandbox.running.native, sandbox.url("/graphql"));
    let data = sandbox.ask(ASK, Value::Null).await.data();
    assert_eq!(data["organization"]["id"], "4GfhzMKJqenh562zK");
}

#[tokio::test]
async fn any_other_authorization_is_refused() {
    let sandbox = Sandbox::with(|options| options.token = Some("mine".to_owned())).await;
    assert_eq!(sandbox.token(), "mine");
    let body = json!({"query": ASK}).to_string();
    for wrong in ["", "Bearer mine", "min", "mine2", "Basic mine", "mine mine"] {
        let call =
            sandbox.http.post(&sandbox.running.native).header(header::CONTENT_TYPE, "application/json");
        let reply = sandbox.send(call.header(header::AUTHORIZATION, wrong).body(body.clone())).await;
        assert_eq!(reply.expect(401), json!({"error": "Unauthorized"}), "{wrong}");
    }
    let call = sandbox.http.post(&sandbox.running.native).header(header::CONTENT_TYPE, "application/json");
    sandbox.send(call.body(body)).await.expect(401);
}

#[tokio::test]
async fn an_impersonated_host_must_be_an_active_one() {
    let sandbox = Sandbox::start().await;
    for host in [ANNA, SARA] {
        sandbox.ask_as(host, ASK, Value::Null).await.data();
    }
    for nobody in [INACTIVE_HOST, "nobody", ""] {
        let refused = sandbox.ask_as(nobody, ASK, Value::Null).await.expect(403);
        assert!(refused["error"].as_str().unwrap().contains("ImpersonationId"), "{nobody}");
    }
}

#[tokio::test]
async fn a_person_without_a_token_gets_the_playground() {
    let sandbox = Sandbox::start().await;
    let page = sandbox.send(sandbox.http.get(&sandbox.running.native)).await;
    assert_eq!(page.status, 200);
    assert!(page.headers["content-type"].to_str().unwrap().starts_with("text/html"));
    assert!(page.headers.contains_key("content-security-policy"));
    let loads = |what: &str| page.text.contains(&format!("{what}=\"http")) || page.text.contains("//cdn");
    assert!(!loads("src") && !loads("href"), "it loads something from elsewhere");
}

#[tokio::test]
async fn operations_can_be_named_and_have_variables() {
    let sandbox = Sandbox::start().await;
    let query = "query A($id: ID!) { client(id: $id) { id } } query B { places { id } }";
    let body = json!({"query": query, "operationName": "A", "variables": {"id": "none"}, "extensions": {}});
    assert_eq!(sandbox.send(sandbox.call(&body)).await.data(), json!({"client": null}));
    let body = json!({"query": query, "operationName": "B", "variables": null});
    let data = sandbox.send(sandbox.call(&body)).await.data();
    assert_eq!(data["places"].as_array().unwrap().len(), 2);
    let body = json!({"query": query});
    assert_eq!(sandbox.send(sandbox.call(&body)).await.error(), "Operation name required in request.");
}

#[tokio::test]
async fn what_is_no_operation_is_a_bad_request() {
    let sandbox = Sandbox::start().await;
    let batch = json!([{"query": ASK}, {"query": ASK}]);
    for wrong in
        [batch, json!({}), json!("text"), json!({"query": 1}), json!({"query": ASK, "variables": [1]})]
    {
        let refused = sandbox.send(sandbox.call(&wrong)).await.expect(400);
        assert!(refused["error"].is_string(), "{wrong}");
    }
    let call = sandbox.call(&json!({})).body("{\"query\": ");
    sandbox.send(call).await.expect(400);
}

#[tokio::test]
async fn the_body_is_json_by_its_content_type_too() {
    let sandbox = Sandbox::start().await;
    let call = |content_type: &str| {
        let call = sandbox.http.post(&sandbox.running.native).header(header::AUTHORIZATION, sandbox.token());
        call.header(header::CONTENT_TYPE, content_type).body(json!({"query": ASK}).to_string())
    };
    sandbox.send(call("application/json; charset=utf-8")).await.data();
    for other in ["text/plain", "application/graphql", "application/x-www-form-urlencoded"] {
        sandbox.send(call(other)).await.expect(415);
    }
}

#[tokio::test]
async fn validation_errors_come_with_200_and_say_where() {
    let sandbox = Sandbox::start().await;
    for wrong in [
        "{",
        "",
        "{ patients { id } }",
        "{ organization }",
        "{ organization { id { x } } }",
        "{ client { id } }",
        "{ client(id: [1]) { id } }",
        "mutation { createClient(streetAddress: \"x\") }",
        "mutation { createClient { id } }",
        "subscription { bookings { id } }",
        "query($id: ID!) { client(id: $id) { id } }",
    ] {
        let body = sandbox.ask(wrong, Value::Null).await.expect(200);
        assert_eq!(body["data"], Value::Null, "{wrong}");
        assert!(body["errors"][0]["message"].is_string(), "{wrong}: {body}");
    }
    let body = sandbox.ask("{ patients { id } }", Value::Null).await.expect(200);
    assert_eq!(body["errors"][0]["locations"], json!([{"line": 1, "column": 3}]));
}

#[tokio::test]
async fn a_rule_that_refuses_leaves_the_field_null_with_200() {
    let sandbox = Sandbox::start().await;
    let taken = json!({"firstname": "Tolvan", "lastname": "Tolvansson", "pnr": "191212121212"});
    let body = sandbox.ask(CREATE_CLIENT, taken).await.expect(200);
    assert_eq!(body["data"], json!({"createClient": null}));
    assert_eq!(body["errors"][0]["path"], json!(["createClient"]));
    assert!(!body.to_string().contains("191212121212"));
}

#[tokio::test]
async fn every_root_field_of_a_mutation_stands_for_itself() {
    let sandbox = Sandbox::start().await;
    let query = "mutation { a: createClient(pnr: \"191212121212\") b: createClient(firstname: \"Eva\") }";
    let body = sandbox.ask(query, Value::Null).await.expect(200);
    assert_eq!(body["data"]["a"], Value::Null);
    assert!(body["data"]["b"].is_string(), "{body}");
}

#[tokio::test]
async fn unknown_paths_and_methods_are_not_found() {
    let sandbox = Sandbox::start().await;
    for request in [
        sandbox.http.get(sandbox.url("/")),
        sandbox.http.put(sandbox.url("/graphql")),
        sandbox.http.get(sandbox.url("/api/book")),
        sandbox.http.post(sandbox.url("/api/next-free-time")),
    ] {
        assert_eq!(sandbox.send(request).await.expect(404), json!({"error": "Not found"}));
    }
}

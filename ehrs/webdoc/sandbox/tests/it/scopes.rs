//! The scope column: every endpoint without a token, without its scope, and with nothing but it.

use reqwest::{Method, header};
use serde_json::json;
use vardbro_webdoc_sandbox::SCOPES;

use crate::client::{Reply, Sandbox};

/// Method, path, route template, scope: the collection's rows 2 to 41, and the second spelling of 13.
const ENDPOINTS: &[(&str, &str, &str, &str)] = &[
    ("GET", "/v1/health-check", "/v1/health-check", ""),
    ("GET", "/v1/actionCodes", "/v1/actionCodes", "actioncodes:read"),
    ("GET", "/v1/clinics", "/v1/clinics", "clinics:read"),
    ("GET", "/v1/bookingTypes", "/v1/bookingTypes", "self-service"),
    ("POST", "/v1/bookings", "/v1/bookings", "bookings:write"),
    ("GET", "/v1/bookings", "/v1/bookings", "bookings:read"),
    ("GET", "/v1/clinics/1/bookings", "/v1/clinics/{id}/bookings", "self-service"),
    ("PATCH", "/v1/bookings/1", "/v1/bookings/{id}", "bookings:write"),
    ("DELETE", "/v1/bookings/1", "/v1/bookings/{id}", "bookings:write"),
    ("POST", "/v2/visits", "/v2/visits", "self-service"),
    ("GET", "/v1/clinics/1/visits", "/v1/clinics/{id}/visits", "self-service"),
    (
        "POST",
        "/v1/visits/1/records/signatures",
        "/v1/visits/{id}/records/signatures",
        "record-signatures:write",
    ),
    ("POST", "/v1/visits/1/recordSignatures", "/v1/visits/{id}/recordSignatures", "record-signatures:write"),
    ("PATCH", "/v1/visits/1/records", "/v1/visits/{id}/records", "patient:write"),
    ("POST", "/v1/externalRecords", "/v1/externalRecords", "system-admin"),
    ("GET", "/v1/recordTemplates", "/v1/recordTemplates", "system-admin"),
    ("GET", "/v1/recordTemplates/1", "/v1/recordTemplates/{id}", "system-admin"),
    ("POST", "/v1/clinics/1/documents", "/v1/clinics/{id}/documents", "documents:write"),
    ("GET", "/v1/documentTypes", "/v1/documentTypes", "document-types:read"),
    ("POST", "/v1/notes", "/v1/notes", "patient:write"),
    ("GET", "/v2/patients", "/v2/patients", "patient:read"),
    ("POST", "/v1/patients", "/v1/patients", "patient:write"),
    ("GET", "/v1/patients", "/v1/patients", "self-service"),
    ("PATCH", "/v1/patients/1", "/v1/patients/{number}", "patient:write"),
    (
        "POST",
        "/v1/patient/withoutSocialSecurityNumber",
        "/v1/patient/withoutSocialSecurityNumber",
        "patient:write",
    ),
    ("GET", "/v1/nationalRegistry/1", "/v1/nationalRegistry/{number}", "patient:read"),
    ("PUT", "/v1/currentUser/currentPatient", "/v1/currentUser/currentPatient", "patient:write"),
    ("GET", "/v1/patientTypes", "/v1/patientTypes", "patient-types:read"),
    ("GET", "/v1/patientTypes/1", "/v1/patientTypes/{id}", "patient-types:read"),
    ("GET", "/v1/users", "/v1/users", "users:read"),
    ("GET", "/v1/users/1", "/v1/users/{id}", "users:read"),
    ("GET", "/v1/users/1/permissions", "/v1/users/{id}/permissions", "users:read"),
    ("GET", "/v1/clinics/1/users", "/v1/clinics/{id}/users", "users:read"),
    ("GET", "/v1/organizations", "/v1/organizations", "organization:read"),
    ("POST", "/v1/organization/organizations", "/v1/organization/organizations", "organization:write"),
    ("PUT", "/v1/organizations/1/patient", "/v1/organizations/{id}/patient", "organization:write"),
    ("GET", "/v1/clinics/1/invoices", "/v1/clinics/{id}/invoices", "self-service"),
    ("GET", "/v1/clinics/1/creditInvoices", "/v1/clinics/{id}/creditInvoices", "self-service"),
    ("POST", "/v1/clinics/1/invoices", "/v1/clinics/{id}/invoices", "self-service"),
    ("PATCH", "/v1/clinics/1/invoices/1", "/v1/clinics/{id}/invoices/{invoice}", "self-service"),
    ("GET", "/v1/clinics/1/paymentMethods", "/v1/clinics/{id}/paymentMethods", "self-service"),
];

async fn call(sandbox: &Sandbox, method: &str, path: &str, token: Option<&str>) -> Reply {
    let mut request = sandbox.bare(method.parse::<Method>().unwrap(), path);
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    let body = json!({}).to_string();
    sandbox.send(request.header(header::CONTENT_TYPE, "application/json").body(body)).await
}

#[test]
fn the_table_holds_all_41_endpoints() {
    // The token endpoint is the 41st, and one is spelled in two ways.
    assert_eq!(ENDPOINTS.len() + 1 - 1, 41);
}

#[tokio::test]
async fn without_a_token_nothing_but_the_health_check_answers() {
    let sandbox = Sandbox::start().await;
    for (method, path, _, scope) in ENDPOINTS {
        let reply = call(&sandbox, method, path, None).await;
        if scope.is_empty() {
            assert_eq!(reply.expect(200), json!({"status": "ok"}));
            continue;
        }
        reply.refused(401, None);
        call(&sandbox, method, path, Some("no-such-token")).await.refused(401, None);
    }
}

#[tokio::test]
async fn each_endpoint_asks_for_its_scope_and_for_no_other() {
    let sandbox = Sandbox::start().await;
    for (method, path, _, scope) in ENDPOINTS.iter().filter(|(.., scope)| !scope.is_empty()) {
        let others: Vec<&str> = SCOPES.into_iter().filter(|other| other != scope).collect();
        assert_eq!(others.len() + 1, SCOPES.len(), "{scope} is no scope");
        let lacking = sandbox.token(&others.join(" ")).await;
        let refused = call(&sandbox, method, path, Some(&lacking)).await.expect(403);
        assert_eq!((&refused["scope"], &refused["invented"]), (&json!(scope), &json!(true)), "{path}");

        let holding = sandbox.token(scope).await;
        let reply = call(&sandbox, method, path, Some(&holding)).await;
        assert!([200, 400, 404].contains(&reply.status.as_u16()), "{method} {path}: {}", reply.status);
    }
}

#[tokio::test]
async fn calls_are_counted_by_route_template() {
    let sandbox = Sandbox::start().await;
    for (method, path, ..) in ENDPOINTS {
        call(&sandbox, method, path, None).await;
    }
    let calls = sandbox.running.controls.calls();
    for (method, _, template, _) in ENDPOINTS {
        assert_eq!(calls.get(&format!("{method} {template}")), Some(&1), "{method} {template}");
    }
    assert_eq!(calls["POST /oauth/token"], 1);
}

#[tokio::test]
async fn other_schemes_are_no_tokens() {
    let sandbox = Sandbox::start().await;
    let basic = sandbox.bare(Method::GET, "/v1/clinics").basic_auth(&sandbox.token, Some(""));
    sandbox.send(basic).await.refused(401, None);
    let lower = sandbox.bare(Method::GET, "/v1/clinics");
    let lower = lower.header(header::AUTHORIZATION, format!("bearer {}", sandbox.token));
    sandbox.send(lower).await.expect(200);
}

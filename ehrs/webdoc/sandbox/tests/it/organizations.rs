//! Customers of occupational health.

use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{NOBODY, Sandbox, assert_fields, id};

async fn named(sandbox: &Sandbox, name: &str) -> Value {
    let rows = sandbox.rows("/v1/organizations").await;
    rows.into_iter().find(|row| row["name"] == name).unwrap()
}

#[tokio::test]
async fn organizations_show_their_departments() {
    let sandbox = Sandbox::start().await;
    for row in sandbox.rows("/v1/organizations").await {
        assert_fields(&row, "id,name,active,departments");
        assert!(row["active"] == 0 || row["active"] == 1);
        assert_fields(&row["departments"][0], "id,name,parent");
    }
    let steel = named(&sandbox, "Påhittade Plåt AB").await;
    assert_eq!(steel["departments"][1], json!({"id": "503", "name": "Svets", "parent": "502"}));
}

#[tokio::test]
async fn imported_rows_add_what_is_missing() {
    let sandbox = Sandbox::start().await;
    let row = |levels: [Option<&str>; 3]| json!({"level_1": levels[0], "level_2": levels[1], "level_3": levels[2], "level_4": null, "email": "a@b.example"});
    let rows = json!({"rows": [
        row([Some("Ny AB"), Some("Lager"), Some("Natt")]),
        row([Some("Ny AB"), Some("Lager"), Some("Dag")]),
        row([Some("Ny AB"), None, None]),
        row([Some("Påhittade Plåt AB"), Some("Kontor"), None]),
    ]});
    let path = "/v1/organization/organizations";
    let answer = sandbox.post(path, rows.clone()).await.expect(201);
    assert_fields(&answer, "uuid");
    let new = named(&sandbox, "Ny AB").await;
    let departments = new["departments"].as_array().unwrap();
    let names: Vec<&str> = departments.iter().map(|row| row["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Lager", "Natt", "Dag"]);
    assert_eq!(
        (&departments[1]["parent"], &departments[2]["parent"]),
        (&departments[0]["id"], &departments[0]["id"])
    );
    let before = sandbox.rows("/v1/organizations").await;
    sandbox.post(path, rows).await.expect(201);
    assert_eq!(sandbox.rows("/v1/organizations").await, before);

    let gap = json!({"rows": [row([Some("Ny AB"), None, Some("Natt")])]});
    sandbox.post(path, gap).await.refused(400, Some("rows[0]"));
    sandbox.post(path, json!({"rows": [{}]})).await.refused(400, Some("level_1"));
    sandbox.post(path, json!([])).await.refused(400, Some("body"));
}

#[tokio::test]
async fn a_patient_gets_an_employer() {
    let sandbox = Sandbox::start().await;
    let patient = sandbox.patient("19711002-1834").await;
    let path = "/v1/organizations/501/patient";
    let body = |department: &str| json!({"patientId": id(&patient), "departmentId": department});
    for unknown in ["511", "Svets", ""] {
        sandbox.write(Method::PUT, path, body(unknown)).await.refused(400, Some("departmentId"));
    }
    sandbox.write(Method::PUT, "/v1/organizations/1/patient", body("503")).await.refused(404, None);
    let unknown = json!({"patientId": NOBODY, "departmentId": "503"});
    sandbox.write(Method::PUT, path, unknown).await.refused(404, None);

    sandbox.write(Method::PUT, path, body("503")).await.expect(204);

    let after = sandbox.patient("19711002-1834").await;
    assert_eq!(after["organization"], json!({"id": "501", "name": "Påhittade Plåt AB"}));
    assert_eq!(after["department"], json!({"id": "503", "name": "Svets"}));
}

//! Notes, the text of records, signatures, external records.

use serde_json::{Value, json};
use vardbro_webdoc_sandbox::record_templates::{
    ACUTE_VISIT, CARE_STATUS, HEALTH_DECLARATION, LINE, LONG_TEXT,
};

use crate::client::{ALMGREN, BJORKBACKEN, NOBODY, RECEPTIONIST, Sandbox, assert_fields, id, with, without};

async fn note_body(sandbox: &Sandbox) -> Value {
    json!({
        "patientId": sandbox.tolvan().await,
        "clinicId": BJORKBACKEN,
        "patientTypeId": 3,
        "userId": ALMGREN,
        "recordTemplateId": ACUTE_VISIT.id,
        "createdAt": "2026-03-20 09:35:00",
    })
}

async fn note(sandbox: &Sandbox) -> String {
    id(&sandbox.post("/v1/notes", note_body(sandbox).await).await.expect(201))
}

fn text(keyword: i64, value: &str) -> Value {
    json!({
        "userId": ALMGREN,
        "keywords": [{"id": keyword, "value": value}],
        "diagnosisCodes": [],
        "actionCodes": [],
    })
}

fn keyword(title: &str) -> i64 {
    ACUTE_VISIT.keyword(title).unwrap().id
}

#[tokio::test]
async fn a_note_answers_what_was_sent_and_its_id() {
    let sandbox = Sandbox::start().await;
    let body = note_body(&sandbox).await;
    let notes = sandbox.running.ehr.state().notes;
    let made = sandbox.post("/v1/notes", body.clone()).await.expect(201);
    assert_eq!(without(made, "id"), body);
    assert_eq!(sandbox.running.ehr.state().notes, notes + 1);
    let now = sandbox.post("/v1/notes", without(body.clone(), "createdAt")).await.expect(201);
    assert_eq!(now["createdAt"], "2026-03-23 09:00:00");

    for (field, value) in [
        ("clinicId", json!(NOBODY)),
        ("userId", json!(NOBODY)),
        ("patientTypeId", json!(99)),
        ("recordTemplateId", json!(99)),
        ("recordTemplateId", json!("8")),
        ("createdAt", json!("2026-03-20T09:35:00")),
    ] {
        sandbox.post("/v1/notes", with(body.clone(), field, value)).await.refused(400, Some(field));
    }
    for field in ["patientId", "clinicId", "patientTypeId", "userId", "recordTemplateId"] {
        sandbox.post("/v1/notes", without(body.clone(), field)).await.refused(400, Some(field));
    }
    sandbox.post("/v1/notes", with(body, "patientId", json!(NOBODY))).await.refused(404, None);
}

#[tokio::test]
async fn the_text_of_a_note_is_written_under_visits() {
    let sandbox = Sandbox::start().await;
    let path = format!("/v1/visits/{}/records", note(&sandbox).await);
    let mut body = text(keyword("Anamnes"), &"å".repeat(LONG_TEXT));
    body["diagnosisCodes"] = json!(["J06.9"]);
    body["actionCodes"] = json!(["AV017"]);

    let written = sandbox.patch(&path, body.clone()).await.expect(200);

    assert_fields(&written, "userId,keywords,diagnoses,actions");
    assert_eq!(written["keywords"], body["keywords"]);
    assert_eq!(
        (&written["diagnoses"], &written["actions"]),
        (&json!([{"code": "J06.9"}]), &json!([{"code": "AV017"}]))
    );
    let nothing = sandbox.patch(&path, text(keyword("Status"), "")).await.expect(200);
    assert_eq!((&nothing["diagnoses"], &nothing["actions"]), (&json!([]), &json!([])));
}

#[tokio::test]
async fn keywords_must_belong_fit_and_take_text() {
    let sandbox = Sandbox::start().await;
    let path = format!("/v1/visits/{}/records", note(&sandbox).await);
    let foreign = CARE_STATUS.keyword("Status").unwrap().id;
    let heading = ACUTE_VISIT.keyword("Besök").unwrap().id;
    for (id, length, field) in [
        (foreign, 1, "keywords[0].id"),
        (heading, 1, "keywords[0].id"),
        (keyword("Kontaktorsak"), LINE + 1, "keywords[0].value"),
        (keyword("Puls"), 65, "keywords[0].value"),
        (keyword("Planering"), LONG_TEXT + 1, "keywords[0].value"),
    ] {
        sandbox.patch(&path, text(id, &"x".repeat(length))).await.refused(400, Some(field));
    }
    sandbox.patch(&path, text(keyword("Kontaktorsak"), &"x".repeat(LINE))).await.expect(200);
    let body = text(keyword("Status"), "x");
    for field in ["userId", "keywords", "diagnosisCodes", "actionCodes"] {
        sandbox.patch(&path, without(body.clone(), field)).await.refused(400, Some(field));
        sandbox.patch(&path, with(body.clone(), field, Value::Null)).await.refused(400, Some(field));
    }
    let number = with(body.clone(), "keywords", json!([{"id": keyword("Status"), "value": 5}]));
    sandbox.patch(&path, number).await.refused(400, Some("keywords[0].value"));
    sandbox.patch(&path, with(body.clone(), "userId", json!(NOBODY))).await.refused(400, Some("userId"));
    let empty = with(body.clone(), "diagnosisCodes", json!([" "]));
    sandbox.patch(&path, empty).await.refused(400, Some("diagnosisCodes"));
    sandbox.patch(&format!("/v1/visits/{NOBODY}/records"), body).await.refused(404, None);
}

#[tokio::test]
async fn both_spellings_sign_once_and_for_good() {
    let sandbox = Sandbox::start().await;
    for spelling in ["records/signatures", "recordSignatures"] {
        let visit = format!("/v1/visits/{}", note(&sandbox).await);
        let (sign, records) = (format!("{visit}/{spelling}"), format!("{visit}/records"));
        let by = json!({"userId": ALMGREN});
        sandbox.post(&sign, by.clone()).await.refused(400, Some("visitId"));
        sandbox.patch(&records, text(keyword("Status"), "Pigg.")).await.expect(200);
        sandbox.post(&sign, json!({})).await.refused(400, Some("userId"));
        sandbox.post(&sign, json!({"userId": RECEPTIONIST})).await.refused(400, Some("userId"));

        sandbox.post(&sign, by.clone()).await.expect(204);

        sandbox.post(&sign, by).await.refused(400, Some("visitId"));
        sandbox.patch(&records, text(keyword("Status"), "Trött.")).await.refused(400, Some("visitId"));
    }
    let nowhere = format!("/v1/visits/{NOBODY}/records/signatures");
    sandbox.post(&nowhere, json!({"userId": ALMGREN})).await.refused(404, None);
}

#[tokio::test]
async fn an_external_record_takes_its_template_as_text_and_answers_a_number() {
    let sandbox = Sandbox::start().await;
    let drugs = HEALTH_DECLARATION.keyword("Läkemedel").unwrap();
    let body = json!({
        "patientIdentity": sandbox.tolvan().await,
        "authorIdentity": 17,
        "recordTemplateId": HEALTH_DECLARATION.id.to_string(),
        "source": "Formulär",
        "questionnaireName": "Hälsodeklaration",
        "keywords": [{"id": drugs.id, "value": "Inga"}],
        "actionCodes": [],
        "diagnosisCodes": ["Z00.0"],
    });
    let made = sandbox.post("/v1/externalRecords", body.clone()).await.expect(201);
    assert_eq!(made["recordTemplateId"], HEALTH_DECLARATION.id);
    assert_eq!(made["keywords"], json!([{"id": drugs.id, "title": "Läkemedel", "type": 1, "value": "Inga"}]));
    assert_eq!(made["uuid"].as_str().unwrap().len(), NOBODY.len());

    for (field, value, named) in [
        ("recordTemplateId", json!(12), "recordTemplateId"),
        ("recordTemplateId", json!("99"), "recordTemplateId"),
        ("authorIdentity", json!("17"), "authorIdentity"),
        ("keywords", json!([{"id": 1, "value": ""}]), "keywords[0].id"),
    ] {
        let reply = sandbox.post("/v1/externalRecords", with(body.clone(), field, value)).await;
        reply.refused(400, Some(named));
    }
    let unknown = with(body, "patientIdentity", json!(NOBODY));
    sandbox.post("/v1/externalRecords", unknown).await.refused(404, None);
}

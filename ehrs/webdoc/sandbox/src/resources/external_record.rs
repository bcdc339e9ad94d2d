//! Results of forms that patients filled in elsewhere.

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::access::needs;
use crate::answer::{Answer, created};
use crate::body::Body;
use crate::id::Id;
use crate::refusal::Refusal;
use crate::resources::record::{Record, Written, template};
use crate::state::App;

pub fn routes() -> Router<App> {
    Router::new().route("/v1/externalRecords", needs("system-admin", post(create)))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct New {
    patient_identity: Id,
    /// A number that no other endpoint shows, so nobody is looked up by it.
    author_identity: i64,
    /// Text here, a number in the answer.
    record_template_id: String,
    source: Option<String>,
    questionnaire_name: Option<String>,
    #[serde(default)]
    keywords: Vec<Written>,
    #[serde(default)]
    action_codes: Vec<String>,
    #[serde(default)]
    diagnosis_codes: Vec<String>,
}

async fn create(State(app): State<App>, Body(new): Body<New>) -> Answer {
    let mut session = app.session();
    if !session.patients.contains_key(&new.patient_identity) {
        return Err(Refusal::NotFound("patient"));
    }
    let template = template(new.record_template_id.parse().unwrap_or_default())?;
    let mut record = Record::blank(template);
    record.write(&new.keywords, new.diagnosis_codes, new.action_codes)?;
    let keywords = template.keywords.iter().filter_map(|keyword| {
        let value = record.values.get(&keyword.id)?;
        Some(json!({"id": keyword.id, "title": keyword.title, "type": keyword.kind(), "value": value}))
    });
    let id = session.new_id();
    let body = json!({
        "uuid": id,
        "patientIdentity": new.patient_identity,
        "authorIdentity": new.author_identity,
        "recordTemplateId": template.id,
        "source": new.source,
        "questionnaireName": new.questionnaire_name,
        "keywords": keywords.collect::<Vec<Value>>(),
        "actionCodes": record.actions,
        "diagnosisCodes": record.diagnoses,
    });
    session.external_records = session.external_records.saturating_add(1);
    created(body)
}

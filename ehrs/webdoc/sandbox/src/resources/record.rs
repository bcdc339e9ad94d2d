//! The text of a visit or a note: keywords, codes, and the signature.

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::{patch, post};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::access::needs;
use crate::answer::{Answer, nothing, ok};
use crate::body::Body;
use crate::id::Id;
use crate::record_templates::{ALL, RecordTemplate};
use crate::refusal::Refusal;
use crate::resources::user::User;
use crate::state::{App, World};

#[derive(Clone)]
pub struct Record {
    pub template: RecordTemplate,
    pub values: BTreeMap<i64, String>,
    pub diagnoses: Vec<String>,
    pub actions: Vec<String>,
    pub signed_by: Option<Id>,
}

/// One value as it is written.
#[derive(Clone, Deserialize, Serialize)]
pub struct Written {
    pub id: i64,
    pub value: String,
}

pub fn template(id: i64) -> Result<RecordTemplate, Refusal> {
    let found = ALL.into_iter().find(|template| template.id == id);
    found.ok_or_else(|| Refusal::invalid("recordTemplateId", "is no record template"))
}

impl Record {
    /// Nothing written, nothing signed.
    pub fn blank(template: RecordTemplate) -> Self {
        Self {
            template,
            values: BTreeMap::new(),
            diagnoses: Vec::new(),
            actions: Vec::new(),
            signed_by: None,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.values.is_empty() && self.diagnoses.is_empty() && self.actions.is_empty()
    }

    /// Puts values in; those of other keywords stay. Codes are replaced.
    pub fn write(
        &mut self,
        keywords: &[Written],
        diagnoses: Vec<String>,
        actions: Vec<String>,
    ) -> Result<(), Refusal> {
        for (n, written) in keywords.iter().enumerate() {
            let keyword = self.template.keywords.iter().find(|keyword| keyword.id == written.id);
            let refused =
                |what: &str, message| Err(Refusal::invalid(&format!("keywords[{n}].{what}"), message));
            let Some(keyword) = keyword else {
                return refused("id", "is no keyword of the record template");
            };
            match keyword.max_length {
                None => return refused("id", "is a heading"),
                Some(longest) if written.value.chars().count() > longest => {
                    return refused("value", "is longer than maxLength");
                }
                Some(_) => {}
            }
        }
        for (field, codes) in [("diagnosisCodes", &diagnoses), ("actionCodes", &actions)] {
            if codes.iter().any(|code| code.trim().is_empty()) {
                return Err(Refusal::invalid(field, "holds an empty code"));
            }
        }
        self.values.extend(keywords.iter().map(|written| (written.id, written.value.clone())));
        self.diagnoses = diagnoses;
        self.actions = actions;
        Ok(())
    }
}

impl World {
    /// The record of a visit or of a note, which share the path.
    fn record(&mut self, id: Id) -> Result<&mut Record, Refusal> {
        let visit = self.visits.get_mut(&id).map(|visit| &mut visit.record);
        let note = self.notes.get_mut(&id).map(|note| &mut note.record);
        visit.or(note).ok_or(Refusal::NotFound("visit"))
    }

    /// A record that may still be written and signed.
    fn unsigned_record(&mut self, id: Id) -> Result<&mut Record, Refusal> {
        let record = self.record(id)?;
        if record.signed_by.is_some() {
            return Err(Refusal::invalid("visitId", "is signed"));
        }
        Ok(record)
    }
}

pub fn routes() -> Router<App> {
    let signature = || needs("record-signatures:write", post(sign));
    Router::new()
        .route("/v1/visits/{id}/records", needs("patient:write", patch(write)))
        .route("/v1/visits/{id}/records/signatures", signature())
        // The spelling of a clinic's questionnaire.
        .route("/v1/visits/{id}/recordSignatures", signature())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Write {
    user_id: Id,
    keywords: Vec<Written>,
    diagnosis_codes: Vec<String>,
    action_codes: Vec<String>,
}

async fn write(State(app): State<App>, Path(id): Path<Id>, Body(write): Body<Write>) -> Answer {
    let mut session = app.session();
    User::of_body(write.user_id, "userId")?;
    let codes = |codes: &[String]| codes.iter().map(|code| json!({"code": code})).collect::<Vec<_>>();
    let body = json!({
        "userId": write.user_id,
        "keywords": write.keywords,
        "diagnoses": codes(&write.diagnosis_codes),
        "actions": codes(&write.action_codes),
    });
    let record = session.unsigned_record(id)?;
    record.write(&write.keywords, write.diagnosis_codes, write.action_codes)?;
    ok(body)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Signature {
    user_id: Id,
}

async fn sign(State(app): State<App>, Path(id): Path<Id>, Body(signature): Body<Signature>) -> Answer {
    let mut session = app.session();
    let user = User::of_body(signature.user_id, "userId")?;
    if !user.caregiver {
        return Err(Refusal::invalid("userId", "is no caregiver"));
    }
    let record = session.unsigned_record(id)?;
    if record.is_empty() {
        return Err(Refusal::invalid("visitId", "has nothing to sign"));
    }
    record.signed_by = Some(user.id);
    nothing()
}

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::get;
use serde_json::{Value, json};

use crate::access::needs;
use crate::answer::{Answer, list, ok};
use crate::options::RecordTemplateAnswer;
use crate::record_templates::{ALL, Keyword, RecordTemplate};
use crate::refusal::Refusal;
use crate::state::App;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/v1/recordTemplates", needs("system-admin", get(all)))
        .route("/v1/recordTemplates/{id}", needs("system-admin", get(one)))
}

async fn all() -> Answer {
    list(ALL.iter().map(RecordTemplate::json))
}

async fn one(State(app): State<App>, Path(id): Path<String>) -> Answer {
    let found = ALL.iter().find(|template| id.parse() == Ok(template.id));
    let body = found.ok_or(Refusal::NotFound("record template"))?.json();
    match app.options.record_template {
        RecordTemplateAnswer::Object => ok(body),
        RecordTemplateAnswer::Array => ok(json!([body])),
    }
}

impl RecordTemplate {
    fn json(&self) -> Value {
        let keywords = self.keywords.iter().zip(1..).map(|(keyword, order)| keyword.json(order));
        json!({
            "id": self.id,
            "title": self.title,
            "templateType": 1,
            "previousVersions": self.previous_versions,
            "keywords": keywords.collect::<Vec<_>>(),
        })
    }
}

impl Keyword {
    /// What the numbers of `type` mean is not public; here headings have another one than texts.
    pub fn kind(&self) -> i64 {
        if self.max_length.is_some() { 1 } else { 2 }
    }

    /// Lengths are strings.
    fn json(&self, order: i64) -> Value {
        json!({
            "id": self.id,
            "title": self.title,
            "type": self.kind(),
            "maxLength": self.max_length.map(|longest| longest.to_string()),
            "defaultValue": self.default_value,
            "parentId": self.parent,
            "warnIfEmpty": false,
            "information": "",
            "repetitionTime": null,
            "warningTime": null,
            "visual": {"order": order, "sizeX": 12, "sizeY": 1},
        })
    }
}

//! Treatment notes.

use http::Method;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::list::{Collection, first_page};
use super::{Api, Filters, Id, Link, List, Native, lenient};

/// A treatment note.
#[derive(Clone, Deserialize)]
#[expect(missing_docs, reason = "the fields bear Cliniko's own names")]
pub struct TreatmentNote {
    pub id: Id,
    #[serde(default)]
    pub title: Option<String>,
    #[serde(default)]
    pub content: Option<Content>,
    #[serde(default)]
    pub draft: Option<bool>,
    #[serde(default)]
    pub author_name: Option<String>,
    #[serde(default)]
    pub archived_at: Option<Timestamp>,
    #[serde(default)]
    pub deleted_at: Option<Timestamp>,
    #[serde(default)]
    pub created_at: Option<Timestamp>,
    #[serde(default)]
    pub updated_at: Option<Timestamp>,
    #[serde(default)]
    pub patient: Link,
    #[serde(default)]
    pub practitioner: Link,
    #[serde(default)]
    pub booking: Link,
    #[serde(default)]
    pub treatment_note_template: Link,
}

impl Collection for TreatmentNote {
    const KEY: &'static str = "treatment_notes";
}

/// What a note says.
#[derive(Clone, Default, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields bear Cliniko's own names")]
pub struct Content {
    #[serde(default, deserialize_with = "lenient::list")]
    pub sections: Vec<Section>,
}

/// A section of a note.
#[derive(Clone, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields bear Cliniko's own names")]
pub struct Section {
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(default, deserialize_with = "lenient::list")]
    pub questions: Vec<Question>,
}

/// A question and its answer.
#[derive(Clone, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields bear Cliniko's own names")]
pub struct Question {
    pub name: String,
    #[serde(rename = "type")]
    pub kind: String,
    /// HTML if the kind is `paragraph`.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    #[serde(default, deserialize_with = "lenient::list", skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<Choice>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other: Option<Choice>,
}

/// One of several answers to choose from.
#[derive(Clone, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields bear Cliniko's own names")]
pub struct Choice {
    #[serde(default, deserialize_with = "lenient::text")]
    pub value: Option<String>,
    #[serde(default)]
    pub selected: Option<bool>,
}

/// `GET /treatment_notes`, newest first.
pub fn list(api: &Api, filters: &Filters) -> Native<List<TreatmentNote>> {
    first_page(api, "GET /v1/treatment_notes", "/treatment_notes", filters, Some("created_at:desc"))
}

/// `GET /treatment_notes/{id}`.
pub fn get(api: &Api, id: Id) -> Native<TreatmentNote> {
    api.read("GET /v1/treatment_notes/{id}", &api.url(&format!("/treatment_notes/{id}")))
}

/// What a note is made of. Its author is the practitioner behind the key.
#[derive(Serialize)]
#[expect(missing_docs, reason = "the fields bear Cliniko's own names")]
pub struct NewTreatmentNote<'a> {
    pub patient_id: Id,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub booking_id: Option<Id>,
    pub treatment_note_template_id: Id,
    pub title: &'a str,
    pub draft: bool,
    pub content: &'a Content,
}

/// `POST /treatment_notes`. 403 without a body: the key's user is no practitioner.
pub fn create(api: &Api, new: &NewTreatmentNote<'_>) -> Native<TreatmentNote> {
    api.write(Method::POST, "POST /v1/treatment_notes", "/treatment_notes", new)
}

/// A template that a practice has made.
#[derive(Clone, Deserialize)]
#[expect(missing_docs, reason = "the fields bear Cliniko's own names")]
pub struct TreatmentNoteTemplate {
    pub id: Id,
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default, deserialize_with = "lenient::object")]
    pub content: Option<Content>,
    #[serde(default)]
    pub archived_at: Option<Timestamp>,
    #[serde(default)]
    pub deleted_at: Option<Timestamp>,
}

impl Collection for TreatmentNoteTemplate {
    const KEY: &'static str = "treatment_note_templates";
}

/// `GET /treatment_note_templates`.
pub fn templates(api: &Api) -> Native<List<TreatmentNoteTemplate>> {
    let path = "/treatment_note_templates";
    first_page(api, "GET /v1/treatment_note_templates", path, &Filters::default(), None)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn questions(content: Value) -> Option<usize> {
        let template = json!({"id": "7", "name": "Odd", "content": content});
        let template: TreatmentNoteTemplate = serde_json::from_value(template).unwrap();
        Some(template.content?.sections.iter().map(|section| section.questions.len()).sum())
    }

    #[test]
    fn a_templates_content_is_read_as_an_object_or_a_text_and_an_odd_one_is_left_out() {
        let sections = json!({"sections": [{"name": "S", "questions": [{"name": "Q", "type": "text"}]}]});
        assert_eq!(questions(sections.clone()), Some(1));
        assert_eq!(questions(Value::String(sections.to_string())), Some(1));
        assert_eq!(questions(json!({"sections": null})), Some(0));
        for odd in [Value::Null, json!("no JSON"), json!({"sections": [{"questions": [{"type": "text"}]}]})] {
            assert_eq!(questions(odd), None);
        }
    }
}

//! Journal notes: an empty note first, then its text.

use http::Method;
use serde::{Deserialize, Serialize};

use super::{Api, Code, Native, Scope, loose, nothing, only};

/// What a note is made of. When it was written is left for Webdoc to say.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields bear Webdoc's own names")]
pub struct NewNote<'a> {
    pub patient_id: &'a str,
    pub clinic_id: &'a str,
    pub patient_type_id: Code,
    pub user_id: &'a str,
    pub record_template_id: Code,
}

/// A note that was made.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields bear Webdoc's own names")]
pub struct Note {
    #[serde(deserialize_with = "loose::id")]
    pub id: String,
    /// `YYYY-MM-DD HH:MM:SS`, local time.
    #[serde(default, deserialize_with = "loose::parsed")]
    pub created_at: Option<jiff::civil::DateTime>,
}

/// `POST /v1/notes`: an empty, unsigned note.
pub fn create(api: &Api, new: &NewNote<'_>) -> Native<Option<Note>> {
    let place = (Method::POST, api.url(&["v1", "notes"]));
    api.write("POST /v1/notes", Scope::PatientWrite, place, new, only::<Note>)
}

/// The text of a note. Lists are never null.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields bear Webdoc's own names")]
pub struct Record<'a> {
    pub user_id: &'a str,
    pub keywords: &'a [KeywordValue],
    pub diagnosis_codes: [&'a str; 0],
    pub action_codes: [&'a str; 0],
}

/// One field of a note.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields bear Webdoc's own names")]
pub struct KeywordValue {
    pub id: Code,
    pub value: String,
}

impl std::fmt::Debug for KeywordValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeywordValue").field("id", &self.id).finish_non_exhaustive()
    }
}

/// `PATCH /v1/visits/{visitId}/records`, with a note's id for the visit's. Sets values, so twice is the same as once.
pub fn write(api: &Api, note: &str, record: &Record<'_>) -> Native<()> {
    let place = (Method::PATCH, api.url(&["v1", "visits", note, "records"]));
    let endpoint = "PATCH /v1/visits/{visitId}/records";
    api.write(endpoint, Scope::PatientWrite, place, record, nothing).idempotent()
}

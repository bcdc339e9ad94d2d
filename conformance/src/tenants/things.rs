//! What one application has at one of its care units, by the ids under which it knows them.

use serde_json::{Value, json};

use crate::client::Client;
use crate::clinic::{Clinic, Slot, text};
use crate::subject::Subject;

/// Numbers of an installation that another one, which counts alike, does not come to in a test.
const AHEAD: usize = 12;

pub struct Things {
    pub care_unit: String,
    pub patient: String,
    pub appointment: String,
    pub note: String,
    pub document: String,
    /// Free times.
    pub slot: Slot,
    pub other_slot: Slot,
    /// The fields of which the patient was made.
    pub person: Value,
    pub email: String,
    pub new_note: Value,
    pub new_document: Value,
}

impl Things {
    /// Makes some of each, which no other installation has.
    pub async fn made_at(subject: &Subject, client: &Client, care_unit: &Value) -> Self {
        let clinic = Clinic::new(subject, client, care_unit);
        for _ in 0..AHEAD {
            clinic.patient().await;
        }
        let person = clinic.somebody();
        let patient = text(&clinic.post("/patients", &person).await.is(201), "id");
        let [first, slot, other_slot] = <[Slot; 3]>::try_from(clinic.slots().await[..3].to_vec())
            .unwrap_or_else(|_| panic!("three free times"));
        let appointment = text(&clinic.book(&first, &patient).await, "id");
        let new_note = json!({"template_id": "unstructured", "content": {"unstructured": "Feels well."}});
        let new_document = json!({"content": "JVBERi0xLjQK", "format": subject.document_format()});
        let of_patient = format!("/patients/{patient}");
        let note = clinic.post(&format!("{of_patient}/medical-notes"), &new_note).await.is(201);
        let document = clinic.post(&format!("{of_patient}/documents"), &new_document).await.is(201);
        Self {
            care_unit: clinic.id,
            patient,
            appointment,
            note: text(&note, "id"),
            document: text(&document, "id"),
            slot,
            other_slot,
            email: person["emails"][0].as_str().expect("an e-mail address").to_owned(),
            person,
            new_note,
            new_document,
        }
    }

    /// The ids that only their owner's installation has.
    pub fn ids(&self) -> [&str; 4] {
        [&self.patient, &self.appointment, &self.note, &self.document]
    }
}

/// The body with one more field.
pub fn with(body: &Value, field: &str, value: &str) -> Value {
    let mut body = body.clone();
    body[field] = json!(value);
    body
}

//! Medical notes and their templates.

use serde_json::{Value, json};
use vardbro_model::capabilities::{Author, Operation};

use crate::case::Need::{Can, Takes};
use crate::case::cases;
use crate::client::keys;
use crate::clinic::{Clinic, text};
use crate::shapes::MEDICAL_NOTE;
use crate::subject::Subject;

const CREATE: Operation = Operation::CreateNote;
const READ: Operation = Operation::ReadNotes;

cases! {
    "the five templates are listed with their fields" [Can(Operation::ListNoteTemplates)] => templates,
    "a note of each template is written unsigned, with every field" [Can(CREATE)] => written,
    "a note that was written can be read" [Can(CREATE), Can(READ)] => read,
    "notes are listed newest first, each with every field" [Can(CREATE), Can(READ)] => listed,
    "the prefix of a template is optional" [Can(CREATE)] => prefix,
    "some fields of a template are enough" [Can(CREATE)] => some_fields,
    "a note holds any letters" [Can(CREATE), Can(READ)] => letters,
    "an unknown template is refused" [Can(CREATE)] => unknown_template,
    "a field that the template does not have is refused with its path" [Can(CREATE)] => unknown_field,
    "a note without content is refused" [Can(CREATE)] => without_content,
    "a title is kept, or named as not stored" [Can(CREATE)] => title,
    "who wrote the note is told, and another author is refused" [Can(CREATE)] => author,
    "a note may belong to an appointment of the patient" [Can(CREATE), Can(Operation::BookAppointment), Takes(CREATE, "appointment_id")] => appointment,
    "an appointment that is not the patient's is refused" [Can(CREATE), Can(Operation::BookAppointment), Takes(CREATE, "appointment_id")] => anothers_appointment,
    "a note that there is not, or of another patient, is not found" [Can(CREATE), Can(READ)] => not_here,
    "a note of a patient whom there is not is not written" [Can(CREATE)] => nobody,
}

const TEMPLATES: [(&str, &[&str]); 5] = [
    ("leyr_unstructured", &["unstructured"]),
    ("leyr_acute_visit", &["reason_of_visit", "anamnesis", "status", "assessment", "plan"]),
    ("leyr_new_visit_psychology", &["reason_of_visit", "anamnesis", "assessment", "plan"]),
    ("leyr_follow_up_visit_psychology", &["status", "assessment", "plan"]),
    ("leyr_care_status", &["status", "plan"]),
];

async fn templates(subject: &Subject) {
    for clinic in subject.clinics().await {
        let mut listed = clinic.get("/medical-note-templates").await.list();
        listed.sort_by_key(|template| TEMPLATES.iter().position(|(id, _)| template["id"] == *id));
        assert_eq!(listed.len(), TEMPLATES.len());
        for (template, (id, fields)) in listed.iter().zip(TEMPLATES) {
            assert_eq!(keys(template), ["emr_id", "fields", "id", "name"]);
            assert_eq!(template["id"], id);
            let listed = template["fields"].as_array().expect("a list");
            assert!(listed.iter().all(|field| keys(field) == ["emr_id", "max_length", "name"]), "{template}");
            let names: Vec<String> = listed.iter().map(|field| text(field, "name")).collect();
            assert_eq!(names, fields);
        }
    }
}

fn content(fields: &[&str]) -> Value {
    fields
        .iter()
        .map(|field| (*field).to_owned())
        .map(|field| (field.clone(), json!(format!("Words on {field}."))))
        .collect()
}

async fn write(clinic: &Clinic<'_>, patient: &str, template: &str, content: &Value) -> Value {
    let body = json!({"template_id": template, "content": content});
    clinic.post(&format!("/patients/{patient}/medical-notes"), &body).await.is(201)
}

fn unstructured(words: &str) -> Value {
    json!({"template_id": "leyr_unstructured", "content": {"unstructured": words}})
}

async fn written(subject: &Subject) {
    let clinic = subject.clinic().await;
    let patient = clinic.patient().await;
    let before = subject.sandbox.ehr.state().notes;
    for (template, fields) in TEMPLATES {
        let content = content(fields);
        let note = write(&clinic, &patient, template, &content).await;
        MEDICAL_NOTE.check(&note);
        assert_eq!(note["template_id"], template);
        assert_eq!(note["content"], content);
        assert_eq!((&note["patient_id"], &note["care_unit_id"]), (&json!(patient), &json!(clinic.id)));
        assert!(["draft", "unsigned"].contains(&text(&note, "status").as_str()), "{note}");
    }
    assert_eq!(subject.sandbox.ehr.state().notes, before + TEMPLATES.len());
}

async fn read(subject: &Subject) {
    let clinic = subject.clinic().await;
    let patient = clinic.patient().await;
    for (template, fields) in TEMPLATES {
        let note = write(&clinic, &patient, template, &content(fields)).await;
        let path = format!("/patients/{patient}/medical-notes/{}", text(&note, "id"));
        assert_eq!(clinic.get(&path).await.is(200), note);
    }
}

async fn listed(subject: &Subject) {
    let clinic = subject.clinic().await;
    let patient = clinic.patient().await;
    let path = format!("/patients/{patient}/medical-notes");
    assert_eq!(clinic.get(&path).await.list(), [Value::Null; 0]);
    let mut written = Vec::new();
    for (template, fields) in TEMPLATES {
        written.push(write(&clinic, &patient, template, &content(fields)).await);
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    written.reverse();
    let listed = clinic.get(&path).await.list();
    listed.iter().for_each(|note| MEDICAL_NOTE.check(note));
    assert_eq!(listed, written);
}

async fn prefix(subject: &Subject) {
    let clinic = subject.clinic().await;
    let patient = clinic.patient().await;
    for (template, fields) in TEMPLATES {
        let short = template.strip_prefix("leyr_").expect("a prefix");
        let note = write(&clinic, &patient, short, &content(fields)).await;
        assert_eq!(note["template_id"], template);
    }
}

async fn some_fields(subject: &Subject) {
    let clinic = subject.clinic().await;
    let patient = clinic.patient().await;
    let some = json!({"plan": "Rest.", "reason_of_visit": "Cough."});
    let note = write(&clinic, &patient, "leyr_acute_visit", &some).await;
    let told =
        |field: &str| note["content"].get(field).and_then(Value::as_str).filter(|text| !text.is_empty());
    for (field, words) in [("plan", Some("Rest.")), ("reason_of_visit", Some("Cough.")), ("status", None)] {
        assert_eq!(told(field), words, "{note}");
    }
    let blank = json!({"plan": "Rest.", "status": "", "assessment": null});
    let note = write(&clinic, &patient, "leyr_acute_visit", &blank).await;
    assert_eq!(note["content"]["plan"], "Rest.");
}

async fn letters(subject: &Subject) {
    let clinic = subject.clinic().await;
    let patient = clinic.patient().await;
    for words in [
        "Två rader\nmed å, ä och ö",
        "First paragraph\n\nsecond paragraph",
        "<b>not bold</b> & <script>alert(1)</script> &amp; \"quoted\"",
        "5 < 6 > 4; 腰痛 🦵",
        "A long story. ".repeat(400).trim_end(),
    ] {
        let content = json!({"unstructured": words});
        let one_line = words.replace("\n\n", " ").replace('\n', " ");
        let words = if subject.has_one_line_notes() { one_line.as_str() } else { words };
        if subject.has_one_line_notes() && words.chars().any(|letter| letter > 'ÿ') {
            let body = json!({"template_id": "leyr_unstructured", "content": content});
            let answer = clinic.post(&format!("/patients/{patient}/medical-notes"), &body).await;
            assert!(
                answer.refused("INVALID_NOTE_CONTENT", "content.unstructured").contains('腰'),
                "{answer}"
            );
            continue;
        }
        let note = write(&clinic, &patient, "leyr_unstructured", &content).await;
        assert_eq!(note["content"]["unstructured"], words);
        let path = format!("/patients/{patient}/medical-notes/{}", text(&note, "id"));
        assert_eq!(clinic.get(&path).await.is(200)["content"]["unstructured"], words);
    }
}

async fn refused(clinic: &Clinic<'_>, body: &Value, code: &str, path: &'static str) {
    clinic.post("/patients/1/medical-notes", body).await.refused(code, path);
}

async fn unknown_template(subject: &Subject) {
    let clinic = subject.clinic().await;
    let before = subject.calls();
    for unknown in ["leyr_nothing", "", "LEYR_UNSTRUCTURED", "leyr_"] {
        let body = json!({"template_id": unknown, "content": {"unstructured": "x"}});
        refused(&clinic, &body, "INVALID_NOTE_CONTENT", "template_id").await;
    }
    refused(&clinic, &json!({"content": {"unstructured": "x"}}), "MISSING_REQUIRED_FIELD", "template_id")
        .await;
    assert_eq!(subject.calls(), before);
}

async fn unknown_field(subject: &Subject) {
    let clinic = subject.clinic().await;
    let before = subject.calls();
    let body = json!({"template_id": "leyr_care_status", "content": {"status": "x", "anamnesis": "y"}});
    refused(&clinic, &body, "INVALID_NOTE_CONTENT", "content.anamnesis").await;
    let body = json!({"template_id": "leyr_care_status", "content": {"status": 5}});
    refused(&clinic, &body, "INVALID_NOTE_CONTENT", "content.status").await;
    assert_eq!(subject.calls(), before);
}

async fn without_content(subject: &Subject) {
    let clinic = subject.clinic().await;
    let before = subject.calls();
    let none = json!({"template_id": "leyr_unstructured"});
    refused(&clinic, &none, "MISSING_REQUIRED_FIELD", "content").await;
    for nothing in [
        json!({}),
        json!({"unstructured": ""}),
        json!({"unstructured": " \n "}),
        json!({"unstructured": null}),
    ] {
        let body = json!({"template_id": "leyr_unstructured", "content": nothing});
        refused(&clinic, &body, "INVALID_NOTE_CONTENT", "content").await;
    }
    let text = json!({"template_id": "leyr_unstructured", "content": "x"});
    refused(&clinic, &text, "BAD_INPUT", "content").await;
    assert_eq!(subject.calls(), before);
}

async fn title(subject: &Subject) {
    let clinic = subject.clinic().await;
    let patient = clinic.patient().await;
    let mut body = unstructured("Feels well.");
    body["title"] = json!("Video visit – åter");
    let answer = clinic.post(&format!("/patients/{patient}/medical-notes"), &body).await;
    let note = answer.is(201);
    if subject.keeps(CREATE, "title") {
        assert_eq!(note["title"], body["title"]);
        assert_eq!(answer.header("vardbro-not-stored"), None);
    } else {
        assert_eq!(answer.header("vardbro-not-stored"), Some("title"));
    }
}

async fn author(subject: &Subject) {
    let clinic = subject.clinic().await;
    let path = format!("/patients/{}/medical-notes", clinic.patient().await);
    let resources: Vec<String> = clinic.resources().await.iter().map(|one| text(one, "id")).collect();
    let note = clinic.post(&path, &unstructured("By nobody in particular.")).await.is(201);
    match subject.capabilities.author {
        Author::Request => {
            for author in &resources[..2] {
                for spelled in [author.clone(), format!("emr_id:{author}")] {
                    let mut body = unstructured("By somebody.");
                    body["created_by_id"] = json!(spelled);
                    let note = clinic.post(&path, &body).await.is(201);
                    assert_eq!(note["created_by_id"], author.as_str());
                    assert!(note["created_by"].is_string(), "{note}");
                }
            }
        }
        Author::Credential => {
            let right = text(&note, "created_by_id");
            let mut body = unstructured("By whom the key belongs to.");
            body["created_by_id"] = json!(right);
            assert_eq!(clinic.post(&path, &body).await.is(201)["created_by_id"], right.as_str());
            let another = resources.iter().find(|one| **one != right).expect("another resource");
            body["created_by_id"] = json!(another);
            let details = clinic.post(&path, &body).await.refused("INVALID_CREATED_BY_ID", "created_by_id");
            assert!(details.contains(&right), "it names {right}: {details}");
        }
    }
    for nobody in ["nobody", "999999999999999999", "npi:1", "a b"] {
        let mut body = unstructured("By nobody.");
        body["created_by_id"] = json!(nobody);
        clinic.post(&path, &body).await.refused("INVALID_CREATED_BY_ID", "created_by_id");
    }
}

async fn appointment(subject: &Subject) {
    let clinic = subject.clinic().await;
    let (slot, patient) = (clinic.slots().await.remove(0), clinic.patient().await);
    let booked = text(&clinic.book(&slot, &patient).await, "id");
    let path = format!("/patients/{patient}/medical-notes");
    let mut body = unstructured("From the visit.");
    body["appointment_id"] = json!(booked);
    let answer = clinic.post(&path, &body).await;
    let note = answer.is(201);
    if subject.keeps(CREATE, "appointment_id") {
        assert_eq!(note["appointment_id"], booked.as_str());
        if subject.can(READ) {
            let read = clinic.get(&format!("{path}/{}", text(&note, "id"))).await.is(200);
            assert_eq!(read["appointment_id"], booked.as_str());
        }
    } else {
        assert_eq!(answer.header("vardbro-not-stored"), Some("appointment_id"));
    }
}

async fn anothers_appointment(subject: &Subject) {
    let clinic = subject.clinic().await;
    let (slot, patient, other) =
        (clinic.slots().await.remove(0), clinic.patient().await, clinic.patient().await);
    let booked = text(&clinic.book(&slot, &patient).await, "id");
    let before = subject.sandbox.ehr.state().notes;
    let path = format!("/patients/{other}/medical-notes");
    for wrong in [booked.as_str(), "nothing", "999999999999999999", "a b"] {
        let mut body = unstructured("From no visit.");
        body["appointment_id"] = json!(wrong);
        clinic.post(&path, &body).await.refused("INVALID_APPOINTMENT_ID", "appointment_id");
    }
    assert_eq!(subject.sandbox.ehr.state().notes, before);
}

async fn not_here(subject: &Subject) {
    let clinic = subject.clinic().await;
    let (one, other) = (clinic.patient().await, clinic.patient().await);
    let note = write(&clinic, &one, "leyr_unstructured", &json!({"unstructured": "x"})).await;
    for (patient, id) in
        [(&other, text(&note, "id").as_str()), (&one, "nothing"), (&one, "999999999999999999")]
    {
        let path = format!("/patients/{patient}/medical-notes/{id}");
        clinic.get(&path).await.problem(404, "NOT_FOUND");
    }
}

async fn nobody(subject: &Subject) {
    let clinic = subject.clinic().await;
    let before = subject.sandbox.ehr.state().notes;
    for nobody in ["nobody", "999999999999999999"] {
        let path = format!("/patients/{nobody}/medical-notes");
        clinic.post(&path, &unstructured("x")).await.problem(404, "NOT_FOUND");
    }
    assert_eq!(subject.sandbox.ehr.state().notes, before);
}

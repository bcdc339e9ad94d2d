//! The older spellings of paths give the same answers.

use serde_json::{Value, json};
use vardbro_model::capabilities::Operation;

use crate::case::Need::Can;
use crate::case::cases;
use crate::client::with_query;
use crate::clinic::{Clinic, every_page, text};
use crate::subject::Subject;

cases! {
    "appointments are listed and read with the care unit in the query"
        [Can(Operation::ListAppointments), Can(Operation::GetAppointment)] => read,
    "an appointment is booked, changed and cancelled with the care unit in the body"
        [Can(Operation::BookAppointment), Can(Operation::CancelAppointment)] => written,
    "a care unit that is missing or names nothing is a fault of the field" [Can(Operation::ListAppointments)] => care_unit,
    "notes are written and listed with the patient in body and query"
        [Can(Operation::CreateNote), Can(Operation::ReadNotes)] => notes,
    "documents are filed and listed with the patient in body and query"
        [Can(Operation::CreateDocument), Can(Operation::ListDocuments)] => documents,
    "a patient who is missing or not there is a fault of the field" [Can(Operation::ReadNotes)] => patient,
    "the pages of an alias are its own" [Can(Operation::ListAppointments)] => pages,
}

fn older(subject: &Subject) -> String {
    format!("{}/appointments", subject.emr())
}

async fn read(subject: &Subject) {
    for clinic in subject.clinics().await {
        let unit = ("care_unit_id", clinic.id.as_str());
        let path = with_query(&older(subject), &[unit]);
        let listed = subject.client.get(&path).await.list();
        assert_eq!(listed, clinic.get("/appointments").await.list());
        let id = text(&listed[0], "id");
        let one = subject.client.get(&with_query(&format!("{}/{id}", older(subject)), &[unit])).await;
        assert_eq!(one.is(200), listed[0]);
        if subject.can(Operation::ListAppointments) {
            let filter = ("resource_id", listed[0]["resource_id"].as_str().expect("an id"));
            let filtered = subject.client.get(&with_query(&older(subject), &[unit, filter])).await.list();
            assert_eq!(filtered, clinic.find("/appointments", &[filter]).await.list());
        }
    }
    let clinics = subject.clinics().await;
    let id = text(&clinics[0].get("/appointments").await.list()[0], "id");
    let elsewhere = [("care_unit_id", clinics[1].id.as_str())];
    let path = with_query(&format!("{}/{id}", older(subject)), &elsewhere);
    subject.client.get(&path).await.problem(404, "NOT_FOUND");
}

fn with(mut body: Value, field: &str, value: &str) -> Value {
    body[field] = json!(value);
    body
}

async fn written(subject: &Subject) {
    let clinic = subject.clinic().await;
    let (slots, patient) = (clinic.slots().await, clinic.patient().await);
    let at = |body: Value| with(body, "care_unit_id", &clinic.id);
    let booking = at(slots[0].booking(&patient));
    let booked = clinic.one_booked(&subject.client.post(&older(subject), &booking).await);
    let id = text(&booked, "id");
    assert_eq!(clinic.appointment(&id).await, booked);
    let mut one = format!("{}/{id}", older(subject));
    if subject.can(Operation::MoveAppointment) {
        let change = at(json!({"start": slots[2].start, "end": slots[2].end}));
        let moved = subject.client.patch(&one, &change).await.is(200);
        assert_eq!(moved["start"], slots[2].start.as_str());
        one = format!("{}/{}", older(subject), text(&moved, "id"));
    }
    let other = text(&clinic.book(&slots[4], &patient).await, "id");
    let several = at(json!({"ids": [other], "status": "cancelled"}));
    let cancelled = subject.client.patch(&older(subject), &several).await.list();
    assert_eq!((&cancelled[0]["id"], &cancelled[0]["status"]), (&json!(other), &json!("cancelled")));
    let cancelled = subject.client.patch(&one, &at(json!({"status": "cancelled"}))).await.is(200);
    assert_eq!(cancelled["status"], "cancelled");
    let again = at(slots[1].booking("nobody"));
    subject.client.post(&older(subject), &again).await.refused("INVALID_PATIENT_ID", "patient_id");
}

async fn care_unit(subject: &Subject) {
    let path = older(subject);
    subject.client.get(&path).await.refused("MISSING_REQUIRED_FIELD", "care_unit_id");
    subject.client.get(&format!("{path}/1")).await.refused("MISSING_REQUIRED_FIELD", "care_unit_id");
    for nothing in ["nothing", "999999999999999999", "a b", "north~1"] {
        let answer = subject.client.get(&with_query(&path, &[("care_unit_id", nothing)])).await;
        answer.refused("INVALID_CARE_UNIT_ID", "care_unit_id");
        let body = json!({
            "start": "2026-04-01T10:00:00Z", "end": "2026-04-01T10:30:00Z", "patient_id": "1", "care_unit_id": nothing,
        });
        if subject.can(Operation::BookAppointment) {
            let answer = subject.client.post(&path, &body).await;
            answer.refused_also("INVALID_CARE_UNIT_ID", "care_unit_id");
        }
    }
    if subject.can(Operation::CancelAppointment) {
        for body in [json!({"status": "cancelled"}), json!({"status": "cancelled", "care_unit_id": null})] {
            let answer = subject.client.patch(&format!("{path}/1"), &body).await;
            answer.refused("MISSING_REQUIRED_FIELD", "care_unit_id");
        }
        let answer = subject
            .client
            .patch(&format!("{path}/1"), &json!({"status": "cancelled", "care_unit_id": 1}))
            .await;
        answer.refused("BAD_INPUT", "care_unit_id");
    }
}

async fn same(clinic: &Clinic<'_>, things: &str, patient: &str, body: Value) {
    let created = clinic.post(&format!("/{things}"), &with(body, "patient_id", patient)).await.is(201);
    assert_eq!(created["patient_id"], patient);
    for spelling in [patient.to_owned(), format!("emr_id:{patient}")] {
        let by_query = clinic.find(&format!("/{things}"), &[("patient_id", &spelling)]).await.list();
        let by_path = clinic.get(&format!("/patients/{patient}/{things}")).await.list();
        assert_eq!(by_query.len(), 1);
        assert_eq!(by_query[0]["id"], created["id"]);
        assert_eq!(by_query[0]["id"], by_path[0]["id"]);
    }
}

async fn notes(subject: &Subject) {
    let clinic = subject.clinic().await;
    let body = json!({"template_id": "leyr_unstructured", "content": {"unstructured": "Feels well."}});
    same(&clinic, "medical-notes", &clinic.patient().await, body).await;
}

async fn documents(subject: &Subject) {
    let clinic = subject.clinic().await;
    let body = json!({"content": "JVBERi0xLjQK", "format": "application/pdf", "title": "Letter"});
    same(&clinic, "documents", &clinic.patient().await, body).await;
}

async fn patient(subject: &Subject) {
    let clinic = subject.clinic().await;
    for (things, can) in [("/medical-notes", Operation::ReadNotes), ("/documents", Operation::ListDocuments)]
    {
        if !subject.can(can) {
            continue;
        }
        clinic.get(things).await.refused("MISSING_REQUIRED_FIELD", "patient_id");
        for nobody in ["nobody", "999999999999999999"] {
            let answer = clinic.find(things, &[("patient_id", nobody)]).await;
            answer.refused("INVALID_PATIENT_ID", "patient_id");
        }
        let answer = clinic.find(things, &[("patient_id", "npi:1")]).await;
        answer.refused("INVALID_PATIENT_ID_TYPE", "patient_id");
    }
    let note = json!({"template_id": "leyr_unstructured", "content": {"unstructured": "Feels well."}});
    if subject.can(Operation::CreateNote) {
        clinic.post("/medical-notes", &note).await.refused("MISSING_REQUIRED_FIELD", "patient_id");
        let answer = clinic.post("/medical-notes", &with(note, "patient_id", "nobody")).await;
        answer.refused("INVALID_PATIENT_ID", "patient_id");
    }
}

async fn pages(subject: &Subject) {
    let clinic = subject.clinic().await;
    let all = every_page(&subject.client, &format!("{}/appointments?limit=500", clinic.path)).await;
    let some = (all.len() / 4).to_string();
    let parameters = [("care_unit_id", clinic.id.as_str()), ("limit", &some)];
    let paged = every_page(&subject.client, &with_query(&older(subject), &parameters)).await;
    assert_eq!(paged, all);
}

//! Patients: found or created.

use serde_json::{Value, json};
use vardbro_model::capabilities::{Operation, Upsert};

use crate::case::Need::{Can, DoesWithout, Takes};
use crate::case::cases;
use crate::clinic::{Clinic, born, text};
use crate::shapes::{ADDRESS, PATIENT};
use crate::subject::Subject;

const CREATE: Operation = Operation::CreatePatient;
const GET: Operation = Operation::GetPatient;

cases! {
    "a patient who is new is created, with every field" [Can(CREATE)] => created,
    "a patient who was created can be read, also as emr_id:" [Can(CREATE), Can(GET)] => read,
    "nothing of a patient disappears without a word" [Can(CREATE)] => nothing_disappears,
    "a patient who is there is found by external_id, and not changed" [Can(CREATE), Takes(CREATE, "external_id")] => by_external_id,
    "another external_id is another patient" [Can(CREATE), Takes(CREATE, "external_id")] => another_external_id,
    "a patient who is there is found by name and e-mail in any case" [DoesWithout(CREATE, "external_id")] => by_name_and_email,
    "a patient who is there is found by name and phone" [DoesWithout(CREATE, "external_id")] => by_name_and_phone,
    "the same name alone is another patient" [DoesWithout(CREATE, "external_id")] => by_name_alone,
    "another date of birth is another patient" [DoesWithout(CREATE, "external_id")] => another_birth_date,
    "two patients who match are never guessed between" [DoesWithout(CREATE, "external_id")] => ambiguous,
    "eight who create one patient at once do not break anything" [Can(CREATE), Takes(CREATE, "external_id")] => eight_at_once,
    "a phone in national form is answered as E.164" [Can(CREATE)] => national_phones,
    "a phone that cannot be is refused with its place" [Can(CREATE)] => wrong_phones,
    "an e-mail address that cannot be is refused with its place" [Can(CREATE)] => wrong_emails,
    "a date of birth that cannot be is refused" [Can(CREATE)] => wrong_birth_dates,
    "a text that is too long, or holds control characters, is refused" [Can(CREATE)] => wrong_texts,
    "a patient without a single field is refused" [Can(CREATE)] => without_fields,
}

async fn created(subject: &Subject) {
    for clinic in subject.clinics().await {
        let before = subject.sandbox.ehr.state().patients;
        let somebody = clinic.somebody();
        let patient = clinic.post("/patients", &somebody).await.is(201);
        PATIENT.check(&patient);
        assert_eq!(patient["care_unit_id"], clinic.id.as_str());
        for (field, value) in somebody.as_object().expect("an object") {
            if subject.keeps(CREATE, field) {
                assert_eq!(&patient[field], value, "{field}");
            } else {
                assert!(patient[field].is_string(), "{field}: {patient}");
            }
        }
        if !subject.numbers_patients() {
            assert_eq!(patient["gender"], "unknown");
        }
        assert_eq!(patient["phones"], json!([]));
        assert_eq!(subject.sandbox.ehr.state().patients, before + 1);
    }
}

async fn read(subject: &Subject) {
    let clinic = subject.clinic().await;
    let patient = clinic.new_patient().await;
    let id = text(&patient, "id");
    for id in [id.clone(), format!("emr_id:{id}")] {
        assert_eq!(clinic.get(&format!("/patients/{id}")).await.is(200), patient);
    }
}

/// A patient with as much as the API knows of one.
fn whole_patient(clinic: &Clinic<'_>) -> Value {
    let mut patient = clinic.somebody();
    if clinic.subject.numbers_patients() {
        patient["external_id_type"] = json!("se_personal_number");
    } else {
        patient["external_id"] = json!(clinic.number());
        patient["external_id_type"] = json!("other");
    }
    patient["gender"] = json!("other");
    patient["phones"] = json!([clinic.phone().1, "+46701740626"]);
    let emails = patient["emails"].as_array_mut().expect("a list");
    emails.push(json!("kanariefugl.second@example.com"));
    patient["address"] = json!({
        "street": "Storgatan 1 B", "co_address": "c/o Finch", "postal_code": "113 22", "city": "Örebro", "country": "SE",
    });
    patient
}

async fn nothing_disappears(subject: &Subject) {
    let clinic = subject.clinic().await;
    let mut body = whole_patient(&clinic);
    let mut answer = clinic.post("/patients", &body).await;
    for _ in 0..8 {
        if answer.status == 201 {
            break;
        }
        for fault in answer.faults() {
            assert_eq!(
                fault.code, "NOT_SUPPORTED",
                "the EHR may lack a place, nothing else is wrong: {answer}"
            );
            leave_out(&mut body, &fault.path.unwrap_or_else(|| panic!("with its path: {answer}")));
        }
        answer = clinic.post("/patients", &body).await;
    }
    let patient = answer.is(201);
    ADDRESS.check(&patient["address"]);
    let not_stored = answer.header("vardbro-not-stored").unwrap_or_default();
    for (field, value) in body.as_object().expect("an object") {
        if !not_stored.split(", ").any(|soft| soft == field) {
            assert_eq!(&patient[field], value, "{field}: {answer}");
        }
    }
    if subject.can(GET) {
        assert_eq!(clinic.get(&format!("/patients/{}", text(&patient, "id"))).await.is(200), patient);
    }
}

/// Takes out of the body what stands at the path, such as `emails.1`.
fn leave_out(body: &mut Value, path: &str) {
    let (holder, last) = path.rsplit_once('.').unwrap_or(("", path));
    let pointer = if holder.is_empty() { String::new() } else { format!("/{}", holder.replace('.', "/")) };
    match body.pointer_mut(&pointer) {
        Some(Value::Array(items)) => items.truncate(last.parse().expect("a place in the list")),
        Some(Value::Object(fields)) => match fields.get_mut(last) {
            // A list that is too long is named as a whole.
            Some(Value::Array(items)) if items.len() > 1 => items.truncate(1),
            _ => {
                fields.remove(last).unwrap_or_else(|| panic!("{path} was sent"));
            }
        },
        other => panic!("{path} was sent, not {other:?}"),
    }
}

async fn by_external_id(subject: &Subject) {
    let clinic = subject.clinic().await;
    let mut body = clinic.somebody();
    let number = body["external_id"].as_str().map_or_else(|| clinic.number(), str::to_owned);
    body["external_id"] = json!(number);
    let patient = clinic.post("/patients", &body).await.is(201);
    assert_eq!(patient["external_id"], number.as_str());
    let (writes, patients) = (subject.writes(), subject.sandbox.ehr.state().patients);
    let mut other_things = json!({"external_id": number, "first_name": "Another", "last_name": "Name"});
    if !subject.numbers_patients() {
        other_things["date_of_birth"] = json!("2001-01-01");
    }
    for body in [body, other_things] {
        assert_eq!(clinic.post("/patients", &body).await.is(200), patient);
    }
    assert_eq!(subject.writes(), writes, "nothing was written");
    assert_eq!(subject.sandbox.ehr.state().patients, patients);
}

async fn another_external_id(subject: &Subject) {
    let clinic = subject.clinic().await;
    let mut body = clinic.somebody();
    let mut numbered = |number: String| {
        if subject.numbers_patients() {
            body["date_of_birth"] = born(&number);
        }
        body["external_id"] = json!(number);
        body.clone()
    };
    let one = clinic.post("/patients", &numbered(clinic.number())).await.is(201);
    let body = numbered(clinic.number());
    let other = clinic.post("/patients", &body).await.is(201);
    assert_ne!(one["id"], other["id"]);
}

/// A patient without a number: an EHR that needs to know more of one then is told.
fn anonymous(clinic: &Clinic<'_>) -> Value {
    let mut body = clinic.somebody_without_number();
    body["gender"] = json!("female");
    body
}

async fn by_name_and_email(subject: &Subject) {
    let clinic = subject.clinic().await;
    let body = anonymous(&clinic);
    let patient = clinic.post("/patients", &body).await.is(201);
    let shout = |field: &str| json!(text(&body, field).to_uppercase());
    let email = body["emails"][0].as_str().expect("a text");
    let mut spelled = json!({
        "first_name": shout("first_name"), "last_name": shout("last_name"),
        "emails": [email.to_uppercase()],
    });
    if subject.capabilities.upsert == Upsert::Number {
        spelled["gender"] = body["gender"].clone();
        spelled["date_of_birth"] = body["date_of_birth"].clone();
    }
    for again in [body.clone(), spelled] {
        let answer = clinic.post("/patients", &again).await;
        if subject.capabilities.upsert == Upsert::Full {
            assert_eq!(answer.is(200), patient);
        } else {
            assert_ne!(answer.is(201)["id"], patient["id"]);
        }
    }
}

async fn by_name_and_phone(subject: &Subject) {
    let clinic = subject.clinic().await;
    let (national, e164) = clinic.phone();
    let mut body = anonymous(&clinic);
    body["phones"] = json!([e164]);
    let patient = clinic.post("/patients", &body).await.is(201);
    body["phones"] = json!([national]);
    body["emails"] = json!([]);
    let answer = clinic.post("/patients", &body).await;
    if subject.capabilities.upsert == Upsert::Full {
        assert_eq!(answer.is(200), patient);
    } else {
        assert_ne!(answer.is(201)["id"], patient["id"]);
    }
}

async fn by_name_alone(subject: &Subject) {
    let clinic = subject.clinic().await;
    let mut body = anonymous(&clinic);
    let answer = clinic.post("/patients", &body).await;
    let one = answer.is(201);
    let kept = [&one["first_name"], &one["last_name"]] == [&body["first_name"], &body["last_name"]];
    let soft = answer.header("vardbro-not-stored").unwrap_or_default();
    assert_eq!(!soft.contains("_name"), kept, "a name is named if it was not stored: {answer}");
    body["emails"] = json!(["kanariefugl.another@example.com"]);
    let other = clinic.post("/patients", &body).await.is(201);
    assert_ne!(one["id"], other["id"]);
}

async fn another_birth_date(subject: &Subject) {
    let clinic = subject.clinic().await;
    let mut body = anonymous(&clinic);
    let one = clinic.post("/patients", &body).await.is(201);
    body["date_of_birth"] = json!("1961-02-03");
    let other = clinic.post("/patients", &body).await.is(201);
    assert_ne!(one["id"], other["id"]);
    assert_eq!(other["date_of_birth"], "1961-02-03");
}

async fn ambiguous(subject: &Subject) {
    if subject.capabilities.upsert != Upsert::Full {
        return;
    }
    let clinic = subject.clinic().await;
    let mut body = anonymous(&clinic);
    clinic.post("/patients", &body).await.is(201);
    body["date_of_birth"] = json!("1961-02-03");
    clinic.post("/patients", &body).await.is(201);
    body.as_object_mut().expect("an object").remove("date_of_birth");
    let patients = subject.sandbox.ehr.state().patients;
    let answer = clinic.post("/patients", &body).await;
    assert_eq!(answer.faults()[0].code, "AMBIGUOUS_PATIENT", "{answer}");
    assert_eq!(subject.sandbox.ehr.state().patients, patients);
}

async fn eight_at_once(subject: &Subject) {
    let clinic = subject.clinic().await;
    let path = format!("{}/patients", clinic.path);
    let mut body = clinic.somebody();
    let number = body["external_id"].as_str().map_or_else(|| clinic.number(), str::to_owned);
    body["external_id"] = json!(number);
    let attempts: Vec<_> = (0..8)
        .map(|_| {
            let (client, path, body) = (subject.client.clone(), path.clone(), body.clone());
            tokio::spawn(async move { client.post(&path, &body).await })
        })
        .collect();
    for attempt in attempts {
        let answer = attempt.await.expect("an answer");
        // Where the EHR has no uniqueness of its own, later ones may find several.
        match answer.status {
            200 | 201 => assert_eq!(answer.json()["external_id"], number.as_str()),
            _ => assert_eq!(answer.faults()[0].code, "AMBIGUOUS_PATIENT", "{answer}"),
        }
    }
}

async fn national_phones(subject: &Subject) {
    for clinic in subject.clinics().await {
        let (national, e164) = clinic.phone();
        for spelled in [national, e164] {
            let mut body = clinic.somebody();
            body["phones"] = json!([spelled]);
            let patient = clinic.post("/patients", &body).await.is(201);
            assert_eq!(patient["phones"], json!([e164]));
        }
    }
}

async fn wrong_phones(subject: &Subject) {
    let clinic = subject.clinic().await;
    let patients = subject.sandbox.ehr.state().patients;
    for wrong in ["", "12", "hello", "+99912345678", "+461", "0000000000", &"1".repeat(100)] {
        let mut body = clinic.somebody();
        body["phones"] = json!([wrong]);
        clinic.post("/patients", &body).await.refused("BAD_INPUT", "phones.0");
    }
    let mut body = clinic.somebody();
    body["phones"] = json!(vec!["+46701740605"; 21]);
    clinic.post("/patients", &body).await.refused_also("MAX_ITEMS_EXCEEDED", "phones");
    assert_eq!(subject.sandbox.ehr.state().patients, patients);
}

async fn wrong_emails(subject: &Subject) {
    let clinic = subject.clinic().await;
    let before = subject.calls();
    for wrong in
        ["", "nobody", "@example.com", "a@", "a b@example.com", "a@example", "a@.com", "a@example.com\n"]
    {
        let mut body = clinic.somebody();
        body["emails"] = json!([wrong]);
        clinic.post("/patients", &body).await.refused("BAD_INPUT", "emails.0");
    }
    assert_eq!(subject.calls(), before);
}

async fn wrong_birth_dates(subject: &Subject) {
    let clinic = subject.clinic().await;
    let before = subject.calls();
    let tomorrows = clinic.now_plus(crate::clinic::days(3))[..10].to_owned();
    for wrong in
        ["", "soon", "1990-02-30", "90-01-01", "1990-01-01T00:00:00Z", "1500-01-01", "9999-12-31", &tomorrows]
    {
        let mut body = clinic.somebody();
        body["date_of_birth"] = json!(wrong);
        clinic.post("/patients", &body).await.refused("BAD_INPUT", "date_of_birth");
    }
    assert_eq!(subject.calls(), before);
}

async fn wrong_texts(subject: &Subject) {
    let clinic = subject.clinic().await;
    let before = subject.calls();
    for wrong in ["x".repeat(256), "a\u{0}b".to_owned(), "a\u{7}b".to_owned()] {
        let mut body = clinic.somebody();
        body["first_name"] = json!(wrong);
        clinic.post("/patients", &body).await.refused("BAD_INPUT", "first_name");
    }
    for (field, wrong) in [("country", "Sweden"), ("country", "se"), ("city", &"x".repeat(256))] {
        let mut body = clinic.somebody();
        body["address"] = json!({field: wrong});
        let faults = clinic.post("/patients", &body).await.faults();
        assert_eq!(faults[0].path, Some(format!("address.{field}")), "{faults:?}");
    }
    assert_eq!(subject.calls(), before);
}

async fn without_fields(subject: &Subject) {
    let clinic = subject.clinic().await;
    let before = subject.calls();
    for nothing in [json!({}), json!({"first_name": null, "emails": [], "last_name": "  "})] {
        let required = subject.capabilities.of(CREATE).fields_required.first().copied();
        clinic.post("/patients", &nothing).await.refused("MISSING_REQUIRED_FIELD", required);
    }
    assert_eq!(subject.calls(), before);
}

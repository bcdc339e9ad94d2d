//! Searching patients.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use vardbro_model::capabilities::Operation;

use crate::case::Need::{Can, FilterBy, FilterByAlone};
use crate::case::cases;
use crate::clinic::{Clinic, text};
use crate::shapes::PATIENT;
use crate::subject::Subject;

const SEARCH: Operation = Operation::SearchPatients;
const CREATE: Operation = Operation::CreatePatient;

cases! {
    "patients are found by first name in any case" [Can(CREATE), FilterByAlone(SEARCH, "first_name")] => by_first_name,
    "patients are found by last name in any case" [Can(CREATE), FilterByAlone(SEARCH, "last_name")] => by_last_name,
    "patients are found by date of birth" [Can(CREATE), FilterByAlone(SEARCH, "date_of_birth")] => by_date_of_birth,
    "patients are found by external_id" [Can(CREATE), FilterByAlone(SEARCH, "external_id")] => by_external_id,
    "patients are found by e-mail in any case" [Can(CREATE), FilterByAlone(SEARCH, "email")] => by_email,
    "patients are found by phone alone, in every spelling" [Can(CREATE), FilterByAlone(SEARCH, "phone")] => by_phone_alone,
    "patients are found by phone together with a name" [Can(CREATE), FilterBy(SEARCH, "phone"), FilterBy(SEARCH, "last_name")] => by_phone,
    "all given fields must hold" [Can(CREATE), FilterBy(SEARCH, "first_name"), FilterBy(SEARCH, "last_name")] => all_must_hold,
    "a search that finds nobody is an empty list" [Can(SEARCH)] => nobody,
    "a search without a field is refused" [Can(SEARCH)] => without_fields,
    "a search with a wrong value is refused" [Can(SEARCH)] => wrong_values,
    "quotes and wildcards in a search mean themselves" [Can(SEARCH)] => wildcards,
}

async fn found(clinic: &Clinic<'_>, parameters: &[(&str, &str)]) -> Vec<Value> {
    let found = clinic.find("/patients", parameters).await.list();
    found.iter().for_each(|patient| PATIENT.check(patient));
    let ids: BTreeSet<String> = found.iter().map(|patient| text(patient, "id")).collect();
    assert_eq!(ids.len(), found.len(), "nobody is found twice");
    found
}

/// Checks that the patient is found by the field's value, in any case, and that everybody found has it.
async fn by(clinic: &Clinic<'_>, patient: &Value, filter: &'static str, field: &str) {
    let value = match &patient[field] {
        Value::Array(values) => values[0].as_str().expect("a text").to_owned(),
        value => value.as_str().expect("a text").to_owned(),
    };
    for spelled in [value.clone(), value.to_uppercase()] {
        let found = found(clinic, &[(filter, &spelled)]).await;
        assert!(found.contains(patient), "{spelled}: {found:?}");
        for other in found {
            let has = match &other[field] {
                Value::Array(values) => values.clone(),
                other => vec![other.clone()],
            };
            let same =
                |one: &Value| one.as_str().is_some_and(|one| one.to_lowercase() == value.to_lowercase());
            assert!(has.iter().any(same), "{other}");
        }
    }
}

async fn by_first_name(subject: &Subject) {
    let clinic = subject.clinic().await;
    by(&clinic, &clinic.new_patient().await, "first_name", "first_name").await;
}

async fn by_last_name(subject: &Subject) {
    let clinic = subject.clinic().await;
    by(&clinic, &clinic.new_patient().await, "last_name", "last_name").await;
}

async fn by_date_of_birth(subject: &Subject) {
    let clinic = subject.clinic().await;
    by(&clinic, &clinic.new_patient().await, "date_of_birth", "date_of_birth").await;
}

async fn by_email(subject: &Subject) {
    let clinic = subject.clinic().await;
    by(&clinic, &clinic.new_patient().await, "email", "emails").await;
}

async fn by_external_id(subject: &Subject) {
    let clinic = subject.clinic().await;
    let mut body = clinic.somebody();
    let number = body["external_id"].as_str().map_or_else(|| clinic.number(), str::to_owned);
    body["external_id"] = json!(number);
    let patient = clinic.post("/patients", &body).await.is(201);
    assert_eq!(found(&clinic, &[("external_id", &number)]).await, [patient]);
    assert_eq!(found(&clinic, &[("external_id", &clinic.number())]).await, [Value::Null; 0]);
}

/// Two patients of one name: this number is the first one's.
async fn with_phone(clinic: &Clinic<'_>) -> (Value, [String; 3]) {
    let (national, e164) = clinic.phone();
    let mut body = clinic.somebody();
    body["phones"] = json!([e164]);
    let patient = clinic.post("/patients", &body).await.is(201);
    clinic.new_patient().await;
    // The last one is what becomes of a plus that was not encoded.
    (patient, [e164.to_owned(), national.to_owned(), e164.replace('+', " ")])
}

async fn by_phone_alone(subject: &Subject) {
    let clinic = subject.clinic().await;
    let (patient, spellings) = with_phone(&clinic).await;
    for spelled in spellings {
        assert_eq!(found(&clinic, &[("phone", &spelled)]).await, std::slice::from_ref(&patient), "{spelled}");
    }
}

async fn by_phone(subject: &Subject) {
    let clinic = subject.clinic().await;
    let (patient, spellings) = with_phone(&clinic).await;
    let name = text(&patient, "last_name");
    for spelled in spellings {
        let both = found(&clinic, &[("phone", &spelled), ("last_name", &name)]).await;
        assert_eq!(both, std::slice::from_ref(&patient), "{spelled}");
    }
    assert_eq!(found(&clinic, &[("phone", "+46701740699"), ("last_name", &name)]).await, [Value::Null; 0]);
}

async fn all_must_hold(subject: &Subject) {
    let clinic = subject.clinic().await;
    let (one, other) = (clinic.new_patient().await, clinic.new_patient().await);
    let (first, last) = (text(&one, "first_name"), text(&one, "last_name"));
    assert_eq!(
        found(&clinic, &[("first_name", &first), ("last_name", &last)]).await,
        std::slice::from_ref(&one)
    );
    assert_eq!(found(&clinic, &[("first_name", &first), ("last_name", "Nobody")]).await, [Value::Null; 0]);
    if FilterBy(SEARCH, "email").is_met_by(&subject.capabilities) {
        let email = other["emails"][0].as_str().expect("a text");
        assert_eq!(found(&clinic, &[("first_name", &first), ("email", email)]).await, [Value::Null; 0]);
        let right = found(&clinic, &[("first_name", &text(&other, "first_name")), ("email", email)]).await;
        assert_eq!(right, std::slice::from_ref(&other));
    }
}

/// A text filter that works alone.
fn any_filter(subject: &Subject) -> &'static str {
    let known = subject.capabilities.of(SEARCH);
    let alone = |filter: &&&str| **filter != "date_of_birth" && !known.filters_not_alone.contains(*filter);
    known.filters.iter().find(alone).expect("a filter")
}

async fn nobody(subject: &Subject) {
    let clinic = subject.clinic().await;
    let value = if any_filter(subject) == "phone" { "+46701740699" } else { "nobody@nowhere.example" };
    assert_eq!(found(&clinic, &[(any_filter(subject), value)]).await, [Value::Null; 0]);
}

async fn without_fields(subject: &Subject) {
    let clinic = subject.clinic().await;
    let before = subject.calls();
    clinic.get("/patients").await.refused("MISSING_REQUIRED_FIELD", None);
    clinic.find("/patients", &[("limit", "5")]).await.refused("MISSING_REQUIRED_FIELD", None);
    clinic.find("/patients", &[(any_filter(subject), "")]).await.refused_also("MISSING_REQUIRED_FIELD", None);
    assert_eq!(subject.calls(), before);
}

async fn wrong_values(subject: &Subject) {
    let clinic = subject.clinic().await;
    for (filter, wrong) in [("date_of_birth", "soon"), ("date_of_birth", "1990-02-30"), ("phone", "hello")] {
        if FilterBy(SEARCH, filter).is_met_by(&subject.capabilities) {
            let answer = clinic.find("/patients", &[(filter, wrong), (any_filter(subject), "x")]).await;
            answer.refused("BAD_INPUT", filter);
        }
    }
}

async fn wildcards(subject: &Subject) {
    let clinic = subject.clinic().await;
    for value in ["%", "*", "_", "' OR '1'='1", "\"", "a,b", "a:=b", "\\", "~%"] {
        assert_eq!(found(&clinic, &[(any_filter(subject), value)]).await, [Value::Null; 0], "{value}");
    }
}

//! Patients: looking up, creating from the population register and without it, changing.

use reqwest::Method;
use serde_json::{Value, json};
use vardbro_webdoc_sandbox::UnknownPatient;

use crate::client::{NOBODY, Sandbox, TOLVAN, assert_fields, id, with, without};

/// A valid number of nobody in the seed.
const NEW: &str = "19900101-2385";

const V1: &str = "id,personalNumber,birthDate,gender,firstName,lastName,address,nationality,email,mobilePhoneNumber,workPhoneNumber,homePhoneNumber,listedClinic,interpreterNeeded,interpreterLanguage,patientType";

fn stranger() -> Value {
    json!({
        "identificationNumber": "PASS-4711",
        "firstName": "Ole",
        "lastName": "Opdigtet",
        "birthDate": "1990-04-30",
        "gender": "M",
        "patientTypeId": 4,
        "contact": {"mobile": "070-174 06 20", "email": "ole@example.com", "city": "Köpenhamn"},
    })
}

#[tokio::test]
async fn a_patient_is_found_with_and_without_dash() {
    let sandbox = Sandbox::start().await;
    let tolvan = sandbox.patient(TOLVAN).await;
    assert_eq!(sandbox.patient("191212121212").await, tolvan);
    assert_fields(&tolvan, &format!("{V1},organization,department,county"));
    assert_fields(&tolvan["address"], "streetName,coAddress,city,zipCode");
    assert_eq!(tolvan["patientType"], json!({"id": "3", "name": "Privat", "type": "private"}));
    assert_eq!((&tolvan["personalNumber"], &tolvan["birthDate"]), (&json!(TOLVAN), &json!("1912-12-12")));
    assert_eq!((&tolvan["firstName"], &tolvan["lastName"]), (&json!("Tolvan"), &json!("Tolvansson")));
    assert_eq!((&tolvan["gender"], &tolvan["mobilePhoneNumber"]), (&json!("M"), &json!("+46001234567")));
    assert_eq!(tolvan["organization"], json!({"id": "501", "name": "Påhittade Plåt AB"}));
    assert_eq!(tolvan["department"], json!({"id": "504", "name": "Kontor"}));
    assert_eq!(sandbox.patient("19491206-2306").await["gender"], "K");
    assert_eq!(sandbox.patient("19491206-2306").await["organization"], Value::Null);
}

#[tokio::test]
async fn the_official_test_numbers_are_patients() {
    let sandbox = Sandbox::start().await;
    for number in [
        "19121212-1212",
        "19711002-1834",
        "19401012-6672",
        "19500304-2222",
        "19491206-2306",
        "19500812-1856",
        "19870207-2391",
    ] {
        assert_eq!(sandbox.patient(number).await["personalNumber"], number);
    }
}

#[tokio::test]
async fn the_deprecated_look_up_answers_one_object() {
    let sandbox = Sandbox::start().await;
    let old = sandbox.get(&format!("/v1/patients?personalNumber={TOLVAN}")).await.expect(200);
    assert_fields(&old, V1);
    sandbox.get("/v1/patients").await.refused(400, Some("personalNumber"));
    sandbox.get("/v1/patients?personalNumber=19000101-0000").await.refused(404, None);
}

#[tokio::test]
async fn an_unknown_patient_is_not_found_or_an_empty_list() {
    let (default, empty) = (
        Sandbox::start().await,
        Sandbox::with(|options| options.unknown_patient = UnknownPatient::EmptyArray).await,
    );
    let path = format!("/v2/patients?personalNumber={NEW}");
    default.get(&path).await.refused(404, None);
    assert_eq!(empty.get(&path).await.expect(200), json!([]));
    default.get("/v2/patients").await.refused(400, Some("personalNumber"));
}

#[tokio::test]
async fn a_new_patient_has_name_and_address_of_the_register() {
    let sandbox = Sandbox::start().await;
    let person = sandbox.get(&format!("/v1/nationalRegistry/{NEW}")).await.expect(200);
    let body = json!({
        "personalNumber": NEW,
        "patientType": "Privat",
        "email": "ny@example.com",
        "mobileNumber": "070-174 06 30",
        "listInfo": {"name": "Björkbackens vårdcentral", "hsaId": "SE2321000131-E000000000101", "countyName": "Stockholm"},
        "firstName": "Nobody",
    });

    let made = sandbox.post("/v1/patients", body).await.expect(201);

    assert_eq!(made.as_array().unwrap().len(), 1);
    let made = &made[0];
    assert_fields(
        made,
        "id,personalNumber,firstName,lastName,birthDate,gender,contact,listInfo,patientType,nationality,interpreterNeed,interpreterLanguage,registerAsOf",
    );
    assert_fields(
        &made["contact"],
        "streetName,zipCode,coAddress,city,homePhone,workPhone,mobile,email,tempAddress",
    );
    assert_fields(
        &made["contact"]["tempAddress"],
        "tempStreetName,tempZipCode,tempCoAddress,tempCity,tempValidUntil",
    );
    for field in ["firstName", "lastName"] {
        assert_eq!(made[field], person[field]);
    }
    assert_eq!(made["contact"]["streetName"], person["address"]);
    assert_eq!((&made["patientType"], &made["registerAsOf"]), (&json!("Privat"), &json!("2026-03-23")));
    assert_eq!((&made["gender"], &made["birthDate"]), (&json!("K"), &json!("1990-01-01")));
    let read = sandbox.patient(NEW).await;
    assert_eq!((&read["id"], &read["email"]), (&made["id"], &json!("ny@example.com")));
    assert_eq!(read["mobilePhoneNumber"], "070-174 06 30");
    assert_eq!(read["listedClinic"], json!({"hsaId": "SE2321000131-E000000000101"}));
}

#[tokio::test]
async fn number_and_type_are_enough_and_are_checked() {
    let sandbox = Sandbox::start().await;
    let body = json!({"personalNumber": NEW, "patientType": "Privat"});
    let patients = sandbox.running.ehr.state().patients;
    for (field, value) in [
        ("personalNumber", json!("19900101-2384")),
        ("personalNumber", json!("19900230-2385")),
        ("personalNumber", json!("900101-2385")),
        ("personalNumber", json!("")),
        ("personalNumber", json!(199001012385_i64)),
        ("personalNumber", json!("19150072-2390")),
        ("personalNumber", json!(TOLVAN)),
        ("patientType", json!("privat")),
        ("patientType", json!(3)),
        ("email", json!("nobody")),
    ] {
        sandbox.post("/v1/patients", with(body.clone(), field, value)).await.refused(400, Some(field));
    }
    for field in ["personalNumber", "patientType"] {
        sandbox.post("/v1/patients", without(body.clone(), field)).await.refused(400, Some(field));
    }
    assert_eq!(sandbox.running.ehr.state().patients, patients);
    sandbox.post("/v1/patients", body.clone()).await.expect(201);
    sandbox.post("/v1/patients", body).await.refused(400, Some("personalNumber"));
    assert_eq!(sandbox.running.ehr.state().patients, patients + 1);
}

#[tokio::test]
async fn errors_hold_nothing_of_the_patient() {
    let sandbox = Sandbox::start().await;
    let body = json!({"personalNumber": ["19121212-1212"], "patientType": "Hemlig"});
    let reply = sandbox.post("/v1/patients", body).await;
    assert!(!reply.text.contains("1212") && !reply.text.contains("Hemlig"), "{}", reply.text);
    reply.refused(400, Some("personalNumber"));
}

#[tokio::test]
async fn somebody_without_a_number_is_found_by_identification() {
    let sandbox = Sandbox::start().await;
    let path = "/v1/patient/withoutSocialSecurityNumber";
    let made = sandbox.post(path, stranger()).await.expect(201);
    let made = &made[0];
    assert_fields(
        made,
        "id,identificationNumber,firstName,lastName,birthDate,gender,patientType,contact,listInfo",
    );
    assert_eq!(made["patientType"], json!({"id": 4, "name": "Utländsk patient"}));
    let read = sandbox.patient("PASS-4711").await;
    assert_eq!((&read["id"], &read["lastName"]), (&made["id"], &json!("Opdigtet")));
    assert_eq!((&read["gender"], &read["address"]["city"]), (&json!("M"), &json!("Köpenhamn")));

    sandbox.post(path, stranger()).await.refused(400, Some("identificationNumber"));
    for (field, value) in [
        ("identificationNumber", json!(TOLVAN)),
        ("identificationNumber", json!(" ")),
        ("firstName", json!("")),
        ("birthDate", json!("2026-03-24")),
        ("birthDate", json!("30/4 1990")),
        ("gender", json!("male")),
        ("patientTypeId", json!("4")),
        ("patientTypeId", json!(99)),
    ] {
        let body = with(with(stranger(), "identificationNumber", json!("PASS-1")), field, value);
        sandbox.post(path, body).await.refused(400, Some(field));
    }
    for field in ["identificationNumber", "firstName", "lastName", "birthDate", "gender", "patientTypeId"] {
        sandbox.post(path, without(stranger(), field)).await.refused(400, Some(field));
    }
}

#[tokio::test]
async fn a_change_answers_nothing_and_changes_what_was_sent() {
    let sandbox = Sandbox::start().await;
    let before = sandbox.patient(TOLVAN).await;
    let change = json!({
        "email": "ny@example.com",
        "mobileNumber": "+46701740640",
        "patientType": "Försäkring",
        "lastName": "Tolvansson-Ny",
        "address": "Sagostigen 9",
        "coAddress": "c/o Elvan",
        "city": "Uppsala",
        "zipCode": "75320",
        "stateCode": "03",
        "listInfo": {"hsaId": "SE2321000131-E000000000102"},
    });

    sandbox.patch(&format!("/v1/patients/{TOLVAN}"), change).await.expect(204);

    let after = sandbox.patient(TOLVAN).await;
    assert_eq!(
        (&after["email"], &after["mobilePhoneNumber"]),
        (&json!("ny@example.com"), &json!("+46701740640"))
    );
    assert_eq!((&after["firstName"], &after["lastName"]), (&before["firstName"], &json!("Tolvansson-Ny")));
    assert_eq!((&after["patientType"]["id"], &after["county"]["code"]), (&json!("2"), &json!("03")));
    let address = json!({"streetName": "Sagostigen 9", "coAddress": "c/o Elvan", "city": "Uppsala", "zipCode": "75320"});
    assert_eq!(after["address"], address);
    assert_eq!(after["listedClinic"]["hsaId"], "SE2321000131-E000000000102");

    sandbox.patch("/v1/patients/191212121212", json!({"email": "", "mobileNumber": null})).await.expect(204);
    let emptied = sandbox.patient(TOLVAN).await;
    assert_eq!((&emptied["email"], &emptied["mobilePhoneNumber"]), (&json!(""), &after["mobilePhoneNumber"]));
}

#[tokio::test]
async fn wrong_changes_change_nothing() {
    let sandbox = Sandbox::start().await;
    let before = sandbox.patient(TOLVAN).await;
    for (field, value, named) in [
        ("email", "x", "email"),
        ("mobileNumber", "ring", "mobile"),
        ("patientType", "3", "patientType"),
        ("lastName", " ", "lastName"),
    ] {
        let change = with(json!({"city": "Umeå"}), field, json!(value));
        sandbox.patch(&format!("/v1/patients/{TOLVAN}"), change).await.refused(400, Some(named));
    }
    assert_eq!(sandbox.patient(TOLVAN).await, before);
    sandbox.patch(&format!("/v1/patients/{NEW}"), json!({})).await.refused(404, None);
}

#[tokio::test]
async fn the_register_knows_more_than_the_clinics_but_not_everybody() {
    let sandbox = Sandbox::with(|options| options.unregistered.extend(["199001012385".to_owned()])).await;
    let person = sandbox.get(&format!("/v1/nationalRegistry/{TOLVAN}")).await.expect(200);
    assert_fields(
        &person,
        "unRegisterCauseCode,firstName,lastName,spokenName,maritialStatus,coAddress,address,zipCode,city,stateCode,countyCode,parish,deceased",
    );
    assert_eq!((&person["lastName"], &person["deceased"]), (&json!("Tolvansson"), &json!("0")));
    let dead = sandbox.get("/v1/nationalRegistry/19150088-2392").await.expect(200);
    assert_eq!((&dead["deceased"], &dead["unRegisterCauseCode"]), (&json!("1"), &json!("AV")));
    for unknown in [NEW, "19150072-2390", "19900101-2384", "none"] {
        sandbox.get(&format!("/v1/nationalRegistry/{unknown}")).await.refused(404, None);
    }
    let body = json!({"personalNumber": NEW, "patientType": "Privat"});
    sandbox.post("/v1/patients", body).await.refused(400, Some("personalNumber"));
}

#[tokio::test]
async fn only_a_patient_can_be_opened() {
    let sandbox = Sandbox::start().await;
    let path = "/v1/currentUser/currentPatient";
    let body = json!({"personalNumber": TOLVAN, "showWarning": false});
    sandbox.write(Method::PUT, path, body.clone()).await.expect(204);
    let wrong = with(body.clone(), "showWarning", json!("no"));
    sandbox.write(Method::PUT, path, wrong).await.refused(400, Some("showWarning"));
    sandbox.write(Method::PUT, path, with(body, "personalNumber", json!(NEW))).await.refused(404, None);
}

#[tokio::test]
async fn ids_are_uuids_that_stay() {
    let (one, other) = (Sandbox::start().await, Sandbox::with(|options| options.seed = 9).await);
    assert_eq!(one.tolvan().await, other.tolvan().await);
    assert_eq!(id(&one.patient(TOLVAN).await).len(), NOBODY.len());
}

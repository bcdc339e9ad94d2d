//! Bookings that become visits.

use serde_json::{Value, json};
use vardbro_webdoc_sandbox::record_templates::ACUTE_VISIT;

use crate::client::{ALMGREN, BJORKBACKEN, HAMNEN, NOBODY, Sandbox, TOLVAN, assert_fields, id};

const VISIT: &str = "id,clinicId,visitDate,bookingId,injuryNumber,payments,patient,caregiver";

async fn visit(sandbox: &Sandbox) -> Value {
    let booking = sandbox.book_any().await;
    let body = json!({"bookingId": booking["id"], "visitDate": "2026-03-23 09:05:00"});
    sandbox.post("/v2/visits", body).await.expect(201)
}

async fn ids(sandbox: &Sandbox, query: &str) -> Vec<String> {
    let rows = sandbox.rows(&format!("/v1/clinics/{BJORKBACKEN}/visits?{query}")).await;
    rows.iter().map(id).collect()
}

#[tokio::test]
async fn the_template_of_a_visit_shows_in_the_list_only() {
    let sandbox = Sandbox::start().await;
    let made = visit(&sandbox).await;
    assert_fields(&made, VISIT);
    assert_eq!((&made["clinicId"], &made["visitDate"]), (&json!(BJORKBACKEN), &json!("2026-03-23 09:05:00")));
    assert!(made["payments"][0]["amount"].is_number());
    let rows = sandbox.rows(&format!("/v1/clinics/{BJORKBACKEN}/visits")).await;
    rows.iter().for_each(|row| assert_fields(row, &format!("{VISIT},recordTemplateId")));
    let listed = rows.iter().find(|row| row["id"] == made["id"]).unwrap();
    assert_eq!(listed["recordTemplateId"], ACUTE_VISIT.id.to_string());
    assert!(rows.is_sorted_by_key(|row| row["visitDate"].to_string()));
}

#[tokio::test]
async fn a_visit_marks_its_booking_arrived() {
    let sandbox = Sandbox::start().await;
    let made = visit(&sandbox).await;
    let path = format!("/v1/clinics/{BJORKBACKEN}/bookings?arrived=1&fromDate=2026-03-24");
    assert_eq!(sandbox.rows(&path).await[0]["id"], made["bookingId"]);
}

#[tokio::test]
async fn visits_are_found_by_each_filter() {
    let sandbox = Sandbox::start().await;
    let made = id(&visit(&sandbox).await);
    for query in [
        "date=2026-03-23",
        "fromDate=2026-03-23",
        &format!("fromDate=2026-03-23&userId={ALMGREN}"),
        &format!("fromDate=2026-03-23&personalNumber={TOLVAN}"),
        &format!("fromDate=2026-03-23&recordTemplateId={}", ACUTE_VISIT.id),
        "fromDate=2026-03-23&isSigned=0",
    ] {
        assert_eq!(ids(&sandbox, query).await, std::slice::from_ref(&made), "{query}");
    }
    for query in
        ["fromDate=2026-03-24", "date=2026-03-23&personalNumber=19711002-1834", "date=2026-03-23&isSigned=1"]
    {
        assert!(ids(&sandbox, query).await.is_empty(), "{query}");
    }
    let (signed, unsigned) = (ids(&sandbox, "isSigned=1").await, ids(&sandbox, "isSigned=0").await);
    assert!(!signed.is_empty() && signed.len() + unsigned.len() == ids(&sandbox, "").await.len());
    sandbox.get(&format!("/v1/clinics/{NOBODY}/visits")).await.refused(404, None);
}

#[tokio::test]
async fn from_booking_to_signed_note() {
    let sandbox = Sandbox::start().await;
    let made = visit(&sandbox).await;
    let keyword = ACUTE_VISIT.keyword("Bedömning").unwrap().id;
    let text = json!({
        "userId": ALMGREN,
        "keywords": [{"id": keyword, "value": "Förkylning."}],
        "diagnosisCodes": ["J00.9"],
        "actionCodes": [],
    });
    let path = format!("/v1/visits/{}/records", id(&made));
    let notes = sandbox.running.ehr.state().notes;
    sandbox.patch(&path, text).await.expect(200);
    assert_eq!(sandbox.running.ehr.state().notes, notes + 1);
    sandbox.post(&format!("{path}/signatures"), json!({"userId": ALMGREN})).await.expect(204);
    assert_eq!(ids(&sandbox, "fromDate=2026-03-23&isSigned=1").await, [id(&made)]);
}

#[tokio::test]
async fn a_booking_becomes_one_visit() {
    let sandbox = Sandbox::start().await;
    let made = visit(&sandbox).await;
    let again = json!({"bookingId": made["bookingId"], "visitDate": "2026-03-23 09:05:00"});
    sandbox.post("/v2/visits", again).await.refused(400, Some("bookingId"));
    let row = sandbox.free().await.swap_remove(0);
    for nothing in [row["id"].clone(), json!(NOBODY)] {
        let body = json!({"bookingId": nothing, "visitDate": "2026-03-23 09:05:00"});
        sandbox.post("/v2/visits", body).await.refused(404, None);
    }
    let body = json!({"bookingId": made["bookingId"], "visitDate": "2026-03-23"});
    sandbox.post("/v2/visits", body).await.refused(400, Some("visitDate"));
    sandbox.post("/v2/visits", json!({})).await.refused(400, Some("bookingId"));
}

#[tokio::test]
async fn a_previous_visit_must_be_the_patients() {
    let sandbox = Sandbox::start().await;
    let rows = sandbox.rows(&format!("/v1/clinics/{HAMNEN}/visits")).await;
    let of = |own: bool| {
        let own = move |row: &&Value| (row["patient"]["personalNumber"] == "19711002-1834") == own;
        rows.iter().find(own).map(|row| row["id"].clone())
    };
    let foreign = of(false).unwrap();
    let row = sandbox.free().await.swap_remove(0);
    let mut body = sandbox.body_for(&row).await;
    body["patientId"] = json!(id(&sandbox.patient("19711002-1834").await));
    body["previousVisitId"] = foreign;
    sandbox.post("/v1/bookings", body.clone()).await.refused(400, Some("previousVisitId"));

    body["patientId"] = json!(sandbox.tolvan().await);
    body["previousVisitId"] = visit(&sandbox).await["id"].clone();
    let row = sandbox.free().await.swap_remove(0);
    for field in ["date", "startTime", "endTime"] {
        body[field] = row[field].clone();
    }
    body["bookingTypeId"] = row["bookingType"]["id"].clone();
    sandbox.post("/v1/bookings", body).await.expect(201);
}

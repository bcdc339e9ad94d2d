//! Booking: what is answered, what is refused, and how bookings are found.

use serde_json::{Value, json};

use crate::client::{
    ALMGREN, BJORKBACKEN, HAMNEN, NOBODY, RECEPTIONIST, Sandbox, TOLVAN, assert_fields, id, with, without,
};

const NEW_BOOKING: &str = "id,date,startTime,endTime,note,injuryNumber,smsReminder,reservedForOrganizationId,reservedForDepartmentId,phase,actionCodes,bookingType,patientType,clinic,patient,caregiver";

#[tokio::test]
async fn a_booking_answers_ids_of_types_as_text_and_takes_its_row() {
    let sandbox = Sandbox::start().await;
    let row = sandbox.free().await.swap_remove(0);
    let body = with(sandbox.body_for(&row).await, "actionCodes", json!([31]));

    let made = sandbox.post("/v1/bookings", body).await.expect(201);

    assert_fields(&made, NEW_BOOKING);
    assert_ne!(id(&made), id(&row), "a booking is a row of its own");
    for field in ["date", "startTime", "endTime"] {
        assert_eq!(made[field], row[field]);
    }
    assert_eq!((&made["phase"], &made["note"]), (&json!(1), &json!("Hosta")));
    assert_eq!(made["bookingType"]["id"], row["bookingType"]["id"].to_string());
    assert_eq!(made["patientType"], json!({"id": "3", "name": "Privat"}));
    assert_eq!(made["actionCodes"], json!([{"id": "31", "codeName": "AV017"}]));
    assert_eq!(made["patient"]["personalNumber"], TOLVAN);
    assert_fields(&made["caregiver"], "id,title,firstName,lastName,identifier,hsaId");
    assert_eq!((&made["caregiver"]["hsaId"], &made["caregiver"]["id"]), (&json!(""), &json!(ALMGREN)));
    assert!(sandbox.free().await.iter().all(|free| id(free) != id(&row)));
}

#[tokio::test]
async fn a_booking_is_found_in_both_shapes() {
    let sandbox = Sandbox::start().await;
    let made = sandbox.book_any().await;
    let date = made["date"].as_str().unwrap();

    let search = format!("/v1/bookings?isBooked=1&personalNumber={TOLVAN}&fromDate={date}&toDate={date}");
    let found = sandbox.rows(&search).await;
    let found = found.iter().find(|row| row["id"] == made["id"]).unwrap();
    assert_eq!(found["bookingType"]["id"].to_string(), made["bookingType"]["id"].as_str().unwrap());
    assert_eq!(found["patientType"]["id"], 3);
    assert!(found.get("caregiver").is_none());

    let clinic =
        format!("/v1/clinics/{BJORKBACKEN}/bookings?booked=true&date={date}&personalNumber=191212121212");
    let listed = sandbox.rows(&clinic).await;
    let listed = listed.iter().find(|row| row["id"] == made["id"]).unwrap();
    assert_eq!(
        (&listed["bookingDescription"], &listed["bookedPatientType"]),
        (&json!("Hosta"), &json!("Privat"))
    );
    assert_eq!((&listed["clinicId"], &listed["arrived"]), (&json!(BJORKBACKEN), &json!(0)));
    assert_fields(
        &listed["payments"][0],
        "price,patientFee,amount,comment,account,VATPercentage,VAT,expiryDate,freeByFreeCard,reducedByFreeCard,articleName",
    );
    let patient = &listed["patient"];
    assert_fields(
        patient,
        "id,isListed,personalNumber,firstName,lastName,patientType,address,mobilePhone,phoneNumber,email,listing,freeCard",
    );
    assert_fields(&patient["address"], "streetName,coAddress,city,zipCode");
    assert_fields(&patient["listing"], "hsaId,countyName");
    assert_fields(&patient["freeCard"], "cardNumber,validFrom,validUntil,amountToLimit");
    assert_eq!(patient["mobilePhone"], "+46001234567");
    assert_eq!(listed["caregiver"]["hsaId"], "SE2321000131-E000000012345");
}

#[tokio::test]
async fn a_fee_of_zero_differs_from_none() {
    let sandbox = Sandbox::start().await;
    let rows = sandbox.free().await;
    let clinic = format!("/v1/clinics/{BJORKBACKEN}/bookings?booked=true&fromDate=2026-03-24");
    let mut fees = Vec::new();
    for (row, fee) in rows.iter().zip([None, Some(json!(0)), Some(json!(99.5))]) {
        let mut body = sandbox.body_for(row).await;
        if let Some(fee) = fee {
            body["fee"] = fee;
        }
        let made = sandbox.post("/v1/bookings", body).await.expect(201);
        let listed = sandbox.rows(&clinic).await;
        let listed = listed.iter().find(|row| row["id"] == made["id"]).unwrap();
        fees.push(listed["payments"][0]["patientFee"].clone());
    }
    assert!(fees[0].as_i64().unwrap() > 0);
    assert_eq!(fees[1..], [json!(0), json!(99.5)]);
}

#[tokio::test]
async fn the_patients_own_type_is_taken_where_none_is_sent() {
    let sandbox = Sandbox::start().await;
    let row = sandbox.free().await.swap_remove(0);
    let body = without(sandbox.body_for(&row).await, "patientTypeId");
    let patient = id(&sandbox.patient("19401012-6672").await);
    let made = sandbox.post("/v1/bookings", with(body, "patientId", json!(patient))).await.expect(201);
    assert_eq!(made["patientType"]["name"], "Region Stockholm");
}

#[tokio::test]
async fn wrong_bookings_are_refused_and_take_nothing() {
    let sandbox = Sandbox::start().await;
    let row = sandbox.free().await.swap_remove(0);
    let body = sandbox.body_for(&row).await;
    let before = sandbox.running.ehr.state();
    for field in ["userId", "clinicId", "patientId", "bookingTypeId", "date", "startTime", "endTime"] {
        let refused = sandbox.post("/v1/bookings", without(body.clone(), field)).await;
        refused.refused(400, Some(field));
    }
    for (field, value, named) in [
        ("userId", json!(RECEPTIONIST), "userId"),
        ("userId", json!(NOBODY), "userId"),
        ("clinicId", json!(NOBODY), "clinicId"),
        ("clinicId", json!(HAMNEN), "userId"),
        ("bookingTypeId", json!("12"), "bookingTypeId"),
        ("bookingTypeId", json!(99), "bookingTypeId"),
        ("patientTypeId", json!(99), "patientTypeId"),
        ("date", json!("2026-03-24T09:00"), "date"),
        ("startTime", json!("9:00"), "startTime"),
        ("endTime", json!("25:00"), "endTime"),
        ("endTime", json!("08:00"), "endTime"),
        ("fee", json!("0"), "fee"),
        ("fee", json!(-1), "fee"),
        ("smsReminder", json!(1), "smsReminder"),
        ("smsConfirmation", json!("yes"), "smsConfirmation"),
        ("actionCodes", json!([34]), "actionCodes"),
        ("actionCodes", json!(["31"]), "actionCodes[0]"),
        ("previousVisitId", json!(NOBODY), "previousVisitId"),
        ("reservedForOrganizationId", json!(1), "reservedForOrganizationId"),
        ("reservedForDepartmentId", json!(1), "reservedForDepartmentId"),
        ("startTime", json!("03:00"), "startTime"),
        ("bookingTypeId", json!(19), "startTime"),
        ("date", json!("2026-03-29"), "startTime"),
    ] {
        let refused = sandbox.post("/v1/bookings", with(body.clone(), field, value.clone())).await;
        assert_eq!(refused.status, 400, "{field} {value}");
        refused.refused(400, Some(named));
    }
    let unknown = with(body, "patientId", json!(NOBODY));
    sandbox.post("/v1/bookings", unknown).await.refused(404, None);
    assert_eq!(sandbox.running.ehr.state(), before);
}

#[tokio::test]
async fn the_past_cannot_be_booked() {
    let sandbox = Sandbox::start().await;
    let today = sandbox
        .rows(&format!("/v1/bookings?isBooked=0&userId={ALMGREN}&fromDate=2026-03-23&toDate=2026-03-23"))
        .await;
    assert_eq!(today[0]["startTime"], "09:00", "it is nine o'clock");
    for allow in [false, true] {
        let body = with(sandbox.body_for(&today[0]).await, "allowOverlap", json!(allow));
        sandbox.post("/v1/bookings", body).await.refused(400, Some("date"));
    }
    let patient = json!({"patientId": sandbox.tolvan().await});
    sandbox.patch(&format!("/v1/bookings/{}", id(&today[0])), patient).await.refused(400, Some("date"));
    sandbox.book(&today[1]).await;
}

#[tokio::test]
async fn overlaps_are_allowed_on_purpose_only() {
    let sandbox = Sandbox::start().await;
    let row = sandbox.free().await.swap_remove(0);
    let body = sandbox.body_for(&row).await;
    sandbox.post("/v1/bookings", body.clone()).await.expect(201);
    sandbox.post("/v1/bookings", body.clone()).await.refused(400, Some("startTime"));
    let explicit = with(body.clone(), "allowOverlap", json!(false));
    sandbox.post("/v1/bookings", explicit).await.refused(400, Some("startTime"));
    sandbox.post("/v1/bookings", with(body, "allowOverlap", json!(true))).await.expect(201);
}

#[tokio::test]
async fn an_overlapping_booking_hides_the_rows_beneath_it() {
    let sandbox = Sandbox::start().await;
    let rows = sandbox.free().await;
    let (first, second) = (&rows[0], &rows[1]);
    assert_eq!((&first["date"], &first["endTime"]), (&second["date"], &second["startTime"]));
    let mut body = with(sandbox.body_for(first).await, "allowOverlap", json!(true));
    body["endTime"] = second["endTime"].clone();
    let made = sandbox.post("/v1/bookings", body).await.expect(201);
    assert_eq!(sandbox.free().await[0], rows[2]);
    sandbox.post("/v1/bookings", sandbox.body_for(second).await).await.refused(400, Some("startTime"));

    sandbox.delete(&format!("/v1/bookings/{}", id(&made)), json!({"userId": ALMGREN})).await.expect(204);
    assert_eq!(sandbox.free().await[..2], rows[..2]);
}

#[tokio::test]
async fn every_filter_narrows_the_search() {
    let sandbox = Sandbox::start().await;
    let row = sandbox.free().await.swap_remove(0);
    let mut body = sandbox.body_for(&row).await;
    body["reservedForOrganizationId"] = json!(501);
    body["reservedForDepartmentId"] = json!(504);
    let made = sandbox.post("/v1/bookings", body).await.expect(201);
    assert_eq!(
        (&made["reservedForOrganizationId"], &made["reservedForDepartmentId"]),
        (&json!(501), &json!(504))
    );

    let clinic = format!("/v1/clinics/{BJORKBACKEN}/bookings?");
    for path in ["/v1/bookings?", &clinic] {
        for query in ["reservedForOrganizationId=501", "reservedForDepartmentId=504"] {
            let rows = sandbox.rows(&format!("{path}{query}")).await;
            assert_eq!(rows.iter().map(id).collect::<Vec<_>>(), [id(&made)]);
        }
        assert!(sandbox.rows(&format!("{path}reservedForOrganizationId=502")).await.is_empty());
        assert!(sandbox.rows(&format!("{path}personalNumber=19121212-1213")).await.is_empty());
        let kind = row["bookingType"]["id"].to_string();
        for free in sandbox.rows(&format!("{path}userId={ALMGREN}&bookingTypeId={kind}")).await {
            let shown = free["bookingType"].get("name").unwrap_or(&free["bookingType"]);
            assert_eq!(shown, &row["bookingType"]["name"]);
        }
    }
}

#[tokio::test]
async fn past_bookings_tell_who_came() {
    let sandbox = Sandbox::start().await;
    let past = "isBooked=1&toDate=2026-03-22";
    let (came, stayed) = (
        sandbox.rows(&format!("/v1/bookings?{past}&arrivalStatus=1")).await,
        sandbox.rows(&format!("/v1/bookings?{past}&arrivalStatus=0")).await,
    );
    assert!(came.len() > stayed.len() && !stayed.is_empty());
    let clinic = format!("/v1/clinics/{BJORKBACKEN}/bookings?toDate=2026-03-22");
    for (arrived, number) in [("1", 1), ("0", 0)] {
        let rows = sandbox.rows(&format!("{clinic}&arrived={arrived}")).await;
        assert!(
            !rows.is_empty() && rows.iter().all(|row| row["arrived"] == number && !row["patient"].is_null())
        );
    }
}

#[tokio::test]
async fn the_auditor_sees_bookings_in_utc_with_plain_numbers() {
    let sandbox = Sandbox::start().await;
    let row = sandbox.free().await.swap_remove(0);
    let made = sandbox.book(&row).await;
    let state = sandbox.running.ehr.state();
    let seen = state.appointments.iter().find(|one| one.id == id(&made)).unwrap();
    assert_eq!(seen.care_unit_id, BJORKBACKEN);
    assert_eq!(seen.resource_id, ALMGREN);
    assert_eq!(Value::from(seen.service_id.as_str()), made["bookingType"]["id"]);
    assert_eq!((seen.patient_id.as_str(), seen.live), ("191212121212", true));
    let local = format!("{}T{}:00+01:00", row["date"].as_str().unwrap(), row["startTime"].as_str().unwrap());
    assert_eq!(seen.start, local.parse().unwrap());
}

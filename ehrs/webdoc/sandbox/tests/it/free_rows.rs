//! Free times are rows without a patient; paging; the nights in which clocks change.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::{SignedDuration, Span};
use serde_json::{Value, json};

use crate::client::{ALMGREN, BJORKBACKEN, HAMNEN, SANDGREN, SJOSTADEN, Sandbox, assert_fields, id};

const BOOKING: &str = "id,date,startTime,endTime,note,injuryNumber,smsReminder,reservedForOrganizationId,reservedForDepartmentId,phase,actionCodes,bookingType,patientType,clinic,patient,user";
const CLINIC_BOOKING: &str = "id,clinicId,date,startTime,endTime,arrived,actionCodes,bookingDescription,bookingType,bookedPatientType,injuryNumber,payments,patient,caregiver";

/// Every page of a list.
async fn all(sandbox: &Sandbox, path: &str) -> Vec<Value> {
    let mut rows = Vec::new();
    loop {
        let page = sandbox.rows(&format!("{path}&offset={}", rows.len())).await;
        let last = page.len() < 100;
        rows.extend(page);
        if last {
            return rows;
        }
    }
}

fn days(rows: &[Value]) -> BTreeSet<Date> {
    rows.iter().map(|row| row["date"].as_str().unwrap().parse().unwrap()).collect()
}

#[tokio::test]
async fn a_free_row_is_a_booking_without_patient() {
    let sandbox = Sandbox::start().await;
    let row = sandbox.free().await.swap_remove(0);
    assert_fields(&row, BOOKING);
    assert_fields(&row["user"], "id,personalNumber,firstName,lastName,title");
    assert_fields(&row["clinic"], "id,name,hsaId,invoiceInfo");
    assert_eq!((&row["patient"], &row["patientType"]), (&Value::Null, &Value::Null));
    assert!(row["bookingType"]["id"].is_i64());
    assert_eq!(row["user"]["personalNumber"], "19870207-2391");

    let path = format!("/v1/clinics/{BJORKBACKEN}/bookings?booked=false&selfService=true&userId={ALMGREN}");
    let rows = sandbox.rows(&format!("{path}&fromDate=2026-03-24")).await;
    let row = &rows[0];
    assert_fields(row, CLINIC_BOOKING);
    assert_fields(&row["caregiver"], "id,title,firstName,lastName,identifier,hsaId");
    assert!(row["bookingType"].is_string() && row["patient"].is_null());
    assert_eq!((&row["payments"], &row["arrived"]), (&json!([]), &json!(0)));
}

#[tokio::test]
async fn both_lists_offer_the_same_rows() {
    let sandbox = Sandbox::start().await;
    let window = "fromDate=2026-03-24&toDate=2026-03-31";
    let search = all(&sandbox, &format!("/v1/bookings?isBooked=0&clinicId={BJORKBACKEN}&{window}")).await;
    let clinic = format!("/v1/clinics/{BJORKBACKEN}/bookings?booked=false&{window}");
    let listed = all(&sandbox, &clinic).await;
    let offered = all(&sandbox, &format!("{clinic}&selfService=true")).await;
    let closed = all(&sandbox, &format!("{clinic}&selfService=false")).await;

    let keys = |rows: &[Value]| rows.iter().map(id).collect::<Vec<_>>();
    assert!(search.len() > 100);
    assert_eq!(keys(&search), keys(&listed));
    assert_eq!(offered.len() + closed.len(), listed.len());
    assert!(
        !closed.is_empty()
            && closed
                .iter()
                .all(|row| ["Akuttid", "Provtagning"].contains(&row["bookingType"].as_str().unwrap()))
    );
}

#[tokio::test]
async fn pages_hold_a_hundred_rows_and_neither_repeat_nor_skip() {
    let sandbox = Sandbox::start().await;
    let path = format!("/v1/bookings?isBooked=0&userId={ALMGREN}");
    let first = sandbox.rows(&path).await;
    assert_eq!(first.len(), 100);
    assert_eq!(sandbox.rows(&format!("{path}&offset=99")).await[0], first[99]);
    let rows = all(&sandbox, &path).await;
    let unique: BTreeSet<String> = rows.iter().map(id).collect();
    assert!(rows.len() > 200 && unique.len() == rows.len());
    let order = |row: &Value| (row["date"].to_string(), row["startTime"].to_string());
    assert!(rows.is_sorted_by_key(order));

    let limited = sandbox.rows(&format!("{path}&limit=7&date=2026-03-24")).await;
    assert_eq!(limited, first, "the search has neither of these filters");

    let clinic = format!("/v1/clinics/{BJORKBACKEN}/bookings?booked=false");
    assert_eq!(sandbox.rows(&clinic).await.len(), 100);
    assert_eq!(sandbox.rows(&format!("{clinic}&limit=500")).await.len(), 100);
    let some = sandbox.rows(&format!("{clinic}&limit=7&offset=3")).await;
    assert_eq!(some, sandbox.rows(&clinic).await[3..10]);
    sandbox.get(&format!("{clinic}&offset=-1")).await.refused(400, Some("offset"));
    sandbox.get(&format!("{clinic}&limit=x")).await.refused(400, Some("limit"));
}

#[tokio::test]
async fn rows_reach_92_days_ahead_on_working_days_and_roll_on() {
    let sandbox = Sandbox::start().await;
    let path = format!("/v1/bookings?isBooked=0&clinicId={SJOSTADEN}&fromDate=2026-03-23");
    let before = all(&sandbox, &path).await;
    let today: Date = "2026-03-23".parse().unwrap();
    let last = *days(&before).last().unwrap();
    assert_eq!(today.until(last).unwrap().get_days(), 92);
    assert!(days(&before).iter().all(|day| day.weekday().to_monday_zero_offset() < 5));

    sandbox.clock.advance(SignedDuration::from_hours(24 * 20));
    sandbox.options.grants.revoke_tokens();
    let sandbox = Sandbox { token: sandbox.token("bookings:read").await, ..sandbox };
    let after = all(&sandbox, &path).await;
    let expected = last.saturating_add(Span::new().days(20));
    let expected = [expected, expected.yesterday().unwrap(), expected.saturating_sub(Span::new().days(2))];
    assert!(expected.contains(days(&after).last().unwrap()));
    assert_eq!(after[..before.len()], before, "what was there stays");
}

#[tokio::test]
async fn the_rows_depend_on_the_seed_alone() {
    let (one, same) = (Sandbox::start().await, Sandbox::start().await);
    let other = Sandbox::with(|options| options.seed = 1).await;
    assert_eq!(one.free().await, same.free().await);
    assert_ne!(one.free().await, other.free().await);
}

#[tokio::test]
async fn someone_who_works_at_two_clinics_has_rows_at_both_on_different_days() {
    let sandbox = Sandbox::start().await;
    let path = |clinic| format!("/v1/bookings?isBooked=0&userId={SANDGREN}&clinicId={clinic}");
    let (health, night) = (all(&sandbox, &path(BJORKBACKEN)).await, all(&sandbox, &path(HAMNEN)).await);
    assert!(!health.is_empty() && !night.is_empty());
    assert!(days(&health).is_disjoint(&days(&night)));
}

#[tokio::test]
async fn in_the_nights_when_clocks_change_all_digits_are_offered() {
    let digits = ["01:00", "01:30", "02:00", "02:30", "03:00", "03:30"];
    for (now, sunday) in [("2026-03-23T08:00:00Z", "2026-03-29"), ("2026-10-05T08:00:00Z", "2026-10-25")] {
        let sandbox = Sandbox::start().await;
        sandbox.clock.set(now.parse().unwrap());
        sandbox.running.ehr.reset();
        let sandbox =
            Sandbox { token: sandbox.token("self-service bookings:write patient:read").await, ..sandbox };
        let rows = sandbox.rows(&format!("/v1/clinics/{HAMNEN}/bookings?booked=false&date={sunday}")).await;
        let starts: Vec<&str> = rows.iter().map(|row| row["startTime"].as_str().unwrap()).collect();
        assert_eq!(starts, digits);
        assert_eq!(rows[5]["endTime"], "04:00");

        let patient = sandbox.tolvan().await;
        let path = format!("/v1/bookings/{}", id(&rows[3]));
        let taken = sandbox.patch(&path, json!({"patientId": patient})).await.expect(200);
        assert_eq!((&taken["date"], &taken["startTime"]), (&json!(sunday), &json!("02:30")));
        let state = sandbox.running.ehr.state();
        let booking = state.appointments.iter().find(|row| row.id == id(&rows[3])).unwrap();
        let start = if sunday.contains("-10-") { "2026-10-25T00:30:00Z" } else { "2026-03-29T01:30:00Z" };
        assert_eq!(booking.start.to_string(), start);
    }
}

#[tokio::test]
async fn wrong_filters_are_refused_by_name() {
    let sandbox = Sandbox::start().await;
    let clinic = format!("/v1/clinics/{BJORKBACKEN}/bookings");
    for (path, query, field) in [
        ("/v1/bookings", "isBooked=true", "isBooked"),
        ("/v1/bookings", "fromDate=20260323", "fromDate"),
        ("/v1/bookings", "bookingTypeId=x", "bookingTypeId"),
        ("/v1/bookings", "arrivalStatus=yes", "arrivalStatus"),
        (&clinic, "booked=0", "booked"),
        (&clinic, "selfService=1", "selfService"),
        (&clinic, "arrived=true", "arrived"),
        (&clinic, "date=2026-02-30", "date"),
    ] {
        sandbox.get(&format!("{path}?{query}")).await.refused(400, Some(field));
    }
    sandbox.get("/v1/clinics/none/bookings").await.refused(404, None);
}

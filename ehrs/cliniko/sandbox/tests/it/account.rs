//! Businesses, practitioners, types, services, users, settings: the seeded catalogue.

use std::collections::HashMap;

use serde_json::Value;
use vardbro_cliniko_sandbox::{DayOfWeek, KeyUser};

use crate::client::{ASSESSMENT, HART, MELBOURNE, PERTH, Sandbox, ids, linked};

#[tokio::test]
async fn two_businesses_have_zones_of_their_own() {
    let sandbox = Sandbox::start().await;
    let list = sandbox.get("/businesses").await.expect(200);
    assert_eq!(ids(&list, "businesses"), [MELBOURNE, PERTH]);
    let zones: Vec<_> =
        list["businesses"].as_array().unwrap().iter().map(|row| &row["time_zone_identifier"]).collect();
    assert_eq!(zones, ["Australia/Melbourne", "Australia/Perth"]);
    let one = sandbox.get(&format!("/businesses/{MELBOURNE}")).await.expect(200);
    assert_eq!(one, list["businesses"][0]);
    assert_eq!(one["time_zone"], "Melbourne");
}

#[tokio::test]
async fn ten_practitioners_work_at_one_business_each() {
    let sandbox = Sandbox::start().await;
    assert_eq!(sandbox.total("/practitioners").await, 10);
    assert_eq!(sandbox.total("/practitioners/inactive").await, 1);
    for business in [MELBOURNE, PERTH] {
        assert_eq!(sandbox.total(&format!("/businesses/{business}/practitioners")).await, 5);
    }
    assert_eq!(sandbox.total(&format!("/businesses/{MELBOURNE}/practitioners/inactive")).await, 1);
    assert_eq!(sandbox.total(&format!("/appointment_types/{ASSESSMENT}/practitioners")).await, 2);
    assert_eq!(sandbox.total(&format!("/practitioners/{HART}/appointment_types")).await, 3);
    sandbox.get("/businesses/1/practitioners").await.expect(404);
    sandbox.get("/appointment_types/1/practitioners").await.expect(404);
}

#[tokio::test]
async fn services_say_who_offers_what_where() {
    let sandbox = Sandbox::start().await;
    let list = sandbox.get("/services").await.expect(200);
    let mut pairs: HashMap<String, usize> = HashMap::new();
    for service in list["services"].as_array().unwrap() {
        let practitioners = service["practitioners"].as_array().unwrap().len();
        assert!(practitioners > 0);
        *pairs.entry(linked(service, "business")).or_default() += practitioners;
    }
    assert_eq!(pairs, HashMap::from([(MELBOURNE.to_owned(), 12), (PERTH.to_owned(), 12)]));
    assert_eq!(sandbox.total(&format!("/businesses/{PERTH}/services")).await, 6);
}

#[tokio::test]
async fn six_types_have_different_durations() {
    let sandbox = Sandbox::start().await;
    let list = sandbox.get("/appointment_types").await.expect(200);
    let types = list["appointment_types"].as_array().unwrap();
    let mut minutes: Vec<i64> =
        types.iter().map(|row| row["duration_in_minutes"].as_i64().unwrap()).collect();
    minutes.sort_unstable();
    assert_eq!(minutes, [30, 40, 45, 60, 75, 90]);
}

#[tokio::test]
async fn a_type_can_be_made_changed_and_archived() {
    let sandbox = Sandbox::start().await;
    let refused = sandbox.post("/appointment_types", serde_json::json!({"color": "red"})).await.expect(422);
    assert_eq!(refused["errors"], serde_json::json!({"name": "can’t be blank", "color": "is invalid"}));
    let body = serde_json::json!({"name": "Yoga", "duration_in_minutes": 50, "practitioner_ids": [HART], "business_ids": [MELBOURNE]});
    let made = sandbox.post("/appointment_types", body).await.expect(201);
    let path = format!("/appointment_types/{}", made["id"].as_str().unwrap());
    assert_eq!(sandbox.total("/services").await, 13);
    let changed = sandbox.patch(&path, serde_json::json!({"duration_in_minutes": 55})).await.expect(200);
    assert_eq!((&changed["duration_in_minutes"], &changed["name"]), (&55.into(), &"Yoga".into()));
    sandbox.post(&format!("{path}/archive"), Value::Null).await.expect(204);
    sandbox.get(&path).await.expect(404);
    sandbox.get(&format!("{path}?q[]=archived_at:*")).await.expect(200);
    assert_eq!(sandbox.total("/services").await, 12);
}

#[tokio::test]
async fn the_key_belongs_to_a_user_who_is_a_practitioner() {
    let sandbox = Sandbox::start().await;
    let user = sandbox.get("/user").await.expect(200);
    assert_eq!(user["role"], "administrator");
    assert_eq!(user["phone_numbers"][0]["normalized_number"], "61491570006");
    let path = format!("/practitioners?q[]=user_id:={}", user["id"].as_str().unwrap());
    assert_eq!(ids(&sandbox.get(&path).await.expect(200), "practitioners"), [HART]);
    assert_eq!(sandbox.total("/users").await, 12);
    sandbox.get("/settings").await.expect(200);
}

#[tokio::test]
async fn other_roles_read_only_themselves_and_public_settings() {
    let sandbox = Sandbox::with(|options| options.key_user = KeyUser::Receptionist).await;
    let user = sandbox.get("/user").await.expect(200);
    assert_eq!(user["role"], "receptionist");
    let itself = format!("/users/{}", user["id"].as_str().unwrap());
    assert_eq!(sandbox.get(&itself).await.expect(200), user);
    for path in ["/users", "/users/1", "/settings"] {
        let refused = sandbox.get(path).await;
        assert_eq!((refused.status.as_u16(), refused.text.as_str()), (403, ""));
    }
    let settings = sandbox.get("/settings/public").await.expect(200);
    assert_eq!(settings["account"]["time_zone_identifier"], "Australia/Melbourne");
    assert_eq!(settings["account"]["time_zone_support"], true);
}

#[tokio::test]
async fn settings_have_every_documented_group_and_administrators_see_more() {
    let sandbox = Sandbox::start().await;
    let public = sandbox.get("/settings/public").await.expect(200);
    let all = sandbox.get("/settings").await.expect(200);
    for group in [
        "account",
        "calendar",
        "documents_and_printing",
        "integrations",
        "online_bookings",
        "online_payments",
        "patient_custom_fields_definition",
        "patient_privacy",
        "reminders",
        "sms",
        "terminology",
        "wait_list",
    ] {
        assert!(public[group].is_object() && all[group].is_object(), "{group}");
    }
    for place in [
        "/account/email_from",
        "/account/first_name",
        "/online_bookings/google_analytics",
        "/integrations/medipass",
        "/patient_privacy/baa_requested",
    ] {
        assert!(all.pointer(place).is_some() && public.pointer(place).is_none(), "{place}");
    }
}

#[tokio::test]
async fn working_hours_have_a_lunch_and_a_configurable_day_number() {
    for (counting, monday) in
        [(DayOfWeek::SundayIsZero, 1), (DayOfWeek::MondayIsZero, 0), (DayOfWeek::Iso, 1)]
    {
        let sandbox = Sandbox::with(|options| options.day_of_week = counting).await;
        let list = sandbox.get(&format!("/practitioners/{HART}/daily_availabilities")).await.expect(200);
        let rows = list["daily_availabilities"].as_array().unwrap();
        assert_eq!(rows.len(), 5);
        assert_eq!(rows[0]["day_of_week"], monday);
        let hours = serde_json::json!([
            {"starts_at": "09:00", "ends_at": "12:00"},
            {"starts_at": "13:00", "ends_at": "17:00"},
        ]);
        assert_eq!(rows[0]["availabilities"], hours);
    }
    let sandbox = Sandbox::start().await;
    assert_eq!(sandbox.total(&format!("/businesses/{PERTH}/daily_availabilities")).await, 25);
    assert_eq!(sandbox.total(&format!("/daily_availabilities?q[]=practitioner_id:={HART}")).await, 5);
}

#[tokio::test]
async fn the_seed_is_the_same_for_a_seed_and_day_and_its_catalogue_on_any_day() {
    let paths = ["/individual_appointments?per_page=100", "/treatment_notes", "/unavailable_blocks"];
    let (one, same) = (Sandbox::start().await, Sandbox::start().await);
    let other = Sandbox::with(|options| options.seed = 1).await;
    for path in paths {
        let strip = |sandbox: &Sandbox, text: String| text.replace(&sandbox.running.origin, "");
        let listed = strip(&one, one.get(path).await.text);
        assert_eq!(listed, strip(&same, same.get(path).await.text));
        if path.contains("appointments") {
            assert_ne!(listed, strip(&other, other.get(path).await.text));
        }
    }
    let later = Sandbox::start().await;
    later.clock.advance(jiff::SignedDuration::from_hours(24 * 40));
    later.running.ehr.reset();
    for name in ["businesses", "practitioners", "appointment_types", "treatment_note_templates", "patients"] {
        let list = |sandbox: &Sandbox| sandbox.request(reqwest::Method::GET, &format!("/{name}"));
        let before = one.send(list(&one)).await.expect(200);
        assert_eq!(ids(&before, name), ids(&later.send(list(&later)).await.expect(200), name));
    }
}

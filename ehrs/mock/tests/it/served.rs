use std::collections::BTreeSet;

use vardbro_ehr::Ehr;
use vardbro_mock::start;
use vardbro_model::capabilities::Operation;
use vardbro_sandbox_kit::Auditable;

use crate::clinic::*;

pub async fn get(url: &str) -> serde_json::Value {
    let text = client().get(url).send().await.unwrap().text().await.unwrap();
    serde_json::from_str(&text).unwrap()
}

fn client() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().unwrap()
}

#[tokio::test]
async fn the_native_port_has_the_sandbox_endpoints_and_nothing_else() {
    let clinic = Clinic::new();
    clinic.ehr.care_units(&clinic.ctx).await.unwrap();
    let running = start(clinic.ehr.clone(), "127.0.0.1:0".parse().unwrap()).await.unwrap();

    assert_eq!(running.native, running.origin);
    assert_eq!(get(&format!("{}/_sandbox/calls", running.origin)).await["list_care_units"], 1);
    let state = get(&format!("{}/_sandbox/state", running.origin)).await;
    assert_eq!(state["patients"], 12);
    assert_eq!(state["appointments"][0]["start"].as_str().map(|start| start.ends_with('Z')), Some(true));
    let outbox = get(&format!("{}/_sandbox/outbox", running.origin)).await;
    assert_eq!(outbox[0]["appointment_id"], "apt-7");
    let elsewhere = client().get(format!("{}/patients", running.origin)).send().await.unwrap();
    assert_eq!(elsewhere.status(), 404);
    running.shutdown().await;
}

#[tokio::test]
async fn a_reset_restores_the_seed_and_gives_no_id_twice() {
    let clinic = Clinic::new();
    let running = start(clinic.ehr.clone(), "127.0.0.1:0".parse().unwrap()).await.unwrap();
    let seed = clinic.ehr.state();
    let slot = clinic.slots(&stockholm(), "res-1", "svc-1").await.remove(0);
    let before = clinic.book(&stockholm(), &slot).await;

    let answer = client().post(format!("{}/_sandbox/reset", running.origin)).send().await.unwrap();

    assert_eq!(answer.status(), 204);
    assert_eq!(clinic.ehr.state(), seed);
    assert_eq!(clinic.calls("book_appointment"), 0);
    assert_ne!(clinic.book(&stockholm(), &slot).await.id, before.id);
}

#[tokio::test]
async fn the_seed_is_the_same_for_the_same_day_and_moves_with_it() {
    let (today, again, tomorrow) = (Clinic::new(), Clinic::new(), Clinic::at("2026-03-04T09:07:00Z"));
    assert_eq!(today.ehr.state(), again.ehr.state());
    assert_ne!(today.ehr.state(), tomorrow.ehr.state());
}

#[tokio::test]
async fn the_seed_is_whole_on_days_all_over_the_year() {
    for day in (0..366).step_by(5) {
        let now: jiff::Timestamp = "2026-01-01T16:30:00Z".parse().unwrap();
        let clinic = Clinic::at(&(now + jiff::SignedDuration::from_hours(24 * day)).to_string());
        let rows = clinic.ehr.state().appointments;
        for id in ["apt-1", "apt-2", "apt-3", "apt-4", "apt-5", "apt-6", "apt-7"] {
            assert!(rows.iter().any(|row| row.id == id), "{id} on day {day}");
        }
        let live: Vec<_> = rows.iter().filter(|row| row.live).collect();
        for (place, row) in live.iter().enumerate() {
            let clash = live[..place].iter().find(|other| {
                other.resource_id == row.resource_id && other.start < row.end && row.start < other.end
            });
            assert_eq!(clash, None, "day {day}");
        }
    }
}

#[tokio::test]
async fn everything_is_supported_and_says_so() {
    let clinic = Clinic::new();
    let capabilities = clinic.ehr.capabilities();
    assert!(Operation::ALL.iter().all(|operation| capabilities.of(*operation).supported));
    assert_eq!(capabilities.fields_not_stored, BTreeSet::new());
    assert!(clinic.ehr.settings().iter().all(|setting| !setting.required && !setting.secret));
}

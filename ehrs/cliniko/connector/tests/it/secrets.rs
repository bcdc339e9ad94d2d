//! Credentials go to the configured host and nowhere else, and show nowhere.

use std::sync::{Arc, Mutex};

use futures::FutureExt;
use vardbro_ehr::Ehr;
use vardbro_model::document::{Content, NewDocument};

use crate::clinic::{Clinic, Meddling, reference};

#[tokio::test]
async fn the_storage_is_reached_without_credentials() {
    let clinic = Clinic::open_now().await;
    let unit = clinic.unit().await;
    let id = reference(&clinic.patient(&unit).await);
    let home = clinic.running.native.clone();
    let seen: Arc<Mutex<Vec<(bool, bool)>>> = Arc::default();
    let log = Arc::clone(&seen);
    let ctx = clinic.meddled(move |request| {
        let at_home = request.uri().to_string().starts_with(&home);
        log.lock().unwrap().push((at_home, request.headers().contains_key("authorization")));
        async { Meddling::Pass }.boxed()
    });
    let new = NewDocument {
        content: Content(b"%PDF".to_vec()),
        format: "application/pdf".into(),
        title: None,
        kind: None,
        created_by: None,
    };
    let filed = clinic.cliniko.create_document(&ctx, &unit, &id, new).await.unwrap();
    clinic.cliniko.document(&ctx, &unit, &id, &filed.id.unwrap()).await.unwrap();
    let seen = seen.lock().unwrap();
    assert_eq!(seen.iter().filter(|(at_home, _)| !at_home).count(), 2, "an upload and a download");
    assert!(seen.iter().all(|(at_home, authorized)| at_home == authorized), "{seen:?}");
}

#[tokio::test]
async fn a_next_link_to_another_host_is_asked_of_our_own() {
    let clinic = Clinic::open().await;
    let home = clinic.running.native.clone();
    let hosts: Arc<Mutex<Vec<String>>> = Arc::default();
    let log = Arc::clone(&hosts);
    let ctx = clinic.meddled(move |request| {
        log.lock().unwrap().push(request.uri().to_string());
        let second = request.uri().query().is_some_and(|query| query.contains("page=2"));
        async move {
            if second {
                Meddling::Answer(200, r#"{"businesses":[],"total_entries":1,"links":{"self":"x"}}"#)
            } else {
                Meddling::Answer(
                    200,
                    r#"{"businesses":[{"id":"7","business_name":"B","time_zone_identifier":"Europe/London"}],
                        "links":{"self":"x","next":"https://evil.example/v1/businesses?page=2&per_page=100"}}"#,
                )
            }
        }
        .boxed()
    });
    let units = clinic.cliniko.care_units(&ctx).await.unwrap();
    assert_eq!((units.len(), units[0].time_zone.as_str()), (1, "Europe/London"));
    let hosts = hosts.lock().unwrap();
    assert_eq!(
        *hosts,
        [format!("{home}/businesses?per_page=100"), format!("{home}/businesses?page=2&per_page=100")]
    );
}

#[tokio::test]
async fn pages_without_end_are_given_up() {
    let clinic = Clinic::open().await;
    let ctx = clinic.meddled(|_| {
        async {
            Meddling::Answer(200, r#"{"businesses":[],"links":{"next":"https://x/v1/businesses?page=2"}}"#)
        }
        .boxed()
    });
    let error = clinic.cliniko.care_units(&ctx).await.unwrap_err();
    assert_eq!(error.kind, vardbro_ehr::EhrErrorKind::Failed);
}

#[tokio::test]
async fn the_key_shows_in_no_error_even_when_cliniko_repeats_it() {
    let clinic =
        Clinic::open_with(Default::default(), |s| s.with_secret("api_key", "TOPSECRETKEY-au1")).await;
    for status in [400, 401, 403, 404, 422, 500] {
        let ctx = clinic.meddled(move |_| {
            async move {
                Meddling::Answer(
                    status,
                    r#"{"message":"no such key TOPSECRETKEY-au1","errors":{"base":"TOPSECRETKEY-au1"}}"#,
                )
            }
            .boxed()
        });
        let error = clinic.cliniko.care_units(&ctx).await.unwrap_err();
        assert!(!format!("{error:?}").contains("TOPSECRETKEY"), "{error:?}");
    }
}

#[tokio::test]
async fn nonsense_is_the_ehrs_failure_and_shows_nothing_of_a_patient() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let patient = clinic.patient(&unit).await;
    for body in
        ["", "<html>", "[]", r#"{"id":"1","first_name":17,"last_name":"Secretname"}"#, r#"{"id":"x"}"#]
    {
        let ctx = clinic.meddled(move |_| async move { Meddling::Answer(200, body) }.boxed());
        let error = clinic.cliniko.patient(&ctx, &unit, &reference(&patient)).await.unwrap_err();
        assert_eq!(error.kind, vardbro_ehr::EhrErrorKind::Failed, "{body}");
        assert!(!format!("{error:?}").contains("Secretname"), "{error:?}");
    }
}

//! The token goes to Kaddio's GraphQL and nowhere else, and shows nowhere.

use vardbro_ehr::Ehr;
use vardbro_kaddio_sandbox::Options;

use crate::clinic::{Clinic, Meddling, kind, reference};

#[tokio::test]
async fn the_token_shows_in_no_error_even_when_kaddio_repeats_it() {
    let clinic = Clinic::open_with(Options::default(), |s| s.with_secret("token", "TOPSECRETTOKEN")).await;
    for status in [200, 400, 401, 403, 404, 500] {
        let ctx = clinic.meddled(move |_| {
            Box::pin(async move {
                Meddling::Answer(
                    status,
                    r#"{"error":"no TOPSECRETTOKEN","errors":[{"message":"TOPSECRETTOKEN"}]}"#,
                )
            })
        });
        let error = clinic.kaddio.care_units(&ctx).await.unwrap_err();
        assert!(!format!("{error:?}").contains("TOPSECRETTOKEN"), "{error:?}");
        assert!(error.emr_error.is_some_and(|words| words.contains("***")), "{status}");
    }
}

#[tokio::test]
async fn a_token_with_bearer_before_it_would_be_refused_and_ours_has_none() {
    let clinic = Clinic::open().await;
    let ask = |authorization: String| {
        let clinic = &clinic;
        async move {
            let request = http::Request::post(&clinic.running.native)
                .header("authorization", authorization)
                .header("content-type", "application/json")
                .body(r#"{"query":"{ organization { id } }"}"#.into())
                .unwrap();
            let call = vardbro_ehr::wire::Call::new(vardbro_ehr::wire::Safety::Read, "stage", request);
            let answer = clinic.ctx().send(call).await.unwrap();
            (answer.status().is_success(), String::from_utf8_lossy(answer.body()).contains("\"data\":{"))
        }
    };
    let token = clinic.running.credentials["token"].clone();
    assert_eq!(ask(token.clone()).await, (true, true));
    assert_ne!(ask(format!("Bearer {token}")).await, (true, true));
    assert!(clinic.kaddio.care_units(&clinic.ctx()).await.is_ok());
}

#[tokio::test]
async fn nonsense_is_the_ehrs_failure_and_shows_nothing_of_a_patient() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let patient = clinic.patient(&unit).await;
    for body in [
        "",
        "<html>",
        "[]",
        r#"{"data":null}"#,
        r#"{"data":{"patient":{"id":"1","first_name":17,"last_name":"Secretname"}}}"#,
        r#"{"data":{"patient":{"id":"å","last_name":"Secretname"}}}"#,
    ] {
        let ctx = clinic.meddled(move |_| Box::pin(async move { Meddling::Answer(200, body) }));
        let error = clinic.kaddio.patient(&ctx, &unit, &reference(&patient)).await.unwrap_err();
        assert!(!format!("{error:?}").contains("Secretname"), "{error:?}");
        assert_eq!(kind::<()>(Err(error)), vardbro_ehr::EhrErrorKind::Failed, "{body}");
    }
}

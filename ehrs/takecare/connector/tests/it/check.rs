use serde_json::json;
use vardbro_ehr::{Ehr, EhrErrorKind};
use vardbro_model::capabilities::Operation;
use vardbro_model::page::PageRequest;

use crate::clinic::{ANNA, Clinic, kind, patient_ref, ten};
use crate::scripted::{Said, Stage};

#[tokio::test]
async fn one_call_tells_that_it_works_and_what_is_assumed() {
    let clinic = Clinic::open().await;
    let report = clinic.takecare.check(&clinic.ctx()).await.unwrap();
    assert_eq!(clinic.call_count(), 1);
    assert!(report.findings[0].contains("GetCareUnits"), "{report:?}");
    assert!(report.warnings.iter().any(|warning| warning.contains("ASSUMED.md")));
    assert!(report.warnings.iter().any(|warning| warning.contains("client certificate")));
    assert!(report.unavailable.is_empty());

    let settle = |settings: vardbro_ehr::connection::Settings| {
        settings.with("care_units", "10").with("get_case_notes", "off").with("get_documents", "off")
    };
    let clinic = Clinic::open_with("2026-11-20T03:00:00Z", |options| options, settle).await;
    let report = clinic.takecare.check(&clinic.ctx()).await.unwrap();
    assert_eq!((clinic.call_count(), clinic.calls_of("GetTimeTypes")), (1, 1));
    let unavailable: Vec<_> = report.unavailable.iter().map(|(operation, _)| *operation).collect();
    assert_eq!(unavailable, [Operation::ReadNotes, Operation::ListDocuments]);
}

#[tokio::test]
async fn wrong_credentials_are_told_without_showing_them() {
    let settle =
        |settings: vardbro_ehr::connection::Settings| settings.with_secret("externaluser", "TOPSECRET");
    let clinic = Clinic::open_with("2026-11-20T03:00:00Z", |options| options, settle).await;
    let error = clinic.takecare.check(&clinic.ctx()).await.unwrap_err();
    assert_eq!(error.kind, EhrErrorKind::Failed);
    assert!(error.emr_error.is_some(), "{error:?}");
    assert!(!format!("{error:?}").contains("TOPSECRET"));
}

#[tokio::test]
async fn a_user_and_a_password_are_sent_where_they_are_wanted() {
    use vardbro_takecare_sandbox::{Account, Options};
    let account = Account { username: "anna".into(), password: "hemligt".into() };
    let clinic = Clinic::open_with(
        "2026-11-20T03:00:00Z",
        |options| Options { account: Some(account), ..options },
        |settings| settings.with("tcusername", "anna").with_secret("tcpassword", "hemligt"),
    )
    .await;
    assert!(clinic.takecare.check(&clinic.ctx()).await.is_ok());
}

#[tokio::test]
async fn breakdowns_and_quotas_are_told() {
    let clinic = Clinic::open().await;
    clinic.faults(json!({"error_rate": 1.0}));
    assert_eq!(kind(clinic.takecare.check(&clinic.ctx()).await), EhrErrorKind::Failed);
    clinic.faults(json!({"error_rate": 0.0, "rate_limit_per_minute": 1}));
    let ctx = vardbro_ehr::Ctx {
        deadline: tokio::time::Instant::now() + std::time::Duration::from_secs(2),
        ..clinic.ctx()
    };
    let mut kinds = Vec::new();
    for _ in 0..3 {
        kinds.push(clinic.takecare.check(&ctx).await.map(|_| ()).map_err(|error| error.kind));
    }
    assert!(kinds.contains(&Err(EhrErrorKind::RateLimited)), "{kinds:?}");
}

#[tokio::test]
async fn a_lost_answer_to_a_question_is_asked_again() {
    let clinic = Clinic::open().await;
    clinic.warm().await;
    clinic.faults(json!({"lose_response_rate": 0.4, "seed": 7}));
    for _ in 0..5 {
        assert!(clinic.takecare.patient(&clinic.ctx(), &ten(), &patient_ref(ANNA)).await.is_ok());
    }
    assert!(clinic.call_count() > 5, "{:?}", clinic.calls());
}

#[tokio::test]
async fn what_takecare_refuses_to_list_is_its_failure_in_its_words() {
    let stage = Stage::set("2026-11-20T08:00:00Z", |operation, _| {
        (operation == "GetBookings").then_some(Said::No("Illegal argument!"))
    });
    let query = vardbro_model::appointment::AppointmentQuery::default();
    let request = PageRequest { limit: 10, cursor: None };
    let error = stage.takecare.appointments(&stage.ctx, &ten(), query, request).await.unwrap_err();
    assert_eq!(
        (error.kind, error.emr_error.as_deref()),
        (EhrErrorKind::Failed, Some("3000 Illegal argument!"))
    );
    // Resources do without that list.
    assert!(stage.takecare.resources(&stage.ctx, &ten(), None).await.is_ok());
}

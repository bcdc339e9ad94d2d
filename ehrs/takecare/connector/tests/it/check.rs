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

/// A client certificate of our own making that is valid until the first of December 2026, and its key.
fn identity() -> (String, String) {
    let key = rcgen::KeyPair::generate().unwrap();
    let mut certificate = rcgen::CertificateParams::new(vec!["client.example".to_owned()]).unwrap();
    certificate.not_before = rcgen::date_time_ymd(2025, 1, 1);
    certificate.not_after = rcgen::date_time_ymd(2026, 12, 1);
    (certificate.self_signed(&key).unwrap().pem(), key.serialize_pem())
}

#[tokio::test]
async fn a_client_certificate_that_ends_soon_is_worth_a_warning() {
    for (now, soon) in [("2026-11-20T08:00:00Z", true), ("2026-06-01T08:00:00Z", false)] {
        let (certificate, key) = identity();
        let settle = |settings: vardbro_ehr::connection::Settings| {
            settings.with("client_certificate", certificate).with_secret("client_key", key)
        };
        let stage = Stage::settled(now, settle, |_, _| None);
        assert!(stage.takecare.wire_profile(&stage.ctx.connection).is_ok());
        let report = stage.takecare.check(&stage.ctx).await.unwrap();
        let told = if soon { &report.warnings } else { &report.findings };
        assert!(told.iter().any(|one| one.contains("valid until 2026-12-01")), "{report:?}");
    }
}

#[tokio::test]
async fn a_key_of_another_certificate_is_told() {
    let (certificate, _) = identity();
    let (_, key) = identity();
    let settle = |settings: vardbro_ehr::connection::Settings| {
        settings.with("client_certificate", certificate).with_secret("client_key", key)
    };
    let stage = Stage::settled("2026-06-01T08:00:00Z", settle, |_, _| None);
    let error = stage.takecare.wire_profile(&stage.ctx.connection).unwrap_err();
    assert!(
        error.detail.contains("client_certificate") && error.detail.contains("does not belong"),
        "{}",
        error.detail
    );
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

//! Tokens: one for a connection, renewed in time, asked for once however many want it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use futures::future::join_all;
use jiff::SignedDuration;
use serde_json::json;
use tokio::time::Instant;
use vardbro_ehr::{Ctx, Ehr, EhrErrorKind};
use vardbro_model::error::FaultCode;
use vardbro_webdoc::Webdoc;

use crate::clinic::{Clinic, Meddling, connection, fault, kind, mapping_of_nothing, meddled};

const TOKEN: &str = "POST /oauth/token";

fn minutes(minutes: i64) -> SignedDuration {
    SignedDuration::from_mins(minutes)
}

#[tokio::test]
async fn one_token_serves_many_calls_until_ten_minutes_before_its_end() {
    let clinic = Clinic::open().await;
    let fresh = Ctx { fresh: true, ..clinic.ctx() };
    for _ in 0..3 {
        clinic.webdoc.care_units(&fresh).await.unwrap();
    }
    clinic.clock.0.advance(minutes(49));
    clinic.webdoc.care_units(&fresh).await.unwrap();
    assert_eq!((clinic.calls_of(TOKEN), clinic.calls_of("GET /v1/clinics")), (1, 4));
    clinic.clock.0.advance(minutes(2));
    clinic.webdoc.care_units(&fresh).await.unwrap();
    assert_eq!(clinic.calls_of(TOKEN), 2);
}

#[tokio::test]
async fn a_short_life_is_half_used_before_it_is_renewed() {
    let clinic = Clinic::open().await;
    clinic.grants.set_token_lifetime(Duration::from_secs(60));
    let fresh = Ctx { fresh: true, ..clinic.ctx() };
    for seconds in [0, 29, 2] {
        clinic.clock.0.advance(SignedDuration::from_secs(seconds));
        clinic.webdoc.care_units(&fresh).await.unwrap();
    }
    assert_eq!(clinic.calls_of(TOKEN), 2, "after 31 of 60 seconds, and not before");
}

#[tokio::test]
async fn two_hundred_who_come_when_a_token_ends_ask_for_one_together() {
    let clinic = Clinic::open().await;
    clinic.unit().await;
    clinic.clock.0.advance(minutes(120));
    clinic.faults(json!({"latency_ms": 20}));
    let ctx = Ctx { fresh: true, ..clinic.ctx() };
    let all = join_all((0..200).map(|_| clinic.webdoc.care_units(&ctx))).await;
    assert!(all.iter().all(Result::is_ok));
    assert_eq!((clinic.calls_of(TOKEN), clinic.calls_of("GET /v1/clinics")), (2, 201));
}

#[tokio::test]
async fn a_token_that_is_revoked_mid_way_is_replaced_once_for_all_who_had_it() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    clinic.grants.revoke_tokens();
    let ctx = Ctx { fresh: true, ..clinic.ctx() };
    let all = join_all((0..40).map(|_| clinic.webdoc.resources(&ctx, &unit, None))).await;
    assert!(all.iter().all(Result::is_ok), "{all:?}");
    assert_eq!(clinic.calls_of(TOKEN), 2);
}

#[tokio::test]
async fn a_write_that_meets_a_revoked_token_is_made_once() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let slot = clinic.calendar(&unit).await.remove(0);
    let live = clinic.live();
    let grants = clinic.grants.clone();
    let before_the_write = meddled(clinic.wire.clone(), move |request| {
        if request.method() == "POST" && request.uri().path() == "/v1/bookings" {
            static ONCE: AtomicU32 = AtomicU32::new(0);
            if ONCE.fetch_add(1, Ordering::SeqCst) == 0 {
                grants.revoke_tokens();
            }
        }
        Box::pin(async { Meddling::Pass })
    });
    let ctx = Ctx { wire: before_the_write, ..clinic.ctx() };
    let booking = crate::clinic::booking(&slot, crate::clinic::tolvan());
    clinic.webdoc.book(&ctx, &unit, booking).await.unwrap();
    assert_eq!((clinic.live(), clinic.calls_of(TOKEN)), (live + 1, 2));
}

#[tokio::test]
async fn a_401_to_a_new_token_is_told_and_not_asked_about_again() {
    let clinic = Clinic::open().await;
    let ctx = clinic.with_fate("GET", "/v1/clinics", || Meddling::Answer(401, "no".into()));
    let error = clinic.webdoc.care_units(&ctx).await.unwrap_err();
    assert_eq!((&error.kind, error.emr_error.as_deref()), (&EhrErrorKind::Failed, Some("no")));
    assert!(error.detail.contains("clinics:read") && error.detail.contains("401"), "{}", error.detail);
    assert_eq!(clinic.calls_of(TOKEN), 2, "the first one, and one more");
}

#[tokio::test]
async fn a_wrong_secret_is_told_as_such_and_shows_nowhere() {
    let clinic = Clinic::open_set(|settings| settings.with_secret("client_secret", "WRONG+SECRET")).await;
    let error = clinic.webdoc.care_units(&clinic.ctx()).await.unwrap_err();
    assert_eq!(error.kind, EhrErrorKind::Failed);
    assert!(
        error.detail.contains("client secret") && error.detail.contains("token host"),
        "{}",
        error.detail
    );
    assert!(!format!("{error:?}").contains("WRONG"));
    assert_eq!(clinic.call_count(), clinic.calls_of(TOKEN));
}

#[tokio::test]
async fn those_who_waited_for_a_refusal_share_it() {
    let clinic = Clinic::open_set(|settings| settings.with_secret("client_secret", "wrong")).await;
    clinic.faults(json!({"latency_ms": 20}));
    let ctx = clinic.ctx();
    let all = join_all((0..50).map(|_| clinic.webdoc.care_units(&ctx))).await;
    assert!(all.iter().all(Result::is_err));
    let alone = Clinic::open_set(|settings| settings.with_secret("client_secret", "wrong")).await;
    assert!(alone.webdoc.care_units(&alone.ctx()).await.is_err());
    assert_eq!(clinic.call_count(), alone.call_count(), "no more than one caller alone");
}

#[tokio::test]
async fn a_refused_client_is_not_asked_for_again_at_once_but_by_a_check() {
    let clinic = Clinic::open().await;
    // In words that could also mean a scope, so that each is tried.
    let asked = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&asked);
    let wire = meddled(clinic.wire.clone(), move |_| {
        counted.fetch_add(1, Ordering::SeqCst);
        Box::pin(async { Meddling::Answer(400, "nej".into()) })
    });
    let ctx = Ctx { wire, ..clinic.ctx() };
    for _ in 0..5 {
        assert_eq!(kind(clinic.webdoc.care_units(&ctx).await), EhrErrorKind::Failed);
    }
    assert_eq!(asked.load(Ordering::SeqCst), 11, "all at once, and the ten of them one by one");
    assert_eq!(kind(clinic.webdoc.check(&ctx).await), EhrErrorKind::Failed);
    assert_eq!(asked.load(Ordering::SeqCst), 22);
}

#[tokio::test]
async fn a_token_host_that_is_up_again_is_asked_at_once() {
    let clinic = Clinic::open().await;
    clinic.faults(json!({"error_rate": 1}));
    assert_eq!(kind(clinic.webdoc.care_units(&clinic.ctx()).await), EhrErrorKind::Failed);
    clinic.faults(json!({"error_rate": 0}));
    clinic.webdoc.care_units(&clinic.ctx()).await.unwrap();
}

#[tokio::test]
async fn a_secret_or_token_that_webdoc_repeats_is_taken_out_of_its_words() {
    let clinic = Clinic::open_set(|settings| settings.with_secret("client_secret", "TOP/SECRET")).await;
    for status in [400, 401, 403, 500] {
        let body = "TOP/SECRET TOP%2FSECRET".to_owned();
        let wire = meddled(clinic.wire.clone(), move |_| {
            let body = body.clone();
            Box::pin(async move { Meddling::Answer(status, body) })
        });
        let error = Webdoc::new().care_units(&Ctx { wire, ..clinic.ctx() }).await.unwrap_err();
        assert!(!format!("{error:?}").contains("TOP"), "{error:?}");
    }
    for status in [400, 401, 403, 404, 500] {
        let wire = meddled(clinic.wire.clone(), move |request| {
            let answer = match request.uri().path() {
                "/oauth/token" => Meddling::Answer(200, json!({"access_token": "TOKENVALUE"}).to_string()),
                _ => {
                    Meddling::Answer(status, format!("no {:?}", request.headers()["authorization"].to_str()))
                }
            };
            Box::pin(async { answer })
        });
        let error = Webdoc::new().care_units(&Ctx { wire, ..clinic.ctx() }).await.unwrap_err();
        assert!(!format!("{error:?}").contains("TOKENVALUE"), "{error:?}");
    }
}

#[tokio::test]
async fn a_caller_who_gives_up_half_way_leaves_the_others_alone() {
    let clinic = Clinic::open().await;
    clinic.faults(json!({"latency_ms": 100}));
    let ctx = clinic.ctx();
    let impatient = tokio::time::timeout(Duration::from_millis(30), clinic.webdoc.care_units(&ctx)).await;
    assert!(impatient.is_err(), "gone before the token came");
    clinic.webdoc.care_units(&ctx).await.unwrap();
}

#[tokio::test]
async fn who_waits_for_a_token_waits_no_longer_than_the_deadline() {
    let clinic = Clinic::open().await;
    let stuck = meddled(clinic.wire.clone(), |_| {
        Box::pin(async {
            tokio::time::sleep(Duration::from_secs(60)).await;
            Meddling::Pass
        })
    });
    let first = Ctx { wire: stuck, ..clinic.ctx() };
    let second = Ctx { deadline: Instant::now() + Duration::from_millis(50), ..clinic.ctx() };
    tokio::select! {
        biased;
        _ = clinic.webdoc.care_units(&first) => panic!("stuck"),
        late = clinic.webdoc.care_units(&second) => assert_eq!(kind(late), EhrErrorKind::Timeout),
    }
    clinic.webdoc.care_units(&clinic.ctx()).await.unwrap();
}

#[tokio::test]
async fn while_no_new_token_comes_the_old_one_is_used_as_long_as_it_lives() {
    let clinic = Clinic::open().await;
    clinic.unit().await;
    clinic.clock.0.advance(minutes(55));
    let asked = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&asked);
    let wire = meddled(clinic.wire.clone(), move |request| {
        let is_token = request.uri().path() == "/oauth/token";
        counted.fetch_add(u32::from(is_token), Ordering::SeqCst);
        let answer = if is_token { Meddling::Answer(502, String::new()) } else { Meddling::Pass };
        Box::pin(async { answer })
    });
    let ctx = Ctx { wire, fresh: true, ..clinic.ctx() };
    for _ in 0..3 {
        clinic.webdoc.care_units(&ctx).await.unwrap();
    }
    assert_eq!(asked.load(Ordering::SeqCst), 1, "a failed renewal is not tried again at once");
    clinic.clock.0.advance(minutes(10));
    assert_eq!(kind(clinic.webdoc.care_units(&ctx).await), EhrErrorKind::Failed);
}

#[tokio::test]
async fn other_settings_of_one_connection_have_a_token_of_their_own() {
    let clinic = Clinic::open().await;
    clinic.unit().await;
    let settings = ["client_id", "client_secret", "token_url"]
        .into_iter()
        .fold(Default::default(), |settings: vardbro_ehr::connection::Settings, name| {
            settings.with(name, clinic.running.credentials[name].clone())
        })
        .with_secret("client_secret", "wrong")
        .with("api_url", &clinic.running.native);
    let ctx = Ctx { connection: Arc::new(connection(settings, mapping_of_nothing())), ..clinic.ctx() };
    assert_eq!(kind(clinic.webdoc.care_units(&ctx).await), EhrErrorKind::Failed);
}

#[tokio::test]
async fn missing_scopes_are_found_one_by_one_and_remembered() {
    let clinic = Clinic::open().await;
    clinic.grants.set_scopes(["clinics:read", "users:read", "self-service", "bookings:read"]);
    let unit = clinic.unit().await;
    assert_eq!(clinic.calls_of(TOKEN), 12, "all at once, the ten of them one by one, those that there are");
    clinic.slots(&unit, 1, 3).await;
    let before = clinic.call_count();
    let patient = clinic.webdoc.patient(&clinic.ctx(), &unit, &crate::clinic::tolvan()).await;
    let error = patient.unwrap_err();
    assert!(format!("{error:?}").contains("patient:read"), "{error:?}");
    assert_eq!(fault::<()>(Err(error)), (FaultCode::NotSupported, None));
    assert_eq!(clinic.call_count(), before, "nothing is sent");
    clinic.clock.0.advance(minutes(55));
    clinic.slots(&unit, 1, 3).await;
    assert_eq!(clinic.calls_of(TOKEN), 13, "what is missing is not tried again");
}

#[tokio::test]
async fn checking_the_connection_finds_scopes_that_were_granted_since() {
    let clinic = Clinic::open().await;
    clinic.grants.set_scopes(["clinics:read"]);
    let report = clinic.webdoc.check(&clinic.ctx()).await.unwrap();
    let unavailable: Vec<&str> = report.unavailable.iter().map(|(operation, _)| operation.as_str()).collect();
    assert!(unavailable.contains(&"book_appointment") && !unavailable.contains(&"list_care_units"));
    assert!(!unavailable.contains(&"read_notes"), "what Webdoc cannot do at all is no matter of scopes");
    let costly = report.warnings.iter().find(|warning| warning.contains("documents:write")).unwrap();
    assert!(costly.contains("create_document"), "{costly}");
    let (_, why) = report.unavailable.iter().find(|(of, _)| of.as_str() == "book_appointment").unwrap();
    assert!(why.contains("bookings:write") && why.contains("patient:read"), "{why}");

    clinic.grants.set_scopes(vardbro_webdoc_sandbox::SCOPES);
    let report = clinic.webdoc.check(&clinic.ctx()).await.unwrap();
    assert_eq!(report.unavailable, []);
    assert!(report.findings.iter().any(|finding| finding.contains("3 clinics")), "{report:?}");
    let unit = clinic.unit().await;
    clinic.webdoc.patient(&clinic.ctx(), &unit, &crate::clinic::tolvan()).await.unwrap();
}

#[tokio::test]
async fn limited_scopes_are_not_tried_and_what_needs_others_costs_no_call() {
    let clinic = Clinic::open_set(|settings| settings.with("scopes", "clinics:read self-service")).await;
    let unit = vardbro_model::id::CareUnitId::parse("any").unwrap();
    let patient = clinic.webdoc.patient(&clinic.ctx(), &unit, &crate::clinic::tolvan()).await;
    assert_eq!(fault(patient), (FaultCode::NotSupported, None));
    assert_eq!(clinic.call_count(), 0);
    let unit = clinic.unit().await;
    clinic.webdoc.healthcare_services(&clinic.ctx(), &unit, None).await.unwrap();
    assert_eq!(clinic.calls_of(TOKEN), 1);
}

#[tokio::test]
async fn a_403_names_the_scope_that_the_endpoint_needs() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let ctx = clinic.with_fate("GET", "/v1/bookings", || Meddling::Answer(403, String::new()));
    let error = clinic.webdoc.timeslots(&ctx, &unit, clinic.window(1, 2), None, None).await.unwrap_err();
    assert_eq!(error.kind, EhrErrorKind::Failed);
    assert!(error.detail.contains("bookings:read"), "{}", error.detail);
}

#[tokio::test]
async fn a_quota_of_the_token_host_is_told_as_one() {
    let clinic = Clinic::open().await;
    clinic.faults(json!({"rate_limit_per_minute": 0}));
    let ctx = Ctx { deadline: Instant::now() + Duration::from_secs(3), ..clinic.ctx() };
    assert_eq!(kind(clinic.webdoc.care_units(&ctx).await), EhrErrorKind::RateLimited);
}

#[tokio::test]
async fn a_token_host_that_hands_out_nothing_is_told() {
    let clinic = Clinic::open_set(|settings| settings.with_secret("acting_user_id", "")).await;
    let handing_out = |token: &'static str| {
        let wire = meddled(clinic.wire.clone(), move |request| {
            let answer = match request.uri().path() {
                "/oauth/token" => Meddling::Answer(200, json!({"access_token": token}).to_string()),
                _ => Meddling::Answer(500, "Fel".into()),
            };
            Box::pin(async { answer })
        });
        Ctx { wire, ..clinic.ctx() }
    };
    for token in ["", " ", "a\nb"] {
        let error = Webdoc::new().care_units(&handing_out(token)).await.unwrap_err();
        assert!(error.detail.contains("no access token"), "{error:?}");
    }
    let error = Webdoc::new().care_units(&handing_out("TOKENVALUE")).await.unwrap_err();
    assert_eq!(error.emr_error.as_deref(), Some("Fel"));
}

//! What a check says of a connection that does not work: which setting, and what to do.

use std::io;
use std::net::{IpAddr, Ipv4Addr, TcpListener};
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use vardbro_ehr::connection::Settings;
use vardbro_ehr::environment::Machine;
use vardbro_ehr::wire::{Egress, Resolve, Wire, WireError, WireErrorKind, WireFactory};
use vardbro_ehr::{Ctx, Ehr, EhrErrorKind};

use crate::clinic::{Clinic, connection, mapping_of_nothing};

/// Knows no name.
#[derive(Debug)]
struct NoNames;

#[async_trait]
impl Resolve for NoNames {
    async fn resolve(&self, _name: &str) -> io::Result<Vec<IpAddr>> {
        Err(io::ErrorKind::NotFound.into())
    }
}

/// A port at which nobody listens.
fn nobodys_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

/// What a check says of these settings.
async fn told(clinic: &Clinic, egress: Egress, settings: Settings) -> String {
    let connection = connection(settings, mapping_of_nothing());
    let factory = WireFactory::resolving_by(Arc::new(NoNames), egress, Arc::new(Machine), Arc::new(Machine));
    let wire = factory.unwrap().wire(&clinic.webdoc.wire_profile(&connection).unwrap()).unwrap();
    said(clinic, Ctx { connection: Arc::new(connection), wire, ..clinic.ctx() }).await
}

async fn said(clinic: &Clinic, ctx: Ctx) -> String {
    let error = clinic.webdoc.check(&ctx).await.unwrap_err();
    assert!(matches!(error.kind, EhrErrorKind::Failed | EhrErrorKind::Timeout), "{error:?}");
    error.detail
}

/// What a check says when every call ends so.
async fn answered(clinic: &Clinic, answer: Result<(u16, &'static str), WireError>) -> String {
    let wire = Wire::new(tower::service_fn(move |_| async move {
        let (status, body) = answer?;
        Ok(http::Response::builder().status(status).body(Bytes::from_static(body.as_bytes())).unwrap())
    }));
    said(clinic, Ctx { wire, ..clinic.ctx() }).await
}

fn assert_told(words: &str, parts: &[&str]) {
    for part in parts {
        assert!(words.contains(part), "{part}: {words}");
    }
}

/// The sandbox's settings with others.
fn settings(clinic: &Clinic, others: &[(&str, &str)]) -> Settings {
    let credentials = &clinic.running.credentials;
    let settings = Settings::default()
        .with("client_id", &credentials["client_id"])
        .with("token_url", &credentials["token_url"])
        .with("api_url", &clinic.running.native)
        .with_secret("client_secret", credentials["client_secret"].clone());
    others.iter().fold(settings, |settings, (name, value)| settings.with(name, *value))
}

#[tokio::test]
async fn a_wrong_host_port_or_protocol_of_either_host_is_told_with_its_setting() {
    let clinic = Clinic::open().await;
    let port = nobodys_port();
    let nobodys = format!("http://127.0.0.1:{port}/oauth/token");
    for setting in ["token_url", "api_url"] {
        let native = settings(&clinic, &[]).plain(setting).unwrap().to_owned();
        let with_tls = native.replace("http://", "https://");
        for (url, parts) in [
            ("https://webdoc.example/oauth/token", &["webdoc.example", "resolved"][..]),
            (&nobodys, &[&format!("127.0.0.1:{port}"), "port", "firewall"]),
            (&with_tls, &["127.0.0.1", "TLS"]),
        ] {
            let words = told(&clinic, Egress::loopback(), settings(&clinic, &[(setting, url)])).await;
            assert_told(&words, parts);
            assert_told(&words, &[setting]);
        }
    }
    let plain = told(&clinic, Egress::default(), settings(&clinic, &[])).await;
    assert_told(&plain, &["token_url", "use https", "egress.allow_http"]);
    let with_tls = clinic.running.credentials["token_url"].replace("http://", "https://");
    let private = told(&clinic, Egress::default(), settings(&clinic, &[("token_url", &with_tls)])).await;
    assert_told(&private, &["token_url", "127.0.0.1", "egress.allow_private_networks"]);
}

#[tokio::test]
async fn a_wrong_path_is_told_with_its_setting() {
    let clinic = Clinic::open().await;
    let elsewhere = format!("{}/elsewhere", clinic.running.native);
    let words = told(&clinic, Egress::loopback(), settings(&clinic, &[("api_url", &elsewhere)])).await;
    assert_told(&words, &["HTTP 404", "api_url", "without a path"]);
    let words = answered(&clinic, Ok((404, "<html>Nothing here</html>"))).await;
    assert_told(&words, &["HTTP 404", "token_url", "/oauth/token"]);
}

#[tokio::test]
async fn a_refused_client_is_told_with_the_settings_that_may_be_wrong() {
    let clinic = Clinic::open().await;
    let wrong = settings(&clinic, &[]).with_secret("client_secret", "WRONG-SECRET");
    let words = told(&clinic, Egress::loopback(), wrong).await;
    assert_told(&words, &["client_id", "client_secret", "token_url", "environment"]);
    assert!(!words.contains("WRONG-SECRET"), "{words}");
}

#[tokio::test]
async fn whatever_else_answers_is_told_to_be_no_webdoc() {
    let expired = WireError::not_sent(WireErrorKind::ServerCertificate("expired"));
    let silent = WireError::not_sent(WireErrorKind::Timeout);
    for (answer, parts) in [
        (Ok((302, "")), &["HTTP 302", "token_url"][..]),
        (Ok((200, "<html>It works!</html>")), &["not Webdoc that answers", "token_url"]),
        (Err(expired), &["token_url", "expired", "renew"]),
        (Err(silent), &["token_url", "did not answer in time", "firewall"]),
    ] {
        let clinic = Clinic::open().await;
        assert_told(&answered(&clinic, answer).await, parts);
    }
}

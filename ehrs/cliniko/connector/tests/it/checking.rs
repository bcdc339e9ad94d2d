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

use crate::clinic::{Clinic, connection};

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

fn settings(key: &str, base: Option<&str>) -> Settings {
    let settings = Settings::default().with_secret("api_key", key).with("contact_email", "ops@example.com");
    base.into_iter().fold(settings, |settings, base| settings.with("base_url", base))
}

/// What a check says of these settings.
async fn told(clinic: &Clinic, egress: Egress, settings: Settings) -> String {
    let connection = connection(settings);
    let factory = WireFactory::resolving_by(Arc::new(NoNames), egress, Arc::new(Machine), Arc::new(Machine));
    let wire = factory.unwrap().wire(&clinic.cliniko.wire_profile(&connection).unwrap()).unwrap();
    said(clinic, Ctx { connection: Arc::new(connection), wire, ..clinic.ctx() }).await
}

async fn said(clinic: &Clinic, ctx: Ctx) -> String {
    let error = clinic.cliniko.check(&ctx).await.unwrap_err();
    assert!(matches!(error.kind, EhrErrorKind::Failed | EhrErrorKind::Timeout), "{error:?}");
    error.detail
}

/// What a check says when every call ends so.
async fn answered(clinic: &Clinic, answer: Result<(u16, &'static str), WireError>) -> String {
    let wire = Wire::new(tower::service_fn(move |_| async move {
        let (status, body) = answer?;
        Ok(http::Response::builder().status(status).body(Bytes::from_static(body.as_bytes())).unwrap())
    }));
    said(clinic, Ctx { wire, ..clinic.fresh() }).await
}

fn assert_told(words: &str, parts: &[&str]) {
    for part in parts {
        assert!(words.contains(part), "{part}: {words}");
    }
}

#[tokio::test]
async fn a_wrong_host_port_or_protocol_is_told_with_its_setting() {
    let clinic = Clinic::open().await;
    let native = clinic.running.native.as_str();
    let port = nobodys_port();
    let nobodys = format!("http://127.0.0.1:{port}/v1");
    let with_tls = native.replace("http://", "https://");
    let loopback = Egress::loopback;
    let key = clinic.running.credentials["api_key"].as_str();
    for (base, egress, parts) in [
        ("https://api.example/v1", loopback(), &["base_url", "api.example", "resolved"][..]),
        (&nobodys, loopback(), &["base_url", &format!("127.0.0.1:{port}"), "port", "firewall"]),
        (&with_tls, loopback(), &["base_url", "127.0.0.1", "TLS"]),
        (native, Egress::default(), &["base_url", "use https", "egress.allow_http"]),
        (&with_tls, Egress::default(), &["base_url", "127.0.0.1", "egress.allow_private_networks"]),
        (native.trim_end_matches("/v1"), loopback(), &["HTTP 404", "base_url", "/v1"]),
    ] {
        assert_told(&told(&clinic, egress, settings(key, Some(base))).await, parts);
    }
}

#[tokio::test]
async fn a_wrong_shard_is_told_as_the_ending_of_the_key_that_it_is() {
    let clinic = Clinic::open().await;
    let words = told(&clinic, Egress::default(), settings("SECRET-xx9", None)).await;
    assert_told(&words, &["api_key", "shard", "api.xx9.cliniko.com"]);
    assert!(!words.contains("SECRET"), "{words}");
}

#[tokio::test]
async fn a_refused_key_is_told_with_what_may_be_wrong_with_it() {
    let clinic = Clinic::open().await;
    let native = clinic.running.native.as_str();
    let words = told(&clinic, Egress::loopback(), settings("WRONG-au1", Some(native))).await;
    assert_told(&words, &["HTTP 401", "api_key", "revoked", "shard"]);
}

#[tokio::test]
async fn whatever_else_answers_is_told_to_be_no_cliniko() {
    let clinic = Clinic::open().await;
    let expired = WireError::not_sent(WireErrorKind::ServerCertificate("expired"));
    let silent = WireError::not_sent(WireErrorKind::Timeout);
    for (answer, parts) in [
        (Ok((301, "")), &["leads elsewhere", "base_url"][..]),
        (Ok((200, "<html>It works!</html>")), &["not Cliniko's API", "base_url"]),
        (Err(expired), &["base_url", "expired", "renew"]),
        (Err(silent), &["base_url", "did not answer in time", "firewall"]),
    ] {
        assert_told(&answered(&clinic, answer).await, parts);
    }
}

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

fn settings(token: &str, url: &str) -> Settings {
    Settings::default().with_secret("token", token).with("url", url)
}

/// What a check says of these settings.
async fn told(clinic: &Clinic, egress: Egress, settings: Settings) -> String {
    let connection = connection(settings);
    let factory = WireFactory::resolving_by(Arc::new(NoNames), egress, Arc::new(Machine), Arc::new(Machine));
    let wire = factory.unwrap().wire(&clinic.kaddio.wire_profile(&connection).unwrap()).unwrap();
    said(clinic, Ctx { connection: Arc::new(connection), wire, ..clinic.ctx() }).await
}

async fn said(clinic: &Clinic, ctx: Ctx) -> String {
    let error = clinic.kaddio.check(&ctx).await.unwrap_err();
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
    let nobodys = format!("http://127.0.0.1:{port}/graphql");
    let with_tls = native.replace("http://", "https://");
    let elsewhere = format!("{native}/elsewhere");
    let loopback = Egress::loopback;
    for (url, egress, parts) in [
        ("https://klinik.example/graphql", loopback(), &["setting url", "klinik.example", "resolved"][..]),
        (&nobodys, loopback(), &["setting url", &format!("127.0.0.1:{port}"), "port", "firewall"]),
        (&with_tls, loopback(), &["setting url", "127.0.0.1", "TLS"]),
        (native, Egress::default(), &["setting url", "use https", "egress.allow_http"]),
        (&with_tls, Egress::default(), &["setting url", "127.0.0.1", "egress.allow_private_networks"]),
        (&elsewhere, loopback(), &["HTTP 404", "setting url", "/graphql", "add-on"]),
    ] {
        assert_told(&told(&clinic, egress, settings("token", url)).await, parts);
    }
}

#[tokio::test]
async fn a_refused_token_is_told_with_what_may_be_wrong_with_it() {
    let clinic = Clinic::open().await;
    let native = clinic.running.native.as_str();
    let words = told(&clinic, Egress::loopback(), settings("WRONG-TOKEN", native)).await;
    assert_told(&words, &["HTTP 401", "setting token", "organisation", "/my-profile"]);
    assert!(!words.contains("WRONG-TOKEN"), "{words}");
}

#[tokio::test]
async fn whatever_else_answers_is_told_to_be_no_kaddio() {
    let clinic = Clinic::open().await;
    let expired = WireError::not_sent(WireErrorKind::ServerCertificate("expired"));
    let silent = WireError::not_sent(WireErrorKind::Timeout);
    for (answer, parts) in [
        (Ok((302, "")), &["leads elsewhere", "setting url"][..]),
        (Ok((200, "<html>It works!</html>")), &["not Kaddio's GraphQL", "setting url"]),
        (Err(expired), &["setting url", "expired", "renew"]),
        (Err(silent), &["setting url", "did not answer in time", "firewall"]),
    ] {
        assert_told(&answered(&clinic, answer).await, parts);
    }
}

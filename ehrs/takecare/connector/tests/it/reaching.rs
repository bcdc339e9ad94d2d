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

/// What a check says of these settings.
async fn told(clinic: &Clinic, egress: Egress, settings: Settings) -> String {
    let connection = connection(settings);
    let factory = WireFactory::resolving_by(Arc::new(NoNames), egress, Arc::new(Machine), Arc::new(Machine));
    let wire = factory.unwrap().wire(&clinic.takecare.wire_profile(&connection).unwrap()).unwrap();
    said(clinic, Ctx { connection: Arc::new(connection), wire, ..clinic.ctx() }).await
}

async fn said(clinic: &Clinic, ctx: Ctx) -> String {
    let error = clinic.takecare.check(&ctx).await.unwrap_err();
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

fn settings(url: &str) -> Settings {
    Settings::default()
        .with("booking_url", url)
        .with_secret("externaluser", "EXTERNAL")
        .with_secret("invokingsystem", "SYSTEM")
}

#[tokio::test]
async fn a_wrong_host_port_or_protocol_is_told_with_its_setting() {
    let clinic = Clinic::open().await;
    let native = clinic.running.native.as_str();
    let port = nobodys_port();
    let nobodys = format!("http://127.0.0.1:{port}/booking/booking.asmx");
    let with_tls = native.replace("http://", "https://");
    let elsewhere = native.replace("/booking/booking.asmx", "/elsewhere/else/booking.asmx");
    let loopback = Egress::loopback;
    let public = "https://node.example/booking/booking.asmx";
    for (url, egress, parts) in [
        (public, loopback(), &["booking_url", "node.example", "resolved"][..]),
        (&nobodys, loopback(), &["booking_url", &format!("127.0.0.1:{port}"), "port", "firewall"]),
        (&with_tls, loopback(), &["booking_url", "127.0.0.1", "TLS"]),
        (native, Egress::default(), &["booking_url", "use https", "egress.allow_http"]),
        (&with_tls, Egress::default(), &["booking_url", "127.0.0.1", "egress.allow_private_networks"]),
        (&elsewhere, loopback(), &["HTTP 404", "booking_url", "booking/booking.asmx"]),
    ] {
        assert_told(&told(&clinic, egress, settings(url)).await, parts);
    }
}

#[tokio::test]
async fn a_service_on_another_node_is_told_with_its_own_setting() {
    let clinic = Clinic::open().await;
    let place = "https://other.example/units.asmx#GetCareUnits";
    let settings = settings(&clinic.running.native).with("get_care_units", place);
    let words = told(&clinic, Egress::loopback(), settings).await;
    assert_told(&words, &["get_care_units", "other.example"]);
}

#[tokio::test]
async fn refused_credentials_are_told_with_the_settings_that_may_be_wrong() {
    let clinic = Clinic::open().await;
    let words = told(&clinic, Egress::loopback(), settings(&clinic.running.native)).await;
    assert_told(&words, &["refused", "externaluser", "invokingsystem", "CGM"]);
    assert!(!words.contains("EXTERNAL"), "{words}");
}

#[tokio::test]
async fn whatever_else_answers_is_told_to_be_no_takecare() {
    let clinic = Clinic::open().await;
    let failed = |kind| Err(WireError::not_sent(kind));
    for (answer, parts) in [
        (Ok((301, "")), &["leads elsewhere", "booking_url"][..]),
        (Ok((200, "<html>It works!</html>")), &["not XChange", "booking_url"]),
        (Ok((200, "It works!")), &["not XChange", "booking_url"]),
        (failed(WireErrorKind::ServerCertificate("expired")), &["booking_url", "expired", "renew"]),
        (failed(WireErrorKind::ServerCertificate("of an authority that is not trusted")), &["authorities"]),
        (failed(WireErrorKind::CertificateMissing), &["client_certificate", "client_pkcs12"]),
        (failed(WireErrorKind::CertificateRefused("expired")), &["client_certificate", "expired", "CGM"]),
        (failed(WireErrorKind::Timeout), &["booking_url", "did not answer in time", "firewall"]),
    ] {
        assert_told(&answered(&clinic, answer).await, parts);
    }
}

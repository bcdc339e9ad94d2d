//! Certificates on both sides: the connector before a sandbox that lets nobody in without one.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use vardbro_ehr::connection::Settings;
use vardbro_ehr::wire::Delivery;
use vardbro_ehr::{Ehr, EhrErrorKind};
use vardbro_takecare_sandbox::MutualTls;

use crate::clinic::{ANNA, Clinic, booking, ten};

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Authority {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// Certificate and key.
fn issued(by: &Authority, name: &str) -> (String, String) {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new([name.to_owned()]).unwrap().signed_by(&key, by).unwrap();
    (certificate.pem(), key.serialize_pem())
}

/// Settings of whoever trusts the server, with this certificate.
fn presenting(
    server: &Authority,
    certificate: Option<(String, String)>,
) -> impl FnOnce(Settings) -> Settings + use<> {
    let authorities = server.pem();
    move |settings| {
        let settings = settings.with("authorities", authorities);
        match certificate {
            Some((chain, key)) => settings.with("client_certificate", chain).with_secret("client_key", key),
            None => settings,
        }
    }
}

async fn clinic(
    clients: &Authority,
    server: &Authority,
    settle: impl FnOnce(Settings) -> Settings,
) -> Clinic {
    let (certificate_chain, private_key) = issued(server, "127.0.0.1");
    let tls = MutualTls { certificate_chain, private_key, client_authorities: clients.pem() };
    let choose = |options| vardbro_takecare_sandbox::Options { tls: Some(tls), ..options };
    Clinic::open_with("2026-11-20T03:00:00Z", choose, settle).await
}

#[tokio::test]
async fn a_connection_with_its_certificate_books() {
    let (clients, server) = (authority(), authority());
    let settle = presenting(&server, Some(issued(&clients, "client.example")));
    let clinic = clinic(&clients, &server, settle).await;
    assert!(clinic.running.native.starts_with("https://"));
    let slot = clinic.slot().await;
    let booked = clinic.takecare.book(&clinic.ctx(), &ten(), booking(&slot, ANNA)).await.unwrap();
    assert_eq!(booked.start, slot.start);
    let report = clinic.takecare.check(&clinic.ctx()).await.unwrap();
    assert!(!report.warnings.iter().any(|warning| warning.contains("certificate")), "{report:?}");
}

#[tokio::test]
async fn a_connection_with_its_certificate_in_a_pkcs12_file_books() {
    let (clients, server) = (authority(), authority());
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(["client.example".to_owned()]).unwrap();
    let certificate = params.signed_by(&key, &clients).unwrap();
    let authorities = server.pem();
    let settle = |settings: Settings| {
        settings
            .with("authorities", authorities)
            .with_secret("client_pkcs12", pkcs12(certificate.der(), &key, "changeit"))
            .with_secret("client_pkcs12_password", "changeit")
    };
    let clinic = clinic(&clients, &server, settle).await;
    let slot = clinic.slot().await;
    let booked = clinic.takecare.book(&clinic.ctx(), &ten(), booking(&slot, ANNA)).await.unwrap();
    assert_eq!(booked.start, slot.start);
}

/// The file as base64.
fn pkcs12(certificate: &[u8], key: &KeyPair, password: &str) -> String {
    let certificate = p12_keystore::Certificate::from_der(certificate).unwrap();
    let key = p12_keystore::PrivateKey::from_der(&key.serialize_der()).unwrap();
    let chain = p12_keystore::PrivateKeyChain::new(&[1_u8; 20][..], key, [certificate]);
    let mut store = p12_keystore::KeyStore::new();
    store.add_entry("clinic", p12_keystore::KeyStoreEntry::PrivateKeyChain(chain));
    STANDARD.encode(store.writer(password).write().unwrap())
}

#[tokio::test]
async fn a_certificate_that_is_missing_or_refused_is_named() {
    let (clients, server) = (authority(), authority());
    for (certificate, words) in [
        (None, "wants a client certificate, and the connection has none"),
        (Some(issued(&authority(), "client.example")), "refused the connection's client certificate"),
    ] {
        let clinic = clinic(&clients, &server, presenting(&server, certificate)).await;
        for _ in 0..10 {
            let error = clinic.takecare.care_units(&clinic.ctx()).await.unwrap_err();
            assert_eq!(error.kind, EhrErrorKind::Failed);
            assert_ne!(error.delivery, Delivery::Unknown, "nothing was done");
            assert!(error.detail.contains(words), "{}", error.detail);
        }
        assert_eq!(clinic.call_count(), 0, "{:?}", clinic.calls());
    }
}

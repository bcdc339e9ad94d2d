//! Who proves what to whom, over real sockets.

use std::net::SocketAddr;
use std::sync::Arc;

use base64::Engine;
use bytes::Bytes;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, SupportedProtocolVersion};
use rustls_pki_types::PrivateKeyDer;
use secrecy::SecretString;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use vardbro_ehr::environment::Machine;
use vardbro_ehr::wire::stack::Answer;
use vardbro_ehr::wire::{
    ClientIdentity, Delivery, Egress, Safety, Tls, TlsFault, WireErrorKind, WireFactory, WireProfile,
};

use crate::support::{context, seconds};

/// An authority with the certificates that it vouches for.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

/// A certificate and its key, as PEM.
struct Card {
    chain: String,
    key: String,
}

impl Authority {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::new([]).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Self { issuer: Issuer::new(params, key), pem }
    }

    fn card(&self, name: &str, purpose: ExtendedKeyUsagePurpose) -> Card {
        self.card_until(name, purpose, 2100)
    }

    fn card_until(&self, name: &str, purpose: ExtendedKeyUsagePurpose, year: i32) -> Card {
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        params.extended_key_usages = vec![purpose];
        params.not_before = rcgen::date_time_ymd(2001, 1, 1);
        params.not_after = rcgen::date_time_ymd(year, 1, 1);
        let key = KeyPair::generate().unwrap();
        let chain = params.signed_by(&key, &self.issuer).unwrap().pem();
        Card { chain, key: key.serialize_pem() }
    }

    fn roots(&self) -> RootCertStore {
        use rustls_pki_types::pem::PemObject;
        let mut roots = RootCertStore::empty();
        roots.add(rustls_pki_types::CertificateDer::from_pem_slice(self.pem.as_bytes()).unwrap()).unwrap();
        roots
    }
}

impl Card {
    fn identity(&self) -> ClientIdentity {
        ClientIdentity::from_pem(&self.chain, &SecretString::from(self.key.clone())).unwrap()
    }
}

/// A server that lets in whom the authority vouches for, and answers 204.
async fn server(
    clients: &Authority,
    own: &Card,
    versions: &[&'static SupportedProtocolVersion],
) -> SocketAddr {
    use rustls_pki_types::pem::PemObject;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(clients.roots()), provider.clone());
    let config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .unwrap()
        .with_client_cert_verifier(verifier.build().unwrap())
        .with_single_cert(
            vec![rustls_pki_types::CertificateDer::from_pem_slice(own.chain.as_bytes()).unwrap()],
            PrivateKeyDer::from_pem_slice(own.key.as_bytes()).unwrap(),
        )
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                // What goes wrong in the handshake is the client's to tell. It is let read why before the connection ends.
                let mut stream = match acceptor.accept(stream).into_fallible().await {
                    Ok(stream) => stream,
                    Err((_, mut stream)) => {
                        let _ = stream.shutdown().await;
                        let _ = stream.read_to_end(&mut Vec::new()).await;
                        return;
                    }
                };
                let mut request = [0; 4096];
                while stream.read(&mut request).await.is_ok_and(|read| read > 0) {
                    stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.unwrap();
                }
            });
        }
    });
    address
}

async fn get(address: SocketAddr, tls: Tls) -> Answer {
    let egress = Egress { allow_http: false, ..Egress::loopback() };
    let profile = WireProfile { calls_per_minute: None, concurrency: 4, attempt_timeout: seconds(5), tls };
    let factory = WireFactory::new(egress, Arc::new(Machine), Arc::new(Machine)).unwrap();
    let request = http::Request::post(format!("https://localhost:{}/", address.port()));
    let request = request.body(Bytes::from_static(b"<m/>")).unwrap();
    factory.wire(&profile).unwrap().send(request, context(Safety::Once)).await
}

const BOTH: &[&[&SupportedProtocolVersion]] = &[&[&rustls::version::TLS12], &[&rustls::version::TLS13]];

#[tokio::test]
async fn both_sides_prove_who_they_are() {
    let (authority, clients) = (Authority::new("servers"), Authority::new("clients"));
    let own = authority.card("localhost", ExtendedKeyUsagePurpose::ServerAuth);
    let card = clients.card("clinic", ExtendedKeyUsagePurpose::ClientAuth);
    for versions in BOTH {
        let address = server(&clients, &own, versions).await;
        let tls = Tls::MACHINE.presenting(card.identity()).trusting(&authority.pem).unwrap();

        let answer = get(address, tls).await;

        assert_eq!(answer.unwrap().status(), 204);
    }
}

#[tokio::test]
async fn a_missing_certificate_is_named() {
    let (authority, clients) = (Authority::new("servers"), Authority::new("clients"));
    let own = authority.card("localhost", ExtendedKeyUsagePurpose::ServerAuth);
    for versions in BOTH {
        let address = server(&clients, &own, versions).await;

        let error = get(address, Tls::MACHINE.trusting(&authority.pem).unwrap()).await.unwrap_err();

        assert_eq!((error.kind, error.delivery), (WireErrorKind::CertificateMissing, Delivery::Rejected));
    }
}

#[tokio::test]
async fn a_refused_certificate_is_named_with_the_reason() {
    let (authority, clients) = (Authority::new("servers"), Authority::new("clients"));
    let own = authority.card("localhost", ExtendedKeyUsagePurpose::ServerAuth);
    let strangers = Authority::new("strangers").card("clinic", ExtendedKeyUsagePurpose::ClientAuth);
    let expired = clients.card_until("clinic", ExtendedKeyUsagePurpose::ClientAuth, 2020);
    for versions in BOTH {
        let address = server(&clients, &own, versions).await;
        for (card, reason) in [(&strangers, "of an authority that it does not know"), (&expired, "expired")] {
            let tls = Tls::MACHINE.presenting(card.identity()).trusting(&authority.pem).unwrap();

            let error = get(address, tls).await.unwrap_err();

            assert_eq!(error.kind, WireErrorKind::CertificateRefused(reason), "{versions:?}");
            assert_eq!(error.delivery, Delivery::Rejected);
        }
    }
}

#[tokio::test]
async fn a_server_that_nobody_vouches_for_is_not_spoken_to() {
    let (authority, clients) = (Authority::new("servers"), Authority::new("clients"));
    let own = authority.card("localhost", ExtendedKeyUsagePurpose::ServerAuth);
    let address = server(&clients, &own, &[&rustls::version::TLS13]).await;

    let error = get(address, Tls::MACHINE.trusting(&clients.pem).unwrap()).await.unwrap_err();

    assert_eq!(error.kind, WireErrorKind::ServerCertificate("of an authority that is not trusted"));
    assert_eq!(error.delivery, Delivery::Rejected);
}

#[tokio::test]
async fn a_certificate_of_another_name_does_not_hold() {
    let (authority, clients) = (Authority::new("servers"), Authority::new("clients"));
    let own = authority.card("elsewhere.example", ExtendedKeyUsagePurpose::ServerAuth);
    let address = server(&clients, &own, &[&rustls::version::TLS13]).await;

    let error = get(address, Tls::MACHINE.trusting(&authority.pem).unwrap()).await.unwrap_err();

    assert_eq!(error.kind, WireErrorKind::ServerCertificate("it belongs to another name"));
}

#[test]
fn certificate_and_key_are_read_from_pkcs12() {
    let file = SecretString::from(include_str!("card.p12.base64"));

    let identity = ClientIdentity::from_pkcs12(&file, &SecretString::from("changeit")).unwrap();

    assert_eq!(identity.expires().to_string(), "2126-10-27T13:50:21Z");
    let shown = format!("{identity:?}");
    assert!(!shown.contains("PRIVATE") && !shown.contains("key"), "{shown}");
    for wrong in ["", "changeit "] {
        let fault = ClientIdentity::from_pkcs12(&file, &SecretString::from(wrong)).unwrap_err();
        assert_eq!(fault, TlsFault::NotPkcs12);
    }
}

#[test]
fn what_cannot_be_used_is_told_apart() {
    let authority = Authority::new("any");
    let card = authority.card("clinic", ExtendedKeyUsagePurpose::ClientAuth);
    let other = authority.card("other", ExtendedKeyUsagePurpose::ClientAuth);
    let fault = |chain: &str, key: &str| {
        ClientIdentity::from_pem(chain, &SecretString::from(key.to_owned())).unwrap_err()
    };
    let garbled = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";

    assert_eq!(fault("", &card.key), TlsFault::NoCertificate);
    assert_eq!(fault(&card.key, &card.key), TlsFault::NoCertificate);
    assert_eq!(fault(garbled, &card.key), TlsFault::UnreadableCertificate);
    assert_eq!(fault(&card.chain, &card.chain), TlsFault::NoKey);
    assert_eq!(fault(&card.chain, &other.key), TlsFault::Mismatch);
    assert_eq!(Tls::MACHINE.trusting("").unwrap_err(), TlsFault::NoCertificate);
    let p12 = |file: &str| {
        let file = SecretString::from(file.to_owned());
        ClientIdentity::from_pkcs12(&file, &SecretString::from("x")).unwrap_err()
    };
    assert_eq!(p12("%%"), TlsFault::NotBase64);
    assert_eq!(p12(&base64::engine::general_purpose::STANDARD.encode("nothing")), TlsFault::NotPkcs12);
}

//! Certificates on both sides.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use reqwest::{Certificate, Identity};
use vardbro_takecare_sandbox::MutualTls;

use crate::client::{BOOKING, Sandbox, UNIT, http};

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

async fn sandbox(clients: &Authority, server: &Authority) -> Sandbox {
    let (certificate_chain, private_key) = issued(server, "127.0.0.1");
    let tls = MutualTls { certificate_chain, private_key, client_authorities: clients.pem() };
    Sandbox::with(|options| options.tls = Some(tls)).await
}

fn client(server: &Authority, certificate: Option<(String, String)>) -> reqwest::Client {
    drop(http());
    let trusted = Certificate::from_pem(server.pem().as_bytes()).unwrap();
    let mut builder = reqwest::Client::builder().tls_certs_only([trusted]);
    if let Some((certificate, key)) = certificate {
        builder = builder.identity(Identity::from_pem(format!("{certificate}{key}").as_bytes()).unwrap());
    }
    builder.build().unwrap()
}

#[tokio::test]
async fn a_client_with_a_certificate_of_the_authority_is_let_in() {
    let (clients, server) = (authority(), authority());
    let mut sandbox = sandbox(&clients, &server).await;
    assert!(sandbox.running.native.starts_with("https://127.0.0.1:"));
    sandbox.http = client(&server, Some(issued(&clients, "client.example")));

    let types = sandbox.call("GetTimeTypes", &format!("{UNIT}<TimeTypeRequest>Web</TimeTypeRequest>")).await;

    assert_eq!(types.response().all("TimeType").len(), 5);
    let wsdl = sandbox.send(sandbox.http.get(format!("{}?wsdl", sandbox.running.native))).await;
    assert!(wsdl.text.contains(&format!("location=\"{}\"", sandbox.running.native)), "{}", wsdl.text);
}

#[tokio::test]
async fn a_client_without_certificate_or_with_another_one_is_not() {
    let (clients, server) = (authority(), authority());
    let sandbox = sandbox(&clients, &server).await;
    for certificate in [None, Some(issued(&authority(), "client.example"))] {
        let stranger = client(&server, certificate);
        stranger.get(sandbox.address(BOOKING)).send().await.unwrap_err();
        stranger.get(format!("{}/_sandbox/state", sandbox.running.origin)).send().await.unwrap_err();
    }
    assert!(sandbox.running.controls.calls().is_empty());
}

#[tokio::test]
async fn certificates_that_are_none_are_told_at_the_start() {
    let (clients, server) = (authority(), authority());
    let (certificate_chain, private_key) = issued(&server, "127.0.0.1");
    let good = MutualTls { certificate_chain, private_key, client_authorities: clients.pem() };
    for wrong in [
        MutualTls { certificate_chain: String::new(), ..good.clone() },
        MutualTls { private_key: "no key".to_owned(), ..good.clone() },
        MutualTls { private_key: issued(&server, "127.0.0.1").1, ..good.clone() },
        MutualTls { client_authorities: String::new(), ..good.clone() },
    ] {
        let options = vardbro_takecare_sandbox::Options { tls: Some(wrong), ..Default::default() };
        let started = vardbro_takecare_sandbox::start(options, "127.0.0.1:0".parse().unwrap()).await;
        assert_eq!(started.err().unwrap().kind(), std::io::ErrorKind::InvalidInput);
    }
}

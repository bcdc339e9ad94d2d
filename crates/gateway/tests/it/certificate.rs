//! A certificate for tests, and a client that trusts it.

use std::fs;
use std::sync::Arc;

use rcgen::{CertificateParams, KeyPair};
use rustls::crypto::ring::default_provider;
use rustls::{ClientConfig, RootCertStore};
use tokio_rustls::TlsConnector;
use vardbro_gateway::Tls;

pub fn pair() -> (Tls, TlsConnector) {
    let key = KeyPair::generate().unwrap();
    let issued = CertificateParams::new(["localhost".to_owned()]).unwrap().self_signed(&key).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let (certificate_file, key_file) = (directory.path().join("chain.pem"), directory.path().join("key.pem"));
    fs::write(&certificate_file, issued.pem()).unwrap();
    fs::write(&key_file, key.serialize_pem()).unwrap();
    let tls = Tls::open(&certificate_file, &key_file).unwrap();

    let mut roots = RootCertStore::empty();
    roots.add(issued.der().clone()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    (tls, TlsConnector::from(Arc::new(config)))
}

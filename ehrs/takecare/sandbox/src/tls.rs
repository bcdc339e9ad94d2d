//! TLS that lets nobody in without a certificate, as XChange does.

use std::error::Error;
use std::io;
use std::sync::Arc;

use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};

use crate::options::MutualTls;

/// Fails on what is no PEM, or does not belong together.
pub fn server_config(tls: &MutualTls) -> io::Result<Arc<ServerConfig>> {
    let mut authorities = RootCertStore::empty();
    for authority in certificates(&tls.client_authorities)? {
        authorities.add(authority).map_err(wrong)?;
    }
    let key = PrivateKeyDer::from_pem_slice(tls.private_key.as_bytes()).map_err(wrong)?;
    let provider = Arc::new(default_provider());
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(authorities), provider.clone());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(wrong)?
        .with_client_cert_verifier(verifier.build().map_err(wrong)?)
        .with_single_cert(certificates(&tls.certificate_chain)?, key)
        .map_err(wrong)?;
    Ok(Arc::new(config))
}

fn certificates(pem: &str) -> io::Result<Vec<CertificateDer<'static>>> {
    CertificateDer::pem_slice_iter(pem.as_bytes()).collect::<Result<_, _>>().map_err(wrong)
}

fn wrong(error: impl Error + Send + Sync + 'static) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, error)
}

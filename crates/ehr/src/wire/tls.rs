//! Who a connection is, and whom it trusts.

use std::fmt;
use std::io;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use p12_keystore::{KeyStore, Pkcs12ImportPolicy};
use rustls::client::WebPkiServerVerifier;
use rustls::crypto::CryptoProvider;
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{AlertDescription, CertificateError, ClientConfig, RootCertStore};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls_platform_verifier::Verifier;
use secrecy::{ExposeSecret, SecretString};

use super::WireErrorKind;

/// Why a certificate or a key cannot be used. It says nothing of what stands in them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TlsFault {
    /// There is no certificate in the text.
    #[error("it holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)")]
    NoCertificate,
    /// There is no private key in the text.
    #[error("it holds no unencrypted private key in PEM form (-----BEGIN PRIVATE KEY-----)")]
    NoKey,
    /// It is no certificate that can be read.
    #[error("one of its certificates cannot be read")]
    UnreadableCertificate,
    /// The key is of a kind that cannot be used.
    #[error(
        "its private key cannot be used: RSA of at least 2048 bits, ECDSA (P-256, P-384) and Ed25519 can"
    )]
    UnusableKey,
    /// The key is another one's.
    #[error("the private key does not belong to the first certificate")]
    Mismatch,
    /// It is no base64.
    #[error("it is not base64")]
    NotBase64,
    /// It is no PKCS#12 file, or the password is another one.
    #[error("it is no PKCS#12 file with a certificate and its key, or the password is wrong")]
    NotPkcs12,
}

/// A client certificate and its key. The key does not print itself.
#[derive(Clone)]
pub struct ClientIdentity {
    certified: Arc<CertifiedKey>,
    expires: Timestamp,
}

impl ClientIdentity {
    /// From a certificate with those that vouch for it, and its key, both as PEM.
    pub fn from_pem(chain: &str, key: &SecretString) -> Result<Self, TlsFault> {
        let chain = certificates(chain)?;
        let key =
            PrivateKeyDer::from_pem_slice(key.expose_secret().as_bytes()).map_err(|_| TlsFault::NoKey)?;
        Self::new(chain, key)
    }

    /// From a PKCS#12 file (`.p12`, `.pfx`) as base64, and its password.
    pub fn from_pkcs12(file: &SecretString, password: &SecretString) -> Result<Self, TlsFault> {
        let text: String = file.expose_secret().split_ascii_whitespace().collect();
        let file = STANDARD.decode(text).map_err(|_| TlsFault::NotBase64)?;
        let keys = KeyStore::from_pkcs12(&file, password.expose_secret(), Pkcs12ImportPolicy::Strict)
            .map_err(|_| TlsFault::NotPkcs12)?;
        let (_, chain) = keys.private_key_chain().ok_or(TlsFault::NotPkcs12)?;
        let key = PrivatePkcs8KeyDer::from(chain.key().as_der().to_vec());
        let certificates = chain.certs().iter().map(|one| CertificateDer::from(one.as_der().to_vec()));
        Self::new(certificates.collect(), key.into())
    }

    fn new(chain: Vec<CertificateDer<'static>>, key: PrivateKeyDer<'static>) -> Result<Self, TlsFault> {
        let own = chain.first().ok_or(TlsFault::NoCertificate)?;
        let (_, parsed) =
            x509_parser::parse_x509_certificate(own).map_err(|_| TlsFault::UnreadableCertificate)?;
        let expires = Timestamp::from_second(parsed.validity().not_after.timestamp())
            .map_err(|_| TlsFault::UnreadableCertificate)?;
        let certified = CertifiedKey::from_der(chain, key, &provider()).map_err(|error| match error {
            rustls::Error::InconsistentKeys(_) => TlsFault::Mismatch,
            rustls::Error::InvalidCertificate(_) => TlsFault::UnreadableCertificate,
            _ => TlsFault::UnusableKey,
        })?;
        Ok(Self { certified: Arc::new(certified), expires })
    }

    /// When nobody accepts it any more.
    pub fn expires(&self) -> Timestamp {
        self.expires
    }
}

impl fmt::Debug for ClientIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientIdentity").field("expires", &self.expires).finish_non_exhaustive()
    }
}

/// Who a connection is, and whom it trusts. By default nobody, and whom the machine trusts.
#[derive(Debug, Clone, Default)]
pub struct Tls {
    identity: Option<ClientIdentity>,
    authorities: Option<Arc<RootCertStore>>,
}

impl Tls {
    /// Nobody, trusting whom the machine trusts.
    pub const MACHINE: Self = Self { identity: None, authorities: None };

    /// Presenting a certificate to servers that ask for one.
    #[must_use]
    pub fn presenting(self, identity: ClientIdentity) -> Self {
        Self { identity: Some(identity), ..self }
    }

    /// Trusting these authorities (PEM) and no others.
    pub fn trusting(self, authorities: &str) -> Result<Self, TlsFault> {
        let mut roots = RootCertStore::empty();
        for authority in certificates(authorities)? {
            roots.add(authority).map_err(|_| TlsFault::UnreadableCertificate)?;
        }
        Ok(Self { authorities: Some(Arc::new(roots)), ..self })
    }

    pub(super) fn is_the_machines(&self) -> bool {
        self.identity.is_none() && self.authorities.is_none()
    }

    pub(super) fn has_identity(&self) -> bool {
        self.identity.is_some()
    }

    pub(super) fn client_config(&self) -> Result<ClientConfig, rustls::Error> {
        let provider = provider();
        let builder = ClientConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()?
            .dangerous()
            .with_custom_certificate_verifier(self.verifier(provider)?);
        Ok(match &self.identity {
            Some(identity) => builder
                .with_client_cert_resolver(Arc::new(SingleCertAndKey::from(identity.certified.clone()))),
            None => builder.with_no_client_auth(),
        })
    }

    /// Trusts the given authorities; without any, what the machine trusts; where that is nothing, as in a slim container, what
    /// Mozilla trusts.
    fn verifier(
        &self,
        provider: Arc<CryptoProvider>,
    ) -> Result<Arc<dyn rustls::client::danger::ServerCertVerifier>, rustls::Error> {
        if self.authorities.is_none()
            && let Ok(machine) = Verifier::new(provider.clone())
        {
            return Ok(Arc::new(machine));
        }
        let roots = self.authorities.clone().unwrap_or_else(|| {
            tracing::info!("this machine has no certificate authorities: trusting those of Mozilla");
            Arc::new(webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect())
        });
        let verifier = WebPkiServerVerifier::builder_with_provider(roots, provider).build();
        Ok(verifier.map_err(|error| rustls::Error::General(error.to_string()))?)
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

fn certificates(pem: &str) -> Result<Vec<CertificateDer<'static>>, TlsFault> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    let found = found.map_err(|_| TlsFault::UnreadableCertificate)?;
    if found.is_empty() { Err(TlsFault::NoCertificate) } else { Ok(found) }
}

/// What is wrong with whose certificate, if that is why a call failed.
pub(super) fn certificate_fault(
    cause: &(dyn std::error::Error + 'static),
    has_identity: bool,
) -> Option<WireErrorKind> {
    match unwrapped(cause).downcast_ref::<rustls::Error>()? {
        rustls::Error::AlertReceived(alert) => {
            let words = refusal(*alert, has_identity)?;
            Some(if has_identity {
                WireErrorKind::CertificateRefused(words)
            } else {
                WireErrorKind::CertificateMissing
            })
        }
        rustls::Error::InvalidCertificate(error) => Some(WireErrorKind::ServerCertificate(doubt(error))),
        _ => None,
    }
}

/// Whether it is TLS that failed.
pub(super) fn is_of_tls(cause: &(dyn std::error::Error + 'static)) -> bool {
    unwrapped(cause).is::<rustls::Error>()
}

/// What is inside I/O errors: they do not count it among their causes.
fn unwrapped<'e>(error: &'e (dyn std::error::Error + 'static)) -> &'e (dyn std::error::Error + 'static) {
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(inner) => unwrapped(inner),
        None => error,
    }
}

/// What a server means by ending the handshake, if it is about the client's certificate.
fn refusal(alert: AlertDescription, has_identity: bool) -> Option<&'static str> {
    Some(match alert {
        AlertDescription::CertificateExpired => "expired",
        AlertDescription::CertificateRevoked => "revoked",
        AlertDescription::UnknownCA => "of an authority that it does not know",
        AlertDescription::UnsupportedCertificate => "of a kind that it does not take",
        AlertDescription::BadCertificate => "bad certificate",
        AlertDescription::CertificateUnknown => "not accepted",
        AlertDescription::AccessDenied => "access denied",
        AlertDescription::DecryptError => "its signature does not hold",
        AlertDescription::CertificateRequired => "certificate required",
        // Servers before TLS 1.3 have no other word for a certificate that is not there.
        AlertDescription::HandshakeFailure if !has_identity => "handshake failure",
        _ => return None,
    })
}

fn doubt(error: &CertificateError) -> &'static str {
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "expired",
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => "not valid yet",
        CertificateError::Revoked => "revoked",
        CertificateError::UnknownIssuer => "of an authority that is not trusted",
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "it belongs to another name"
        }
        _ => "not accepted",
    }
}

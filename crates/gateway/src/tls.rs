//! TLS on the listening side, with a certificate that is read anew when its files change.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use jiff::Timestamp;
use metrics::gauge;
use rustls::crypto::CryptoProvider;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{ServerConfig, version};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tracing::{info, warn};
use zeroize::Zeroizing;

#[cfg(test)]
mod tests;

/// Unix time at which the certificate in use expires, in seconds.
const EXPIRES: &str = "vardbro_tls_certificate_expires_timestamp_seconds";

/// Why a certificate cannot be used. It says nothing of what stands in the key.
#[derive(Debug, thiserror::Error)]
pub enum CertificateFault {
    /// A file cannot be read.
    #[error("cannot read {}: {source}", .path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// There is no certificate in the file.
    #[error("{} holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)", .0.display())]
    NoCertificate(PathBuf),
    /// What looks like a certificate is none.
    #[error("a certificate in {} cannot be read", .0.display())]
    BadCertificate(PathBuf),
    /// There is no private key in the file.
    #[error("{} holds no unencrypted private key in PEM form (-----BEGIN PRIVATE KEY-----)", .0.display())]
    NoKey(PathBuf),
    /// The key is of a kind that cannot be used.
    #[error(
        "the private key in {} cannot be used: RSA of at least 2048 bits, ECDSA (P-256, P-384) and Ed25519 can",
        .0.display()
    )]
    UnusableKey(PathBuf),
    /// The key is another one's.
    #[error("the private key in {} does not belong to the first certificate in {}", .key.display(), .certificate.display())]
    Mismatch {
        /// The certificate's file.
        certificate: PathBuf,
        /// The key's file.
        key: PathBuf,
    },
}

/// The server's side of TLS 1.2 and 1.3. Clones share the certificate.
#[derive(Clone)]
pub struct Tls(Arc<Shared>);

struct Shared {
    acceptor: TlsAcceptor,
    current: Arc<Current>,
    files: Files,
    /// What was last found in the files, whether it could be used or not: each content is told of once.
    seen: Mutex<Seen>,
}

impl Tls {
    /// Reads a certificate, with those that vouch for it after it, and its private key from PEM files.
    pub fn open(certificate: &Path, key: &Path) -> Result<Self, CertificateFault> {
        let files = Files { certificate: certificate.to_owned(), key: key.to_owned() };
        let (seen, read) = files.read();
        let current = Arc::new(Current(RwLock::new(read?)));
        current.tell();
        let mut config = ServerConfig::builder_with_provider(provider())
            .with_protocol_versions(&[&version::TLS13, &version::TLS12])
            .map_err(|_| CertificateFault::UnusableKey(key.to_owned()))?
            .with_no_client_auth()
            .with_cert_resolver(current.clone());
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        let acceptor = TlsAcceptor::from(Arc::new(config));
        Ok(Self(Arc::new(Shared { acceptor, current, files, seen: Mutex::new(seen) })))
    }

    /// The handshake with a client, which may take so long.
    pub async fn accept<S>(&self, stream: S, within: Option<Duration>) -> io::Result<TlsStream<S>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let handshake = self.0.acceptor.accept(stream);
        match within {
            None => handshake.await,
            Some(within) => {
                timeout(within, handshake).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
            }
        }
    }

    /// When nobody accepts the certificate in use any more.
    pub fn expires(&self) -> Timestamp {
        self.0.current.get().expires
    }

    /// Reads the files anew if they have changed. New connections have the new certificate, open ones go on; if it cannot be
    /// used, the log says why and the old one stays.
    pub fn reload(&self) {
        let Shared { current, files, seen, .. } = &*self.0;
        let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
        let (found, read) = files.read();
        if *seen == found {
            return;
        }
        *seen = found;
        match read {
            Ok(identity) => {
                current.set(identity);
                current.tell();
                info!(certificate = %files.certificate.display(), expires = %self.expires(), "the TLS certificate was read anew");
            }
            Err(fault) => warn!(%fault, expires = %self.expires(), "the TLS certificate stays the old one"),
        }
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").field("files", &self.0.files).field("expires", &self.expires()).finish()
    }
}

/// A certificate that clients are shown.
struct Identity {
    certified: Arc<CertifiedKey>,
    expires: Timestamp,
}

/// The one in use.
struct Current(RwLock<Arc<Identity>>);

impl Current {
    fn get(&self) -> Arc<Identity> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, identity: Arc<Identity>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = identity;
    }

    fn tell(&self) {
        gauge!(EXPIRES).set(self.get().expires.as_duration().as_secs_f64());
    }
}

impl ResolvesServerCert for Current {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.get().certified.clone())
    }
}

impl fmt::Debug for Current {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Current")
    }
}

/// Where they are.
#[derive(Debug)]
struct Files {
    certificate: PathBuf,
    key: PathBuf,
}

/// What was found in the files: a fingerprint, or why there was nothing to find.
type Seen = Result<[u8; 32], io::ErrorKind>;

impl Files {
    fn read(&self) -> (Seen, Result<Arc<Identity>, CertificateFault>) {
        let chain = content(&self.certificate);
        let key = content(&self.key);
        match (chain, key) {
            (Ok(chain), Ok(key)) => {
                (Ok(fingerprint(&chain, &key)), self.identity(&chain, &key).map(Arc::new))
            }
            (Err(unreadable), _) | (_, Err(unreadable)) => (Err(unreadable.1.kind()), Err(unreadable.into())),
        }
    }

    fn identity(&self, chain: &[u8], key: &[u8]) -> Result<Identity, CertificateFault> {
        let bad = || CertificateFault::BadCertificate(self.certificate.clone());
        let chain: Vec<_> =
            CertificateDer::pem_slice_iter(chain).collect::<Result<_, _>>().map_err(|_| bad())?;
        let own = chain.first().ok_or_else(|| CertificateFault::NoCertificate(self.certificate.clone()))?;
        let (_, parsed) = x509_parser::parse_x509_certificate(own).map_err(|_| bad())?;
        let expires = Timestamp::from_second(parsed.validity().not_after.timestamp()).map_err(|_| bad())?;
        let key =
            PrivateKeyDer::from_pem_slice(key).map_err(|_| CertificateFault::NoKey(self.key.clone()))?;
        let certified = CertifiedKey::from_der(chain, key, &provider()).map_err(|error| match error {
            rustls::Error::InconsistentKeys(_) => {
                CertificateFault::Mismatch { certificate: self.certificate.clone(), key: self.key.clone() }
            }
            rustls::Error::InvalidCertificate(_) => bad(),
            _ => CertificateFault::UnusableKey(self.key.clone()),
        })?;
        Ok(Identity { certified: Arc::new(certified), expires })
    }
}

struct Unreadable(PathBuf, io::Error);

impl From<Unreadable> for CertificateFault {
    fn from(Unreadable(path, source): Unreadable) -> Self {
        Self::Unreadable { path, source }
    }
}

fn content(path: &Path) -> Result<Zeroizing<Vec<u8>>, Unreadable> {
    fs::read(path).map(Zeroizing::new).map_err(|error| Unreadable(path.to_owned(), error))
}

fn fingerprint(chain: &[u8], key: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update(Sha256::digest(chain)).chain_update(Sha256::digest(key)).finalize().into()
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

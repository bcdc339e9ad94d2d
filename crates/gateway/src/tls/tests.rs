use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use rustls::{ClientConfig, ProtocolVersion, RootCertStore, SupportedProtocolVersion};
use rustls_pki_types::ServerName;
use tempfile::{TempDir, tempdir};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio_rustls::TlsConnector;
use tokio_rustls::client;

use super::*;

/// A certificate of its own authority, and its key.
struct Issued {
    certificate: String,
    key: String,
    der: CertificateDer<'static>,
}

fn issue(expires_in: i32) -> Issued {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
    params.not_after = date_time_ymd(expires_in, 1, 1);
    let certificate = params.self_signed(&key).unwrap();
    Issued { certificate: certificate.pem(), key: key.serialize_pem(), der: certificate.der().clone() }
}

struct Place(TempDir);

impl Place {
    fn with(issued: &Issued) -> Self {
        let place = Self(tempdir().unwrap());
        place.put(issued);
        place
    }

    fn put(&self, issued: &Issued) {
        fs::write(self.certificate(), &issued.certificate).unwrap();
        fs::write(self.key(), &issued.key).unwrap();
    }

    fn certificate(&self) -> PathBuf {
        self.0.path().join("chain.pem")
    }

    fn key(&self) -> PathBuf {
        self.0.path().join("key.pem")
    }

    fn open(&self) -> Result<Tls, CertificateFault> {
        Tls::open(&self.certificate(), &self.key())
    }
}

type Client = client::TlsStream<DuplexStream>;

/// A client that trusts nobody but the one who was issued this, and the server's end.
async fn connect_with(
    tls: &Tls,
    trusted: &Issued,
    versions: &[&'static SupportedProtocolVersion],
) -> io::Result<(Client, TlsStream<DuplexStream>)> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.der.clone()).unwrap();
    let mut config = ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let (near, far) = duplex(64 * 1024);
    let connector = TlsConnector::from(Arc::new(config));
    let name = ServerName::try_from("localhost").unwrap();
    let (client, server) = tokio::join!(connector.connect(name, near), tls.accept(far, None));
    Ok((client?, server?))
}

async fn connect(tls: &Tls, trusted: &Issued) -> io::Result<(Client, TlsStream<DuplexStream>)> {
    connect_with(tls, trusted, &[&version::TLS13, &version::TLS12]).await
}

async fn converse((client, server): &mut (Client, TlsStream<DuplexStream>)) {
    client.write_all(b"ping").await.unwrap();
    client.flush().await.unwrap();
    let mut heard = [0; 4];
    server.read_exact(&mut heard).await.unwrap();
    assert_eq!(&heard, b"ping");
}

#[tokio::test]
async fn both_versions_of_tls_speak_http_1_1() {
    let issued = issue(2999);
    let place = Place::with(&issued);
    let tls = place.open().unwrap();

    for (version, name) in
        [(&version::TLS13, ProtocolVersion::TLSv1_3), (&version::TLS12, ProtocolVersion::TLSv1_2)]
    {
        let mut ends = connect_with(&tls, &issued, &[version]).await.unwrap();

        converse(&mut ends).await;
        let (_, session) = ends.0.get_ref();
        assert_eq!(session.protocol_version(), Some(name));
        assert_eq!(session.alpn_protocol(), Some(&b"http/1.1"[..]));
    }
}

#[tokio::test]
async fn a_new_certificate_is_shown_to_new_connections_and_open_ones_go_on() {
    let (old, new) = (issue(2998), issue(2999));
    let place = Place::with(&old);
    let tls = place.open().unwrap();
    let mut open = connect(&tls, &old).await.unwrap();

    place.put(&new);
    tls.reload();

    assert_eq!(tls.expires().strftime("%Y").to_string(), "2999");
    converse(&mut connect(&tls, &new).await.unwrap()).await;
    connect(&tls, &old).await.unwrap_err();
    converse(&mut open).await;
}

#[tokio::test]
async fn a_broken_new_file_keeps_the_old_certificate_until_it_is_mended() {
    let (old, new) = (issue(2998), issue(2999));
    let place = Place::with(&old);
    let tls = place.open().unwrap();
    let breaks: [&dyn Fn(); 4] = [
        &|| fs::write(place.certificate(), "not a certificate").unwrap(),
        &|| fs::write(place.key(), &old.certificate).unwrap(),
        &|| fs::remove_file(place.certificate()).unwrap(),
        // Half of a renewal: the key does not belong to the certificate yet.
        &|| fs::write(place.certificate(), &new.certificate).unwrap(),
    ];
    for break_it in breaks {
        place.put(&old);
        break_it();
        tls.reload();
        converse(&mut connect(&tls, &old).await.unwrap()).await;
    }

    place.put(&new);
    tls.reload();

    converse(&mut connect(&tls, &new).await.unwrap()).await;
}

#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_shake_hands_is_left() {
    let tls = Place::with(&issue(2999)).open().unwrap();
    let (_silent, far) = duplex(1024);

    let error = tls.accept(far, Some(Duration::from_secs(10))).await.unwrap_err();

    assert_eq!(error.kind(), io::ErrorKind::TimedOut);
}

#[test]
fn a_key_that_does_not_belong_to_the_certificate_is_refused_with_the_names_of_both_files() {
    let place = Place::with(&issue(2999));
    fs::write(place.key(), issue(2999).key).unwrap();

    let fault = place.open().unwrap_err().to_string();

    let (certificate, key) = (place.certificate(), place.key());
    assert_eq!(
        fault,
        format!(
            "the private key in {} does not belong to the first certificate in {}",
            key.display(),
            certificate.display()
        )
    );
}

#[test]
fn what_is_wrong_with_the_files_is_told_with_the_file_and_without_what_stands_in_it() {
    let issued = issue(2999);
    let place = Place::with(&issued);
    let (certificate, key) = (place.certificate(), place.key());
    let garbled = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let encrypted = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
    let no_key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    for (file, content, expected) in [
        (&certificate, "", "chain.pem holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)"),
        (
            &certificate,
            &issued.key,
            "chain.pem holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)",
        ),
        (&certificate, garbled, "a certificate in "),
        (&key, "", "key.pem holds no unencrypted private key in PEM form (-----BEGIN PRIVATE KEY-----)"),
        (
            &key,
            encrypted,
            "key.pem holds no unencrypted private key in PEM form (-----BEGIN PRIVATE KEY-----)",
        ),
        (&key, no_key, "key.pem cannot be used: "),
    ] {
        place.put(&issued);
        fs::write(file, content).unwrap();

        let fault = place.open().unwrap_err().to_string();

        assert!(fault.contains(expected), "{fault}");
        assert!(fault.contains(file.to_str().unwrap()), "{fault}");
        assert!(!fault.contains("AAAA"), "{fault}");
    }

    fs::remove_file(&key).unwrap();
    assert!(place.open().unwrap_err().to_string().starts_with(&format!("cannot read {}: ", key.display())));
}

#[test]
fn it_does_not_print_the_key() {
    let issued = issue(2999);
    let place = Place::with(&issued);
    fs::set_permissions(place.key(), fs::Permissions::from_mode(0o600)).unwrap();

    let printed = format!("{:?}", place.open().unwrap());

    let body = issued.key.lines().nth(1).unwrap();
    assert!(!printed.contains(body) && printed.contains("chain.pem"), "{printed}");
}

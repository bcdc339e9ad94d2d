//! `vardbro serve`.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;

use rcgen::{CertificateParams, KeyPair};
use rustls::crypto::ring::default_provider;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use rustls_pki_types::{CertificateDer, ServerName};
use serde_json::Value;
use tempfile::tempdir;
use vardbro_store::{ClientId, Location, Migrations, Store};
use vardbro_vault::{ClientSecret, MasterKey};

use crate::program::{command, get};
use crate::server::{Server, keys, put_keys};

#[test]
fn it_answers_until_it_is_told_to_stop() {
    let directory = tempdir().unwrap();
    keys(directory.path());
    for signal in ["TERM", "INT"] {
        let server = Server::start(directory.path(), &[]);

        let alive = get(&format!("{}/healthz", server.origin), &[]).0;
        let ready = get(&format!("{}/readyz", server.origin), &[]).0;
        let unknown = get(&format!("{}/api/emrs", server.origin), &[("x-leyr-client-id", "a")]).0;
        server.signal(signal);

        assert_eq!((alive, ready, unknown), (200, 200, 401));
        assert_eq!(server.end(), Some(0), "{signal}");
    }
    assert!(directory.path().join("vardbro.sqlite").exists());
}

#[test]
fn an_application_that_is_made_while_it_runs_may_call() {
    let directory = tempdir().unwrap();
    let ring = keys(directory.path());
    let server = Server::start(directory.path(), &[]);
    let secret = ClientSecret::random();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let database = Location::Sqlite(directory.path().join("vardbro.sqlite"));
        let store = Store::open(&database, Migrations::Require).await.unwrap();
        let (id, now) = (ClientId::parse("clinic").unwrap(), jiff::Timestamp::now());
        store.operator().enrol(id, "Clinic", &secret, ring.newest_master().unwrap(), now).await.unwrap();
        store.close().await;
    });

    let url = format!("{}/api/emrs", server.origin);
    let with = |secret| get(&url, &[("x-leyr-client-id", "clinic"), ("x-leyr-client-secret", secret)]);
    let (status, body) = with(secret.expose());
    let (wrong, _) = with("vardbro_wrong");

    let emrs: Value = serde_json::from_str(&body).unwrap();
    let codes: Vec<_> = emrs.as_array().unwrap().iter().map(|emr| emr["code"].as_str().unwrap()).collect();
    assert_eq!((status, wrong), (200, 401));
    assert_eq!(codes, ["cliniko", "kaddio", "takecare", "webdoc"]);
}

#[test]
fn it_warns_of_what_is_risky_before_it_starts() {
    let directory = tempdir().unwrap();
    keys(directory.path());
    let private = ("VARDBRO_EGRESS_ALLOW_PRIVATE_NETWORKS", "10.20.0.0/16");

    let server = Server::start(directory.path(), &[private]);

    let warned = server.before.iter().filter(|line| line["level"] == "WARN");
    let warned: Vec<_> = warned.map(|line| line["message"].as_str().unwrap()).collect();
    assert_eq!(warned.len(), 1, "{:?}", server.before);
    assert!(warned[0].starts_with("egress.allow_private_networks: connections may lead into 10.20.0.0/16"));
}

#[test]
fn its_origin_is_what_the_configuration_says() {
    let directory = tempdir().unwrap();
    keys(directory.path());

    let server = Server::start(directory.path(), &[("VARDBRO_SERVER_PUBLIC_URL", "https://api.example.com")]);

    assert_eq!(server.origin, "https://api.example.com");
}

#[test]
fn tables_that_are_to_be_made_by_hand_are_missed() {
    let directory = tempdir().unwrap();
    keys(directory.path());

    let output = command(&["serve"])
        .current_dir(directory.path())
        .env("VARDBRO_SERVER_LISTEN", "127.0.0.1:0")
        .env("VARDBRO_DATABASE_MIGRATE", "false")
        .output()
        .unwrap();

    let complaint = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{complaint}");
    assert!(complaint.contains("vardbro.sqlite"), "{complaint}");
    assert!(!directory.path().join("vardbro.sqlite").exists());
}

#[test]
fn a_taken_port_is_told_before_the_database_is_touched() {
    let directory = tempdir().unwrap();
    keys(directory.path());
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();

    let output = command(&["serve"])
        .current_dir(directory.path())
        .env("VARDBRO_SERVER_LISTEN", &address)
        .output()
        .unwrap();

    let complaint = String::from_utf8(output.stderr).unwrap();
    assert!(complaint.contains(&format!("vardbro: cannot listen on {address}: ")), "{complaint}");
    assert_eq!(output.status.code(), Some(1));
    assert!(!directory.path().join("vardbro.sqlite").exists());
}

/// Puts a new certificate and its key in place.
fn issue(directory: &Path) -> CertificateDer<'static> {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(["localhost".to_owned()]).unwrap().self_signed(&key).unwrap();
    fs::write(directory.join("chain.pem"), certificate.pem()).unwrap();
    fs::write(directory.join("key.pem"), key.serialize_pem()).unwrap();
    certificate.der().clone()
}

/// One call by TLS of a client that trusts this certificate alone.
fn get_by_tls(origin: &str, path: &str, trusted: &CertificateDer<'static>) -> std::io::Result<String> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").unwrap();
    let session = ClientConnection::new(Arc::new(config), name).unwrap();
    let socket = TcpStream::connect(origin.strip_prefix("https://").unwrap())?;
    let mut stream = StreamOwned::new(session, socket);
    write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

const TLS: [(&str, &str); 2] =
    [("VARDBRO_SERVER_TLS_CERTIFICATE", "chain.pem"), ("VARDBRO_SERVER_TLS_KEY", "key.pem")];

#[test]
fn a_renewed_certificate_is_taken_into_use_by_itself_and_on_sighup() {
    let directory = tempdir().unwrap();
    keys(directory.path());
    let mut trusted = issue(directory.path());
    let server = Server::start(directory.path(), &TLS);
    assert!(get_by_tls(&server.origin, "/healthz", &trusted).unwrap().starts_with("HTTP/1.1 200 OK"));

    for hangup in [false, true] {
        let renewed = issue(directory.path());
        if hangup {
            server.signal("HUP");
        }
        server.log_until("the TLS certificate was read anew");

        assert!(get_by_tls(&server.origin, "/healthz", &renewed).unwrap().starts_with("HTTP/1.1 200 OK"));
        get_by_tls(&server.origin, "/healthz", &trusted).unwrap_err();
        trusted = renewed;
    }
}

#[test]
fn it_tells_when_its_certificate_expires() {
    let directory = tempdir().unwrap();
    keys(directory.path());
    let trusted = issue(directory.path());
    let server = Server::start(directory.path(), &TLS);

    let metrics = get_by_tls(&server.origin, "/metrics", &trusted).unwrap();

    let line = metrics
        .lines()
        .find_map(|line| line.strip_prefix("vardbro_tls_certificate_expires_timestamp_seconds "));
    assert!(line.unwrap().parse::<f64>().unwrap() > 1e9);
}

#[test]
fn new_keys_are_taken_into_use_and_broken_ones_are_not() {
    let directory = tempdir().unwrap();
    let mut ring = keys(directory.path());
    let server = Server::start(directory.path(), &[]);

    put_keys(directory.path(), "porridge");
    server.signal("HUP");
    server.log_until("the key ring stays the old one");
    ring.add_master(MasterKey::random(jiff::Timestamp::now()));
    put_keys(directory.path(), &ring.expose());
    server.signal("HUP");
    let told = server.log_until("the key ring was read anew");

    let newest = ring.newest_master().unwrap().id();
    assert!(told.last().unwrap()["keys"].as_str().unwrap().contains(newest));
    assert_eq!(get(&format!("{}/readyz", server.origin), &[]).0, 200);
}

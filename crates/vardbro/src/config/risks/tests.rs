use std::fs::Permissions;

use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use tempfile::{TempDir, tempdir};
use vardbro_vault::{AuditKey, AuditPrivateKey, KeyRing, MasterKey};

use super::*;
use crate::config::{Environment, load_with_files};

/// A directory with keys and a certificate of 2030 that only their owner may read, and a configuration that names the keys.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        let place = Self(tempdir().unwrap());
        let mut ring = KeyRing::default();
        ring.add_master(MasterKey::random(Timestamp::UNIX_EPOCH));
        ring.add_audit(AuditKey::random(Timestamp::UNIX_EPOCH, AuditPrivateKey::random().public()));
        place.put("keys.toml", &ring.expose(), 0o600);
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
        params.not_after = date_time_ymd(2030, 1, 15);
        place.put("chain.pem", &params.self_signed(&key).unwrap().pem(), 0o644);
        place.put("key.pem", &key.serialize_pem(), 0o600);
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn put(&self, name: &str, text: &str, mode: u32) {
        fs::write(self.path(name), text).unwrap();
        self.set_mode(name, mode);
    }

    fn set_mode(&self, name: &str, mode: u32) {
        fs::set_permissions(self.path(name), Permissions::from_mode(mode)).unwrap();
    }

    /// What is risky on a day if these variables are set.
    fn risks_on(&self, day: &str, variables: &[(&str, &str)]) -> Vec<Risk> {
        let keys = self.path("keys.toml").into_os_string();
        let variables = variables.iter().map(|(name, value)| (name.into(), value.into()));
        let environment = Environment::of(variables.chain([("VARDBRO_KEYS_FILE".into(), keys)]));
        let file = self.path("vardbro.toml");
        let file = file.exists().then_some(file);
        let (loaded, files) = load_with_files(file.as_deref(), &environment).unwrap();
        loaded.risks(&files, format!("{day}T00:00:00Z").parse().unwrap())
    }

    fn risks(&self, variables: &[(&str, &str)]) -> Vec<Risk> {
        self.risks_on("2029-01-01", variables)
    }

    fn with_tls(&self) -> [(&'static str, String); 2] {
        let path = |name| self.path(name).to_str().unwrap().to_owned();
        [("VARDBRO_SERVER_TLS_CERTIFICATE", path("chain.pem")), ("VARDBRO_SERVER_TLS_KEY", path("key.pem"))]
    }
}

#[test]
fn the_default_is_not_risky() {
    assert_eq!(Place::new().risks(&[]), []);
}

#[test]
fn listening_to_others_without_tls_or_a_proxy_is() {
    let place = Place::new();
    let open = ("VARDBRO_SERVER_LISTEN", "0.0.0.0:8080");
    let [certificate, key] = place.with_tls();

    assert_eq!(place.risks(&[open]), [Risk::Cleartext("0.0.0.0:8080".parse().unwrap())]);
    assert_eq!(place.risks(&[("VARDBRO_SERVER_LISTEN", "[::1]:8080")]), []);
    assert_eq!(place.risks(&[open, ("VARDBRO_SERVER_TRUSTED_PROXIES", "10.0.0.0/8")]), []);
    assert_eq!(place.risks(&[open, (certificate.0, &certificate.1), (key.0, &key.1)]), []);
}

#[test]
fn believing_everybody_is() {
    let everybody = "0.0.0.0/0".parse().unwrap();

    let risks = Place::new().risks(&[("VARDBRO_SERVER_TRUSTED_PROXIES", "10.0.0.0/8, 0.0.0.0/0")]);

    assert_eq!(risks, [Risk::EverybodyTrusted(everybody)]);
}

#[test]
fn a_certificate_that_ends_soon_is() {
    let place = Place::new();
    let [certificate, key] = place.with_tls();
    let tls = [(certificate.0, certificate.1.as_str()), (key.0, key.1.as_str())];
    let end = "2030-01-15T00:00:00Z".parse().unwrap();

    assert_eq!(place.risks_on("2030-01-01", &tls), []);
    assert_eq!(place.risks_on("2030-01-02", &tls), [Risk::Expiring(end)]);
    assert_eq!(place.risks_on("2030-01-15", &tls), [Risk::Expired(end)]);
}

#[test]
fn private_files_that_everybody_may_read_are() {
    let place = Place::new();
    let [certificate, key] = place.with_tls();
    place.set_mode("keys.toml", 0o644);
    place.set_mode("key.pem", 0o604);

    let risks = place.risks(&[(certificate.0, &certificate.1), (key.0, &key.1)]);

    let open = |key, name| Risk::OpenFile { key, path: place.path(name) };
    assert_eq!(risks, [open("server.tls_key", "key.pem"), open("keys.file", "keys.toml")]);
}

#[test]
fn a_password_in_a_file_that_everybody_may_read_is() {
    let place = Place::new();
    let with = "[database]\nurl = \"postgres://ada:hunter2@localhost/vardbro\"\n";
    let open = Risk::OpenFile { key: "database.url", path: place.path("vardbro.toml") };

    for (text, mode, expected) in [
        (with, 0o644, vec![open.clone()]),
        (with, 0o640, vec![]),
        (&with.replace(":hunter2", ""), 0o644, vec![]),
        (
            &with.replace(":hunter2", "").replace("vardbro\"", "vardbro?password=hunter2\""),
            0o644,
            vec![open.clone()],
        ),
        ("", 0o644, vec![]),
    ] {
        place.put("vardbro.toml", text, mode);
        assert_eq!(place.risks(&[]), expected, "{text} {mode:o}");
    }
}

#[test]
fn a_database_elsewhere_that_does_not_prove_who_it_is_is() {
    let place = Place::new();
    for (url, risky) in [
        ("postgres://ada@db.example.com/vardbro", true),
        ("postgres://ada@db.example.com/vardbro?sslmode=prefer", true),
        ("postgres://ada@db.example.com/vardbro?sslmode=verify-full", false),
        ("postgres://ada@db.example.com/vardbro?sslmode=require", true),
        ("postgres://ada@db.example.com/vardbro?ssl-mode=verify-ca", true),
        ("postgres://ada@db.example.com/vardbro?sslmode=verify-full&sslmode=prefer", true),
        ("postgres://ada@10.0.0.7/vardbro", true),
        ("postgres://ada@localhost/vardbro?host=db.example.com", true),
        ("postgres://ada@localhost/vardbro?hostaddr=10.0.0.7", true),
        ("postgres://ada@db.example.com/vardbro?hostaddr=127.0.0.1", false),
        ("postgres://ada@localhost/vardbro", false),
        ("postgres://ada@127.0.0.1/vardbro", false),
        ("postgres://ada@[::1]:5432/vardbro", false),
        ("postgres://ada@%2Fvar%2Frun%2Fpostgresql/vardbro", false),
        ("postgres://ada@db/vardbro?host=/var/run/postgresql", false),
    ] {
        let expected = if risky { vec![Risk::ExposedDatabase] } else { vec![] };
        assert_eq!(place.risks(&[("VARDBRO_DATABASE_URL", url)]), expected, "{url}");
    }
}

#[test]
fn everything_that_is_switched_off_is_named() {
    let off: Vec<_> = [
        "APPLICATION_REQUESTS_PER_MINUTE",
        "ADDRESS_REQUESTS_PER_MINUTE",
        "FAILED_LOGINS_PER_MINUTE",
        "REQUESTS_IN_FLIGHT",
        "REQUESTS_IN_FLIGHT_PER_APPLICATION",
        "CONNECTIONS",
        "CONNECTIONS_PER_ADDRESS",
        "BODY_MEMORY",
        "BODY_MEMORY_PER_APPLICATION",
        "SLOWEST_READER",
    ]
    .map(|name| {
        (
            format!("VARDBRO_LIMITS_{name}"),
            if name.contains("BODY") || name == "SLOWEST_READER" { "0 B" } else { "0" },
        )
    })
    .into();
    let off: Vec<_> = off.iter().map(|(name, value)| (name.as_str(), *value)).collect();

    let risks = Place::new().risks(&off);

    let expected: Vec<_> =
        off.iter().map(|(name, _)| name.replace("VARDBRO_LIMITS_", "limits.").to_lowercase()).collect();
    assert_eq!(
        risks.iter().map(Risk::to_string).collect::<Vec<_>>(),
        expected.iter().map(|key| format!("{key}: this limit is switched off")).collect::<Vec<_>>()
    );
}

#[test]
fn what_is_allowed_beyond_the_usual_is() {
    let risks = Place::new().risks(&[
        ("VARDBRO_EGRESS_ALLOW_HTTP", "true"),
        ("VARDBRO_EGRESS_ALLOW_PRIVATE_NETWORKS", "10.20.0.0/16"),
        ("VARDBRO_ACCESS_LOG_RETENTION", "365d"),
    ]);

    let retention = Duration::from_secs(365 * 86_400);
    assert_eq!(
        risks,
        [Risk::ShortRetention(retention), Risk::Http, Risk::PrivateNetwork("10.20.0.0/16".parse().unwrap())]
    );
    assert!(risks[0].to_string().starts_with("access_log.retention: 365d is less than the five years"));
}

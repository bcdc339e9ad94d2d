//! What is allowed and yet risky.

use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ipnet::IpNet;
use jiff::{SignedDuration, Timestamp};
use secrecy::ExposeSecret;
use url::Url;
use vardbro_gateway::Tls;
use vardbro_store::Location;

use super::fault::Origin;
use super::files::Files;
use super::settings::{Config, KeyRingSource};
use super::value::duration_in_words;
use super::{InForce, Loaded};

#[cfg(test)]
mod tests;

/// Something that an operator should know before it hurts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Risk {
    #[error(
        "server.listen: {0} may be reached from other machines without TLS; set server.tls_certificate and server.tls_key, or \
         server.trusted_proxies if a proxy in front does TLS"
    )]
    Cleartext(SocketAddr),
    #[error(
        "server.trusted_proxies: {0} is everybody: any client can make up whom it calls for, and so escape the limits of an address"
    )]
    EverybodyTrusted(IpNet),
    #[error("server.tls_certificate: the certificate expired on {0}: clients refuse it")]
    Expired(Timestamp),
    #[error("server.tls_certificate: the certificate expires on {0}, in less than 14 days")]
    Expiring(Timestamp),
    #[error(
        "egress.allow_http: EHRs may be called without TLS: credentials and patients' data are readable on the way"
    )]
    Http,
    #[error(
        "egress.allow_private_networks: connections may lead into {0}, where other things than EHRs may answer"
    )]
    PrivateNetwork(IpNet),
    #[error(
        "access_log.retention: {} is less than the five years (1827d) that Swedish rules ask for (HSLF-FS 2016:40)",
        duration_in_words(*.0)
    )]
    ShortRetention(Duration),
    #[error(
        "database.url: the database is on another machine, and somebody in between may read calls or answer them; add \
         ?sslmode=verify-full"
    )]
    ExposedDatabase,
    #[error("{key}: {} can be read by every user of this machine; `chmod o-rwx` takes that from them", .path.display())]
    OpenFile { key: &'static str, path: PathBuf },
    #[error("{0}: this limit is switched off")]
    Unlimited(&'static str),
}

/// How long before its end a certificate is told of.
const RENEWAL: SignedDuration = SignedDuration::from_hours(14 * 24);

/// With the two leap days that they may have.
const FIVE_YEARS: Duration = Duration::from_secs(1827 * 86_400);

impl Loaded {
    /// What is risky, in the order of the sections.
    pub fn risks(&self, files: &Files, now: Timestamp) -> Vec<Risk> {
        let config = &self.config;
        let mut risks = server(config, files, now);
        risks.extend(self.database());
        risks.extend(open_files(config));
        if config.access_log.retention < FIVE_YEARS {
            risks.push(Risk::ShortRetention(config.access_log.retention));
        }
        risks.extend(unlimited(config).into_iter().map(Risk::Unlimited));
        risks.extend(config.egress.allow_http.then_some(Risk::Http));
        risks.extend(config.egress.allow_private_networks.iter().copied().map(Risk::PrivateNetwork));
        risks
    }

    fn database(&self) -> Vec<Risk> {
        let key = "database.url";
        let location = &self.config.database.location;
        let Location::Postgres(url) = location else { return Vec::new() };
        let Ok(url) = Url::parse(url.expose_secret()) else { return Vec::new() };
        let exposed = location.is_exposed().then_some(Risk::ExposedDatabase);
        let origin =
            self.in_force.iter().find(|in_force| in_force.key == key).map(|InForce { origin, .. }| origin);
        let readable = match origin {
            Some(Origin::File(path, _)) if has_password(&url) && is_open(path) => {
                Some(Risk::OpenFile { key, path: path.to_path_buf() })
            }
            _ => None,
        };
        exposed.into_iter().chain(readable).collect()
    }
}

fn server(config: &Config, files: &Files, now: Timestamp) -> Vec<Risk> {
    let server = &config.server;
    let mut risks = Vec::new();
    let elsewhere = !server.listen.ip().to_canonical().is_loopback();
    if elsewhere && server.tls.is_none() && server.trusted_proxies.is_empty() {
        risks.push(Risk::Cleartext(server.listen));
    }
    let everybody = server.trusted_proxies.iter().filter(|network| network.prefix_len() == 0);
    risks.extend(everybody.copied().map(Risk::EverybodyTrusted));
    if let Some(expires) = files.tls.as_ref().map(Tls::expires) {
        if expires <= now {
            risks.push(Risk::Expired(expires));
        } else if expires.duration_since(now) < RENEWAL {
            risks.push(Risk::Expiring(expires));
        }
    }
    risks
}

fn has_password(url: &Url) -> bool {
    url.password().is_some() || url.query_pairs().any(|(name, _)| name == "password")
}

fn open_files(config: &Config) -> Vec<Risk> {
    let ring = match &config.keys.ring {
        KeyRingSource::File(path) => Some(("keys.file", path)),
        KeyRingSource::Variable(_) => None,
    };
    let tls = config.server.tls.as_ref().map(|files| ("server.tls_key", &files.key));
    let secret = tls.into_iter().chain(ring);
    let open = secret.filter(|(_, path)| is_open(path));
    open.map(|(key, path)| Risk::OpenFile { key, path: path.clone() }).collect()
}

/// Whether users who are neither its owner nor of its group may read or write it.
fn is_open(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|file| file.permissions().mode() & 0o006 != 0)
}

/// The keys of limits that are 0.
fn unlimited(config: &Config) -> Vec<&'static str> {
    let limits = &config.limits;
    let counts = [
        ("limits.application_requests_per_minute", limits.application_requests_per_minute),
        ("limits.address_requests_per_minute", limits.address_requests_per_minute),
        ("limits.failed_logins_per_minute", limits.failed_logins_per_minute),
        ("limits.requests_in_flight", limits.requests_in_flight),
        ("limits.requests_in_flight_per_application", limits.requests_in_flight_per_application),
        ("limits.connections", limits.connections),
        ("limits.connections_per_address", limits.connections_per_address),
    ];
    let sizes = [
        ("limits.body_memory", limits.body_memory),
        ("limits.body_memory_per_application", limits.body_memory_per_application),
        ("limits.slowest_reader", limits.slowest_reader),
    ];
    let counts = counts.into_iter().filter(|(_, count)| *count == 0).map(|(key, _)| key);
    let sizes = sizes.into_iter().filter(|(_, size)| size.as_u64() == 0).map(|(key, _)| key);
    counts.chain(sizes).collect()
}

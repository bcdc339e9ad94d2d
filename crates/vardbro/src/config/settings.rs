//! The configuration, typed.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use bytesize::ByteSize;
use ipnet::IpNet;
use secrecy::SecretString;
use vardbro_ehr::wire::Egress;
use vardbro_store::Location;
use vardbro_store::access_log::NodeName;

use super::environment::{Environment, KEYS};
use super::fault::{Origin, Wrong};
use super::given::Given;
use super::value::{ForwardedHeader, LogFilter, LogFormat, PublicUrl};

/// All of it. What each key means stands in the default file.
#[derive(Debug)]
pub struct Config {
    pub server: Server,
    pub database: Database,
    pub keys: Keys,
    pub access_log: AccessLog,
    pub limits: Limits,
    pub egress: Egress,
    pub log: Log,
}

#[derive(Debug)]
pub struct Server {
    pub listen: SocketAddr,
    pub public_url: Option<PublicUrl>,
    pub tls: Option<TlsFiles>,
    pub trusted_proxies: Vec<IpNet>,
    pub forwarded_header: ForwardedHeader,
    pub shutdown_grace: Duration,
}

/// A certificate with those that vouch for it, and its key.
#[derive(Debug, Clone)]
pub struct TlsFiles {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

#[derive(Debug)]
pub struct Database {
    pub location: Location,
    pub migrate: bool,
}

#[derive(Debug)]
pub struct Keys {
    pub ring: KeyRingSource,
    pub unlocked_for: Duration,
}

/// Where the server's keys come from.
#[derive(Debug)]
pub enum KeyRingSource {
    File(PathBuf),
    /// The content of the variable `VARDBRO_KEYS`.
    Variable(SecretString),
}

#[derive(Debug)]
pub struct AccessLog {
    pub node: NodeName,
    pub retention: Duration,
    pub queue: u32,
}

/// 0 of requests, connections or bytes is no limit.
#[derive(Debug)]
pub struct Limits {
    pub application_requests_per_minute: u32,
    pub application_burst: u32,
    pub address_requests_per_minute: u32,
    pub address_burst: u32,
    pub failed_logins_per_minute: u32,
    pub requests_in_flight: u32,
    pub requests_in_flight_per_application: u32,
    pub body_memory: ByteSize,
    pub body_memory_per_application: ByteSize,
    pub connections: u32,
    pub connections_per_address: u32,
    pub handshake_timeout: Duration,
    pub header_timeout: Duration,
    pub body_timeout: Duration,
    pub body_pause: Duration,
    pub idle_timeout: Duration,
    /// In a second.
    pub slowest_reader: ByteSize,
    pub header_size: ByteSize,
    pub header_fields: u32,
}

#[derive(Debug)]
pub struct Log {
    pub format: LogFormat,
    pub filter: LogFilter,
}

impl Config {
    /// Reads every key: one that cannot be read is noted and has its default, so that all faults are found. `None` only if a
    /// default cannot be read either.
    pub(super) fn read(given: &mut Given, environment: &Environment) -> Option<Self> {
        Some(Self {
            server: Server::read(given)?,
            database: Database {
                location: given.read("database.url")?,
                migrate: given.read("database.migrate")?,
            },
            keys: Keys::read(given, environment)?,
            access_log: AccessLog::read(given)?,
            limits: Limits::read(given)?,
            egress: Egress {
                allow_http: given.read("egress.allow_http")?,
                allow_private_networks: given.read("egress.allow_private_networks")?,
            },
            log: Log { format: given.read("log.format")?, filter: given.read("log.filter")? },
        })
    }
}

impl Server {
    fn read(given: &mut Given) -> Option<Self> {
        Some(Self {
            listen: given.read("server.listen")?,
            public_url: given.read("server.public_url")?,
            tls: TlsFiles::read(given)?,
            trusted_proxies: given.read("server.trusted_proxies")?,
            forwarded_header: given.read("server.forwarded_header")?,
            shutdown_grace: given.between("server.shutdown_grace", "0s", "1m")?,
        })
    }
}

impl TlsFiles {
    /// Both or none.
    #[expect(clippy::option_option, reason = "no files is a configuration, too")]
    fn read(given: &mut Given) -> Option<Option<Self>> {
        let (certificate, key) = ("server.tls_certificate", "server.tls_key");
        match (given.read(certificate)?, given.read(key)?) {
            _ if given.is_refused(&[certificate, key]) => Some(None),
            (Some(certificate), Some(key)) => Some(Some(Self { certificate, key })),
            (None, None) => Some(None),
            (Some(_), None) => {
                let why = "a certificate needs its private key";
                given.refuse(certificate, Wrong::Missing { key, why });
                Some(None)
            }
            (None, Some(_)) => {
                let why = "a private key needs its certificate";
                given.refuse(key, Wrong::Missing { key: certificate, why });
                Some(None)
            }
        }
    }
}

impl Keys {
    fn read(given: &mut Given, environment: &Environment) -> Option<Self> {
        let file = given.read("keys.file")?;
        let unlocked_for = given.between("keys.unlocked_for", "1s", "24h")?;
        let ring = match environment.get(KEYS) {
            None => KeyRingSource::File(file),
            Some(content) => match content.to_str() {
                Some(content) => {
                    given.show("keys.file", "***", Some(Origin::Variable(KEYS.to_owned())));
                    KeyRingSource::Variable(content.into())
                }
                None => {
                    given.fault(Origin::Variable(KEYS.to_owned()), Wrong::NotText);
                    KeyRingSource::File(file)
                }
            },
        };
        Some(Self { ring, unlocked_for })
    }
}

impl AccessLog {
    fn read(given: &mut Given) -> Option<Self> {
        let named = given.read::<Option<NodeName>>("access_log.node")?;
        let node = named.or_else(name_of_machine).or_else(|| {
            let why = "the name of this machine cannot be taken instead";
            given.refuse("access_log.node", Wrong::Missing { key: "access_log.node", why });
            NodeName::parse("unnamed")
        })?;
        given.show("access_log.node", node.as_str(), None);
        Some(Self {
            node,
            retention: given.between("access_log.retention", "1d", "36500d")?,
            queue: given.between("access_log.queue", "100", "1000000")?,
        })
    }
}

fn name_of_machine() -> Option<NodeName> {
    NodeName::parse(hostname::get().ok()?.to_str()?)
}

impl Limits {
    fn read(given: &mut Given) -> Option<Self> {
        let most = "1000000";
        Some(Self {
            application_requests_per_minute: given.between(
                "limits.application_requests_per_minute",
                "0",
                most,
            )?,
            application_burst: given.between("limits.application_burst", "1", most)?,
            address_requests_per_minute: given.between("limits.address_requests_per_minute", "0", most)?,
            address_burst: given.between("limits.address_burst", "1", most)?,
            failed_logins_per_minute: given.between("limits.failed_logins_per_minute", "0", most)?,
            requests_in_flight: given.between("limits.requests_in_flight", "0", most)?,
            requests_in_flight_per_application: given.between(
                "limits.requests_in_flight_per_application",
                "0",
                most,
            )?,
            body_memory: given.between("limits.body_memory", "0 B", "1 TiB")?,
            body_memory_per_application: given.between(
                "limits.body_memory_per_application",
                "0 B",
                "1 TiB",
            )?,
            connections: given.between("limits.connections", "0", most)?,
            connections_per_address: given.between("limits.connections_per_address", "0", most)?,
            handshake_timeout: given.between("limits.handshake_timeout", "1s", "10m")?,
            header_timeout: given.between("limits.header_timeout", "1s", "10m")?,
            body_timeout: given.between("limits.body_timeout", "1s", "10m")?,
            body_pause: given.between("limits.body_pause", "1s", "10m")?,
            idle_timeout: given.between("limits.idle_timeout", "1s", "1h")?,
            slowest_reader: given.between("limits.slowest_reader", "0 B", "1 MiB")?,
            header_size: given.between("limits.header_size", "8 KiB", "1 MiB")?,
            header_fields: given.between("limits.header_fields", "20", "1000")?,
        })
    }
}

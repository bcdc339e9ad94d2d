//! What the operator decides.

use std::num::NonZeroU32;
use std::time::Duration;

use ipnet::IpNet;

/// What one gateway bears, and from whom. `None` is no limit.
///
/// `/healthz`, `/readyz` and `/metrics` are not counted against requests, so that a busy gateway is not taken for a dead one;
/// their connections and headers have the limits that all have.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Requests of one application. Default: 600 a minute, 600 at once.
    pub application: Option<Rate>,
    /// Requests from one address, whoever sends them. Default: 3000 a minute, 1000 at once.
    pub address: Option<Rate>,
    /// Failed logins from one address in a minute. Once they are used up, only credentials that were right from there within
    /// the last 24 hours are looked at. Default: 20.
    pub failed_logins_per_minute: Option<NonZeroU32>,
    /// Requests that are worked on at once, until their answers have been taken. Default: 1024.
    pub requests_in_flight: Option<usize>,
    /// The most of them that one application may have. Default: 512.
    pub requests_in_flight_per_application: Option<usize>,
    /// Bytes of bodies in memory at once, those of at most 64 KiB left out. While it travels, a document takes some four times
    /// the bytes of its body. Default: 256 MiB.
    pub body_bytes: Option<usize>,
    /// The most of them that one application may have. Default: 128 MiB.
    pub body_bytes_per_application: Option<usize>,
    /// Open connections. What comes beyond is closed at once, so that balancers go elsewhere. Each takes a file descriptor.
    /// Default: 4096.
    pub connections: Option<usize>,
    /// Open connections from one address that is no trusted proxy. Default: 512.
    pub connections_per_address: Option<usize>,
    /// For the TLS handshake. Default: 10 seconds.
    pub handshake_time: Option<Duration>,
    /// For a request's header, from its first byte. Default: 15 seconds.
    pub header_time: Option<Duration>,
    /// Between two requests of a connection, and before the first. Longer than a proxy in front keeps its connections, or it
    /// sends requests into connections that are just being closed. Default: 75 seconds.
    pub idle_time: Option<Duration>,
    /// Bytes of a request's header. Default: 64 KiB.
    pub header_bytes: usize,
    /// Fields of a request's header. Default: 100.
    pub header_fields: usize,
    /// For a request's body. Default: 60 seconds.
    pub body_time: Option<Duration>,
    /// Between two pieces of a body. Default: 10 seconds.
    pub body_pause: Option<Duration>,
    /// How slowly an answer may be taken. Default: 240 KiB in any 30 seconds in which it is waited for.
    pub slowest_reader: Option<Pace>,
    /// The proxies in front, whose word about the client's address is believed. Default: none.
    pub trusted_proxies: Vec<IpNet>,
    /// The header in which they give it. Default: `X-Forwarded-For`.
    pub forwarded: Forwarded,
}

/// How often something may happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// In the long run.
    pub per_minute: NonZeroU32,
    /// At once, after a rest.
    pub burst: NonZeroU32,
}

/// A least number of bytes in any period of that length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// How many.
    pub bytes: usize,
    /// In how long.
    pub period: Duration,
}

/// Where proxies write whom they speak for. Only one is believed, because clients can send the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Forwarded {
    /// `X-Forwarded-For: 192.0.2.60, 198.51.100.7`
    #[default]
    XForwardedFor,
    /// `Forwarded: for=192.0.2.60;proto=https, for="[2001:db8::7]:4711"` (RFC 7239)
    Standard,
}

impl Default for Limits {
    fn default() -> Self {
        const MIB: usize = 1024 * 1024;
        Self {
            application: Rate::new(600, 600),
            address: Rate::new(3000, 1000),
            failed_logins_per_minute: NonZeroU32::new(20),
            requests_in_flight: Some(1024),
            requests_in_flight_per_application: Some(512),
            body_bytes: Some(256 * MIB),
            body_bytes_per_application: Some(128 * MIB),
            connections: Some(4096),
            connections_per_address: Some(512),
            slowest_reader: Some(Pace { bytes: 240 * 1024, period: Duration::from_secs(30) }),
            ..Self::unlimited()
        }
    }
}

impl Limits {
    /// Only what protects a single request: times and sizes. For tests and machines of one's own.
    pub fn unlimited() -> Self {
        Self {
            application: None,
            address: None,
            failed_logins_per_minute: None,
            requests_in_flight: None,
            requests_in_flight_per_application: None,
            body_bytes: None,
            body_bytes_per_application: None,
            connections: None,
            connections_per_address: None,
            handshake_time: Some(Duration::from_secs(10)),
            header_time: Some(Duration::from_secs(15)),
            idle_time: Some(Duration::from_secs(75)),
            header_bytes: 64 * 1024,
            header_fields: 100,
            body_time: Some(Duration::from_secs(60)),
            body_pause: Some(Duration::from_secs(10)),
            slowest_reader: None,
            trusted_proxies: Vec::new(),
            forwarded: Forwarded::default(),
        }
    }
}

impl Rate {
    /// `None` if either is 0.
    pub fn new(per_minute: u32, burst: u32) -> Option<Self> {
        Some(Self { per_minute: NonZeroU32::new(per_minute)?, burst: NonZeroU32::new(burst)? })
    }
}

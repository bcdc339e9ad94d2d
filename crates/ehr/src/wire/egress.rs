//! Which addresses may be called.
//!
//! An address is checked where it is certain: one that stands in the URL before the call, one that a name stands for when the
//! connection is made, so that a name cannot mean one thing to the check and another to the call. Redirects are not followed by
//! anybody.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::task::{Context, Poll};

use futures::future::BoxFuture;
use hyper_util::client::legacy::connect::dns::Name;
use tower::{Service, ServiceExt};

use super::stack::{Answer, Concern, Next, Request};
use super::{WireError, WireErrorKind};

/// What the operator allows beyond https to public addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Egress {
    /// Calls without TLS.
    pub allow_http: bool,
    /// Calls to this machine and to private networks. Link-local addresses, where clouds keep credentials, stay refused.
    pub allow_private: bool,
}

impl Egress {
    /// Whether calls may go to the address.
    pub fn allows(self, address: IpAddr) -> bool {
        match reach(address) {
            Reach::Public => true,
            Reach::Private => self.allow_private,
            Reach::Nowhere => false,
        }
    }
}

/// Refuses calls by what stands in their URL.
#[derive(Debug, Clone)]
pub struct EgressCheck {
    egress: Egress,
}

impl EgressCheck {
    /// A check of what the operator allows.
    pub fn new(egress: Egress) -> Self {
        Self { egress }
    }

    fn check(&self, uri: &http::Uri) -> Result<(), WireErrorKind> {
        let host = uri.host().ok_or(WireErrorKind::Malformed)?;
        match uri.scheme_str() {
            Some("https") => {}
            Some("http") if self.egress.allow_http => {}
            Some("http") => return Err(WireErrorKind::Egress),
            _ => return Err(WireErrorKind::Malformed),
        }
        match literal(host) {
            Some(address) if !self.egress.allows(address) => Err(WireErrorKind::Egress),
            _ => Ok(()),
        }
    }
}

impl Concern for EgressCheck {
    async fn carry(&self, request: Request, next: impl Next) -> Answer {
        self.check(request.uri()).map_err(WireError::not_sent)?;
        next.oneshot(request).await
    }
}

/// The address that a host is, if it is no name. The connector tells them apart in the same way.
fn literal(host: &str) -> Option<IpAddr> {
    host.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

/// Resolves names for the connector, and keeps back addresses that may not be called.
#[derive(Debug, Clone)]
pub(super) struct CheckedResolver {
    egress: Egress,
}

impl CheckedResolver {
    pub(super) fn new(egress: Egress) -> Self {
        Self { egress }
    }
}

/// A name stands for an address that may not be called.
#[derive(Debug)]
pub(super) struct Refused;

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the address is not allowed")
    }
}

impl std::error::Error for Refused {}

type BoxError = Box<dyn std::error::Error + Send + Sync>;

impl Service<Name> for CheckedResolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<Self::Response, BoxError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let egress = self.egress;
        Box::pin(async move {
            // The connector puts the port in.
            let addresses: Vec<_> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            // One bad address spoils the name: an honest one does not mix them.
            if addresses.iter().all(|address| egress.allows(address.ip())) {
                Ok(addresses.into_iter())
            } else {
                Err(Refused.into())
            }
        })
    }
}

/// From where an address can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// From everywhere.
    Public,
    /// From this machine or its network.
    Private,
    /// It is no address of a service: link-local, multicast, documentation, reserved.
    Nowhere,
}

/// By the special-purpose address registries of IANA (RFC 6890 and its updates).
fn reach(address: IpAddr) -> Reach {
    match address {
        IpAddr::V4(address) => reach_v4(address),
        IpAddr::V6(address) => reach_v6(address),
    }
}

fn reach_v4(address: Ipv4Addr) -> Reach {
    match address.octets() {
        [127, ..] | [10, ..] | [192, 168, ..] => Reach::Private,
        [172, b, ..] if (16..32).contains(&b) => Reach::Private,
        // Shared by providers and their customers (RFC 6598).
        [100, b, ..] if (64..128).contains(&b) => Reach::Private,
        [0, ..] | [169, 254, ..] => Reach::Nowhere,
        // Protocol assignments, documentation, the 6to4 relay, benchmarking.
        [192, 0, 0 | 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => Reach::Nowhere,
        [192, 88, 99, _] | [198, 18 | 19, ..] => Reach::Nowhere,
        [224..=255, ..] => Reach::Nowhere,
        _ => Reach::Public,
    }
}

fn reach_v6(address: Ipv6Addr) -> Reach {
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 1] | [0xfc00..=0xfdff, ..] => Reach::Private,
        // Mapped: no name of an EHR stands for one, so even a public one is a trick.
        [0, 0, 0, 0, 0, 0xffff, ..] => match embedded(address) {
            Reach::Public => Reach::Private,
            reach => reach,
        },
        // NAT64 (RFC 6052), through which an IPv6-only network reaches the rest.
        [0x64, 0xff9b, 0, 0, 0, 0, ..] => embedded(address),
        [0x64, 0xff9b, 1, ..] => Reach::Private,
        // Teredo and other protocol assignments, documentation, 6to4.
        [0x2001, 0..0x0200 | 0x0db8, ..] | [0x2002, ..] | [0x3fff, 0..0x1000, ..] => Reach::Nowhere,
        // Global unicast.
        [0x2000..0x4000, ..] => Reach::Public,
        _ => Reach::Nowhere,
    }
}

/// The reach of the IPv4 address in the last 32 bits.
fn embedded(address: Ipv6Addr) -> Reach {
    let [.., a, b, c, d] = address.octets();
    reach_v4(Ipv4Addr::new(a, b, c, d))
}

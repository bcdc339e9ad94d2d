//! Which addresses may be called.
//!
//! An address is checked where it is certain: one that stands in the URL before the call, one that a name stands for when the
//! connection is made, so that a name cannot mean one thing to the check and another to the call. Redirects are not followed by
//! anybody.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use tower::ServiceExt;
use url::{Host, Url};

use super::reach::{Reach, arrival};
use super::stack::{Answer, Concern, Next, Request};
use super::{WireError, WireErrorKind};

/// What the operator allows beyond https to public addresses.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Egress {
    /// Calls without TLS.
    pub allow_http: bool,
    /// Networks that may be called although they are not public: this machine's own (`127.0.0.0/8`, `::1/128`), private and shared
    /// ones. Link-local and multicast addresses, and those where clouds keep credentials, stay refused whatever stands here.
    pub allow_private_networks: Vec<IpNet>,
}

/// Why an address may not be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is to be called without TLS.
    #[error("http is not allowed, only https")]
    Http,
    /// It is in a private network, which the operator has not allowed.
    #[error("its address is in a private network that is not allowed")]
    Private,
    /// It is no address of an EHR: link-local, multicast, reserved, or where a cloud keeps its machines' credentials.
    #[error("its address is not one that an EHR can have")]
    Nowhere,
}

impl Refusal {
    /// What the operator can do about it, as a sentence that begins in the middle.
    pub fn remedy(self) -> &'static str {
        match self {
            Self::Http => {
                "use https: http sends credentials and patients' data readable to all on the way (for a test system, \
                 egress.allow_http = true allows it)"
            }
            Self::Private => {
                "if the EHR really is there, name its network in egress.allow_private_networks, such as \"10.20.0.0/16\""
            }
            Self::Nowhere => {
                "link-local, multicast and reserved addresses, and those where clouds keep credentials, cannot be allowed: use the \
                 EHR's own address"
            }
        }
    }
}

impl Egress {
    /// What sandboxes and tests need: this machine, without TLS.
    pub fn loopback() -> Self {
        let v4 = Ipv4Net::new_assert(Ipv4Addr::new(127, 0, 0, 0), 8);
        let v6 = Ipv6Net::new_assert(Ipv6Addr::LOCALHOST, 128);
        Self { allow_http: true, allow_private_networks: vec![v4.into(), v6.into()] }
    }

    /// Whether calls may go to the address, wherever it comes from.
    pub fn check(&self, address: IpAddr) -> Result<(), Refusal> {
        let arrival = arrival(address);
        match Reach::of(arrival) {
            Reach::Public => Ok(()),
            Reach::Private
                if self.allow_private_networks.iter().any(|network| network.contains(&arrival)) =>
            {
                Ok(())
            }
            Reach::Private => Err(Refusal::Private),
            Reach::Nowhere => Err(Refusal::Nowhere),
        }
    }

    /// Whether an address can be the right one of a connection, as far as it can be told before any name is resolved. The error
    /// tells the operator its host, everything that is wrong, and what to do.
    pub fn judge(&self, url: &Url) -> Result<(), String> {
        let Some(host) = url.host() else { return Err("it names no host: use https://…".to_owned()) };
        let mut faults = Vec::new();
        if !url.username().is_empty() || url.password().is_some() {
            faults.push("there is a user name or a password in the URL: take it out".to_owned());
        }
        faults.extend(
            [self.refuses_scheme(url.scheme()), self.refuses_host(&host)].into_iter().flatten().map(
                |refused| match refused {
                    WireErrorKind::Egress(refusal) => format!("{refusal}: {}", refusal.remedy()),
                    _ => format!("{} is not a protocol that can be called: use https", url.scheme()),
                },
            ),
        );
        if faults.is_empty() { Ok(()) } else { Err(format!("{host}: {}", faults.join("; "))) }
    }

    fn refuses_scheme(&self, scheme: &str) -> Option<WireErrorKind> {
        match scheme {
            "https" => None,
            "http" if self.allow_http => None,
            "http" => Some(WireErrorKind::Egress(Refusal::Http)),
            _ => Some(WireErrorKind::Malformed),
        }
    }

    fn refuses_host(&self, host: &Host<&str>) -> Option<WireErrorKind> {
        let address = match host {
            Host::Ipv4(address) => IpAddr::from(*address),
            Host::Ipv6(address) => IpAddr::from(*address),
            Host::Domain(name) if is_localhost(name) => Ipv4Addr::LOCALHOST.into(),
            Host::Domain(_) => return None,
        };
        self.check(address).err().map(WireErrorKind::Egress)
    }
}

/// RFC 6761: these names mean this machine, whatever anybody says.
fn is_localhost(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost")
}

/// Refuses calls by what stands in their URL.
#[derive(Debug, Clone)]
pub struct EgressCheck {
    egress: Arc<Egress>,
}

impl EgressCheck {
    /// A check of what the operator allows.
    pub fn new(egress: Arc<Egress>) -> Self {
        Self { egress }
    }

    fn check(&self, uri: &http::Uri) -> Result<(), WireErrorKind> {
        let authority = uri.authority().ok_or(WireErrorKind::Malformed)?;
        // Whoever reads a user name for the host is told another one than is called.
        if authority.as_str().contains('@') {
            return Err(WireErrorKind::Malformed);
        }
        if let Some(refused) = self.egress.refuses_scheme(uri.scheme_str().unwrap_or_default()) {
            return Err(refused);
        }
        match literal(authority.host()) {
            Some(address) => self.egress.check(address).map_err(WireErrorKind::Egress),
            None => Ok(()),
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

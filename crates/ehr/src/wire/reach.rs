//! From where an address can be reached.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// From where an address can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// From everywhere.
    Public,
    /// From this machine or its network.
    Private,
    /// It is no address of an EHR: link-local, multicast, reserved, or where a cloud keeps its machines' credentials.
    Nowhere,
}

impl Reach {
    /// By the special-purpose address registries of IANA (RFC 6890 and its updates), and the clouds' documents.
    pub(super) fn of(address: IpAddr) -> Self {
        if METADATA.contains(&address) {
            return Self::Nowhere;
        }
        match address {
            IpAddr::V4(address) => v4(address),
            IpAddr::V6(address) => v6(address),
        }
    }
}

/// Where clouds hand out credentials to their machines, beside link-local addresses: Alibaba, Azure, Google, Scaleway. Some lie in
/// networks that an operator may have allowed.
const METADATA: [IpAddr; 4] = [
    IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)),
    IpAddr::V4(Ipv4Addr::new(168, 63, 129, 16)),
    IpAddr::V6(Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0x42, 0, 0, 0, 0, 0, 0x42)),
];

/// The address that a call to this one arrives at: IPv4 addresses travel inside of IPv6 ones in several forms.
pub(super) fn arrival(address: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = address else { return address };
    match v6.segments() {
        // Mapped, and NAT64 (RFC 6052).
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => joined(high, low),
        // 6to4 (RFC 3056).
        [0x2002, high, low, ..] => joined(high, low),
        _ => address,
    }
}

fn joined(high: u16, low: u16) -> IpAddr {
    let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
    Ipv4Addr::new(a, b, c, d).into()
}

fn v4(address: Ipv4Addr) -> Reach {
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

fn v6(address: Ipv6Addr) -> Reach {
    match address.segments() {
        // Amazon keeps its machines' credentials here.
        [0xfd00, 0x0ec2, ..] => Reach::Nowhere,
        [0, 0, 0, 0, 0, 0, 0, 1] | [0xfc00..=0xfdff, ..] => Reach::Private,
        // NAT64 of one's own (RFC 8215): the network must be allowed, and the address inside must be one of a service.
        [0x64, 0xff9b, 1, .., high, low] => match Reach::of(joined(high, low)) {
            Reach::Nowhere => Reach::Nowhere,
            Reach::Public | Reach::Private => Reach::Private,
        },
        // Teredo and other protocol assignments, documentation.
        [0x2001, 0..0x0200 | 0x0db8, ..] | [0x3fff, 0..0x1000, ..] => Reach::Nowhere,
        // Global unicast.
        [0x2000..0x4000, ..] => Reach::Public,
        _ => Reach::Nowhere,
    }
}

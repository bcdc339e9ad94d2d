//! Who is at the other end, as far as the network tells.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use http::header::FORWARDED;
use http::{HeaderMap, HeaderName};
use ipnet::IpNet;

use super::settings::Forwarded;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// A client's address, as it is counted: IPv6 by its /64, because one client has all of it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Address(IpAddr);

impl Address {
    pub(crate) fn of(ip: IpAddr) -> Self {
        match ip.to_canonical() {
            IpAddr::V6(ip) => Self(Ipv6Addr::from_bits(ip.to_bits() & !u128::from(u64::MAX)).into()),
            ip => Self(ip),
        }
    }
}

/// Addresses are people's; they are for counting only.
impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Whom to believe about addresses.
#[derive(Debug)]
pub(crate) struct Proxies {
    trusted: Vec<IpNet>,
    header: Forwarded,
}

impl Proxies {
    pub(crate) fn new(trusted: Vec<IpNet>, header: Forwarded) -> Self {
        Self { trusted, header }
    }

    pub(crate) fn trusts(&self, ip: IpAddr) -> bool {
        let ip = ip.to_canonical();
        self.trusted.iter().any(|net| net.contains(&ip))
    }

    /// The nearest address that is no trusted proxy. Each proxy adds the one that it saw at the end, so that what clients
    /// made up stands before; where it is not to be read, the proxy that sent it is the one who answers for it.
    pub(crate) fn client(&self, peer: IpAddr, headers: &HeaderMap) -> Address {
        let mut client = peer;
        let mut hops = self.hops(headers);
        while self.trusts(client) {
            let Some(Some(before)) = hops.next() else { break };
            client = before;
        }
        Address::of(client)
    }

    /// The addresses in the header, the nearest first; `None` for what is none.
    fn hops<'a>(&self, headers: &'a HeaderMap) -> impl Iterator<Item = Option<IpAddr>> + use<'a> {
        let (name, read): (_, fn(&str) -> Option<IpAddr>) = match self.header {
            Forwarded::XForwardedFor => (X_FORWARDED_FOR, node),
            Forwarded::Standard => (FORWARDED, element),
        };
        let lines = headers.get_all(name).into_iter().rev();
        let hops = lines.flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b','));
        hops.map(move |hop| read(std::str::from_utf8(hop).ok()?.trim()))
    }
}

/// One element of `Forwarded`.
fn element(text: &str) -> Option<IpAddr> {
    let mut pairs = text.split(';').filter_map(|pair| pair.split_once('='));
    let (_, value) = pairs.find(|(name, _)| name.trim().eq_ignore_ascii_case("for"))?;
    let value = value.trim();
    node(value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value))
}

/// An address, with or without a port; IPv6 with or without brackets.
fn node(text: &str) -> Option<IpAddr> {
    if let Ok(ip) = text.parse() {
        return Some(ip);
    }
    if let Ok(address) = text.parse::<SocketAddr>() {
        return Some(address.ip());
    }
    let bare = text.strip_prefix('[')?.strip_suffix(']')?;
    bare.parse::<Ipv6Addr>().ok().map(IpAddr::from)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn proxies(header: Forwarded) -> Proxies {
        let trusted = ["10.0.0.0/8", "2001:db8:aaaa::/48"].map(|net| net.parse().unwrap());
        Proxies::new(trusted.to_vec(), header)
    }

    fn seen(header: Forwarded, peer: &str, lines: &[&str]) -> Address {
        let name = match header {
            Forwarded::XForwardedFor => X_FORWARDED_FOR,
            Forwarded::Standard => FORWARDED,
        };
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(name.clone(), HeaderValue::from_bytes(line.as_bytes()).unwrap());
        }
        proxies(header).client(peer.parse().unwrap(), &headers)
    }

    fn x(peer: &str, lines: &[&str]) -> Address {
        seen(Forwarded::XForwardedFor, peer, lines)
    }

    fn address(text: &str) -> Address {
        Address::of(text.parse().unwrap())
    }

    #[test]
    fn a_network_of_64_bits_is_one_address_and_ipv4_is_itself_in_any_spelling() {
        assert_eq!(address("2001:db8:1:2::1"), address("2001:db8:1:2:ffff::9"));
        assert_ne!(address("2001:db8:1:2::1"), address("2001:db8:1:3::1"));
        assert_eq!(address("::ffff:192.0.2.1"), address("192.0.2.1"));
        assert_ne!(address("192.0.2.1"), address("192.0.2.2"));
    }

    #[test]
    fn a_peer_that_is_not_trusted_speaks_for_itself() {
        assert_eq!(x("192.0.2.1", &["198.51.100.7"]), address("192.0.2.1"));
        assert_eq!(x("192.0.2.1", &[]), address("192.0.2.1"));
    }

    #[test]
    fn a_trusted_proxy_speaks_for_the_last_address_that_is_not_trusted() {
        assert_eq!(x("10.0.0.1", &["198.51.100.7"]), address("198.51.100.7"));
        assert_eq!(x("::ffff:10.0.0.1", &["198.51.100.7"]), address("198.51.100.7"));
        assert_eq!(x("10.0.0.1", &["203.0.113.9, 198.51.100.7, 10.2.2.2"]), address("198.51.100.7"));
        assert_eq!(x("10.0.0.1", &["203.0.113.9", "198.51.100.7,10.9.9.9"]), address("198.51.100.7"));
        assert_eq!(x("2001:db8:aaaa::1", &["2001:db8:b::5"]), address("2001:db8:b::"));
    }

    #[test]
    fn what_a_client_made_up_before_its_own_address_changes_nothing() {
        for made_up in ["203.0.113.9", "garbage", "10.1.1.1", "\"", "for=203.0.113.9", "å", ",,,", ""] {
            let line = format!("{made_up}, 198.51.100.7");
            assert_eq!(x("10.0.0.1", &[&line]), address("198.51.100.7"), "{made_up}");
            assert_eq!(x("10.0.0.1", &[made_up, "198.51.100.7"]), address("198.51.100.7"), "{made_up}");
        }
    }

    #[test]
    fn garbage_is_answered_for_by_the_proxy_that_sent_it() {
        for garbage in ["unknown", "_hidden", "1.2.3", "198.51.100.7:99999", "[198.51.100.7]", "å", ""] {
            assert_eq!(x("10.0.0.1", &[garbage]), address("10.0.0.1"), "{garbage}");
            let line = format!("203.0.113.9, {garbage}");
            assert_eq!(x("10.0.0.1", &[&line]), address("10.0.0.1"), "{garbage}");
            assert_eq!(x("10.0.0.1", &[garbage, "10.3.3.3"]), address("10.3.3.3"), "{garbage}");
        }
    }

    #[test]
    fn the_standard_header_is_read_in_all_its_spellings() {
        let standard = |line| seen(Forwarded::Standard, "10.0.0.1", &[line]);
        for line in [
            "for=192.0.2.60",
            "For=\"192.0.2.60:4711\";proto=https",
            "proto=http; for=192.0.2.60 ;by=10.0.0.1",
            "for=203.0.113.9, for=192.0.2.60",
            "for=\"203.0.113.9, for=192.0.2.60",
            "garbage, for=192.0.2.60, for=10.4.4.4",
        ] {
            assert_eq!(standard(line), address("192.0.2.60"), "{line}");
        }
        assert_eq!(standard("for=\"[2001:db8:cafe::17]:4711\""), address("2001:db8:cafe::"));
        assert_eq!(standard("for=_hidden"), address("10.0.0.1"));
        assert_eq!(standard("by=192.0.2.60"), address("10.0.0.1"));
    }

    #[test]
    fn only_the_header_that_was_chosen_is_believed() {
        let mut headers = HeaderMap::new();
        headers.insert(FORWARDED, HeaderValue::from_static("for=203.0.113.9"));
        headers.insert(X_FORWARDED_FOR, HeaderValue::from_static("198.51.100.7"));
        let client = |header| proxies(header).client("10.0.0.1".parse().unwrap(), &headers);
        assert_eq!(client(Forwarded::XForwardedFor), address("198.51.100.7"));
        assert_eq!(client(Forwarded::Standard), address("203.0.113.9"));
    }
}

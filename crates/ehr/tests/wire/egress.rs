use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use vardbro_ehr::environment::Machine;
use vardbro_ehr::wire::stack::Answer;
use vardbro_ehr::wire::{Delivery, Egress, Safety, Tls, WireErrorKind, WireFactory, WireProfile};

use crate::support::{assert_error, context, seconds};

const NOTHING_SPECIAL: Egress = Egress { allow_http: false, allow_private: false };
const HTTP: Egress = Egress { allow_http: true, allow_private: false };
const ALL: Egress = Egress { allow_http: true, allow_private: true };

async fn call(egress: Egress, url: &str) -> Answer {
    let profile = WireProfile {
        calls_per_minute: None,
        concurrency: 4,
        attempt_timeout: seconds(5),
        tls: Tls::MACHINE,
    };
    let wire =
        WireFactory::new(egress, Arc::new(Machine), Arc::new(Machine)).unwrap().wire(&profile).unwrap();
    wire.send(http::Request::get(url).body(Bytes::new()).unwrap(), context(Safety::Once)).await
}

fn allows(egress: Egress, address: &str) -> bool {
    egress.allows(address.parse::<IpAddr>().unwrap())
}

#[tokio::test]
async fn private_addresses_in_a_url_are_refused() {
    for host in
        ["127.0.0.1", "[::1]", "[::ffff:10.0.0.1]", "169.254.169.254", "10.1.2.3", "[fd00::1]", "0.0.0.0"]
    {
        for egress in [NOTHING_SPECIAL, HTTP] {
            let answer = call(egress, &format!("https://{host}:1/")).await;
            assert_error(answer, WireErrorKind::Egress, Delivery::NotSent);
        }
    }
}

#[tokio::test]
async fn names_of_private_addresses_are_refused_when_the_connection_is_made() {
    // The last three are addresses only to the resolver.
    for host in ["localhost", "127.1", "0x7f000001", "2130706433"] {
        let answer = call(HTTP, &format!("http://{host}:1/")).await;
        assert_error(answer, WireErrorKind::Egress, Delivery::NotSent);
    }
}

#[tokio::test]
async fn http_is_refused() {
    let answer = call(NOTHING_SPECIAL, "http://ehr.example/").await;
    assert_error(answer, WireErrorKind::Egress, Delivery::NotSent);
}

#[tokio::test]
async fn other_schemes_and_no_host_are_malformed() {
    for url in ["ftp://ehr.example/", "/v1/things"] {
        assert_error(call(ALL, url).await, WireErrorKind::Malformed, Delivery::NotSent);
    }
}

#[test]
fn public_addresses_are_allowed() {
    for address in [
        "1.1.1.1",
        "100.63.255.255",
        "100.128.0.0",
        "172.15.0.1",
        "172.32.0.1",
        "192.0.1.1",
        "198.20.0.1",
        "223.255.255.255",
        "2606:4700::1111",
        "2001:4860:4860::8888",
        "64:ff9b::1.1.1.1",
    ] {
        assert!(allows(NOTHING_SPECIAL, address), "{address}");
    }
}

#[test]
fn private_addresses_are_the_operators_choice() {
    for address in [
        "127.0.0.1",
        "127.255.255.255",
        "10.0.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "100.64.0.1",
        "100.127.255.255",
        "::1",
        "fc00::1",
        "fdff::1",
        "::ffff:127.0.0.1",
        "::ffff:1.1.1.1",
        "64:ff9b::10.0.0.1",
        "64:ff9b:1::1",
    ] {
        assert!(!allows(NOTHING_SPECIAL, address), "{address}");
        assert!(allows(ALL, address), "{address}");
    }
}

#[test]
fn addresses_of_no_service_are_always_refused() {
    for address in [
        "0.0.0.0",
        "0.1.2.3",
        "169.254.169.254",
        "192.0.0.8",
        "192.0.2.1",
        "198.51.100.1",
        "203.0.113.1",
        "198.18.0.1",
        "198.19.255.255",
        "192.88.99.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::7f00:1",
        "fe80::1",
        "febf::1",
        "fec0::1",
        "ff02::1",
        "2001::1",
        "2001:1ff::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "3fff:fff::1",
        "100::1",
        "5f00::1",
        "4000::1",
        "::ffff:169.254.169.254",
        "64:ff9b::169.254.169.254",
    ] {
        assert!(!allows(ALL, address), "{address}");
    }
}

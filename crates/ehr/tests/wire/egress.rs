//! Which addresses may be called. How names are followed to them is in `resolve.rs`.

use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use url::Url;
use vardbro_ehr::environment::Machine;
use vardbro_ehr::wire::stack::Answer;
use vardbro_ehr::wire::{Delivery, Egress, Refusal, Safety, Tls, WireErrorKind, WireFactory, WireProfile};

use crate::support::{assert_error, context, seconds};

/// Everything that an operator can allow, and more.
fn all() -> Egress {
    Egress { allow_http: true, allow_private_networks: networks(&["0.0.0.0/0", "::/0"]) }
}

fn http() -> Egress {
    Egress { allow_http: true, ..Egress::default() }
}

fn private(networks: &[&str]) -> Egress {
    Egress { allow_http: true, allow_private_networks: self::networks(networks) }
}

fn networks<T: std::str::FromStr<Err: std::fmt::Debug>>(networks: &[&str]) -> Vec<T> {
    networks.iter().map(|network| network.parse().unwrap()).collect()
}

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

fn check(egress: &Egress, address: &str) -> Result<(), Refusal> {
    egress.check(address.parse::<IpAddr>().unwrap())
}

#[tokio::test]
async fn private_addresses_in_a_url_are_refused() {
    for host in ["127.0.0.1", "[::1]", "[::ffff:10.0.0.1]", "10.1.2.3", "[fd00::1]", "[64:ff9b::a00:1]"] {
        for egress in [Egress::default(), http(), private(&["192.168.0.0/16"])] {
            let answer = call(egress, &format!("https://{host}:1/")).await;
            assert_error(answer, WireErrorKind::Egress(Refusal::Private), Delivery::NotSent);
        }
    }
}

#[tokio::test]
async fn addresses_of_no_service_in_a_url_are_refused_whatever_is_allowed() {
    for host in ["169.254.169.254", "[::ffff:169.254.169.254]", "0.0.0.0", "[fe80::1]", "[fd00:ec2::254]"] {
        let answer = call(all(), &format!("http://{host}:1/")).await;
        assert_error(answer, WireErrorKind::Egress(Refusal::Nowhere), Delivery::NotSent);
    }
}

#[tokio::test]
async fn addresses_in_other_spellings_are_refused_when_the_connection_is_made() {
    // But for the first, these are addresses only to the resolver.
    for host in ["localhost", "127.1", "0x7f000001", "2130706433", "0177.0.0.1", "0x7f.1"] {
        let answer = call(http(), &format!("http://{host}:1/")).await;
        assert_error(answer, WireErrorKind::Egress(Refusal::Private), Delivery::NotSent);
    }
}

#[tokio::test]
async fn http_is_refused() {
    let answer = call(Egress::default(), "http://ehr.example/").await;
    assert_error(answer, WireErrorKind::Egress(Refusal::Http), Delivery::NotSent);
}

#[tokio::test]
async fn other_schemes_no_host_and_user_names_are_malformed() {
    for url in [
        "ftp://ehr.example/",
        "/v1/things",
        "https://ehr.example@127.0.0.1:1/",
        "https://127.0.0.1:1@ehr.example/",
        "https://user:password@ehr.example/",
    ] {
        assert_error(call(all(), url).await, WireErrorKind::Malformed, Delivery::NotSent);
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
        "::ffff:1.1.1.1",
        "64:ff9b::1.1.1.1",
        "2002:101:101::1",
    ] {
        assert_eq!(check(&Egress::default(), address), Ok(()), "{address}");
    }
}

#[test]
fn private_addresses_are_the_operators_choice() {
    for (address, network) in [
        ("127.0.0.1", "127.0.0.0/8"),
        ("127.255.255.255", "127.0.0.0/8"),
        ("10.0.0.1", "10.0.0.0/24"),
        ("172.16.0.1", "172.16.0.0/12"),
        ("172.31.255.255", "172.16.0.0/12"),
        ("192.168.1.1", "192.168.1.1/32"),
        ("100.64.0.1", "100.64.0.0/10"),
        ("100.127.255.255", "100.64.0.0/10"),
        ("::1", "::1/128"),
        ("fc00::1", "fc00::/8"),
        ("fdff::1", "fd00::/8"),
        ("64:ff9b:1::1.1.1.1", "64:ff9b:1::/48"),
        ("64:ff9b:1::10.0.0.1", "64:ff9b:1::/48"),
        // By the address inside: mapped, NAT64, 6to4.
        ("::ffff:127.0.0.1", "127.0.0.0/8"),
        ("64:ff9b::10.0.0.1", "10.0.0.0/8"),
        ("2002:a00:1::1", "10.0.0.0/8"),
    ] {
        assert_eq!(check(&Egress::default(), address), Err(Refusal::Private), "{address}");
        assert_eq!(check(&private(&[network]), address), Ok(()), "{address}");
        assert_eq!(check(&private(&["192.168.77.0/24"]), address), Err(Refusal::Private), "{address}");
    }
}

#[test]
fn a_form_around_an_address_opens_no_network_but_that_of_the_address() {
    for (address, network) in [
        ("::ffff:10.0.0.1", "::ffff:0:0/96"),
        ("64:ff9b::10.0.0.1", "64:ff9b::/96"),
        ("2002:a00:1::1", "2002::/16"),
        ("10.0.0.1", "::/0"),
        ("::1", "0.0.0.0/0"),
    ] {
        assert_eq!(check(&private(&[network]), address), Err(Refusal::Private), "{address}");
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
        "3fff:fff::1",
        "100::1",
        "5f00::1",
        "4000::1",
        // The same inside of other forms.
        "::ffff:169.254.169.254",
        "64:ff9b::169.254.169.254",
        "64:ff9b:1::169.254.169.254",
        "2002:a9fe:a9fe::1",
        "2002:e000:1::1",
        // Where clouds keep credentials, in networks that may be allowed or are public.
        "100.100.100.200",
        "168.63.129.16",
        "::ffff:100.100.100.200",
        "fd00:ec2::254",
        "fd00:ec2::23",
        "fd20:ce::254",
        "fd00:42::42",
    ] {
        assert_eq!(check(&all(), address), Err(Refusal::Nowhere), "{address}");
    }
}

#[test]
fn sandboxes_reach_this_machine_and_no_other() {
    for address in ["127.0.0.1", "::1"] {
        assert_eq!(check(&Egress::loopback(), address), Ok(()));
    }
    for address in ["10.0.0.1", "192.168.1.1", "fd00::1", "100.64.0.1"] {
        assert_eq!(check(&Egress::loopback(), address), Err(Refusal::Private), "{address}");
    }
}

fn judged(egress: &Egress, url: &str) -> Result<(), String> {
    egress.judge(&Url::parse(url).unwrap())
}

#[test]
fn addresses_that_may_be_right_are_judged_so() {
    for url in ["https://api.au1.cliniko.com/v1", "https://1.1.1.1/", "https://ehr.example.:8443/"] {
        assert_eq!(judged(&Egress::default(), url), Ok(()));
    }
    for url in ["http://localhost:8001/v1", "http://127.0.0.1:8001/", "http://[::1]/"] {
        assert_eq!(judged(&Egress::loopback(), url), Ok(()));
    }
}

#[test]
fn addresses_of_private_networks_are_told_with_the_key_that_allows_them() {
    for (url, host) in [
        ("https://127.0.0.1/", "127.0.0.1"),
        ("https://127.0.0.1./", "127.0.0.1"),
        ("https://0x7f.1/", "127.0.0.1"),
        ("https://2130706433/", "127.0.0.1"),
        ("https://0177.0.0.1/", "127.0.0.1"),
        ("https://[::ffff:10.0.0.1]/", "[::ffff:a00:1]"),
        ("https://localhost/", "localhost"),
        ("https://ehr.LOCALHOST./", "ehr.localhost."),
    ] {
        let words = judged(&Egress::default(), url).unwrap_err();
        assert!(words.starts_with(&format!("{host}: ")), "{words}");
        assert!(words.contains("egress.allow_private_networks"), "{words}");
    }
}

#[test]
fn http_is_told_with_the_key_that_allows_it() {
    let words = judged(&Egress::default(), "http://ehr.example/").unwrap_err();
    assert!(words.contains("egress.allow_http") && words.contains("use https"), "{words}");
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let words = judged(&Egress::default(), "http://clinic:hunter2@10.0.0.1/").unwrap_err();
    for part in ["10.0.0.1: ", "user name", "egress.allow_http", "egress.allow_private_networks"] {
        assert!(words.contains(part), "{part}: {words}");
    }
    assert!(!words.contains("hunter2"), "{words}");
}

#[test]
fn addresses_of_no_service_are_told_without_a_key() {
    let words = judged(&all(), "https://169.254.169.254/latest/").unwrap_err();
    assert!(words.starts_with("169.254.169.254: ") && !words.contains("egress."), "{words}");
}

#[test]
fn user_names_and_other_protocols_are_told_without_the_secret() {
    let words = judged(&all(), "https://clinic:hunter2@ehr.example/").unwrap_err();
    assert!(words.contains("ehr.example") && !words.contains("hunter2"), "{words}");
    assert!(judged(&all(), "ftp://ehr.example/").unwrap_err().contains("ftp"));
    assert!(judged(&all(), "mailto:ehr@example.com").is_err());
}

use std::fs::{self, File};
use std::io::{Write, stderr};
use std::os::unix::fs::FileExt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305};
use hkdf::Hkdf;
use sha2::Sha256;
use vardbro_store::{Location, Migrations, Store};

use super::calls::until;
use super::site::{KEYS, Site, block_on, client};

/// How often each of these is in the memory of a process that may be written to; `None`, and a line that says so, where that memory may
/// not be looked at.
fn in_memory(process: u32, needles: &[&[u8]]) -> Option<Vec<usize>> {
    let Ok(memory) = File::open(format!("/proc/{process}/mem")) else {
        let _ = writeln!(stderr(), "skipped: the memory of other processes cannot be read here");
        return None;
    };
    let maps = fs::read_to_string(format!("/proc/{process}/maps")).unwrap();
    let mut counts = vec![0; needles.len()];
    for region in maps.lines() {
        let mut words = region.split_whitespace();
        let (range, mode) = (words.next().unwrap(), words.next().unwrap());
        let (from, to) = range.split_once('-').unwrap();
        let [from, to] = [from, to].map(|at| u64::from_str_radix(at, 16).unwrap());
        let mut bytes = vec![0; usize::try_from(to - from).unwrap()];
        // A region that went meanwhile holds nothing.
        if !mode.starts_with("rw") || memory.read_exact_at(&mut bytes, from).is_err() {
            continue;
        }
        for (needle, count) in needles.iter().zip(&mut counts) {
            *count += occurrences(&bytes, needle);
        }
    }
    Some(counts)
}

fn occurrences(bytes: &[u8], needle: &[u8]) -> usize {
    let (first, rest) = needle.split_first().unwrap();
    let mut found = 0;
    let mut at = 0;
    while let Some(next) = bytes[at..].iter().position(|byte| byte == first) {
        at += next + 1;
        found += usize::from(bytes[at..].starts_with(rest));
    }
    found
}

/// What must not stay: the application's data key and the key that its client secret wraps it with.
fn keys(site: &Site, secret: &str) -> [Vec<u8>; 2] {
    let location = Location::parse(site.url()).unwrap();
    let who = block_on(async {
        let store = Store::open(&location, Migrations::Require).await.unwrap();
        let who = store.authenticate("app", secret, jiff::Timestamp::now()).await.unwrap().unwrap();
        store.close().await;
        who
    });
    let application = who.application.id().0;
    let mut wrapping = vec![0; 32];
    Hkdf::<Sha256>::new(Some(application.as_bytes()), secret.as_bytes())
        .expand(b"vardbro wrapping of data keys v1", &mut wrapping)
        .unwrap();
    let ring: toml::Table = fs::read_to_string(site.path(KEYS)).unwrap().parse().unwrap();
    let master = &ring["master"][0];
    let id = master["id"].as_str().unwrap();
    let master = STANDARD.decode(master["key"].as_str().unwrap()).unwrap();
    let outer = [&b"vardbro outer wrapping v1"[..], application.as_bytes(), id.as_bytes()];
    let inner = [&b"vardbro inner wrapping v1"[..], application.as_bytes()];
    let wrapped = open(&master, &outer, &who.wrapped_key.bytes);
    let data = open(&wrapping, &inner, &wrapped);
    [data, wrapping]
}

/// A nonce and what it was sealed with, for a place of several parts.
fn open(key: &[u8], place: &[&[u8]], sealed: &[u8]) -> Vec<u8> {
    let parts =
        place.iter().map(|part| [&u64::try_from(part.len()).unwrap().to_be_bytes()[..], part].concat());
    let place = parts.collect::<Vec<_>>().concat();
    let (nonce, sealed) = sealed.split_at(24);
    let cipher = XChaCha20Poly1305::new(key.into());
    cipher.decrypt(nonce.into(), Payload { msg: sealed, aad: &place }).unwrap()
}

#[test]
fn keys_and_credentials_are_not_in_memory_once_an_application_has_been_idle() {
    let site = Site::over(None);
    let secret = site.working_application("app");
    let [data, wrapping] = keys(&site, &secret);
    let secrets = [&data[..], &wrapping, site.api_key().as_bytes()];
    let Some(here) = in_memory(std::process::id(), &secrets) else { return };
    assert!(here.iter().all(|count| *count > 0), "what is in memory is found: {here:?}");

    let (busy, idle) = (site.node("busy"), site.node_with("idle", &[("VARDBRO_KEYS_UNLOCKED_FOR", "1s")]));
    // Each name is a new version of the connection, for which its credentials are opened anew.
    for names in ["North", "Northern", "Northerly", "Northernmost"].windows(2) {
        site.does(&["connection", "rename", &format!("cliniko/{}", names[0]), names[1]], "");
        assert_eq!(client(&busy, "app", &secret).care_units().status, 200);
        let open = in_memory(busy.process(), &secrets).unwrap();
        assert_eq!(open[..2], [0, 0], "the keys are gone with the call that needed them");
        assert!(open[2] > 0, "the credentials are kept");
    }

    let app = client(&idle, "app", &secret);
    assert_eq!(app.care_units().status, 200);
    until("all are forgotten", || in_memory(idle.process(), &secrets).unwrap() == [0, 0, 0]);
    assert_eq!(app.care_units().status, 200);
}

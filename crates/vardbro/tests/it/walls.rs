//! The walls of ARCHITECTURE.md, checked against the manifests and the sources.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// What a crate depends on; what only its tests need does not count.
fn dependencies(manifest: &Path) -> BTreeSet<String> {
    let text = fs::read_to_string(manifest).unwrap();
    let sections = text.split("\n[").filter(|section| section.starts_with("dependencies]"));
    let lines = sections.flat_map(str::lines).skip(1).filter(|line| !line.is_empty());
    lines.map(|line| line.split([' ', '=', '.']).next().unwrap().to_owned()).collect()
}

/// Our own crates that a crate depends on.
fn ours(manifest: &Path) -> BTreeSet<String> {
    dependencies(manifest).into_iter().filter(|name| name.starts_with("vardbro-")).collect()
}

/// The EHRs with an entry of their own: a connector and a sandbox.
fn ehrs() -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join("ehrs")).unwrap().map(|entry| entry.unwrap().path());
    let ehrs: Vec<_> = entries.filter(|path| path.join("connector").is_dir()).collect();
    assert!(!ehrs.is_empty());
    ehrs
}

fn sources(directory: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push((path.clone(), fs::read_to_string(path).unwrap()));
        }
    }
    found
}

fn set<const N: usize>(names: [&str; N]) -> BTreeSet<String> {
    names.into_iter().map(str::to_owned).collect()
}

#[test]
fn the_model_depends_on_none_of_our_crates() {
    assert_eq!(ours(&root().join("crates/model/Cargo.toml")), set([]));
}

#[test]
fn a_connector_depends_on_model_and_ehr_only() {
    for ehr in ehrs() {
        let found = ours(&ehr.join("connector/Cargo.toml"));
        assert_eq!(found, set(["vardbro-model", "vardbro-ehr"]), "{}", ehr.display());
    }
}

#[test]
fn a_sandbox_depends_on_the_kit_only_and_the_kit_on_nothing_of_ours() {
    for ehr in ehrs() {
        let found = ours(&ehr.join("sandbox/Cargo.toml"));
        assert_eq!(found, set(["vardbro-sandbox-kit"]), "{}", ehr.display());
    }
    assert_eq!(ours(&root().join("ehrs/kit/Cargo.toml")), set([]));
}

#[test]
fn the_gateway_names_no_ehr() {
    let gateway = ours(&root().join("crates/gateway/Cargo.toml"));
    assert_eq!(gateway, set(["vardbro-model", "vardbro-ehr", "vardbro-store", "vardbro-vault"]));
    let codes: Vec<String> =
        ehrs().iter().map(|ehr| ehr.file_name().unwrap().to_str().unwrap().to_owned()).collect();
    for (path, text) in sources(&root().join("crates/gateway/src")) {
        let text = text.to_lowercase();
        let named = codes.iter().find(|code| text.contains(code.as_str()));
        assert_eq!(named, None, "{}", path.display());
    }
}

#[test]
fn only_the_wire_calls_out() {
    let wire = root().join("crates/ehr/src/wire");
    let places = ["crates", "ehrs"].into_iter().flat_map(|place| sources(&root().join(place)));
    let outside = places.filter(|(path, _)| {
        let test = path.components().any(|part| part.as_os_str() == "tests");
        !test && !path.starts_with(&wire)
    });
    for (path, text) in outside {
        let builds_client = ["reqwest::", "legacy::Client", "hyper_util::client", "hyper::client"];
        let found = builds_client.into_iter().find(|client| text.contains(client));
        assert_eq!(found, None, "{}", path.display());
    }
}

#[test]
fn the_vault_depends_on_none_of_our_crates_and_nobody_else_makes_cryptography() {
    assert_eq!(ours(&root().join("crates/vault/Cargo.toml")), set([]));
    let ciphers = ["chacha20poly1305", "crypto_box", "hkdf", "hmac"];
    for manifest in manifests(&root().join("crates")).iter().chain(&manifests(&root().join("ehrs"))) {
        let used = dependencies(manifest);
        let found = ciphers.into_iter().any(|cipher| used.contains(cipher));
        assert_eq!(found, manifest.ends_with("vault/Cargo.toml"), "{}", manifest.display());
    }
}

#[test]
fn no_request_gets_what_operators_may_do() {
    for (path, text) in sources(&root().join("crates/gateway/src")) {
        assert!(!text.contains(".operator()"), "{}", path.display());
    }
}

#[test]
fn the_postgresql_for_tests_is_for_tests_only() {
    for manifest in manifests(&root().join("crates")).iter().chain(&manifests(&root().join("ehrs"))) {
        assert!(!ours(manifest).contains("vardbro-postgres-for-tests"), "{}", manifest.display());
    }
}

fn manifests(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(manifests(&path));
        } else if path.file_name().is_some_and(|name| name == "Cargo.toml") {
            found.push(path);
        }
    }
    assert!(!found.is_empty() || directory.components().count() > root().components().count() + 1);
    found
}

//! What is written about the program is what it does: in the documents, in `deploy/`, in the Dockerfile, in its own messages.

mod commands;
mod configuration;
mod container;
mod metrics;
mod references;

use std::fs;
use std::path::{Path, PathBuf};

/// What operators read.
const PAGES: [&str; 4] = ["README.md", "SECURITY.md", "CHANGELOG.md", "docs/operating.md"];

/// What their machines read.
const SHIPPED: [&str; 5] = [
    "Dockerfile",
    "deploy/vardbro.service",
    "deploy/vardbro.toml",
    "deploy/compose.yaml",
    "deploy/alerts.yaml",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn read(path: &str) -> String {
    let text = fs::read_to_string(root().join(path));
    assert!(text.is_ok(), "{path} cannot be read");
    text.unwrap()
}

/// Each with its path.
fn documents() -> impl Iterator<Item = (&'static str, String)> {
    PAGES.into_iter().chain(SHIPPED).map(|path| (path, read(path)))
}

/// The Rust and Python files below a directory, each with its path.
fn sources(directory: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs" || extension == "py") {
            found.push((path.clone(), fs::read_to_string(path).unwrap()));
        }
    }
    found
}

/// The sources of the programs, without those of their tests.
fn program() -> Vec<(PathBuf, String)> {
    let all = ["crates", "ehrs"].into_iter().flat_map(|place| sources(&root().join(place)));
    all.filter(|(path, _)| !path.components().any(|part| part.as_os_str() == "tests")).collect()
}

/// What stands between backticks, outside of blocks.
fn spans(text: &str) -> Vec<String> {
    let mut outside = String::new();
    let mut inside = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            inside = !inside;
        } else if !inside {
            outside.push_str(line);
            outside.push(' ');
        }
    }
    let spans = outside.split('`').skip(1).step_by(2);
    spans.map(|span| span.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

/// The blocks of exactly that language.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open: Option<(bool, String)> = None;
    for line in text.lines() {
        match (&mut open, line.trim_start().strip_prefix("```")) {
            (None, Some(info)) => open = Some((info == language, String::new())),
            (Some((wanted, block)), Some(_)) => {
                if *wanted {
                    found.push(std::mem::take(block));
                }
                open = None;
            }
            (Some((_, block)), None) => {
                block.push_str(line.trim_start());
                block.push('\n');
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a block does not end");
    found
}

#[test]
fn spans_and_blocks_are_told_apart() {
    let text = "a `b\nc` d\n```sh\ne `f`\n```\n```toml x\ng\n```\n`h`";

    assert_eq!(spans(text), ["b c", "h"]);
    assert_eq!(blocks(text, "sh"), ["e `f`\n"]);
    assert!(blocks(text, "toml").is_empty());
}

//! Every metric is one that the program has, and is explained.

use std::collections::BTreeSet;

use super::{program, read, spans};

/// The names of metrics in the sources: literals that begin as they do.
fn emitted() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (_, text) in program() {
        let (source, _tests) = text.split_once("#[cfg(test)]\nmod tests {").unwrap_or((&text, ""));
        let literals = source.split('"').map(str::to_owned);
        names.extend(literals.filter(|literal| {
            let plain = literal.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
            // Secrets begin with a word and an underscore.
            plain && literal.starts_with("vardbro_") && !literal.ends_with('_')
        }));
    }
    names
}

/// What rules and sentences call metrics by.
fn named(text: &str) -> BTreeSet<String> {
    let apart = |character: char| !(character.is_ascii_alphanumeric() || character == '_');
    let names = text.split(apart).filter(|word| word.starts_with("vardbro_"));
    let of_histogram = |name: &str| {
        let series = ["_bucket", "_sum", "_count"];
        series.iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name).to_owned()
    };
    names.map(of_histogram).collect()
}

#[test]
fn every_metric_is_explained_and_no_other() {
    let explained = spans(&read("docs/operating.md"));
    let explained: BTreeSet<_> = explained.into_iter().filter(|span| named(span).contains(span)).collect();

    assert_eq!(explained, emitted());
}

#[test]
fn rules_use_metrics_that_there_are() {
    let alerts = read("deploy/alerts.yaml");
    let emitted = emitted();
    for name in named(&alerts) {
        assert!(emitted.contains(&name), "{name}");
    }
}

#[test]
fn rules_wait_for_words_that_labels_can_have() {
    let program: String = program().into_iter().map(|(_, text)| text).collect();
    let alerts = read("deploy/alerts.yaml");
    let mut seen = 0;
    for label in ["reason", "outcome"] {
        let condition = format!("{label}=");
        let matched = alerts.split(&condition).skip(1);
        for word in matched.flat_map(|rest| rest.split('"').nth(1).unwrap().split('|')) {
            let status = word.len() == 3 && word.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
            seen += 1;
            assert!(status || program.contains(&format!("=> \"{word}\"")), "{label}={word}");
        }
    }
    assert!(seen > 10);
}

//! Every key and every variable is one that the program knows.

use std::collections::BTreeSet;
use std::fs;

use tempfile::tempdir;

use super::{PAGES, SHIPPED, blocks, documents, read, spans};
use crate::program::command;

/// The default file, as the program prints it.
fn default_file() -> toml::Table {
    let printed = command(&["config", "print"]).output().unwrap().stdout;
    String::from_utf8(printed).unwrap().parse().unwrap()
}

fn keys() -> BTreeSet<String> {
    let sections = default_file();
    let keys = sections.iter().flat_map(|(section, keys)| {
        keys.as_table().unwrap().keys().map(move |key| format!("{section}.{key}"))
    });
    keys.collect()
}

#[test]
fn every_example_is_a_configuration() {
    let examples = PAGES.iter().flat_map(|path| blocks(&read(path), "toml"));
    let examples: Vec<_> = examples.chain([read("deploy/vardbro.toml")]).collect();
    assert!(examples.len() > 3);
    for example in examples {
        let directory = tempdir().unwrap();
        fs::write(directory.path().join("vardbro.toml"), &example).unwrap();

        let output = command(&["config", "print", "--effective"]).current_dir(&directory).output().unwrap();

        let complaint = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), complaint.as_str()), (Some(0), ""), "{example}");
    }
}

#[test]
fn every_key_that_is_spoken_of_is_one() {
    let keys = keys();
    let sections: BTreeSet<_> = keys.iter().map(|key| key.split('.').next().unwrap()).collect();
    let mut spoken = 0;
    for (path, text) in documents() {
        let inside = if SHIPPED.contains(&path) { words(&text) } else { spans(&text) };
        for word in inside {
            let Some((section, key)) = word.split_once('.') else { continue };
            let looks_like_one = key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
            if sections.contains(section) && looks_like_one && key != "toml" {
                spoken += 1;
                assert!(keys.contains(&word), "{path}: {word} is no key");
            }
        }
    }
    assert!(spoken > 20, "only {spoken} keys were found");
}

#[test]
fn every_variable_is_one() {
    let mut variables = BTreeSet::new();
    for (_, text) in documents() {
        let words =
            words(&text).into_iter().filter(|word| word.starts_with("VARDBRO_") && !word.ends_with('_'));
        variables.extend(words);
    }
    assert!(variables.len() > 8, "{variables:?}");
    for variable in variables {
        let directory = tempdir().unwrap();

        let output = command(&["config", "print", "--effective"])
            .current_dir(&directory)
            .env("VARDBRO_CONFIG", "vardbro.toml")
            .env(&variable, "vardbro.toml")
            .output()
            .unwrap();

        let complaint = String::from_utf8(output.stderr).unwrap();
        assert!(!complaint.contains("is no variable"), "{variable}: {complaint}");
    }
}

/// What stands between spaces and punctuation.
fn words(text: &str) -> Vec<String> {
    let apart = |character: char| !(character.is_ascii_alphanumeric() || "_.".contains(character));
    text.split(apart).map(|word| word.trim_end_matches('.').to_owned()).collect()
}

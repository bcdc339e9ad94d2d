//! Every command line is one that the program takes.

use std::collections::BTreeSet;

use tempfile::tempdir;

use super::{blocks, documents, program, spans};
use crate::program::command;

/// The program's arguments in a line of a shell, if it is the program that is called there.
fn arguments(line: &str) -> Option<Vec<String>> {
    let words = words(line);
    let mut rest = words.as_slice();
    loop {
        rest = match rest {
            [sudo, rest @ ..] if sudo == "sudo" => rest,
            [user, _, rest @ ..] if user == "-u" => rest,
            [variable, rest @ ..] if variable.contains('=') => rest,
            [docker, run, rm, image, rest @ ..]
                if [docker, run, rm, image] == ["docker", "run", "--rm", "vardbro"] =>
            {
                return given(rest);
            }
            [docker, compose, run, rm, operator, rest @ ..]
                if [docker, compose, run, rm, operator]
                    == ["docker", "compose", "run", "--rm", "operator"] =>
            {
                return given(rest);
            }
            [name, rest @ ..] if name == "vardbro" || name.ends_with("/bin/vardbro") => return given(rest),
            _ => return None,
        };
    }
}

fn given(words: &[String]) -> Option<Vec<String>> {
    (!words.is_empty()).then(|| words.to_vec())
}

/// As a shell reads them, as far as documents need it.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let (mut quote, mut begun) = (None, false);
    for character in line.chars() {
        match (quote, character) {
            (Some(open), _) if character == open => quote = None,
            (Some(_), _) => word.push(character),
            (None, '"' | '\'') => (quote, begun) = (Some(character), true),
            (None, '#' | '|' | '>' | ';' | '&' | ')') if word.is_empty() && !begun => return words,
            (None, ' ') => {
                if begun {
                    words.push(std::mem::take(&mut word));
                    begun = false;
                }
            }
            (None, _) => {
                word.push(character);
                begun = true;
            }
        }
    }
    if begun {
        words.push(word);
    }
    words
}

/// What the program says of its arguments, in a place where it finds nothing to work on. `None`: it takes them.
fn complaint(arguments: &[String]) -> Option<String> {
    let directory = tempdir().unwrap();
    let nowhere = directory.path().join("nowhere.toml");
    let nowhere = nowhere.to_str().unwrap();
    let mut given: Vec<_> = arguments.iter().map(String::as_str).collect();
    if let Some(config) = given.iter().position(|argument| *argument == "--config") {
        given[config + 1] = nowhere;
    }
    if given[0] == "sandbox" {
        given.push("--help");
    }
    let output = command(&given).current_dir(&directory).env("VARDBRO_CONFIG", nowhere).output().unwrap();
    let complaint = String::from_utf8(output.stderr).unwrap();
    (output.status.code() == Some(2)).then_some(complaint)
}

#[test]
fn every_command_to_be_pasted_is_one() {
    let mut tried = 0;
    for (path, text) in documents() {
        let pasted = blocks(&text, "sh")
            .into_iter()
            .flat_map(|block| block.lines().map(str::to_owned).collect::<Vec<_>>());
        let started = text.lines().filter_map(|line| line.strip_prefix("ExecStart=")).map(str::to_owned);
        for line in pasted.chain(started) {
            let Some(arguments) = arguments(&line) else { continue };
            tried += 1;
            assert_eq!(complaint(&arguments), None, "{path}: {line}");
        }
    }
    assert!(tried > 30, "only {tried} commands were found");
}

/// Mentioned in a sentence, a command may go without what it needs, but it has nothing that it does not take.
#[test]
fn every_command_that_is_spoken_of_is_one() {
    let mut spoken: Vec<(String, String)> = Vec::new();
    for (path, text) in documents() {
        let commented = text.lines().filter_map(|line| line.trim_start().strip_prefix("#   docker "));
        spoken.extend(commented.map(|line| (path.to_owned(), format!("docker {line}"))));
        spoken.extend(spans(&text).into_iter().map(|span| (path.to_owned(), span)));
    }
    for (path, text) in program() {
        // Texts go over several lines. Comments are for those who change it.
        let text = text.replace("\\\n", " ");
        let said = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        let spans = said.flat_map(|line| line.split('`').skip(1).step_by(2));
        let path = path.display().to_string();
        spoken
            .extend(spans.map(|span| (path.clone(), span.split_whitespace().collect::<Vec<_>>().join(" "))));
    }
    let mut tried = BTreeSet::new();
    for (path, span) in spoken {
        let Some(arguments) = arguments(&span) else { continue };
        // What the program fills in, and what the reader does.
        let open = |word: &String| {
            word.contains('{')
                || word == "…"
                || word.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
        };
        let arguments: Vec<_> = arguments.into_iter().take_while(|word| !open(word)).collect();
        if arguments.is_empty() || !tried.insert(arguments.clone()) {
            continue;
        }
        if let Some(complaint) = complaint(&arguments) {
            let incomplete = ["required arguments were not provided", "requires a subcommand", "Usage: "];
            assert!(incomplete.iter().any(|words| complaint.contains(words)), "{path}: {span}\n{complaint}");
        }
    }
    assert!(tried.len() > 30, "only {} commands were found", tried.len());
}

#[test]
fn a_command_is_told_from_other_programs_arguments() {
    let found = |line| arguments(line).map(|words| words.join("|"));

    assert_eq!(
        found("vardbro app create \"Booking site\" | jq ."),
        Some("app|create|Booking site".to_owned())
    );
    assert_eq!(found("sudo -u vardbro A=b vardbro doctor # now"), Some("doctor".to_owned()));
    assert_eq!(found("docker compose run --rm operator init"), Some("init".to_owned()));
    assert_eq!(found("sudo systemctl restart vardbro"), None);
    assert_eq!(found("sudo install -o vardbro -g vardbro file /usr/local/bin/vardbro"), None);
    assert_eq!(found("docker build --tag vardbro ."), None);
}

//! `vardbro config`, and what `vardbro serve` says of a configuration.

use std::fs;
use std::path::Path;
use std::process::Output;

use tempfile::tempdir;

use crate::program::command;
use crate::server::keys;

const DEFAULT: &str = include_str!("../../src/config/vardbro.toml");

fn run(directory: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    command(arguments).current_dir(directory).envs(variables.iter().copied()).output().unwrap()
}

/// What a run that succeeds says.
fn said(output: &Output) -> &str {
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stderr.is_empty());
    std::str::from_utf8(&output.stdout).unwrap()
}

#[test]
fn print_says_exactly_the_default_file() {
    let directory = tempdir().unwrap();
    fs::write(directory.path().join("vardbro.toml"), "porridge").unwrap();

    assert_eq!(said(&run(directory.path(), &["config", "print"], &[])), DEFAULT);
}

#[test]
fn the_printed_file_is_right_and_not_risky() {
    let directory = tempdir().unwrap();
    fs::write(directory.path().join("printed.toml"), DEFAULT).unwrap();
    keys(directory.path());

    let output = run(directory.path(), &["config", "check", "--config", "printed.toml"], &[]);

    assert_eq!(said(&output), "the configuration is right\n");
}

#[test]
fn print_effective_says_where_each_value_was_given_and_no_secret() {
    let directory = tempdir().unwrap();
    let file = "[server]\nlisten = \"127.0.0.1:9000\"\n[database]\nurl = \"postgres://ada:hunter2@localhost/vardbro\"\n";
    fs::write(directory.path().join("vardbro.toml"), file).unwrap();

    let output =
        run(directory.path(), &["config", "print", "--effective"], &[("VARDBRO_LOG_FORMAT", "json")]);

    let shown = said(&output);
    for line in [
        "listen = \"127.0.0.1:9000\"  # vardbro.toml:2:10",
        "url = \"***\"  # vardbro.toml:4:7",
        "format = \"json\"  # VARDBRO_LOG_FORMAT",
        "migrate = true  # default",
    ] {
        assert!(shown.lines().any(|shown| shown == line), "{line} is not in\n{shown}");
    }
    assert!(!shown.contains("hunter2"));
}

#[test]
fn check_says_what_is_risky() {
    let directory = tempdir().unwrap();
    keys(directory.path());

    let output = run(
        directory.path(),
        &["config", "check"],
        &[("VARDBRO_SERVER_LISTEN", "0.0.0.0:8080"), ("VARDBRO_EGRESS_ALLOW_HTTP", "true")],
    );

    let lines: Vec<_> = said(&output).lines().collect();
    assert_eq!(lines[0], "the configuration is right");
    assert!(lines[1].starts_with("warning: server.listen: 0.0.0.0:8080 may be reached from other machines"));
    assert!(lines[2].starts_with("warning: egress.allow_http: "));
    assert_eq!(lines.len(), 3);
}

#[test]
fn check_and_serve_say_everything_that_is_wrong_in_the_same_words() {
    let directory = tempdir().unwrap();
    let file = "[server]\nlissten = \"127.0.0.1:0\"\n\n[limits]\nheader_timeout = 15\n[keys]\nfile = \"nowhere.toml\"\n";
    fs::write(directory.path().join("vardbro.toml"), file).unwrap();
    let variables = [("VARDBRO_DATABASE_URL", "mysql://ada:hunter2@db/vardbro"), ("VARDBRO_PORRIDGE", "1")];

    for arguments in [&["config", "check"][..], &["serve"]] {
        let output = run(directory.path(), arguments, &variables);

        assert_eq!(output.status.code(), Some(1));
        assert_eq!(output.stdout, b"");
        assert_eq!(
            String::from_utf8(output.stderr).unwrap(),
            "\
vardbro: vardbro.toml:2:1: server.lissten is no key; did you mean server.listen?
vardbro: vardbro.toml:5:18: limits.header_timeout must be a duration such as \"30s\", \"15m\", \"12h\" or \"90d\", from 1s to 10m
vardbro: vardbro.toml:7:8: keys.file: cannot read nowhere.toml: No such file or directory (os error 2); `vardbro init` makes it
vardbro: VARDBRO_DATABASE_URL: database.url must be \"sqlite:\" and a file, or an address such as \"postgres://user:password@host/database\"
vardbro: VARDBRO_PORRIDGE: this is no variable of Vardbro
"
        );
    }
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1, "nothing was made");
}

#[test]
fn a_file_that_is_named_and_not_there_is_one_line() {
    let directory = tempdir().unwrap();
    for (arguments, variables) in [
        (&["serve", "--config", "nowhere.toml"][..], &[][..]),
        (&["config", "check"], &[("VARDBRO_CONFIG", "nowhere.toml")]),
    ] {
        let output = run(directory.path(), arguments, variables);

        let line = String::from_utf8(output.stderr).unwrap();
        assert_eq!(line, "vardbro: cannot read nowhere.toml: No such file or directory (os error 2)\n");
        assert_eq!(output.status.code(), Some(1));
    }
}

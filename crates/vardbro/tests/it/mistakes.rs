use std::fs;
use std::net::TcpListener;
use std::process::Output;

use tempfile::tempdir;

use crate::program::{run, run_with};

/// One line on standard error, nothing on standard output; the line and the exit code.
fn complaint(output: Output) -> (String, i32) {
    let line = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.stdout, b"");
    assert_eq!(line.lines().count(), 1, "{line}");
    assert!(line.starts_with("vardbro: "), "{line}");
    (line, output.status.code().unwrap())
}

#[test]
fn a_bad_flag_is_one_line() {
    for (arguments, expected) in [
        (&["sandbox", "--porridge"][..], "unexpected argument '--porridge' found"),
        (&["sandbox", "--listen", "8080"], "invalid value '8080' for '--listen <ADDRESS:PORT>'"),
        (&["sandbox", "--only", "medicare"], "[possible values: cliniko, "),
        (&["sandbox", "--only", ""], "a value is required for '--only <EHR,…>'"),
        (&["sandbox", "--json", "extra"], "unexpected argument 'extra' found"),
        (&["serve", "--listen", "127.0.0.1:0"], "unexpected argument '--listen' found"),
        (&["porridge"], "unrecognized subcommand 'porridge'"),
    ] {
        let (line, code) = complaint(run(arguments));

        assert!(line.contains(expected), "{line}");
        assert_eq!(code, 2);
    }
}

#[test]
fn a_taken_port_is_one_line() {
    let directory = tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let data = directory.path().join("data");

    let (line, code) =
        complaint(run(&["sandbox", "--listen", &address, "--data-dir", data.to_str().unwrap()]));

    assert!(line.contains(&format!("cannot listen on {address}: ")), "{line}");
    assert_eq!(code, 1);
    assert!(!data.exists());
}

#[test]
fn a_directory_that_cannot_be_is_one_line() {
    let directory = tempdir().unwrap();
    let file = directory.path().join("file");
    fs::write(&file, "").unwrap();
    for data in [file.join("data"), file.clone()] {
        let (line, code) =
            complaint(run(&["sandbox", "--listen", "127.0.0.1:0", "--data-dir", data.to_str().unwrap()]));

        assert!(line.contains(data.to_str().unwrap()), "{line}");
        assert_eq!(code, 1);
    }
}

#[test]
fn corrupt_credentials_are_one_line() {
    let directory = tempdir().unwrap();
    fs::write(directory.path().join("sandbox.json"), "{\"client_id\":").unwrap();
    let data = directory.path().to_str().unwrap();

    let (line, code) = complaint(run(&["sandbox", "--listen", "127.0.0.1:0", "--data-dir", data]));

    assert!(line.contains("sandbox.json does not hold a client_id and a client_secret"), "{line}");
    assert_eq!(code, 1);
}

#[test]
fn a_corrupt_database_is_one_line() {
    let directory = tempdir().unwrap();
    fs::write(directory.path().join("vardbro.sqlite"), "not a database at all, but text\n".repeat(40))
        .unwrap();
    let data = directory.path().to_str().unwrap();

    let (line, code) = complaint(run(&["sandbox", "--listen", "127.0.0.1:0", "--data-dir", data]));

    assert!(line.contains("vardbro.sqlite"), "{line}");
    assert_eq!(code, 1);
}

#[test]
fn a_bad_log_filter_is_one_line() {
    for variable in ["VARDBRO_LOG", "RUST_LOG"] {
        let (line, code) = complaint(run_with((variable, "vardbro=loud"), &["sandbox", "--native-only"]));

        assert!(line.contains(variable), "{line}");
        assert_eq!(code, 1);
    }
}

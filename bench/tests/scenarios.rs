//! That the scenarios still run, for a moment. What they measure then says nothing.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::process::Command;

use tempfile::tempdir;

/// The lines of the report's tables, without their heads.
fn run(scenario: &str) -> Vec<String> {
    let directory = tempdir().unwrap();
    let mut bench = Command::new(env!("CARGO_BIN_EXE_vardbro-bench"));
    bench.args([scenario, "--time", "0.1", "--rounds", "1", "--directory"]).arg(directory.path());
    let output = bench.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(directory.path().read_dir().unwrap().count(), 0, "nothing is left behind");
    let report = String::from_utf8(output.stdout).unwrap();
    assert!(!report.contains("NaN") && !report.contains("inf"), "{report}");
    report
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| load | |"))
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_access_logs_cost_is_measured_for_every_kind_of_work_and_load() {
    let lines = run("access-log");

    let of = |words: &str| lines.iter().filter(|line| line.contains(words)).count();
    assert_eq!(of("| requests a second |"), 3 * 3);
    assert_eq!(of("| CPU ms a request |"), 3 * 3);
    assert_eq!(of("| p99, ms |"), 3);
}

#[test]
fn what_the_gateway_adds_is_measured_for_every_kind_of_call() {
    let lines = run("gateway");

    assert_eq!(lines.len(), 1 + 6, "{lines:?}");
}

//! The vardbro program: the gateway, and a sandbox of every EHR.

mod cli;
mod logs;
mod sandbox;
mod signals;

use std::io::{Write, stderr};
use std::process::ExitCode;

use crate::cli::Command;

fn main() -> ExitCode {
    let command = match cli::parse() {
        Ok(command) => command,
        Err(exit) => return exit,
    };
    match run(command) {
        Ok(exit) => exit,
        Err(failure) => fail(&*failure),
    }
}

fn run(command: Command) -> Result<ExitCode, Box<dyn std::error::Error>> {
    logs::start()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let outcome = match command {
        Command::Sandbox(options) => runtime.block_on(sandbox::run(options)),
    };
    // What did not end in time is left behind.
    runtime.shutdown_background();
    Ok(outcome?)
}

/// One line, whatever the failure's own words look like. Without a standard error there is nobody to tell.
fn fail(failure: &dyn std::error::Error) -> ExitCode {
    let words = failure.to_string();
    let line = words.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
    let _ = writeln!(stderr(), "vardbro: {line}");
    ExitCode::FAILURE
}

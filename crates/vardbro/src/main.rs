//! The vardbro program: the gateway, and a sandbox of every EHR.

mod cli;
mod commands;
mod config;
mod logs;
mod reachable;
mod sandbox;
mod say;
mod serve;
mod signals;

use std::io::{Write, stderr};
use std::process::ExitCode;

use crate::cli::{Command, ConfigFile};
use crate::config::{Environment, Faults};

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
    match command {
        Command::Sandbox(options) => {
            logs::start()?;
            in_runtime(sandbox::run(options))
        }
        Command::Serve(ConfigFile { config }) => {
            vardbro_gateway::record_metrics();
            let (loaded, files) = config::load_with_files(config.as_deref(), &Environment::of_process())?;
            logs::start_configured(&loaded.config.log);
            in_runtime(serve::run(loaded, files))
        }
        Command::Operator(command) => {
            logs::start_if_wanted()?;
            in_runtime(async { commands::run(command).await.map(|()| ExitCode::SUCCESS) })
        }
        Command::Config(command) => {
            config::show(command)?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn in_runtime<E: std::error::Error + 'static>(
    work: impl Future<Output = Result<ExitCode, E>>,
) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let outcome = runtime.block_on(work);
    // What did not end in time is left behind.
    runtime.shutdown_background();
    Ok(outcome?)
}

/// One line for each fault of the configuration, and one for any other failure, whatever its own words look like. Without a standard
/// error there is nobody to tell.
fn fail(failure: &(dyn std::error::Error + 'static)) -> ExitCode {
    let words = failure.to_string();
    let lines = words.lines().map(str::trim).filter(|line| !line.is_empty());
    if failure.is::<Faults>() {
        lines.for_each(tell);
    } else {
        tell(&lines.collect::<Vec<_>>().join(" "));
    }
    ExitCode::FAILURE
}

fn tell(line: &str) {
    let _ = writeln!(stderr(), "vardbro: {line}");
}

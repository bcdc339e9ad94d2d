#![doc = include_str!("../README.md")]

mod caller;
mod client;
mod clinic;
mod cpu;
mod error;
mod figures;
mod gateway;
mod load;
mod scenarios;
mod served;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};

use error::Result;

/// Measures what the gateway costs.
#[derive(Debug, Parser)]
struct Bench {
    #[command(subcommand)]
    scenario: Scenario,
}

#[derive(Debug, Subcommand)]
enum Scenario {
    /// What the access log costs: throughput, latency and CPU time, with it and without.
    AccessLog {
        #[command(flatten)]
        options: Options,
        /// Requests a second where the load is given.
        #[arg(long, default_value_t = 1000)]
        rate: u32,
    },
    /// What the gateway adds to a call, one at a time.
    Gateway(Options),
    /// Be the gateway that is measured, until standard input ends.
    #[command(hide = true)]
    Serve {
        /// Where its database is.
        #[arg(long)]
        directory: PathBuf,
        #[arg(long)]
        without_access_log: bool,
    },
}

#[derive(Debug, Args)]
struct Options {
    /// On which disk the databases are.
    #[arg(long, value_name = "DIR", default_value = ".")]
    directory: PathBuf,
    /// How long each measurement takes.
    #[arg(long, value_name = "SECONDS", default_value = "5", value_parser = seconds)]
    time: Duration,
    /// How often everything is measured; medians are told.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
}

fn seconds(text: &str) -> std::result::Result<Duration, String> {
    let seconds = text.parse().map_err(|_| "not a number".to_owned())?;
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}

#[tokio::main]
async fn main() -> Result<ExitCode> {
    match Bench::parse().scenario {
        Scenario::AccessLog { options: Options { directory, time, rounds }, rate } => {
            scenarios::access_log(&directory, time, rounds, rate).await?;
        }
        Scenario::Gateway(Options { directory, time, rounds }) => {
            scenarios::gateway(&directory, time, rounds).await?;
        }
        Scenario::Serve { directory, without_access_log } => {
            served::serve(&directory, !without_access_log).await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

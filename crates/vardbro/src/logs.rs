//! Logs on standard error: text for a person at a terminal, JSON for a machine.

use std::env::{self, VarError};
use std::io::{IsTerminal, stderr};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::ParseError;

use crate::config::{Log, LogFormat};

/// Why there can be no logs.
#[derive(Debug, thiserror::Error)]
pub enum WrongFilter {
    #[error("{variable} is not a log filter: {source}")]
    Syntax { variable: &'static str, source: ParseError },
    #[error("{variable} is not a log filter: it is not UTF-8")]
    NotText { variable: &'static str },
}

/// The first of these that is set and not empty.
const VARIABLES: [&str; 2] = ["VARDBRO_LOG", "RUST_LOG"];

/// As the environment wishes.
pub fn start() -> Result<(), WrongFilter> {
    start_with(LogFormat::Auto, filter("info")?);
    Ok(())
}

/// Only if the environment wishes: what a command has to say, it says itself.
pub fn start_if_wanted() -> Result<(), WrongFilter> {
    start_with(LogFormat::Auto, filter("off")?);
    Ok(())
}

/// As the configuration says.
pub fn start_configured(log: &Log) {
    start_with(log.format, log.filter.to_filter());
}

fn start_with(format: LogFormat, filter: EnvFilter) {
    let logs =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(stderr).log_internal_errors(false);
    let terminal = stderr().is_terminal();
    let json = match format {
        LogFormat::Auto => !terminal,
        LogFormat::Text => false,
        LogFormat::Json => true,
    };
    if json {
        logs.json().flatten_event(true).with_current_span(false).with_ansi(false).init();
    } else {
        logs.with_ansi(terminal).init();
    }
}

fn filter(otherwise: &str) -> Result<EnvFilter, WrongFilter> {
    for variable in VARIABLES {
        match env::var(variable) {
            Ok(text) if text.trim().is_empty() => {}
            Ok(text) => {
                return EnvFilter::try_new(text).map_err(|source| WrongFilter::Syntax { variable, source });
            }
            Err(VarError::NotPresent) => {}
            Err(VarError::NotUnicode(_)) => return Err(WrongFilter::NotText { variable }),
        }
    }
    Ok(EnvFilter::new(otherwise))
}

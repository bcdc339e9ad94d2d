//! Logs on standard error: text for a person at a terminal, JSON for a machine.

use std::env::{self, VarError};
use std::io::{IsTerminal, stderr};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::ParseError;

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

pub fn start() -> Result<(), WrongFilter> {
    let logs =
        tracing_subscriber::fmt().with_env_filter(filter()?).with_writer(stderr).log_internal_errors(false);
    if stderr().is_terminal() {
        logs.init();
    } else {
        logs.json().flatten_event(true).with_current_span(false).with_ansi(false).init();
    }
    Ok(())
}

fn filter() -> Result<EnvFilter, WrongFilter> {
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
    Ok(EnvFilter::new("info"))
}

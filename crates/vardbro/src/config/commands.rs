//! `vardbro config`.

use std::io;
use std::path::Path;

use jiff::Timestamp;

use super::{DEFAULT_FILE, Environment, Faults, load, load_with_files};
use crate::cli::{ConfigCommand, ConfigFile};
use crate::say::say;

/// Prints or checks the configuration.
pub fn show(command: ConfigCommand) -> Result<(), Box<dyn std::error::Error>> {
    let text = match command {
        ConfigCommand::Print { effective: false, file: _ } => DEFAULT_FILE.to_owned(),
        ConfigCommand::Print { effective: true, file: ConfigFile { config } } => {
            load(config.as_deref(), &Environment::of_process())?.in_words()
        }
        ConfigCommand::Check(ConfigFile { config }) => checked(config.as_deref())?,
    };
    Ok(say(text.as_bytes()).map_err(CannotSay)?)
}

#[derive(Debug, thiserror::Error)]
#[error("cannot say it: {0}")]
struct CannotSay(io::Error);

/// What is risky, if nothing is wrong.
fn checked(file: Option<&Path>) -> Result<String, Faults> {
    let (loaded, files) = load_with_files(file, &Environment::of_process())?;
    let risks = loaded.risks(&files, Timestamp::now());
    let warnings = risks.iter().map(|risk| format!("warning: {risk}\n"));
    Ok(["the configuration is right\n".to_owned()].into_iter().chain(warnings).collect())
}

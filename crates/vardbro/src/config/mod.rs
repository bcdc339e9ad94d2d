//! The configuration: the commented default file, the operator's file over it, environment variables over that.

mod commands;
mod environment;
mod fault;
mod files;
mod given;
mod print;
mod risks;
mod settings;
mod value;

#[cfg(test)]
mod tests;

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

pub use commands::show;
pub use environment::Environment;
pub use fault::Faults;
pub use files::{Files, KeyRingError};
pub use given::DEFAULT as DEFAULT_FILE;
pub use settings::{AccessLog, Config, KeyRingSource, Limits, Log, Server};
pub use value::{ForwardedHeader, LogFormat};

use given::{Given, InForce};

/// The file that is read if it is there and no other one is named.
const USUAL: &str = "vardbro.toml";

/// A configuration in which nothing is wrong.
#[derive(Debug)]
pub struct Loaded {
    pub config: Config,
    /// What stands for each key.
    in_force: Vec<InForce>,
}

/// Reads the configuration, or all that is wrong with it.
pub fn load(file: Option<&Path>, environment: &Environment) -> Result<Loaded, Faults> {
    let mut given = layers(file, environment)?;
    let config = Config::read(&mut given, environment);
    let (config, in_force) = given.outcome(config)?;
    Ok(Loaded { config, in_force })
}

/// Reads the configuration and the files that it names, as a server needs them, or all that is wrong with either.
pub fn load_with_files(file: Option<&Path>, environment: &Environment) -> Result<(Loaded, Files), Faults> {
    let mut given = layers(file, environment)?;
    let config = Config::read(&mut given, environment);
    let files = config.as_ref().and_then(|config| Files::open(config, &mut given));
    let ((config, files), in_force) = given.outcome(config.zip(files))?;
    Ok((Loaded { config, in_force }, files))
}

fn layers(file: Option<&Path>, environment: &Environment) -> Result<Given, Faults> {
    let named = file.map(Path::to_owned).or_else(|| environment.get(environment::CONFIG).map(PathBuf::from));
    let path = named.as_deref().unwrap_or(Path::new(USUAL));
    let text = match fs::read_to_string(path) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == ErrorKind::NotFound && named.is_none() => None,
        Err(source) => return Err(Faults::File { path: path.to_owned(), source }),
    };
    Ok(Given::layers(text.as_deref().map(|text| (path, text)), environment))
}

//! What stands on the command line.

use std::io::{Write, stderr};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::builder::PossibleValuesParser;
use clap::error::ErrorKind;
use clap::{Args, Parser, Subcommand};

use crate::commands::OperatorCommand;
use vardbro_registry as registry;

/// One HTTP API over many electronic health record systems.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true)]
struct Vardbro {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start the gateway over a sandbox of every EHR, for trying out and for tests.
    ///
    /// Logs go to standard error; VARDBRO_LOG (or RUST_LOG) filters them, such as `debug` or `vardbro_gateway=debug`.
    Sandbox(SandboxOptions),
    /// Start the gateway for real clinics.
    ///
    /// Everything is decided by the configuration (see `vardbro config print`). Logs go to standard error. SIGTERM and Ctrl-C end it in
    /// good order; SIGHUP has the certificate and the keys read anew, which also happens when their files change.
    Serve(ConfigFile),
    /// Show or check the configuration.
    #[command(subcommand)]
    Config(ConfigCommand),
    #[command(flatten)]
    Operator(OperatorCommand),
}

#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Print the commented default file, or what is in force.
    Print {
        /// What is in force instead, and where each value was given. Secrets are shown as ***.
        #[arg(long)]
        effective: bool,
        #[command(flatten)]
        file: ConfigFile,
    },
    /// Read the configuration and the files that it names as `serve` does, and say what is wrong or risky.
    Check(ConfigFile),
}

#[derive(Debug, Args)]
pub struct ConfigFile {
    /// The configuration file. Without it VARDBRO_CONFIG names it, or it is vardbro.toml if that is there.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct SandboxOptions {
    /// Where the API listens; port 0 takes any free one.
    #[arg(long, value_name = "ADDRESS:PORT", default_value_t = DEFAULT_LISTEN)]
    pub listen: SocketAddr,
    /// Where the credentials and the database are kept; made if it is not there.
    #[arg(long, value_name = "DIR", default_value = "vardbro-data")]
    pub data_dir: PathBuf,
    /// Only these EHRs.
    #[arg(long, value_name = "EHR,…", value_delimiter = ',', value_parser = PossibleValuesParser::new(registry::codes()))]
    pub only: Option<Vec<String>>,
    /// Start the EHRs without the gateway; nothing listens on --listen and nothing is written.
    #[arg(long)]
    pub native_only: bool,
    /// Say what a program needs to know as one line of JSON on standard output, when ready.
    #[arg(long)]
    pub json: bool,
}

const DEFAULT_LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);

/// The command, or how to exit after what there was to say has been said.
pub fn parse() -> Result<Command, ExitCode> {
    Vardbro::try_parse().map(|vardbro| vardbro.command).map_err(|error| match error.kind() {
        ErrorKind::DisplayHelp
        | ErrorKind::DisplayVersion
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let _ = error.print();
            exit_code(&error)
        }
        _ => {
            let _ = writeln!(stderr(), "vardbro: {}", first_paragraph(&error.render().to_string()));
            exit_code(&error)
        }
    })
}

fn exit_code(error: &clap::Error) -> ExitCode {
    u8::try_from(error.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from)
}

/// What is wrong and what would be right, as one line and without the usage that clap adds.
fn first_paragraph(message: &str) -> String {
    let lines = message.lines().map(str::trim).take_while(|line| !line.is_empty());
    let line = lines.collect::<Vec<_>>().join(" ");
    line.strip_prefix("error: ").unwrap_or(&line).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sandbox(arguments: &[&str]) -> Result<SandboxOptions, clap::Error> {
        let arguments = ["vardbro", "sandbox"].iter().chain(arguments);
        Vardbro::try_parse_from(arguments).map(|vardbro| match vardbro.command {
            Command::Sandbox(options) => options,
            other => panic!("{other:?}"),
        })
    }

    #[test]
    fn without_flags_the_defaults_are_those_of_the_documentation() {
        let options = sandbox(&[]).unwrap();

        assert_eq!(options.listen.to_string(), "127.0.0.1:8080");
        assert_eq!(options.data_dir, PathBuf::from("vardbro-data"));
        assert_eq!(options.only, None);
        assert!(!options.native_only && !options.json);
    }

    #[test]
    fn only_takes_a_list() {
        assert_eq!(sandbox(&["--only", "cliniko,mock"]).unwrap().only.unwrap(), ["cliniko", "mock"]);
    }

    #[test]
    fn a_mistake_is_said_in_one_line_with_what_would_be_right() {
        let error = sandbox(&["--only", "medicare"]).unwrap_err();

        let line = first_paragraph(&error.render().to_string());

        let codes = registry::codes().join(", ");
        assert_eq!(line, format!("invalid value 'medicare' for '--only <EHR,…>' [possible values: {codes}]"));
    }
}

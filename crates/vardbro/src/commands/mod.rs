//! The operator's commands: they work on the same database as the servers, also while those run.

mod app;
mod ask;
mod audit;
mod backup;
mod blank;
mod connection;
mod desk;
mod doctor;
mod document;
mod failure;
mod init;
mod key;
mod migrate;
mod output;
mod unlock;

use std::path::PathBuf;

use clap::{Args, Subcommand};

pub use self::failure::Failure;

/// What an operator can ask for.
#[derive(Debug, Subcommand)]
pub enum OperatorCommand {
    /// Make what a server needs before its first start: a master key, an audit key and the database.
    ///
    /// What is there already stays as it is. The private half of the audit key is shown once and kept nowhere: it opens the patients in
    /// exports of the access log.
    Init(init::Options),
    /// Applications: who may call, and with which secret.
    App(app::Options),
    /// Connections of applications to EHRs.
    Connection(connection::Options),
    /// The server's own keys.
    Key(key::Options),
    /// The access log: who touched which patient.
    Audit(audit::Options),
    /// Bring the database up to date.
    Migrate(migrate::Options),
    /// Look for what is wrong: configuration, keys, database, access log and connections.
    Doctor(doctor::Options),
    /// Copy the database to a file, also while servers run.
    Backup(backup::Options),
}

/// What every command takes.
#[derive(Debug, Args)]
pub struct Common {
    /// The configuration file. Without it VARDBRO_CONFIG names it, or it is vardbro.toml if that is there.
    #[arg(long, value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,
    /// Answer with one JSON document, for programs.
    #[arg(long, global = true)]
    pub json: bool,
}

/// Carries a command out.
pub async fn run(command: OperatorCommand) -> Result<(), Failure> {
    match command {
        OperatorCommand::Init(options) => init::run(options).await,
        OperatorCommand::App(options) => app::run(options).await,
        OperatorCommand::Connection(options) => connection::run(options).await,
        OperatorCommand::Key(options) => key::run(options).await,
        OperatorCommand::Audit(options) => audit::run(options).await,
        OperatorCommand::Migrate(options) => migrate::run(options).await,
        OperatorCommand::Doctor(options) => doctor::run(options).await,
        OperatorCommand::Backup(options) => backup::run(options).await,
    }
}

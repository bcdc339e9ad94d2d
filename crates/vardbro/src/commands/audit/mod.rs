//! `vardbro audit`: the access log.

mod export;
mod prune;
mod verify;

use clap::{Args, Subcommand};
use vardbro_store::Migrations;
use vardbro_store::access_log::AccessRecords;

use super::desk::{configured, must_exist};
use super::output::Output;
use super::{Common, Failure};
use crate::config::Config;

#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Check that no row was changed, removed, added or moved. Servers may go on writing.
    Verify(verify::VerifyOptions),
    /// Print rows as JSON, one in a line, with the patients opened by the private audit key.
    ///
    /// The key is asked for: at the terminal, in VARDBRO_AUDIT_PRIVATE_KEY, or as the first line of standard input; several with spaces
    /// between open what older and newer audit keys sealed.
    Export(export::ExportOptions),
    /// Delete the rows that are older than access_log.retention. What is left can still be verified.
    Prune {
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
}

/// The access log, and how to answer.
struct Archive {
    config: Config,
    records: AccessRecords,
    output: Output,
}

pub async fn run(options: Options) -> Result<(), Failure> {
    let Options { common, action } = options;
    let config = configured(&common)?;
    must_exist(&config.database.location)?;
    let records = AccessRecords::open(&config.database.location, Migrations::Require).await?;
    let archive = Archive { config, records, output: Output { json: common.json } };
    let done = match action {
        Action::Verify(options) => verify::verify(&archive, options).await,
        Action::Export(options) => export::export(&archive, options).await,
        Action::Prune { yes } => prune::prune(&archive, yes).await,
    };
    archive.records.close().await;
    done
}

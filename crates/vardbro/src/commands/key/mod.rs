//! `vardbro key`: the server's own keys.

mod belonging;
mod file;
mod list;
mod new;
mod retire;

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

pub use self::belonging::must_belong;
pub use self::new::{MadeAuditKey, MadeMasterKey, NewKeys};
use super::desk::{Desk, configured};
use super::output::Output;
use super::{Common, Failure};

#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make a key and take it into use. The older ones go on opening what they closed.
    ///
    /// Servers that run read the key file anew when they meet a key that they do not know; with VARDBRO_KEYS they must be started anew.
    New {
        /// Which kind: a master key wraps applications' data keys, an audit key belongs to the access log.
        kind: Kind,
        /// Write the private half of an audit key to this new file, readable for its owner alone, instead of showing it.
        #[arg(long, value_name = "FILE")]
        private_key_out: Option<PathBuf>,
        /// Make it although the database names keys that are missing here. What those closed stays closed.
        #[arg(long)]
        anyway: bool,
    },
    /// List the keys and what needs them.
    List,
    /// Take a key out that is no longer in use. What it wraps is wrapped by the newest key first.
    Retire {
        /// Which one, as `vardbro key list` shows it.
        id: String,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    Master,
    Audit,
}

pub async fn run(options: Options) -> Result<(), Failure> {
    let Options { common, action } = options;
    if let Action::New { kind, private_key_out, anyway } = action {
        let (config, output) = (configured(&common)?, Output { json: common.json });
        let mut keys = NewKeys::begin(&config.keys.ring)?;
        if !anyway {
            must_belong(keys.ring(), &config.database.location).await?;
        }
        return match kind {
            Kind::Master => {
                let made = keys.master();
                keys.tell_and_keep(output, &made)
            }
            Kind::Audit => {
                let made = keys.audit(private_key_out.as_deref())?;
                keys.tell_and_keep(output, &made)
            }
        };
    }
    let desk = Desk::open(&common).await?;
    let done = match action {
        Action::Retire { id } => retire::retire(&desk, &id).await,
        Action::List | Action::New { .. } => list::list(&desk).await,
    };
    desk.close().await;
    done
}

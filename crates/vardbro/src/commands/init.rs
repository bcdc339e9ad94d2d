//! `vardbro init`: what a newcomer needs before the first start, in one step.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;
use vardbro_store::{Migrations, Store};

use super::desk::configured;
use super::key::{MadeAuditKey, MadeMasterKey, NewKeys, must_belong};
use super::output::{Output, Told};
use super::{Common, Failure};

#[derive(Debug, Args)]
pub struct Options {
    /// Write the private half of the audit key to this new file, readable for its owner alone, instead of showing it.
    #[arg(long, value_name = "FILE")]
    private_key_out: Option<PathBuf>,
    /// Make keys although the database names others, which are missing here. What those closed stays closed.
    #[arg(long)]
    anyway: bool,
    #[command(flatten)]
    common: Common,
}

#[derive(Serialize)]
struct Ready {
    /// What was made; what is missing here was there already.
    master_key: Option<MadeMasterKey>,
    audit_key: Option<MadeAuditKey>,
    database: String,
    database_version: i64,
}

pub async fn run(options: Options) -> Result<(), Failure> {
    let Options { private_key_out, anyway, common } = options;
    let config = configured(&common)?;
    let mut keys = NewKeys::begin(&config.keys.ring)?;
    let location = &config.database.location;
    Store::open(location, Migrations::Run).await?.close().await;
    let database_version = Store::version(location).await?.applied;
    let incomplete = keys.ring().newest_master().is_none() || keys.ring().newest_audit().is_none();
    if incomplete && !anyway {
        must_belong(keys.ring(), location).await?;
    }
    let master_key = keys.ring().newest_master().is_none().then(|| keys.master());
    let audit_key = match keys.ring().newest_audit() {
        Some(_) => None,
        None => Some(keys.audit(private_key_out.as_deref())?),
    };
    let ready = Ready { master_key, audit_key, database: location.to_string(), database_version };
    keys.tell_and_keep(Output { json: common.json }, &ready)
}

impl Told for Ready {
    fn words(&self, out: &mut dyn Write) -> io::Result<()> {
        let Self { master_key, audit_key, database, database_version } = self;
        match master_key {
            Some(made) => made.words(out)?,
            None => writeln!(out, "There is a master key already.")?,
        }
        match audit_key {
            Some(made) => made.words(out)?,
            None => writeln!(out, "There is an audit key already.")?,
        }
        writeln!(out, "The database {database} is ready: version {database_version}.\n")?;
        writeln!(out, "Next:\n")?;
        writeln!(out, "  vardbro app create \"My application\"")?;
        writeln!(
            out,
            "  vardbro connection add cliniko --app my-application --name \"North clinic\" --set …"
        )?;
        writeln!(out, "  vardbro serve")
    }
}

//! `vardbro migrate`.

use std::io::{self, Write};

use clap::Args;
use serde::Serialize;
use vardbro_store::{Migrations, Store};

use super::desk::configured;
use super::output::{Output, Told};
use super::{Common, Failure};

#[derive(Debug, Args)]
pub struct Options {
    /// Change nothing; the exit code is 1 if there is something to do.
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    common: Common,
}

#[derive(Serialize)]
struct Migrated {
    database: String,
    from: i64,
    to: i64,
}

pub async fn run(options: Options) -> Result<(), Failure> {
    let location = configured(&options.common)?.database.location;
    let before = Store::version(&location).await?;
    if options.check && before.is_pending() {
        let (applied, known) = (before.applied, before.known);
        return Err(Failure::Pending { location: location.to_string(), applied, known });
    }
    if before.is_pending() {
        Store::open(&location, Migrations::Run).await?.close().await;
    }
    let to = before.applied.max(before.known);
    let migrated = Migrated { database: location.to_string(), from: before.applied, to };
    Output { json: options.common.json }.tell(&migrated)
}

impl Told for Migrated {
    fn words(&self, out: &mut dyn Write) -> io::Result<()> {
        let Self { database, from, to } = self;
        if from == to {
            return writeln!(out, "The database {database} is up to date: version {to}.");
        }
        writeln!(out, "The database {database} was brought from version {from} to {to}.")
    }
}

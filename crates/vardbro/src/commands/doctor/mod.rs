//! `vardbro doctor`: what is wrong, before it hurts.

mod connections;
mod database;
mod finding;
mod keys;

use clap::Args;
use jiff::Timestamp;

use self::finding::Findings;
use super::desk::Desk;
use super::output::Output;
use super::{Common, Failure};
use crate::config::{self, Environment};

#[derive(Debug, Args)]
pub struct Options {
    /// Also open this application's connections with its client secret, and check each by a harmless real call.
    #[arg(long, value_name = "CLIENT_ID")]
    app: Option<String>,
    #[command(flatten)]
    common: Common,
}

pub async fn run(options: Options) -> Result<(), Failure> {
    let Options { app, common } = options;
    let mut findings = Findings::default();
    examine(&mut findings, &common, app.as_deref()).await?;
    Output { json: common.json }.tell(&findings)?;
    match findings.faults() {
        0 => Ok(()),
        faults => Err(Failure::Ill(faults)),
    }
}

/// From the ground up: what stands on something broken is not looked at.
async fn examine(findings: &mut Findings, common: &Common, app: Option<&str>) -> Result<(), Failure> {
    const SUBJECT: &str = "configuration";
    let (file, environment) = (common.config.as_deref(), Environment::of_process());
    let loaded = match config::load(file, &environment) {
        Ok(loaded) => loaded,
        Err(faults) => {
            faults.to_string().lines().for_each(|fault| findings.fault(SUBJECT, fault));
            return Ok(());
        }
    };
    match config::load_with_files(file, &environment) {
        Ok((loaded, files)) => {
            findings.ok(SUBJECT, "a server can start with it");
            for risk in loaded.risks(&files, Timestamp::now()) {
                findings.warning(SUBJECT, risk);
            }
        }
        Err(faults) => faults.to_string().lines().for_each(|fault| findings.fault(SUBJECT, fault)),
    }

    let config = loaded.config;
    let ring = config.keys.ring.read().ok();
    if !database::version(findings, &config.database.location).await {
        return Ok(());
    }
    let desk = match Desk::open(common).await {
        Ok(desk) => desk,
        Err(failure) => {
            findings.fault("database", failure);
            return Ok(());
        }
    };
    database::examine(findings, &desk).await;
    if let Some(ring) = &ring {
        keys::examine(findings, &desk, ring).await?;
    }
    let done = connections::examine(findings, &desk, app).await;
    desk.close().await;
    done
}

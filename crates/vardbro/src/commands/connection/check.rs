//! `vardbro connection check`: a harmless real call.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use secrecy::ExposeSecret;
use serde::Serialize;
use tokio::time::Instant;
use vardbro_ehr::connection::{Connection, Settings};
use vardbro_ehr::environment::Machine;
use vardbro_ehr::meter::Meter;
use vardbro_ehr::wire::WireFactory;
use vardbro_ehr::{Ctx, Ehr, EhrError, EhrResult};
use vardbro_model::capabilities::Operation;

use super::super::Failure;
use super::super::desk::{Desk, connector};
use super::super::output::Told;
use super::super::unlock::unlock;
use super::draft::opened;
use super::named::{Which, find, title, update};

/// As long as the EHR has for a request of the API.
const TIME_FOR_EHR: Duration = Duration::from_secs(25);

/// What a check found, in words that an operator can act on.
#[derive(Debug, Default, Serialize)]
pub struct Checked {
    /// Why the connection does not work at all.
    pub failure: Option<String>,
    pub findings: Vec<String>,
    pub warnings: Vec<String>,
    /// Operations that are refused from now on, and why.
    pub unavailable: BTreeMap<Operation, String>,
}

#[derive(Serialize)]
struct CheckedConnection {
    connection: String,
    #[serde(flatten)]
    checked: Checked,
}

/// What is needed to call an EHR over a connection.
pub fn ctx(wires: &WireFactory, ehr: &dyn Ehr, connection: Connection) -> EhrResult<Ctx> {
    let profile = ehr.wire_profile(&connection)?;
    let wire = wires.wire(&profile).map_err(|error| EhrError::failed(error.to_string()))?;
    Ok(Ctx {
        connection: Arc::new(connection),
        operation: Operation::ListCareUnits,
        clock: Arc::new(Machine),
        deadline: Instant::now() + TIME_FOR_EHR,
        fresh: true,
        meter: Meter::default(),
        wire,
    })
}

/// Why a call failed, with the EHR's own words but without the connection's secrets.
pub fn why(error: &EhrError, settings: &Settings) -> String {
    let Some(theirs) = &error.emr_error else { return error.detail.clone() };
    let secrets = settings.secrets().map(ExposeSecret::expose_secret).filter(|secret| !secret.is_empty());
    let theirs = secrets.fold(theirs.clone(), |words, secret| words.replace(secret, "***"));
    format!("{} The EHR says: {}.", error.detail, theirs.trim_end_matches('.'))
}

/// Calls the EHR.
pub async fn check(wires: &WireFactory, ehr: &dyn Ehr, connection: Connection) -> Checked {
    // The settings were judged before.
    let ctx = match ctx(wires, ehr, connection) {
        Ok(ctx) => ctx,
        Err(error) => return Checked { failure: Some(error.detail), ..Checked::default() },
    };
    match ehr.check(&ctx).await {
        Ok(report) => Checked {
            failure: None,
            findings: report.findings,
            warnings: report.warnings,
            unavailable: report.unavailable.into_iter().collect(),
        },
        Err(error) => Checked { failure: Some(why(&error, &ctx.connection.settings)), ..Checked::default() },
    }
}

pub async fn run(desk: &Desk, which: &Which) -> Result<(), Failure> {
    let mut named = find(desk, which).await?;
    let key = unlock(desk, &named.application).await?;
    let code = &named.connection.ehr;
    let ehr = connector(code).ok_or_else(|| Failure::NoConnector(code.clone()))?;
    let connection = opened(&*ehr, &named.connection, named.application.id, &key)?;
    let checked = check(&desk.wires()?, &*ehr, connection).await;
    let name = title(&named.connection);
    if checked.failure.is_none() && checked.unavailable != named.connection.unavailable {
        named.connection.unavailable = checked.unavailable.clone();
        update(desk, &named).await?;
    }
    let failure = checked.failure.clone();
    desk.tell(&CheckedConnection { connection: name.clone(), checked })?;
    match failure {
        None => Ok(()),
        Some(why) => Err(Failure::DoesNotWork { name, why }),
    }
}

impl Told for Checked {
    fn words(&self, out: &mut dyn Write) -> io::Result<()> {
        let Self { failure, findings, warnings, unavailable } = self;
        for finding in findings {
            writeln!(out, "  ok       {finding}")?;
        }
        for warning in warnings {
            writeln!(out, "  warning  {warning}")?;
        }
        for (operation, why) in unavailable {
            writeln!(out, "  refused  {operation}: {why}")?;
        }
        match failure {
            Some(why) => writeln!(out, "  fault    {why}"),
            None => Ok(()),
        }
    }
}

impl Told for CheckedConnection {
    fn words(&self, out: &mut dyn Write) -> io::Result<()> {
        let outcome = if self.checked.failure.is_none() { "works" } else { "does not work" };
        writeln!(out, "{} {outcome}.", self.connection)?;
        self.checked.words(out)
    }
}

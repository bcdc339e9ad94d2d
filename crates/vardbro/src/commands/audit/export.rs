//! `vardbro audit export`.

use std::fs;
use std::io::{Write, stderr};
use std::path::PathBuf;

use clap::Args;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use secrecy::ExposeSecret;
use uuid::Uuid;
use vardbro_model::typed_id::PatientIdType;
use vardbro_store::access_log::{Filter, PatientName, Seal};
use vardbro_store::{ClientId, Migrations, Store};
use vardbro_vault::{AuditPrivateKey, KeyRing};

use super::super::Failure;
use super::super::ask::{AUDIT_PRIVATE_KEY, secret_or_variable};
use super::super::desk::codes;
use super::super::output::write;
use super::Archive;

#[derive(Debug, Args)]
pub struct ExportOptions {
    /// Only rows about this patient: EHR:ID such as cliniko:837047, or a number such as se_personal_number:…. Everybody on this machine can
    /// read it here; --patients is for what they must not.
    #[arg(long, value_name = "EHR:ID")]
    patient: Vec<String>,
    /// Only rows about the patients that stand in this file, one in a line.
    #[arg(long, value_name = "FILE")]
    patients: Option<PathBuf>,
    /// Only rows from then on: a date (UTC), or a time such as 2026-11-20T08:00:00+01:00.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    since: Option<Timestamp>,
    /// Only rows before then.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    until: Option<Timestamp>,
    /// Only what this application did.
    #[arg(long, value_name = "CLIENT_ID", value_parser = client_id)]
    app: Option<ClientId>,
    /// Only what went over this connection, by its id.
    #[arg(long, value_name = "ID")]
    connection: Option<Uuid>,
}

fn moment(text: &str) -> Result<Timestamp, String> {
    let day = || text.parse::<Date>().ok()?.to_zoned(TimeZone::UTC).ok().map(|start| start.timestamp());
    let moment = text.parse::<Timestamp>().ok().or_else(day);
    moment.ok_or_else(|| "a date such as 2026-11-20, or a time such as 2026-11-20T08:00:00+01:00".to_owned())
}

fn client_id(text: &str) -> Result<ClientId, String> {
    ClientId::parse(text).ok_or_else(|| "1 to 64 letters, digits, hyphens, underscores and dots".to_owned())
}

pub async fn export(archive: &Archive, options: ExportOptions) -> Result<(), Failure> {
    let ring = archive.config.keys.ring.read()?;
    let ExportOptions { patient, patients, since, until, app, connection } = options;
    let patients = names(patient, patients)?;
    if let Some(client_id) = &app {
        must_be_known(archive, client_id).await?;
    }
    let filter = Filter { patients, from: since, until, client_id: app, connection };
    let keys = private_keys()?;
    let mut export = archive.records.export(&filter, &ring, &keys);
    let (mut rows, mut unopened) = (0_u64, 0_u64);
    loop {
        let entries = export.next().await?;
        if entries.is_empty() {
            break;
        }
        let mut lines = Vec::new();
        for entry in &entries {
            rows += 1;
            unopened += u64::from(entry.seal == Seal::Unopened);
            serde_json::to_writer(&mut lines, entry).map_err(|error| Failure::Output(error.into()))?;
            lines.push(b'\n');
        }
        write(&lines)?;
    }
    if unopened > 0 {
        return Err(Failure::RowsUnopened { rows, unopened });
    }
    let words = if rows == 1 { "1 row".to_owned() } else { format!("{rows} rows") };
    writeln!(stderr(), "{words}").map_err(Failure::Output)
}

/// An empty export must not come of a slip of the pen. Applications that were deleted are still in the log.
async fn must_be_known(archive: &Archive, client_id: &ClientId) -> Result<(), Failure> {
    let of_it = Filter { client_id: Some(client_id.clone()), ..Filter::default() };
    if !archive.records.export(&of_it, &KeyRing::default(), &[]).next().await?.is_empty() {
        return Ok(());
    }
    let store = Store::open(&archive.config.database.location, Migrations::Require).await?;
    let application = store.operator().application(client_id.as_str()).await;
    store.close().await;
    let none = || Failure::NeverAnApplication(client_id.to_string());
    application?.map(|_| ()).ok_or_else(none)
}

/// Those given by themselves and those in a file. A fault does not say whom it is about.
fn names(given: Vec<String>, file: Option<PathBuf>) -> Result<Vec<PatientName>, Failure> {
    let mut texts = given;
    if let Some(path) = file {
        let text = fs::read_to_string(&path).map_err(|source| Failure::Read { path, source })?;
        texts.extend(text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned));
        if texts.is_empty() {
            return Err(Failure::Faults(vec!["the file of --patients names nobody".to_owned()]));
        }
    }
    let today = Zoned::new(Timestamp::now(), TimeZone::UTC).date();
    let (mut names, mut faults) = (Vec::new(), Vec::new());
    for (index, text) in texts.iter().enumerate() {
        match PatientName::parse(text, today) {
            Ok(_) if !is_whose(text) => {
                let codes = codes().join(", ");
                faults.push(format!("patient {}: begin with the code of an EHR: {codes}", index + 1));
            }
            Ok(name) => names.push(name),
            Err(fault) => faults.push(format!("patient {}: {fault}", index + 1)),
        }
    }
    Failure::all(faults)?;
    Ok(names)
}

/// Whether it begins with an EHR's code, or with the kind of a number.
fn is_whose(text: &str) -> bool {
    let whose = text.split(':').next().unwrap_or_default();
    codes().contains(&whose) || serde_json::from_value::<PatientIdType>(whose.into()).is_ok()
}

fn private_keys() -> Result<Vec<AuditPrivateKey>, Failure> {
    let given = secret_or_variable("Private audit key", AUDIT_PRIVATE_KEY)?;
    let keys = given.expose_secret().split_whitespace().map(AuditPrivateKey::parse);
    let none = Failure::NoSecret { what: "the private audit key", prefix: "vardbro_audit_" };
    keys.collect::<Option<Vec<_>>>().ok_or(none)
}

//! `vardbro app rotate`.

use std::io::{self, Write};

use clap::Args;
use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp};
use serde::Serialize;
use vardbro_store::{ApplicationId, ApplicationRecord, SecretRecord};
use vardbro_vault::{ClientSecret, DataKey};

use super::super::Failure;
use super::super::ask::consent;
use super::super::connection::title;
use super::super::desk::Desk;
use super::super::output::{Told, moment};
use super::super::unlock::unlock;

#[derive(Debug, Args)]
pub struct RotateOptions {
    client_id: String,
    /// How long the old secret stays good, such as 30m, 24h or 7d; 0s ends it at once.
    #[arg(long, value_name = "DURATION", default_value = "24h", value_parser = duration, conflicts_with = "lost")]
    overlap: SignedDuration,
    /// The old secret is lost. It ends at once, and the credentials of the application's EHRs must be entered again.
    #[arg(long)]
    lost: bool,
    /// Do not ask.
    #[arg(long)]
    yes: bool,
}

/// The longest overlap: who needs more has two secrets for good.
const LONGEST: SignedDuration = SignedDuration::from_hours(24 * 90);

#[derive(Serialize)]
struct Rotated {
    client_id: String,
    client_secret: String,
    /// When the old secret ends.
    old_until: Timestamp,
    /// Connections whose credentials are gone with the lost secret.
    to_rotate: Vec<String>,
}

fn duration(text: &str) -> Result<SignedDuration, String> {
    let span = text.parse::<Span>().ok();
    let duration = span.and_then(|span| span.to_duration(SpanRelativeTo::days_are_24_hours()).ok());
    duration
        .filter(|duration| (SignedDuration::ZERO..=LONGEST).contains(duration))
        .ok_or_else(|| "a duration of at most 90d, such as 30m, 24h or 7d".to_owned())
}

pub async fn rotate(desk: &Desk, options: RotateOptions) -> Result<(), Failure> {
    let RotateOptions { client_id, overlap, lost, yes } = options;
    let application = desk.application(&client_id).await?;
    let (key, overlap) = if lost {
        if !yes {
            consent(&format!("The credentials of the EHRs of {client_id} are lost with its secret. Go on?"))?;
        }
        (DataKey::random(), SignedDuration::ZERO)
    } else {
        (unlock(desk, &application).await?, overlap)
    };
    let to_rotate = if lost { with_credentials(desk, &application).await? } else { Vec::new() };
    let ring = desk.keys()?;
    let master = ring.newest_master().ok_or(Failure::NoMasterKey)?;
    let (secret, now) = (ClientSecret::random(), Timestamp::now());
    let old_until = now.checked_add(overlap).unwrap_or(Timestamp::MAX);
    let wrapped = master.wrap(application.id.0, &secret, &key);
    let record = SecretRecord::new(application.id, &secret, wrapped, now);
    // Before the old secret ends: with a new one that nobody saw, the data key would be lost.
    let client_secret = secret.expose().to_owned();
    desk.tell(&Rotated { client_id, client_secret, old_until, to_rotate })?;
    take_into_use(desk, &record, old_until, lost).await.map_err(Failure::not_done)
}

async fn take_into_use(
    desk: &Desk,
    record: &SecretRecord,
    old_until: Timestamp,
    lost: bool,
) -> Result<(), Failure> {
    desk.operator().rotate_secret(record, record.created_at, old_until).await?;
    if lost { forget_credentials(desk, record.application).await } else { Ok(()) }
}

/// The connections that have something that only the lost secret could open.
async fn with_credentials(desk: &Desk, application: &ApplicationRecord) -> Result<Vec<String>, Failure> {
    let connections = desk.operator().connections(application.id).await?.into_iter();
    let sealed = connections.filter(|connection| !connection.sealed.is_empty());
    Ok(sealed.map(|connection| title(&connection)).collect())
}

/// Deletes what only the lost secret could open.
async fn forget_credentials(desk: &Desk, application: ApplicationId) -> Result<(), Failure> {
    let operator = desk.operator();
    loop {
        let connections = operator.connections(application).await?;
        let Some(mut sealed) = connections.into_iter().find(|connection| !connection.sealed.is_empty())
        else {
            return Ok(());
        };
        sealed.sealed.clear();
        // Whoever changed it in between is seen in the next round.
        operator.update_connection(application, &sealed).await?;
    }
}

impl Told for Rotated {
    fn words(&self, out: &mut dyn Write) -> io::Result<()> {
        let Self { client_id, client_secret, old_until, to_rotate } = self;
        writeln!(out, "The application has a new secret, which is shown this once and kept nowhere.\n")?;
        writeln!(out, "  Client id      {client_id}")?;
        writeln!(out, "  Client secret  {client_secret}\n")?;
        if *old_until > Timestamp::now() {
            writeln!(out, "The old one is good until {}.", moment(*old_until))?;
        } else {
            writeln!(out, "The old one is not good any more.")?;
        }
        if !to_rotate.is_empty() {
            writeln!(out, "\nThe credentials of these connections are gone. Enter them again:\n")?;
        }
        for name in to_rotate {
            writeln!(out, "  vardbro connection rotate --app {client_id} \"{name}\"")?;
        }
        Ok(())
    }
}

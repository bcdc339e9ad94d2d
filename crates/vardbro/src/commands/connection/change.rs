//! `vardbro connection rotate` and `set`: other settings, which must work before they replace the present ones.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::super::desk::{Desk, connector};
use super::super::output::Told;
use super::super::unlock::unlock;
use super::super::{Failure, document};
use super::check::{Checked, check};
use super::draft::{Asked, Draft};
use super::named::{Which, find, title, update};

#[derive(Debug, Args)]
pub struct RotateOptions {
    #[command(flatten)]
    which: Which,
    /// The settings that change, as TOML or JSON; - is standard input. Without it every secret is asked for.
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// A setting to take out.
    #[arg(long, value_name = "NAME")]
    unset: Vec<String>,
    /// Do not call the EHR first.
    #[arg(long)]
    no_check: bool,
}

#[derive(Debug, Args)]
pub struct SetOptions {
    #[command(flatten)]
    which: Which,
    /// What changes.
    #[arg(value_name = "NAME=VALUE", required_unless_present = "unset")]
    set: Vec<String>,
    /// A setting to take out.
    #[arg(long, value_name = "NAME")]
    unset: Vec<String>,
    /// Do not call the EHR first.
    #[arg(long)]
    no_check: bool,
}

#[derive(Serialize)]
struct Changed {
    connection: String,
    changed: bool,
    enabled: bool,
    /// Unless it was not wanted.
    check: Option<Checked>,
}

/// What is to be changed, and how.
struct Change {
    which: Which,
    settings: Option<PathBuf>,
    set: Vec<String>,
    unset: Vec<String>,
    asked: Asked,
    no_check: bool,
}

pub async fn rotate(desk: &Desk, options: RotateOptions) -> Result<(), Failure> {
    let RotateOptions { which, settings, unset, no_check } = options;
    let asked = if settings.is_some() { Asked::Missing } else { Asked::Every };
    change(desk, Change { which, settings, set: Vec::new(), unset, asked, no_check }).await
}

pub async fn set(desk: &Desk, options: SetOptions) -> Result<(), Failure> {
    let SetOptions { which, set, unset, no_check } = options;
    change(desk, Change { which, settings: None, set, unset, asked: Asked::Missing, no_check }).await
}

async fn change(desk: &Desk, change: Change) -> Result<(), Failure> {
    let Change { which, settings, set, unset, asked, no_check } = change;
    let mut named = find(desk, &which).await?;
    let name = title(&named.connection);
    let code = &named.connection.ehr;
    let ehr = connector(code).ok_or_else(|| Failure::NoConnector(code.clone()))?;
    let key = unlock(desk, &named.application).await?;

    // What a lost secret had sealed is entered anew, too.
    let secrets = match named.connection.open(named.application.id, &key) {
        Ok(secrets) => secrets,
        Err(_) if asked == Asked::Every || settings.is_some() => BTreeMap::new(),
        Err(_) => return Err(Failure::Unopened(name)),
    };
    let mut draft = Draft::new(&*ehr, named.connection.settings.clone(), secrets);
    draft.unset(&unset);
    if let Some(path) = &settings {
        draft.take_document(document::read(path)?);
    }
    draft.take_flags(&set);
    draft.ask(asked)?;
    draft.judge(&named.connection, &desk.egress())?;

    let checked = if no_check {
        None
    } else {
        Some(check(&desk.wires()?, &*ehr, draft.connection(&named.connection)).await)
    };
    let failure = checked.as_ref().and_then(|checked| checked.failure.clone());
    if failure.is_none() {
        if let Some(checked) = &checked {
            named.connection.unavailable = checked.unavailable.clone();
        }
        draft.seal(&mut named.connection, named.application.id, &key);
        update(desk, &named).await?;
    }
    let (connection, enabled) = (name.clone(), named.connection.enabled);
    desk.tell(&Changed { connection, changed: failure.is_none(), enabled, check: checked })?;
    match failure {
        None => Ok(()),
        Some(why) => Err(Failure::StaysAsItWas { name, why }),
    }
}

impl Told for Changed {
    fn words(&self, out: &mut dyn Write) -> io::Result<()> {
        let Self { connection, changed, enabled, check } = self;
        let outcome = if *changed { "has its new settings" } else { "stays as it was" };
        writeln!(out, "{connection} {outcome}.")?;
        if !enabled {
            writeln!(out, "It is disabled: `vardbro connection enable` lets the application use it.")?;
        }
        check.iter().try_for_each(|check| check.words(out))
    }
}

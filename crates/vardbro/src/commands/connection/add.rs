//! `vardbro connection add`.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, ValueEnum};
use serde::Serialize;
use uuid::Uuid;
use vardbro_ehr::connection::NoteMapping;
use vardbro_model::ehr::Mode;
use vardbro_store::{StoreError, StoredConnection};

use super::super::app::name;
use super::super::desk::{Desk, codes, connector};
use super::super::output::Told;
use super::super::unlock::unlock;
use super::super::{Failure, document};
use super::check::{Checked, check};
use super::draft::{Asked, Draft};
use super::list::Shown;
use super::named::title;
use super::tag::{self, Wanted};

#[derive(Debug, Args)]
pub struct AddOptions {
    /// Which EHR.
    #[arg(value_name = "EHR", value_parser = PossibleValuesParser::new(codes()))]
    ehr: String,
    /// The application that is to reach it.
    #[arg(long, value_name = "CLIENT_ID")]
    app: String,
    /// What people call it, such as "North clinic".
    #[arg(long, value_parser = name)]
    name: String,
    /// Whether it is a real installation or the EHR's sandbox.
    #[arg(long, value_enum, default_value_t = ModeArgument::Live)]
    mode: ModeArgument,
    /// A setting that is not secret; `vardbro connection settings EHR` lists them.
    #[arg(long = "set", value_name = "NAME=VALUE")]
    set: Vec<String>,
    /// Settings, secret ones too, as TOML or JSON; - is standard input.
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// What its care-unit ids begin with, for ever. Without one: nothing for the application's very first connection to this EHR, and
    /// something of the name for a further one, never what a removed one had.
    #[arg(long, value_parser = tag::parse, conflicts_with = "plain")]
    tag: Option<String>,
    /// Give it care-unit ids without a tag, although there are or were other connections. Ids without a tag that clients remember then lead to
    /// this clinic.
    #[arg(long)]
    plain: bool,
    /// Do not call the EHR; the connection is enabled.
    #[arg(long, conflicts_with = "enable_anyway")]
    no_check: bool,
    /// Enable it even if it does not work yet.
    #[arg(long)]
    enable_anyway: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ModeArgument {
    Live,
    Sandbox,
}

#[derive(Serialize)]
struct Added {
    added: Shown,
    /// Unless it was not wanted.
    check: Option<Checked>,
}

pub async fn add(desk: &Desk, options: AddOptions) -> Result<(), Failure> {
    let ehr = connector(&options.ehr).ok_or_else(|| Failure::NoConnector(options.ehr.clone()))?;
    let application = desk.application(&options.app).await?;
    let key = unlock(desk, &application).await?;

    let mut present = desk.operator().connections(application.id).await?;
    present.retain(|connection| connection.ehr == options.ehr);
    let mut draft = Draft::new(&*ehr, BTreeMap::new(), BTreeMap::new());
    if let Some(path) = &options.settings {
        draft.take_document(document::read(path)?);
    }
    draft.take_flags(&options.set);
    if present.iter().any(|other| other.name == options.name) {
        draft.fault(format!("there is a connection {}/{}: choose another name", options.ehr, options.name));
    }
    let used = desk.operator().used_tags(application.id, &options.ehr).await?;
    let tag = tag::choose(&options.wanted_tag(), &options.name, &present, &used).unwrap_or_else(|fault| {
        draft.fault(fault);
        None
    });
    draft.ask(if options.settings.is_some() { Asked::Missing } else { Asked::Every })?;
    let mut stored = StoredConnection {
        id: Uuid::new_v4(),
        version: 1,
        ehr: options.ehr,
        name: options.name,
        tag,
        mode: match options.mode {
            ModeArgument::Live => Mode::Live,
            ModeArgument::Sandbox => Mode::Sandbox,
        },
        enabled: true,
        settings: BTreeMap::new(),
        sealed: BTreeMap::new(),
        note_mapping: NoteMapping::default(),
        unavailable: BTreeMap::new(),
    };
    draft.judge(&stored, &desk.egress())?;

    let checked = if options.no_check {
        None
    } else {
        Some(check(&desk.wires()?, &*ehr, draft.connection(&stored)).await)
    };
    let failure = checked.as_ref().and_then(|checked| checked.failure.clone());
    stored.enabled = failure.is_none() || options.enable_anyway;
    stored.unavailable = checked.as_ref().map(|checked| checked.unavailable.clone()).unwrap_or_default();
    draft.seal(&mut stored, application.id, &key);
    desk.operator().add_connection(application.id, &stored).await.map_err(|error| match error {
        StoreError::Refused(_) => Failure::ChangedMeanwhile,
        error => error.into(),
    })?;

    let (name, enabled) = (title(&stored), stored.enabled);
    let added = Shown::of(&application.client_id, stored);
    desk.tell(&Added { added, check: checked })?;
    match failure.filter(|_| !enabled) {
        None => Ok(()),
        Some(why) => Err(Failure::AddedDisabled { name, why }),
    }
}

impl AddOptions {
    fn wanted_tag(&self) -> Wanted {
        match &self.tag {
            Some(tag) => Wanted::Tag(tag.clone()),
            None if self.plain => Wanted::Plain,
            None => Wanted::Any,
        }
    }
}

impl Told for Added {
    fn words(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "The connection was added.\n")?;
        self.added.words(out)?;
        if let Some(check) = &self.check {
            writeln!(out)?;
            check.words(out)?;
        }
        Ok(())
    }
}

//! `vardbro connection list` and `show`.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;
use uuid::Uuid;
use vardbro_model::capabilities::Operation;
use vardbro_model::ehr::Mode;
use vardbro_store::{ClientId, StoredConnection};

use super::super::Failure;
use super::super::desk::{Desk, connector};
use super::super::output::{Table, Told, yes_or_no};
use super::draft::missing;
use super::named::{Which, all, find};

#[derive(Serialize)]
struct Connections {
    connections: Vec<Shown>,
}

/// A connection without its secrets.
#[derive(Serialize)]
pub struct Shown {
    id: Uuid,
    app: String,
    ehr: String,
    name: String,
    tag: Option<String>,
    mode: Mode,
    enabled: bool,
    settings: BTreeMap<String, String>,
    /// Which secrets are kept.
    secrets: Vec<String>,
    /// Settings without which it does not work.
    missing: Vec<String>,
    mapped_templates: Vec<&'static str>,
    unavailable: BTreeMap<Operation, String>,
}

impl Shown {
    pub fn of(client_id: &ClientId, connection: StoredConnection) -> Self {
        let secrets: Vec<_> = connection.secret_names().map(str::to_owned).collect();
        let StoredConnection {
            id,
            version: _,
            ehr,
            name,
            tag,
            mode,
            enabled,
            settings,
            sealed: _,
            note_mapping,
            unavailable,
        } = connection;
        let there = |name: &str| settings.contains_key(name) || secrets.iter().any(|secret| secret == name);
        Self {
            id,
            app: client_id.to_string(),
            missing: connector(&ehr).map(|connector| missing(&*connector, there)).unwrap_or_default(),
            ehr,
            name,
            tag,
            mode,
            enabled,
            settings,
            secrets,
            mapped_templates: note_mapping.0.into_keys().map(|template| template.as_str()).collect(),
            unavailable,
        }
    }
}

pub async fn list(desk: &Desk, app: Option<&str>) -> Result<(), Failure> {
    let all = all(desk, app).await?.into_iter();
    let shown = all.map(|named| Shown::of(&named.application.client_id, named.connection));
    desk.tell(&Connections { connections: shown.collect() })
}

pub async fn show(desk: &Desk, which: &Which) -> Result<(), Failure> {
    let named = find(desk, which).await?;
    desk.tell(&Shown::of(&named.application.client_id, named.connection))
}

fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Live => "live",
        Mode::Sandbox => "sandbox",
        Mode::Off => "off",
    }
}

impl Told for Connections {
    fn words(&self, out: &mut dyn Write) -> io::Result<()> {
        if self.connections.is_empty() {
            return writeln!(out, "There is no connection yet: `vardbro connection add` makes one.");
        }
        let mut table = Table::headed(["APP", "CONNECTION", "TAG", "MODE", "ENABLED", "ID"]);
        for shown in &self.connections {
            table.row([
                shown.app.clone(),
                format!("{}/{}", shown.ehr, shown.name),
                shown.tag.clone().unwrap_or_else(|| "-".to_owned()),
                mode(shown.mode).to_owned(),
                yes_or_no(shown.enabled),
                shown.id.to_string(),
            ]);
        }
        table.write(out)
    }
}

impl Told for Shown {
    fn words(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut table = Table::default();
        let mut row = |name: &str, value: String| table.row([name.to_owned(), value]);
        row("Connection", format!("{}/{}", self.ehr, self.name));
        row("Id", self.id.to_string());
        row("Application", self.app.clone());
        row("Mode", mode(self.mode).to_owned());
        row("Enabled", yes_or_no(self.enabled));
        row("Care-unit ids", self.tag.as_ref().map_or("plain".to_owned(), |tag| format!("{tag}~…")));
        for (name, value) in &self.settings {
            // A certificate is several lines.
            row(name, value.lines().next().unwrap_or_default().to_owned());
        }
        for name in &self.secrets {
            row(name, "***".to_owned());
        }
        for name in &self.missing {
            row(name, "missing".to_owned());
        }
        if !self.mapped_templates.is_empty() {
            row("Note templates", self.mapped_templates.join(", "));
        }
        for (operation, why) in &self.unavailable {
            row("Refused", format!("{operation}: {why}"));
        }
        table.write(out)
    }
}

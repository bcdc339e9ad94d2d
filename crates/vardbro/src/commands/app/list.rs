//! `vardbro app list` and `show`.

use std::io::{self, Write};

use jiff::Timestamp;
use serde::Serialize;
use vardbro_store::{ApplicationRecord, SecretRecord};

use super::super::Failure;
use super::super::desk::Desk;
use super::super::output::{Table, Told, moment, yes_or_no};

#[derive(Serialize)]
struct Applications {
    applications: Vec<Shown>,
}

#[derive(Serialize)]
struct Shown {
    client_id: String,
    name: String,
    enabled: bool,
    created: Timestamp,
    /// Those that are good, the newest last.
    secrets: Vec<Secret>,
    connections: Vec<Connection>,
}

#[derive(Serialize)]
struct Secret {
    created: Timestamp,
    /// `None`: it is the one in use.
    expires: Option<Timestamp>,
}

#[derive(Serialize)]
struct Connection {
    ehr: String,
    name: String,
    enabled: bool,
}

pub async fn list(desk: &Desk) -> Result<(), Failure> {
    let secrets = desk.operator().secrets().await?;
    let mut applications = Vec::new();
    for application in desk.operator().applications().await? {
        applications.push(shown(desk, application, &secrets).await?);
    }
    desk.tell(&Applications { applications })
}

pub async fn show(desk: &Desk, client_id: &str) -> Result<(), Failure> {
    let application = desk.application(client_id).await?;
    let secrets = desk.operator().secrets().await?;
    desk.tell(&shown(desk, application, &secrets).await?)
}

async fn shown(
    desk: &Desk,
    application: ApplicationRecord,
    secrets: &[SecretRecord],
) -> Result<Shown, Failure> {
    let ApplicationRecord { id, client_id, name, enabled, created_at } = application;
    let now = Timestamp::now();
    let good = secrets.iter().filter(|secret| secret.application == id && secret.is_good(now));
    let secrets = good.map(|secret| Secret { created: secret.created_at, expires: secret.expires_at });
    let connections = desk.operator().connections(id).await?.into_iter();
    let connections =
        connections.map(|one| Connection { ehr: one.ehr, name: one.name, enabled: one.enabled });
    Ok(Shown {
        client_id: client_id.to_string(),
        name,
        enabled,
        created: created_at,
        secrets: secrets.collect(),
        connections: connections.collect(),
    })
}

impl Told for Applications {
    fn words(&self, out: &mut dyn Write) -> io::Result<()> {
        if self.applications.is_empty() {
            return writeln!(out, "There is no application yet: `vardbro app create NAME` makes one.");
        }
        let mut table = Table::headed(["CLIENT ID", "NAME", "ENABLED", "CONNECTIONS", "CREATED"]);
        for Shown { client_id, name, enabled, created, secrets: _, connections } in &self.applications {
            let connections = connections.len().to_string();
            table.row([client_id.clone(), name.clone(), yes_or_no(*enabled), connections, moment(*created)]);
        }
        table.write(out)
    }
}

impl Told for Shown {
    fn words(&self, out: &mut dyn Write) -> io::Result<()> {
        let Self { client_id, name, enabled, created, secrets, connections } = self;
        let mut table = Table::default();
        table.row(["Name".to_owned(), name.clone()]);
        table.row(["Client id".to_owned(), client_id.clone()]);
        table.row(["Enabled".to_owned(), yes_or_no(*enabled)]);
        table.row(["Created".to_owned(), moment(*created)]);
        for Secret { created, expires } in secrets {
            let until =
                expires.map_or_else(|| "in use".to_owned(), |end| format!("good until {}", moment(end)));
            table.row(["Secret".to_owned(), format!("made {}, {until}", moment(*created))]);
        }
        for Connection { ehr, name, enabled } in connections {
            let disabled = if *enabled { "" } else { " (disabled)" };
            table.row(["Connection".to_owned(), format!("{ehr}/{name}{disabled}")]);
        }
        table.write(out)
    }
}

//! `vardbro connection enable`, `disable`, `rename` and `remove`.

use std::io::{self, Write};

use serde::Serialize;
use vardbro_store::StoreError;

use super::super::Failure;
use super::super::ask::consent;
use super::super::desk::{Desk, connector};
use super::super::output::Told;
use super::draft::missing;
use super::named::{Which, find, title, update};

#[derive(Serialize)]
struct Switched {
    connection: String,
    enabled: bool,
}

#[derive(Serialize)]
struct Renamed {
    connection: String,
    before: String,
}

#[derive(Serialize)]
struct Removed {
    removed: String,
}

pub async fn set_enabled(desk: &Desk, which: &Which, enabled: bool) -> Result<(), Failure> {
    let mut named = find(desk, which).await?;
    let name = title(&named.connection);
    if enabled {
        let code = &named.connection.ehr;
        let ehr = connector(code).ok_or_else(|| Failure::NoConnector(code.clone()))?;
        let kept = &named.connection;
        let there = |name: &str| kept.settings.contains_key(name) || kept.sealed.contains_key(name);
        let missing = missing(&*ehr, there);
        if !missing.is_empty() {
            return Err(Failure::Incomplete { name, missing });
        }
    }
    if named.connection.enabled != enabled {
        named.connection.enabled = enabled;
        update(desk, &named).await?;
    }
    desk.tell(&Switched { connection: name, enabled })
}

pub async fn rename(desk: &Desk, which: &Which, name: String) -> Result<(), Failure> {
    let mut named = find(desk, which).await?;
    let before = title(&named.connection);
    named.connection.name = name;
    let connection = title(&named.connection);
    update(desk, &named).await.map_err(|failure| match failure {
        Failure::Store(StoreError::Refused(_)) => {
            Failure::Faults(vec![format!("there is a connection {connection}: choose another name")])
        }
        failure => failure,
    })?;
    desk.tell(&Renamed { connection, before })
}

pub async fn remove(desk: &Desk, which: &Which, yes: bool) -> Result<(), Failure> {
    let named = find(desk, which).await?;
    let (removed, client_id) = (title(&named.connection), &named.application.client_id);
    if !yes {
        consent(&format!("Remove {removed} of {client_id} with its credentials and its mapping of notes?"))?;
    }
    if !desk.operator().remove_connection(named.application.id, named.connection.id).await? {
        return Err(Failure::NoConnection(which.connection.clone()));
    }
    desk.tell(&Removed { removed })
}

impl Told for Switched {
    fn words(&self, out: &mut dyn Write) -> io::Result<()> {
        let now = if self.enabled { "enabled" } else { "disabled: nothing is sent to it" };
        writeln!(out, "{} is {now}.", self.connection)
    }
}

impl Told for Renamed {
    fn words(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{} is now {}. Its care-unit ids are the same.", self.before, self.connection)
    }
}

impl Told for Removed {
    fn words(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{} was removed.", self.removed)
    }
}

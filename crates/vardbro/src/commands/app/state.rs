//! `vardbro app enable`, `disable` and `delete`.

use std::io::{self, Write};

use serde::Serialize;

use super::super::Failure;
use super::super::ask::consent;
use super::super::desk::Desk;
use super::super::output::Told;

#[derive(Serialize)]
struct Switched {
    client_id: String,
    enabled: bool,
}

#[derive(Serialize)]
struct Deleted {
    deleted: String,
    connections: usize,
}

pub async fn set_enabled(desk: &Desk, client_id: &str, enabled: bool) -> Result<(), Failure> {
    let application = desk.application(client_id).await?;
    if !desk.operator().set_application_enabled(application.id, enabled).await? {
        return Err(Failure::NoApplication(client_id.to_owned()));
    }
    desk.tell(&Switched { client_id: client_id.to_owned(), enabled })
}

pub async fn delete(desk: &Desk, client_id: &str, yes: bool) -> Result<(), Failure> {
    let application = desk.application(client_id).await?;
    let connections = desk.operator().connections(application.id).await?.len();
    if !yes {
        let name = &application.name;
        consent(&format!("Delete {name} ({client_id}) with its secrets and its {connections} connections?"))?;
    }
    if !desk.operator().delete_application(application.id).await? {
        return Err(Failure::NoApplication(client_id.to_owned()));
    }
    desk.tell(&Deleted { deleted: client_id.to_owned(), connections })
}

impl Told for Switched {
    fn words(&self, out: &mut dyn Write) -> io::Result<()> {
        let Self { client_id, enabled } = self;
        let now =
            if *enabled { "enabled: its calls are answered" } else { "disabled: its calls are refused" };
        writeln!(out, "The application {client_id} is {now}.")
    }
}

impl Told for Deleted {
    fn words(&self, out: &mut dyn Write) -> io::Result<()> {
        let Self { deleted, connections } = self;
        writeln!(out, "The application {deleted} was deleted. Connections that went with it: {connections}.")
    }
}

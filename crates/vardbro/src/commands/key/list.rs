//! `vardbro key list`.

use std::io::{self, Write};

use jiff::Timestamp;
use serde::Serialize;
use vardbro_store::Migrations;
use vardbro_store::access_log::AccessRecords;

use super::super::Failure;
use super::super::desk::Desk;
use super::super::output::{Table, Told, moment, yes_or_no};

#[derive(Serialize)]
struct Keys {
    keys: Vec<Listed>,
}

#[derive(Serialize)]
struct Listed {
    id: String,
    kind: &'static str,
    created: Timestamp,
    /// Whether it is the one that wraps or seals.
    in_use: bool,
    needed_by: Needed,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Needed {
    /// How many client secrets have their data key wrapped with it.
    ClientSecrets(usize),
    /// Whether the access log has rows or marks of it.
    AccessLog(bool),
}

pub async fn list(desk: &Desk) -> Result<(), Failure> {
    let ring = desk.keys()?;
    let secrets = desk.operator().secrets().await?;
    let records = AccessRecords::open(&desk.config.database.location, Migrations::Require).await?;
    let named = records.keys().await?;
    records.close().await;

    let newest = ring.newest_master().map(|key| key.id());
    let master = ring.master_keys().iter().map(|key| {
        let wrapped = secrets.iter().filter(|secret| secret.wrapped_key.master_key == key.id()).count();
        Listed {
            id: key.id().to_owned(),
            kind: "master",
            created: key.created(),
            in_use: newest == Some(key.id()),
            needed_by: Needed::ClientSecrets(wrapped),
        }
    });
    let newest = ring.newest_audit().map(|key| key.id());
    let audit = ring.audit_keys().iter().map(|key| Listed {
        id: key.id().to_owned(),
        kind: "audit",
        created: key.created(),
        in_use: newest == Some(key.id()),
        needed_by: Needed::AccessLog(named.contains(key.id())),
    });
    desk.tell(&Keys { keys: master.chain(audit).collect() })
}

impl Told for Keys {
    fn words(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut table = Table::headed(["ID", "KIND", "CREATED", "IN USE", "NEEDED BY"]);
        for Listed { id, kind, created, in_use, needed_by } in &self.keys {
            let needed = match needed_by {
                Needed::ClientSecrets(1) => "1 client secret".to_owned(),
                Needed::ClientSecrets(count) => format!("{count} client secrets"),
                Needed::AccessLog(true) => "the access log".to_owned(),
                Needed::AccessLog(false) => "nothing yet".to_owned(),
            };
            table.row([id.clone(), (*kind).to_owned(), moment(*created), yes_or_no(*in_use), needed]);
        }
        table.write(out)
    }
}

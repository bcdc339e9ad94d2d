//! `vardbro app create`.

use std::io::{self, Write};

use jiff::Timestamp;
use serde::Serialize;
use vardbro_store::{ApplicationRecord, ClientId, StoreError};
use vardbro_vault::{ClientSecret, MasterKey};

use super::super::Failure;
use super::super::desk::Desk;
use super::super::output::Told;
use super::name::slug;

/// How long a client id is at most that is made from a name, so that a number fits behind it.
const LONGEST: usize = 48;

#[derive(Serialize)]
struct Created {
    client_id: String,
    name: String,
    client_secret: String,
}

pub async fn create(desk: &Desk, name: &str, client_id: Option<ClientId>) -> Result<(), Failure> {
    let ring = desk.keys()?;
    let master = ring.newest_master().ok_or(Failure::NoMasterKey)?;
    let secret = ClientSecret::random();
    let application = match client_id {
        Some(client_id) => {
            let taken = || Failure::ClientIdTaken(client_id.to_string());
            enrol(desk, client_id.clone(), name, &secret, master).await?.ok_or_else(taken)?
        }
        None => enrol_numbered(desk, name, &secret, master).await?,
    };
    let told = desk.tell(&Created {
        client_id: application.client_id.to_string(),
        name: application.name,
        client_secret: secret.expose().to_owned(),
    });
    if told.is_err() {
        // With a secret that nobody knows it is of no use to anybody.
        desk.operator().delete_application(application.id).await?;
    }
    told
}

/// Under the first client id that is free: the name's, or that with a number.
async fn enrol_numbered(
    desk: &Desk,
    name: &str,
    secret: &ClientSecret,
    master: &MasterKey,
) -> Result<ApplicationRecord, Failure> {
    let base = slug(name, LONGEST);
    let mut number = 1_u64;
    loop {
        let text = if number == 1 { base.clone() } else { format!("{base}-{number}") };
        let client_id = ClientId::parse(&text).ok_or_else(|| Failure::ClientIdTaken(base.clone()))?;
        if let Some(application) = enrol(desk, client_id, name, secret, master).await? {
            return Ok(application);
        }
        number += 1;
    }
}

/// `None`: the client id is taken.
async fn enrol(
    desk: &Desk,
    client_id: ClientId,
    name: &str,
    secret: &ClientSecret,
    master: &MasterKey,
) -> Result<Option<ApplicationRecord>, Failure> {
    match desk.operator().enrol(client_id, name, secret, master, Timestamp::now()).await {
        Ok((application, _)) => Ok(Some(application)),
        Err(StoreError::Refused(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

impl Told for Created {
    fn words(&self, out: &mut dyn Write) -> io::Result<()> {
        let Self { client_id, name, client_secret } = self;
        writeln!(out, "The application {name} was made.\n")?;
        writeln!(out, "  Client id      {client_id}")?;
        writeln!(out, "  Client secret  {client_secret}\n")?;
        writeln!(
            out,
            "The secret is shown this once and kept nowhere. Without it, the credentials of the application's EHRs must be entered again."
        )
    }
}

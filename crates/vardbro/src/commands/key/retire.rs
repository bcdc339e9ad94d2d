//! `vardbro key retire`.

use std::io::{self, Write};

use jiff::SignedDuration;
use serde::Serialize;
use vardbro_store::access_log::AccessRecords;
use vardbro_store::{Migrations, SecretRecord};
use vardbro_vault::{KeyRing, MasterKey};

use super::super::Failure;
use super::super::desk::Desk;
use super::super::output::{Told, moment};
use super::file::HeldKeyFile;
use crate::config::KeyRingSource;

#[derive(Serialize)]
struct Retired {
    retired: String,
    /// Data keys that were wrapped with it and are now with the newest one.
    rewrapped: usize,
}

/// Takes a key out of the key ring, once nothing needs it.
pub async fn retire(desk: &Desk, id: &str) -> Result<(), Failure> {
    // Held to the end: nobody takes a key into use or out meanwhile.
    let held = match &desk.config.keys.ring {
        KeyRingSource::File(path) => Some(HeldKeyFile::hold(path)?),
        KeyRingSource::Variable(_) => None,
    };
    let ring = desk.keys()?;
    let rewrapped = if ring.master(id).is_some() {
        empty_master(desk, &ring, id).await?
    } else {
        idle_audit(desk, &ring, id).await?;
        0
    };
    // A variable is the operator's: everything else has been done by now.
    let held = held.ok_or_else(|| Failure::RetireElsewhere(id.to_owned()))?;
    let mut rest = ring.clone();
    rest.remove(id);
    held.write(&rest)?;
    if ring.master(id).is_some() && !wrapped_with(desk, id).await?.is_empty() {
        // An application was made by somebody who had read the key file before there was a newer key.
        held.write(&ring)?;
        return Err(Failure::ChangedMeanwhile);
    }
    desk.tell(&Retired { retired: id.to_owned(), rewrapped })
}

/// Has the newest master key wrap all that this one wraps.
async fn empty_master(desk: &Desk, ring: &KeyRing, id: &str) -> Result<usize, Failure> {
    let (old, newest) = (find_master(ring, id)?, ring.newest_master().ok_or(Failure::NoMasterKey)?);
    if newest.id() == id {
        return Err(Failure::KeyInUse { id: id.to_owned(), kind: "master" });
    }
    let operator = desk.operator();
    let mut rewrapped = 0;
    loop {
        let secrets = wrapped_with(desk, id).await?;
        if secrets.is_empty() {
            return Ok(rewrapped);
        }
        for secret in secrets {
            let from = &secret.wrapped_key;
            let Ok(to) = old.rewrap(newest, secret.application.0, from) else {
                return Err(unwrappable(desk, &secret).await?);
            };
            // Whoever changed it in between is seen in the next round.
            if operator.replace_wrapping(secret.id, from, &to).await? {
                rewrapped += 1;
            }
        }
    }
}

async fn wrapped_with(desk: &Desk, id: &str) -> Result<Vec<SecretRecord>, Failure> {
    // What cannot be read may need any key.
    if let Some(unreadable) = desk.operator().unreadable().await?.pop() {
        return Err(unreadable.into());
    }
    let mut secrets = desk.operator().secrets().await?;
    secrets.retain(|secret| secret.wrapped_key.master_key == id);
    Ok(secrets)
}

async fn unwrappable(desk: &Desk, secret: &SecretRecord) -> Result<Failure, Failure> {
    let applications = desk.operator().applications().await?;
    let owner = applications.into_iter().find(|application| application.id == secret.application);
    let client_id = owner.map(|application| application.client_id.to_string()).unwrap_or_default();
    Ok(Failure::Unwrappable { client_id, key: secret.wrapped_key.master_key.clone() })
}

fn find_master<'k>(ring: &'k KeyRing, id: &str) -> Result<&'k MasterKey, Failure> {
    ring.master(id).ok_or_else(|| Failure::NoKey(id.to_owned()))
}

/// Makes sure that the access log can be verified without this audit key.
async fn idle_audit(desk: &Desk, ring: &KeyRing, id: &str) -> Result<(), Failure> {
    let keys = ring.audit_keys();
    let position = keys.iter().position(|key| key.id() == id);
    let position = position.ok_or_else(|| Failure::NoKey(id.to_owned()))?;
    let Some(successor) = keys.get(position + 1) else {
        return Err(Failure::KeyInUse { id: id.to_owned(), kind: "audit" });
    };
    let records = AccessRecords::open(&desk.config.database.location, Migrations::Require).await?;
    let named = records.keys().await;
    records.close().await;
    if !named?.contains(id) {
        return Ok(());
    }
    // Its last row is about as old as the key that came after it.
    let retention = SignedDuration::try_from(desk.config.access_log.retention).unwrap_or(SignedDuration::MAX);
    let until = successor.created().checked_add(retention);
    let until = until.map_or_else(|_| "never".to_owned(), moment);
    Err(Failure::KeyNamedByLog { id: id.to_owned(), until })
}

impl Told for Retired {
    fn words(&self, out: &mut dyn Write) -> io::Result<()> {
        let Self { retired, rewrapped } = self;
        if *rewrapped > 0 {
            writeln!(out, "Data keys that were wrapped anew with the newest master key: {rewrapped}.")?;
        }
        writeln!(
            out,
            "The key {retired} was taken out of the key file. Backups of the database that are older still need it."
        )
    }
}

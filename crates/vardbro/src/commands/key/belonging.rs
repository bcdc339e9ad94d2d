//! Whether keys and database belong together.

use std::collections::BTreeSet;

use vardbro_store::access_log::AccessRecords;
use vardbro_store::{Location, Migrations, Store};
use vardbro_vault::KeyRing;

use super::super::Failure;
use super::super::desk::must_exist;

/// Refuses a key ring without keys that the database names: a new key beside them would hide that the key file was lost. A database
/// that is not there yet names none.
pub async fn must_belong(ring: &KeyRing, location: &Location) -> Result<(), Failure> {
    if must_exist(location).is_err() || Store::version(location).await?.applied == 0 {
        return Ok(());
    }
    let mut lost: Vec<_> = named(location).await?.into_iter().collect();
    lost.retain(|id| ring.master(id).is_none() && ring.audit(id).is_none());
    if lost.is_empty() { Ok(()) } else { Err(Failure::LostKeys(lost)) }
}

/// The ids of all keys that wrap or authenticate something.
async fn named(location: &Location) -> Result<BTreeSet<String>, Failure> {
    let records = AccessRecords::open(location, Migrations::Require).await?;
    let audit = records.keys().await;
    records.close().await;
    let store = Store::open(location, Migrations::Require).await?;
    let secrets = store.operator().secrets().await;
    store.close().await;
    let masters = secrets?.into_iter().map(|secret| secret.wrapped_key.master_key);
    Ok(masters.chain(audit?).collect())
}

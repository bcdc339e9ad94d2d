//! Whether the keys fit the database.

use std::collections::BTreeMap;

use jiff::Timestamp;
use vardbro_store::Migrations;
use vardbro_store::access_log::AccessRecords;
use vardbro_vault::KeyRing;

use super::super::Failure;
use super::super::blank::blank_log;
use super::super::desk::Desk;
use super::finding::Findings;

pub async fn examine(findings: &mut Findings, desk: &Desk, ring: &KeyRing) -> Result<(), Failure> {
    wrappings(findings, desk, ring).await?;
    access_log(findings, desk, ring).await
}

/// Every data key must have its master key.
async fn wrappings(findings: &mut Findings, desk: &Desk, ring: &KeyRing) -> Result<(), Failure> {
    const SUBJECT: &str = "keys";
    let applications = desk.operator().applications().await?;
    let names: BTreeMap<_, _> = applications.iter().map(|record| (record.id, &record.client_id)).collect();
    let mut secrets = desk.operator().secrets().await?;
    secrets.retain(|secret| secret.is_good(Timestamp::now()));
    let lost = secrets.iter().filter(|secret| ring.master(&secret.wrapped_key.master_key).is_none());
    let mut lacking = 0;
    for secret in lost {
        lacking += 1;
        let (key, client_id) = (&secret.wrapped_key.master_key, names.get(&secret.application));
        let client_id = client_id.map(ToString::to_string).unwrap_or_default();
        findings.fault(SUBJECT, format!(
            "the master key {key} of the application {client_id} is not in the key ring: its connections cannot be opened; put it back \
             from the copy of the key file"
        ));
    }
    if lacking == 0 {
        findings.ok(SUBJECT, format!("every client secret has its master key: {} of them", secrets.len()));
    }
    let newest = ring.newest_master().map(|key| key.id());
    let older =
        secrets.iter().filter(|secret| Some(secret.wrapped_key.master_key.as_str()) != newest).count();
    if older > lacking {
        let older = older - lacking;
        findings.ok(SUBJECT, format!("{older} of them are wrapped with an older master key, which `vardbro key retire` would change"));
    }
    Ok(())
}

/// The places where its chains begin and end.
async fn access_log(findings: &mut Findings, desk: &Desk, ring: &KeyRing) -> Result<(), Failure> {
    const SUBJECT: &str = "access log";
    let records = AccessRecords::open(&desk.config.database.location, Migrations::Require).await?;
    let found = records.verify_ends(ring).await;
    let blank = blank_log(&records, desk.operator()).await;
    records.close().await;
    match found {
        Ok(found) if found.is_empty() => {
            findings.ok(SUBJECT, "its chains end as they should; `vardbro audit verify` looks at every row");
        }
        Ok(found) => found.iter().for_each(|finding| findings.fault(SUBJECT, finding)),
        Err(error) => findings.fault(SUBJECT, error),
    }
    match blank {
        Ok(why) => why.iter().for_each(|why| findings.warning(SUBJECT, why)),
        Err(error) => findings.fault(SUBJECT, error),
    }
    Ok(())
}

//! Whether the database works.

use jiff::{SignedDuration, Timestamp};
use vardbro_store::{Location, Store};

use super::super::desk::{Desk, must_exist};
use super::finding::Findings;

const SUBJECT: &str = "database";

/// Beyond this, secrets end at times that surprise, and the rows of several gateways in the access log stand in a wrong order.
const MOST_DIFFERENCE: SignedDuration = SignedDuration::from_secs(2);

/// Whether it is there and of a version that this program can use.
pub async fn version(findings: &mut Findings, location: &Location) -> bool {
    if let Err(failure) = must_exist(location) {
        findings.fault(SUBJECT, failure);
        return false;
    }
    match Store::version(location).await {
        Ok(version) if version.is_pending() => {
            let (applied, known) = (version.applied, version.known);
            findings.fault(
                SUBJECT,
                format!("version {applied}, and this program needs {known}: run `vardbro migrate`"),
            );
            false
        }
        Ok(version) => {
            findings.ok(SUBJECT, format!("{location} answers: version {}", version.applied));
            true
        }
        Err(error) => {
            findings.fault(SUBJECT, error);
            false
        }
    }
}

/// Whether it takes writes, keeps them and can be read, and what time it has.
pub async fn examine(findings: &mut Findings, desk: &Desk) {
    match desk.store.check_writable().await {
        Ok(()) => findings.ok(SUBJECT, "it takes writes"),
        Err(error) => findings.fault(SUBJECT, error),
    }
    match desk.operator().unreadable().await {
        Ok(rows) => rows.iter().for_each(|row| findings.fault(SUBJECT, row)),
        Err(error) => findings.fault(SUBJECT, error),
    }
    match desk.store.undurable().await {
        Ok(settings) => settings.iter().for_each(|setting| {
            let what =
                format!("its setting {setting} is off: what it said was written can be lost; set it on");
            findings.warning(SUBJECT, what);
        }),
        Err(error) => findings.fault(SUBJECT, error),
    }
    let before = Timestamp::now();
    match desk.store.clock().await {
        Ok(None) => {}
        Ok(Some(theirs)) => {
            let after = Timestamp::now();
            // The question itself takes time.
            let difference = if theirs < before {
                before.duration_since(theirs)
            } else {
                theirs.duration_since(after).max(SignedDuration::ZERO)
            };
            if difference > MOST_DIFFERENCE {
                findings.warning(
                    SUBJECT,
                    format!("its clock and this machine's differ by {difference:#}: have both set by NTP"),
                );
            } else {
                findings.ok(SUBJECT, "its clock agrees with this machine's");
            }
        }
        Err(error) => findings.fault(SUBJECT, error),
    }
}

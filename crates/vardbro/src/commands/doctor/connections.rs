//! Whether the connections can work.

use vardbro_ehr::wire::WireFactory;
use vardbro_model::ehr::Mode;
use vardbro_store::{ApplicationId, StoredConnection};
use vardbro_vault::DataKey;

use super::super::Failure;
use super::super::connection::{Checked, check, missing, opened, refused, title};
use super::super::desk::{Desk, connector};
use super::super::unlock::unlock;
use super::finding::Findings;

/// What opens the connections of the application whose secret was given.
struct Opener<'d> {
    desk: &'d Desk,
    key: DataKey,
    wires: WireFactory,
}

pub async fn examine(findings: &mut Findings, desk: &Desk, app: Option<&str>) -> Result<(), Failure> {
    let opened = match app {
        None => None,
        Some(client_id) => {
            let application = desk.application(client_id).await?;
            let key = unlock(desk, &application).await?;
            Some((application.id, Opener { desk, key, wires: desk.wires()? }))
        }
    };
    for application in desk.operator().applications().await? {
        if !application.enabled {
            findings.warning(application.client_id.as_str(), "it is disabled: its calls are refused");
        }
        let opener = opened.as_ref().filter(|(id, _)| *id == application.id).map(|(_, opener)| opener);
        for kept in desk.operator().connections(application.id).await? {
            let subject = format!("{} {}", application.client_id, title(&kept));
            look_at(findings, &subject, &kept);
            if let Some(opener) = opener {
                opener.check(findings, &subject, application.id, &kept).await;
            }
        }
    }
    Ok(())
}

/// What can be told without the secret.
fn look_at(findings: &mut Findings, subject: &str, kept: &StoredConnection) {
    if kept.mode == Mode::Off {
        findings.fault(
            subject,
            "this version cannot read all of it, so it cannot be used or changed, only removed",
        );
        return;
    }
    let Some(ehr) = connector(&kept.ehr) else {
        findings.fault(subject, "this program has no connector for that EHR: use the version that made it");
        return;
    };
    let missing = missing(&*ehr, |name| kept.settings.contains_key(name) || kept.sealed.contains_key(name));
    if !missing.is_empty() {
        let missing = missing.join(", ");
        findings.fault(
            subject,
            format!("{missing} is missing: give it with `vardbro connection rotate` or `set`"),
        );
    } else if !kept.enabled {
        findings.warning(subject, "it is disabled: `vardbro connection enable` lets the application use it");
    } else {
        findings.ok(subject, "it is enabled and its settings are complete");
    }
    for (operation, why) in &kept.unavailable {
        findings.warning(subject, format!("{operation} is refused: {why}"));
    }
}

impl Opener<'_> {
    /// Opens it and calls the EHR.
    async fn check(
        &self,
        findings: &mut Findings,
        subject: &str,
        application: ApplicationId,
        kept: &StoredConnection,
    ) {
        let Some(ehr) = connector(&kept.ehr) else { return };
        let connection = match opened(&*ehr, kept, application, &self.key) {
            Ok(connection) => connection,
            Err(failure) => return findings.fault(subject, failure),
        };
        let judged = refused(&self.desk.egress(), &kept.settings);
        judged.iter().for_each(|why| findings.fault(subject, why));
        let Checked { failure, findings: works, warnings, unavailable: _ } =
            check(&self.wires, &*ehr, connection).await;
        works.iter().for_each(|finding| findings.ok(subject, finding));
        warnings.iter().for_each(|warning| findings.warning(subject, warning));
        failure.iter().for_each(|why| findings.fault(subject, why));
    }
}

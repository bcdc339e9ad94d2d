//! One harmless real call, and what it says about a connection.

use vardbro_ehr::{CheckReport, EhrResult};

use super::session::Session;

impl Session<'_> {
    /// Asks whose key it is.
    pub(super) async fn check(&self) -> EhrResult<CheckReport> {
        let author =
            self.author_asked(true).await.map_err(|error| error.at(self.place(), self.api().base()))?;
        let role = author.role.as_deref().unwrap_or("unknown");
        let mut report = CheckReport {
            findings: vec![format!("The API key works: it is of user {} with the role {role}.", author.user)],
            warnings: Vec::new(),
            unavailable: Vec::new(),
        };
        match author.practitioner {
            Some(id) => report.findings.push(format!("Notes are written in the name of practitioner {id}.")),
            None => report.warnings.push(
                "The key's user is no active practitioner: notes cannot be written. Use a practitioner's key for that."
                    .to_owned(),
            ),
        }
        Ok(report)
    }

    /// The setting that says where Cliniko is.
    pub(super) fn place(&self) -> &'static str {
        match self.ctx.connection.settings.plain("base_url") {
            Some(_) => "base_url",
            None => "api_key (its ending is the shard, and no base_url is given)",
        }
    }
}

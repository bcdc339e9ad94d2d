//! What a connection's credentials are good for.

use std::collections::BTreeSet;

use vardbro_ehr::{CheckReport, EhrError, EhrResult};
use vardbro_model::capabilities::{Capabilities, Operation};

use super::needs;
use super::session::Session;
use crate::error;
use crate::wire::{Native, Scope, listed};

impl Session<'_> {
    /// Asks for a new token with all scopes, and reads the clinics, if it may.
    pub(super) async fn check(&self, capabilities: &Capabilities) -> EhrResult<CheckReport> {
        let token = self.tokens.anew(self.ctx, &self.config).await;
        let token = token.map_err(|error| self.at_token_host(error))?;
        let granted = &token.granted;
        let mut report = CheckReport {
            findings: vec![format!(
                "The client id and secret work. Webdoc granted the scopes {}.",
                listed(granted.iter().copied(), ", ")
            )],
            warnings: Vec::new(),
            unavailable: Vec::new(),
        };
        let mut costs: Vec<(Scope, Vec<&str>)> = Vec::new();
        for operation in Operation::ALL.iter().filter(|operation| capabilities.of(**operation).supported) {
            let missing: Vec<Scope> =
                needs::of(*operation, &self.config).difference(granted).copied().collect();
            if missing.is_empty() {
                continue;
            }
            report.unavailable.push((*operation, error::lack(*operation, &missing)));
            for scope in missing {
                match costs.iter_mut().find(|(known, _)| *known == scope) {
                    Some((_, operations)) => operations.push(operation.as_str()),
                    None => costs.push((scope, vec![operation.as_str()])),
                }
            }
        }
        for (scope, operations) in costs {
            report.warnings.push(format!(
                "The scope {scope} is missing: without it there is no {}. Ask Carasent for it.",
                operations.join(", ")
            ));
        }
        if granted.contains(&Scope::ClinicsRead) {
            let clinics = self.asked(crate::wire::clinics::list(self.api())).await?;
            report.findings.push(format!("There are {} clinics.", clinics.len()));
        }
        self.check_settings(granted, &mut report).await?;
        Ok(report)
    }

    async fn asked<T>(&self, native: Native<T>) -> EhrResult<T> {
        self.run(native).await.map_err(|error| self.at_api(error))
    }

    /// The error of a call to the token host, in words for the operator.
    pub(super) fn at_token_host(&self, error: EhrError) -> EhrError {
        error.at("token_url", &self.config.token_host.url)
    }

    /// The error of a call to the API, in words for the operator.
    pub(super) fn at_api(&self, error: EhrError) -> EhrError {
        error.at("api_url", self.api().base())
    }

    async fn check_settings(&self, granted: &BTreeSet<Scope>, report: &mut CheckReport) -> EhrResult<()> {
        match &self.config.acting_user {
            None => report.warnings.push(
                "No acting_user_id is set: bookings are changed in the name of their caregiver, and notes need created_by_id."
                    .to_owned(),
            ),
            Some(acting) if granted.contains(&Scope::UsersRead) => {
                let users = self.asked(crate::wire::users::list(self.api())).await?;
                if !users.iter().any(|user| user.id == *acting) {
                    report.warnings.push("acting_user_id names no user of Webdoc's.".to_owned());
                }
            }
            Some(_) => {}
        }
        if let Some(kind) =
            self.config.default_patient_type.filter(|_| granted.contains(&Scope::PatientTypesRead))
        {
            let types = self.asked(crate::wire::types::patient_types(self.api())).await?;
            if !types.iter().any(|known| known.id == kind) {
                report.warnings.push("default_patient_type names no patient type of Webdoc's.".to_owned());
            }
        }
        Ok(())
    }
}

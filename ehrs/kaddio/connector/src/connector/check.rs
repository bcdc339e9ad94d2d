//! Whether a connection works, and which of its documents fit the server's own schema.

use std::collections::{BTreeMap, BTreeSet};

use http::StatusCode;
use vardbro_ehr::{CheckReport, EhrResult};
use vardbro_model::capabilities::Operation;

use super::needs::needs;
use super::session::Session;
use crate::config::FreeTimesFrom;
use crate::error;
use crate::fit::misfits;
use crate::operations::{Document, Name};
use crate::wire::catalogue::{self, Catalogue, ContactType};
use crate::wire::introspection::{Schema, introspection, read_schema};
use crate::wire::{Id, Reply, reply};

impl Session<'_> {
    pub(super) async fn check(&self) -> EhrResult<CheckReport> {
        self.looked().await.map_err(|error| error.at("url", self.config.api.url()))
    }

    async fn looked(&self) -> EhrResult<CheckReport> {
        let mut report = CheckReport { findings: Vec::new(), warnings: Vec::new(), unavailable: Vec::new() };
        let schema = self.schema().await?;
        let unusable = self.unusable(schema.as_ref(), &mut report);
        for operation in Operation::ALL {
            let needed = needs(*operation, self.config.free_times).iter();
            let why = needed.filter_map(|name| unusable.get(name)).cloned().collect::<Vec<_>>();
            if !why.is_empty() {
                report.unavailable.push((*operation, why.join(" ")));
            }
        }
        for document in self.config.documents.iter() {
            report.warnings.extend(unread(document));
        }
        if !unusable.contains_key(&Name::Catalogue) {
            let catalogue = self.ask(catalogue::catalogue()).await?;
            self.look_at(&catalogue, &mut report)?;
        }
        if !unusable.contains_key(&Name::ContactTypes) {
            match self.ask(catalogue::contact_types()).await {
                Ok(types) => report.warnings.extend(self.unknown_templates(&types.note_templates)),
                Err(error) => {
                    report.warnings.push(format!("The note mapping could not be checked. {}", error.detail))
                }
            }
        }
        Ok(report)
    }

    /// The server's schema. `None`: it does not tell.
    async fn schema(&self) -> EhrResult<Option<Schema>> {
        let call = introspection(&self.config.api);
        let safety = call.safety;
        let response = self.ctx.send(call).await?;
        let status = response.status();
        if status == StatusCode::UNAUTHORIZED
            || status == StatusCode::TOO_MANY_REQUESTS
            || status.is_server_error()
        {
            let words = self.without_secrets(reply::words(response.body()));
            return Err(error::refused(status, &words, safety));
        }
        let data = Reply::read(response.body()).ok().and_then(|reply| reply.into_data().ok());
        Ok(data.filter(|_| status.is_success()).and_then(|data| read_schema(data).ok().flatten()))
    }

    /// The operations that cannot be carried out, and why.
    fn unusable(&self, schema: Option<&Schema>, report: &mut CheckReport) -> BTreeMap<Name, String> {
        let mut unusable = BTreeMap::new();
        let mut fitting = 0_u32;
        for name in Name::ALL.iter().copied() {
            let spec = name.spec();
            let Some(document) = self.config.documents.get(name) else {
                unusable.insert(name, error::why_off(spec));
                continue;
            };
            let misfits = schema.map(|schema| misfits(document, schema)).unwrap_or_default();
            if misfits.is_empty() {
                fitting = fitting.saturating_add(1);
                continue;
            }
            unusable.insert(
                name,
                format!("{} does not fit Kaddio's schema ({}).", spec.setting, misfits.join(", ")),
            );
            report
                .warnings
                .extend(misfits.into_iter().map(|misfit| format!("Not in Kaddio's schema: {misfit}.")));
        }
        match schema {
            Some(_) => report.findings.push(format!("{fitting} operations fit Kaddio's schema.")),
            None => report.warnings.push(
                "Kaddio does not tell its schema here: whether the operations fit shows only when they are used.".to_owned(),
            ),
        }
        unusable
    }

    fn look_at(&self, catalogue: &Catalogue, report: &mut CheckReport) -> EhrResult<()> {
        let zone = self.zone(catalogue)?;
        report.findings.push(format!(
            "The token works: {} with {} places, {} hosts and {} booking types, in {}.",
            catalogue.organisation.place.name,
            catalogue.care_units.len(),
            catalogue.resources.len(),
            catalogue.healthcare_services.len(),
            zone.iana_name().unwrap_or("a zone without a name"),
        ));
        let known: BTreeSet<&Id> = catalogue.resources.iter().map(|host| &host.id).collect();
        let named = [
            ("default_author", self.config.default_author.as_ref()),
            ("impersonation_id", self.config.api.host()),
        ];
        for (setting, host) in named {
            if host.is_some_and(|host| !known.contains(host)) {
                report.warnings.push(format!("{setting} is no host of the organisation."));
            }
        }
        if self.config.free_times == FreeTimesFrom::Rest {
            report.findings.push("Free times come from the public list.".to_owned());
            let left_out = catalogue.resources.iter().filter(|host| {
                host.slug.is_none() || !catalogue.care_units.is_empty() && host.care_unit_ids.len() != 1
            });
            let left_out = left_out.count();
            if left_out > 0 {
                report.warnings.push(format!(
                    "{left_out} hosts have no free times: the public list names no place, and they work at several or at none."
                ));
            }
        }
        Ok(())
    }

    fn unknown_templates(&self, types: &[ContactType]) -> Vec<String> {
        let mut warnings = Vec::new();
        for (id, mapped) in &self.ctx.connection.note_mapping.0 {
            let name = id.as_str();
            let Some(found) = types.iter().find(|kind| kind.id.as_str() == mapped.emr_id) else {
                warnings.push(format!("{name} is mapped to a template that Kaddio does not have."));
                continue;
            };
            for (field, heading) in &mapped.fields {
                if !found.fields.iter().any(|known| known.id.as_str() == heading.emr_id) {
                    warnings.push(format!(
                        "{field} of {name} is mapped to a heading that its template does not have."
                    ));
                }
            }
        }
        warnings
    }
}

/// What a document selects and nothing reads: mostly an alias that is misspelt.
fn unread(document: &Document) -> impl Iterator<Item = String> {
    let spec = document.name().spec();
    let unread = document.selected().filter(|path| !spec.answers.iter().any(|answer| answer.path == *path));
    unread.map(move |path| format!("{} selects {path}, which nothing reads.", spec.setting))
}

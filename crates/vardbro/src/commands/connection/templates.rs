//! `vardbro connection templates`.

use std::io::{self, Write};

use serde::Serialize;
use vardbro_ehr::EmrTemplate;

use super::super::Failure;
use super::super::desk::{Desk, connector};
use super::super::output::{Table, Told};
use super::super::unlock::unlock;
use super::check::{ctx, why};
use super::draft::opened;
use super::named::{Named, Which, find, title};

#[derive(Serialize)]
struct Offered {
    connection: String,
    templates: Vec<EmrTemplate>,
}

/// What the EHR offers, or why it does not tell.
pub async fn offered(
    desk: &Desk,
    named: &Named,
) -> Result<Result<Vec<EmrTemplate>, vardbro_ehr::EhrError>, Failure> {
    let key = unlock(desk, &named.application).await?;
    let code = &named.connection.ehr;
    let ehr = connector(code).ok_or_else(|| Failure::NoConnector(code.clone()))?;
    let connection = opened(&*ehr, &named.connection, named.application.id, &key)?;
    let ctx = match ctx(&desk.wires()?, &*ehr, connection) {
        Ok(ctx) => ctx,
        Err(error) => return Ok(Err(error)),
    };
    let offered = ehr.offered_note_templates(&ctx).await;
    Ok(offered.map_err(|mut error| {
        error.detail = why(&error, &ctx.connection.settings);
        error
    }))
}

pub async fn templates(desk: &Desk, which: &Which) -> Result<(), Failure> {
    let named = find(desk, which).await?;
    let connection = title(&named.connection);
    match offered(desk, &named).await? {
        Ok(templates) => desk.tell(&Offered { connection, templates }),
        Err(error) => Err(Failure::NoTemplates { name: connection, why: error.detail }),
    }
}

impl Told for Offered {
    fn words(&self, out: &mut dyn Write) -> io::Result<()> {
        if self.templates.is_empty() {
            return writeln!(out, "{} offers no template.", self.connection);
        }
        for template in &self.templates {
            writeln!(out, "{}  {}", template.emr_id, template.name)?;
            let mut table = Table::default();
            for field in &template.fields {
                let longest = field.max_length.map(|length| format!("at most {length} characters"));
                let required = field.required.and_then(|required| required.then(|| "required".to_owned()));
                let remarks = [field.kind.clone(), longest, required];
                let remarks = remarks.into_iter().flatten().collect::<Vec<_>>().join(", ");
                table.row([format!("  {}", field.emr_id), field.name.clone(), remarks]);
            }
            table.write(out)?;
        }
        Ok(())
    }
}

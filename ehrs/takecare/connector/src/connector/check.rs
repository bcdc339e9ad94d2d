//! One harmless real call, and what it says about a connection.

use jiff::SignedDuration;
use vardbro_ehr::{CheckReport, EhrResult};

use super::session::Session;
use crate::config::Config;
use crate::mapping::note::Templates;

/// A certificate that ends sooner is worth a warning: a new one takes weeks.
const SOON: SignedDuration = SignedDuration::from_hours(30 * 24);

const ASSUMED: &str = "CGM publishes the Booking service only. Patients, case notes, documents, and care units without the setting \
                       care_units are called where we assume that they are: go through ehrs/takecare/ASSUMED.md with CGM.";

impl Session<'_> {
    pub(super) async fn check(&self) -> EhrResult<CheckReport> {
        let mut findings = vec![self.looked().await?];
        let mut warnings = vec![ASSUMED.to_owned()];
        let connection = &self.ctx.connection;
        match Config::identity(connection)? {
            Some(identity) => {
                let until = self.config.zone.to_datetime(identity.expires()).date();
                let left = identity.expires().duration_since(self.ctx.clock.now());
                let said = format!("The client certificate is valid until {until}.");
                if left < SOON { warnings.push(said) } else { findings.push(said) }
            }
            None => warnings.push("There is no client certificate: CGM's own servers want one.".to_owned()),
        }
        if let Err(error) = Templates::read(&connection.note_mapping) {
            warnings.push(error.detail);
        }
        Ok(CheckReport { findings, warnings, unavailable: self.config.services.unavailable() })
    }

    async fn looked(&self) -> EhrResult<String> {
        match self.config.care_units.as_deref() {
            Some([first, ..]) => {
                let types = self.time_types(&self.config.unit_key(first)).await?;
                let name = types.care_unit_name.as_deref().unwrap_or("without a name");
                Ok(format!(
                    "Booking.GetTimeTypes works: care unit {first} ({name}) has {} time types for the web.",
                    types.types.len()
                ))
            }
            _ => {
                let units = self.care_units().await?;
                Ok(format!("CareUnit.GetCareUnits works: there are {} care units.", units.len()))
            }
        }
    }
}

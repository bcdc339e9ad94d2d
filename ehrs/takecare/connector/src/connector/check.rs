//! One harmless real call, and what it says about a connection.

use jiff::SignedDuration;
use url::Url;
use vardbro_ehr::wire::WireErrorKind;
use vardbro_ehr::{CheckReport, EhrError, EhrErrorKind, EhrResult};

use super::session::Session;
use crate::config::{Config, Service};
use crate::mapping::note::Templates;

/// A certificate that ends sooner is worth a warning: a new one takes weeks.
const SOON: SignedDuration = SignedDuration::from_hours(30 * 24);

const ASSUMED: &str = "CGM publishes the Booking service only. Patients, case notes, documents, and care units without the setting \
                       care_units are called where we assume that they are: go through ehrs/takecare/ASSUMED.md with CGM.";

impl Session<'_> {
    pub(super) async fn check(&self) -> EhrResult<CheckReport> {
        let mut findings = vec![self.looked().await.map_err(|error| self.advised(error))?];
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

    /// The error with the settings that it may be the fault of.
    fn advised(&self, error: EhrError) -> EhrError {
        let advice = match (error.unanswered, &error.kind) {
            (Some(WireErrorKind::CertificateMissing), _) => {
                " Give one: client_certificate with client_key, or client_pkcs12."
            }
            (Some(WireErrorKind::CertificateRefused(_)), _) => {
                " It is that of client_certificate or client_pkcs12: CGM must have allowed it."
            }
            (Some(WireErrorKind::ServerCertificate(_)), _) => {
                " Where the node's certificate is of an authority that is not publicly trusted, give that as authorities."
            }
            (None, EhrErrorKind::Failed) if error.emr_error.is_some() => {
                " Look whether externaluser, invokingsystem, tcusername, tcpassword and care_units are as agreed with CGM and the customer."
            }
            _ => "",
        };
        let (setting, url) = self.place();
        let error = error.at(setting, url);
        EhrError { detail: format!("{}{advice}", error.detail), ..error }
    }

    /// The setting that says where a check calls, and what it says.
    fn place(&self) -> (&'static str, &Url) {
        let listed = self.config.care_units.as_deref().is_none_or(<[String]>::is_empty);
        let elsewhere = self
            .config
            .services
            .at(Service::GetCareUnits)
            .ok()
            .filter(|endpoint| listed && endpoint.address.origin() != self.config.booking_url().origin());
        match elsewhere {
            Some(endpoint) => (Service::GetCareUnits.setting(), &endpoint.address),
            None => ("booking_url", self.config.booking_url()),
        }
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

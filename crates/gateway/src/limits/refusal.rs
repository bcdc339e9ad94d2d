//! Why somebody was refused, as operators count it.

/// A reason, for the metric `vardbro_refusals_total`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    ApplicationRate,
    AddressRate,
    FailedLogins,
    InFlight,
    ApplicationInFlight,
    BodyBytes,
    ApplicationBodyBytes,
    Connections,
    AddressConnections,
    Handshake,
    HeaderTime,
    BodyTime,
    SlowReader,
}

impl Refusal {
    /// Its label.
    fn reason(self) -> &'static str {
        match self {
            Self::ApplicationRate => "application_rate",
            Self::AddressRate => "address_rate",
            Self::FailedLogins => "failed_logins",
            Self::InFlight => "requests_in_flight",
            Self::ApplicationInFlight => "application_requests_in_flight",
            Self::BodyBytes => "body_bytes",
            Self::ApplicationBodyBytes => "application_body_bytes",
            Self::Connections => "connections",
            Self::AddressConnections => "address_connections",
            Self::Handshake => "handshake",
            Self::HeaderTime => "header_time",
            Self::BodyTime => "body_time",
            Self::SlowReader => "slow_reader",
        }
    }

    pub(crate) fn count(self) {
        metrics::counter!("vardbro_refusals_total", "reason" => self.reason()).increment(1);
    }
}

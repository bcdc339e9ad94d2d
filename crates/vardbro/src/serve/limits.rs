//! What the gateway bears, as configured.

use std::num::NonZeroU32;
use std::time::Duration;

use bytesize::ByteSize;
use vardbro_gateway::{Forwarded, Limits, Pace, Rate};

use crate::config::{self, ForwardedHeader, Server};

/// In which the least speed of readers is held.
const PERIOD: Duration = Duration::from_secs(30);

pub fn of(limits: &config::Limits, server: &Server) -> Limits {
    let config::Limits {
        application_requests_per_minute,
        application_burst,
        address_requests_per_minute,
        address_burst,
        failed_logins_per_minute,
        requests_in_flight,
        requests_in_flight_per_application,
        body_memory,
        body_memory_per_application,
        connections,
        connections_per_address,
        handshake_timeout,
        header_timeout,
        body_timeout,
        body_pause,
        idle_timeout,
        slowest_reader,
        header_size,
        header_fields,
    } = *limits;
    Limits {
        application: Rate::new(application_requests_per_minute, application_burst),
        address: Rate::new(address_requests_per_minute, address_burst),
        failed_logins_per_minute: NonZeroU32::new(failed_logins_per_minute),
        requests_in_flight: count(requests_in_flight),
        requests_in_flight_per_application: count(requests_in_flight_per_application),
        body_bytes: size(body_memory),
        body_bytes_per_application: size(body_memory_per_application),
        connections: count(connections),
        connections_per_address: count(connections_per_address),
        handshake_time: Some(handshake_timeout),
        header_time: Some(header_timeout),
        idle_time: Some(idle_timeout),
        header_bytes: bytes(header_size),
        header_fields: usize::try_from(header_fields).unwrap_or(usize::MAX),
        body_time: Some(body_timeout),
        body_pause: Some(body_pause),
        slowest_reader: size(slowest_reader).map(pace),
        trusted_proxies: server.trusted_proxies.clone(),
        forwarded: match server.forwarded_header {
            ForwardedHeader::XForwardedFor => Forwarded::XForwardedFor,
            ForwardedHeader::Forwarded => Forwarded::Standard,
        },
    }
}

/// 0 is no limit.
fn count(count: u32) -> Option<usize> {
    (count > 0).then_some(usize::try_from(count).unwrap_or(usize::MAX))
}

/// 0 is no limit.
fn size(size: ByteSize) -> Option<usize> {
    (size.as_u64() > 0).then_some(bytes(size))
}

fn bytes(size: ByteSize) -> usize {
    usize::try_from(size.as_u64()).unwrap_or(usize::MAX)
}

fn pace(bytes_per_second: usize) -> Pace {
    let seconds = usize::try_from(PERIOD.as_secs()).unwrap_or(usize::MAX);
    Pace { bytes: bytes_per_second.saturating_mul(seconds), period: PERIOD }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Environment, load};

    fn configured(variables: &[(&str, &str)]) -> Limits {
        let variables = variables.iter().map(|(name, value)| (name.into(), value.into()));
        let config = load(None, &Environment::of(variables)).unwrap().config;
        of(&config.limits, &config.server)
    }

    #[test]
    fn the_default_file_has_the_limits_that_the_gateway_has_by_itself() {
        assert_eq!(format!("{:?}", configured(&[])), format!("{:?}", Limits::default()));
    }

    #[test]
    fn naught_is_no_limit() {
        let names = [
            "APPLICATION_REQUESTS_PER_MINUTE",
            "ADDRESS_REQUESTS_PER_MINUTE",
            "FAILED_LOGINS_PER_MINUTE",
            "REQUESTS_IN_FLIGHT",
            "REQUESTS_IN_FLIGHT_PER_APPLICATION",
            "BODY_MEMORY",
            "BODY_MEMORY_PER_APPLICATION",
            "CONNECTIONS",
            "CONNECTIONS_PER_ADDRESS",
            "SLOWEST_READER",
        ]
        .map(|name| format!("VARDBRO_LIMITS_{name}"));
        let off: Vec<_> = names.iter().map(|name| (name.as_str(), "0")).collect();

        assert_eq!(format!("{:?}", configured(&off)), format!("{:?}", Limits::unlimited()));
    }

    #[test]
    fn proxies_are_believed_by_the_header_that_is_named() {
        let limits = configured(&[
            ("VARDBRO_SERVER_TRUSTED_PROXIES", "10.0.0.0/8"),
            ("VARDBRO_SERVER_FORWARDED_HEADER", "Forwarded"),
        ]);

        assert_eq!(limits.trusted_proxies, ["10.0.0.0/8".parse().unwrap()]);
        assert_eq!(limits.forwarded, Forwarded::Standard);
    }
}

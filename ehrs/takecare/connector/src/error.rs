//! What it means when TakeCare does not do what was asked.

use http::StatusCode;
use vardbro_ehr::wire::{Delivery, Safety};
use vardbro_ehr::{EhrError, EhrErrorKind};
use vardbro_model::error::{Fault as RequestFault, FaultCode};

use crate::wire::{Fault, Unreadable};

/// TakeCare says no to a question. By no code can it be told why.
pub(crate) fn refused_question(label: &str, words: &str) -> EhrError {
    said(EhrError::failed(format!("TakeCare refused {label}.")), words)
}

/// TakeCare says no to a write, and looking again did not tell why.
pub(crate) fn refused_write(words: &str) -> EhrError {
    let fault = RequestFault::of_request(FaultCode::BadInput, "TakeCare refused the request.");
    said(EhrError::invalid(vec![fault]), words)
}

/// The error with TakeCare's own words. Secrets are taken out of them already.
pub(crate) fn said(error: EhrError, words: &str) -> EhrError {
    let error = error.delivered(Delivery::Rejected);
    if words.trim().is_empty() { error } else { error.with_words(words) }
}

/// A SOAP fault. What it says of a write is known only if the request itself was at fault.
pub(crate) fn fault(label: &str, fault: &Fault, words: &str, safety: Safety) -> EhrError {
    if safety == Safety::Read || fault.of_the_request {
        return said(EhrError::failed(format!("TakeCare's service broke off {label}.")), words);
    }
    lost(format!("TakeCare's service broke while it worked on {label}")).with_words(words)
}

/// An answer that is neither 2xx nor SOAP.
pub(crate) fn http(label: &str, status: StatusCode, words: &str, safety: Safety) -> EhrError {
    let error = match status {
        StatusCode::UNAUTHORIZED => EhrError::failed(
            "TakeCare's server refused the connection's credentials (HTTP 401): look at the settings tcusername and tcpassword.",
        ),
        StatusCode::FORBIDDEN => EhrError::failed(
            "TakeCare's server does not let the connection in (HTTP 403). It may want a client certificate, or another one: \
             settings client_certificate and client_key, or client_pkcs12.",
        ),
        StatusCode::NOT_FOUND => EhrError::failed(format!(
            "There is no service where {label} was sent (HTTP 404): look whether the setting booking_url ends in \
                 booking/booking.asmx, and, for a service that CGM does not publish, where its own setting says that it is."
        )),
        StatusCode::TOO_MANY_REQUESTS => {
            EhrError::new(EhrErrorKind::RateLimited, "The EHR's quota is used up for now.")
        }
        _ if status.is_redirection() => EhrError::failed(format!(
            "TakeCare's address leads elsewhere (HTTP {}), and nobody follows: look at the setting booking_url.",
            status.as_u16()
        )),
        StatusCode::SERVICE_UNAVAILABLE => {
            EhrError::failed("TakeCare's server is out of service (HTTP 503).")
        }
        _ if status.is_server_error() && safety != Safety::Read => {
            let broke =
                format!("TakeCare's server broke while it worked on {label} (HTTP {})", status.as_u16());
            return lost(broke).with_words(words);
        }
        _ => EhrError::failed(format!("TakeCare's server answered {label} with HTTP {}.", status.as_u16())),
    };
    said(error, words)
}

/// A 2xx answer that is not what it should be.
pub(crate) fn unreadable(label: &str, at: &Unreadable, safety: Safety) -> EhrError {
    let detail = format!("TakeCare's answer to {label} could not be read at {}", at.element);
    match safety {
        Safety::Read if at.is_all() => EhrError::failed(format!(
            "{detail}. If every call ends so, it is not XChange that answers: look whether the setting booking_url is right."
        ))
        .delivered(Delivery::Rejected),
        Safety::Read => EhrError::failed(format!("{detail}.")).delivered(Delivery::Rejected),
        Safety::Idempotent | Safety::Once => lost(detail),
    }
}

/// A write of which it is not known whether it happened.
pub(crate) fn lost(why: String) -> EhrError {
    EhrError::outcome_unknown(format!("{why}: it may or may not have happened. Look before you repeat it."))
}

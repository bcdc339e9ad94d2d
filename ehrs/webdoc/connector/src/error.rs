//! What Webdoc's refusals mean. Its error bodies are not public, so its words are handed on as they are, scrubbed.

use http::StatusCode;
use vardbro_ehr::EhrError;
use vardbro_ehr::wire::{Delivery, Safety};
use vardbro_model::capabilities::Operation;
use vardbro_model::error::{Fault, FaultCode};

use crate::wire::{Scope, Unreadable, listed};

/// An answer that is not 2xx to a call that needs this scope. `words` has the connection's secrets taken out already.
pub(crate) fn refused(status: StatusCode, words: &str, safety: Safety, scope: Scope) -> EhrError {
    let error = match status {
        StatusCode::UNAUTHORIZED => EhrError::failed(format!(
            "Webdoc refused an access token that it had just handed out (HTTP 401): look whether the settings api_url and token_url are \
             of the same environment, and check with Carasent that the client may use this API host, and has the scope {scope}."
        )),
        StatusCode::FORBIDDEN => EhrError::failed(format!(
            "Webdoc does not allow this to the connection's client (HTTP 403): it needs the scope {scope}."
        )),
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::NOT_IMPLEMENTED => {
            EhrError::failed(format!("Webdoc is out of service (HTTP {}).", status.as_u16()))
        }
        StatusCode::NOT_FOUND if safety == Safety::Read => EhrError::failed(
            "Webdoc has nothing where it was asked (HTTP 404). If every call ends so, look at the setting api_url: it is the API host's \
             origin, without a path.",
        ),
        _ if status.is_redirection() => EhrError::failed(format!(
            "Webdoc's address leads elsewhere (HTTP {}), and nobody follows: look at the setting api_url.",
            status.as_u16()
        )),
        _ if status.is_server_error() && safety != Safety::Read => {
            return with_words(EhrError::outcome_unknown(broke(status)), words);
        }
        _ if status.is_client_error() && safety != Safety::Read => {
            EhrError::invalid(vec![Fault::of_request(FaultCode::BadInput, "The EHR refused the request.")])
        }
        _ => EhrError::failed(format!("Webdoc answered HTTP {}.", status.as_u16())),
    };
    with_words(error.delivered(Delivery::Rejected), words)
}

fn broke(status: StatusCode) -> String {
    format!(
        "Webdoc broke while it worked on the write (HTTP {}): it may or may not have happened. Look before you repeat it.",
        status.as_u16()
    )
}

pub(crate) fn with_words(error: EhrError, words: &str) -> EhrError {
    if words.trim().is_empty() { error } else { error.with_words(words) }
}

/// A 2xx answer that is not what it should be.
pub(crate) fn unreadable(endpoint: &str, at: &Unreadable, safety: Safety) -> EhrError {
    let detail = format!("Webdoc's answer to {endpoint} could not be read at {}.", at.path);
    match safety {
        Safety::Read if at.is_all() => EhrError::failed(format!(
            "{detail} If every call ends so, it is not Webdoc that answers: look at the settings api_url and token_url."
        ))
        .delivered(Delivery::Rejected),
        Safety::Read => EhrError::failed(detail).delivered(Delivery::Rejected),
        Safety::Idempotent | Safety::Once => EhrError::outcome_unknown(format!(
            "{detail} The write may have happened. Look before you repeat it."
        )),
    }
}

/// The operation needs scopes that the connection's client has not.
pub(crate) fn lacks_scopes(operation: Operation, missing: &[Scope]) -> EhrError {
    EhrError::invalid(vec![Fault::of_request(FaultCode::NotSupported, lack(operation, missing))])
}

/// Why an operation is not possible.
pub(crate) fn lack(operation: Operation, missing: &[Scope]) -> String {
    format!(
        "{operation} needs the scope {}, which this connection's client at Webdoc does not have.",
        listed(missing.iter().copied(), ", ")
    )
}

/// The token host knows the client, or its secret, not.
pub(crate) fn credentials(status: StatusCode, words: &str) -> EhrError {
    let error = EhrError::failed(format!(
        "Webdoc refused the client id, the client secret or all scopes at the token host (HTTP {}): look at the settings client_id, \
         client_secret and scopes, and whether token_url is of the environment that they are for.",
        status.as_u16()
    ));
    with_words(error.delivered(Delivery::Rejected), words)
}

/// The token host answered neither with a token nor with a refusal.
pub(crate) fn token_host(status: StatusCode, words: &str) -> EhrError {
    let error = EhrError::failed(format!(
        "Webdoc's token host answered HTTP {}. If it keeps doing so, look at the setting token_url: it ends in /oauth/token.",
        status.as_u16()
    ));
    with_words(error.delivered(Delivery::Rejected), words)
}

#[cfg(test)]
mod tests {
    use vardbro_ehr::EhrErrorKind;

    use super::*;

    fn said(status: u16, safety: Safety) -> EhrError {
        refused(StatusCode::from_u16(status).unwrap(), "no 19121212-1212", safety, Scope::BookingsWrite)
    }

    #[test]
    fn a_breakdown_leaves_a_write_unknown_and_a_read_failed() {
        for status in [500, 502, 504] {
            assert_eq!(said(status, Safety::Once).kind, EhrErrorKind::OutcomeUnknown);
            assert_eq!(said(status, Safety::Once).delivery, Delivery::Unknown);
            assert_eq!(said(status, Safety::Read).kind, EhrErrorKind::Failed);
        }
        for status in [501, 503] {
            let error = said(status, Safety::Once);
            assert_eq!((error.kind, error.delivery), (EhrErrorKind::Failed, Delivery::Rejected));
        }
    }

    #[test]
    fn who_is_not_allowed_to_is_told_the_scope() {
        for status in [401, 403] {
            let error = said(status, Safety::Once);
            assert_eq!(error.kind, EhrErrorKind::Failed);
            assert!(error.detail.contains("bookings:write"), "{}", error.detail);
        }
    }

    #[test]
    fn a_refused_write_has_webdocs_words_without_numbers() {
        let error = said(400, Safety::Once);
        assert_eq!(error.emr_error.as_deref(), Some("no ***"));
        let EhrErrorKind::Invalid(faults) = error.kind else { panic!("{error:?}") };
        assert_eq!((faults[0].code, faults[0].emr_error.as_deref()), (FaultCode::BadInput, Some("no ***")));
    }
}

//! What Kaddio's refusals mean.

use http::StatusCode;
use vardbro_ehr::wire::{Delivery, Safety};
use vardbro_ehr::{EhrError, EhrErrorKind};
use vardbro_model::error::{Fault, FaultCode};

use crate::operations::Spec;
use crate::wire::Unreadable;

const LOOK: &str = "it may or may not have happened. Look before you repeat it.";

/// What may be wrong when it is not Kaddio's GraphQL that answers.
const ADDRESS: &str = "look whether the setting url is the organisation's own address and ends in /graphql";

/// An answer that is not 2xx. `words` has the connection's secrets taken out already.
pub(crate) fn refused(status: StatusCode, words: &str, safety: Safety) -> EhrError {
    let code = status.as_u16();
    let error = match status {
        StatusCode::TOO_MANY_REQUESTS => {
            EhrError::new(EhrErrorKind::RateLimited, "The EHR's quota is used up for now.")
        }
        StatusCode::UNAUTHORIZED => EhrError::failed(
            "Kaddio refused the connection's token (HTTP 401): the setting token is wrong, or was revoked, or is of another organisation \
             than the one that url names. Make a new one on the user's page /my-profile.",
        ),
        StatusCode::FORBIDDEN => {
            EhrError::failed("Kaddio does not allow this to the user of the connection's token (HTTP 403).")
        }
        StatusCode::NOT_FOUND => EhrError::failed(format!(
            "There is no GraphQL where Kaddio was asked (HTTP 404): {ADDRESS}, and the organisation has the API add-on module."
        )),
        _ if status.is_redirection() => EhrError::failed(format!(
            "Kaddio's address leads elsewhere (HTTP {code}), and nobody follows: {ADDRESS}."
        )),
        StatusCode::SERVICE_UNAVAILABLE => EhrError::failed("Kaddio is out of service (HTTP 503)."),
        _ if status.is_server_error() && safety != Safety::Read => {
            let detail = format!("Kaddio broke while it worked on the write (HTTP {code}): {LOOK}");
            return with_words(EhrError::outcome_unknown(detail), words);
        }
        _ => EhrError::failed(format!("Kaddio answered HTTP {code}.")),
    };
    with_words(error.delivered(Delivery::Rejected), words)
}

/// A query that was answered with errors. `words` has the connection's secrets taken out already.
pub(crate) fn query_refused(name: &str, words: &str) -> EhrError {
    let error = EhrError::failed(format!("Kaddio refused the query {name}.")).delivered(Delivery::Rejected);
    with_words(error, words)
}

/// A mutation that was answered with errors, and not carried out. No code is invented for Kaddio's words.
pub(crate) fn mutation_refused(words: &str) -> EhrError {
    let fault = Fault::of_request(FaultCode::BadInput, "The EHR refused the request.");
    with_words(EhrError::invalid(vec![fault]).delivered(Delivery::Rejected), words)
}

/// A mutation that was carried out, as far as can be told, and answered with errors about a part of it.
pub(crate) fn half_answered(name: &str, words: &str) -> EhrError {
    let detail = format!("Kaddio answered {name} in part, with errors: {LOOK}");
    with_words(EhrError::outcome_unknown(detail), words)
}

/// An answer that is not what it should be.
pub(crate) fn unreadable(name: &str, at: &Unreadable, safety: Safety) -> EhrError {
    let detail = format!("Kaddio's answer to {name} could not be read at {}.", at.path);
    match safety {
        Safety::Read if at.is_all() => EhrError::failed(format!(
            "{detail} If every call ends so, it is not Kaddio's GraphQL that answers: {ADDRESS}."
        ))
        .delivered(Delivery::Rejected),
        Safety::Read => EhrError::failed(detail).delivered(Delivery::Rejected),
        Safety::Idempotent | Safety::Once => EhrError::outcome_unknown(format!(
            "{detail} The write may have happened. Look before you repeat it."
        )),
    }
}

/// The operation is turned off for this connection.
pub(crate) fn turned_off(spec: &Spec) -> EhrError {
    EhrError::not_offered(why_off(spec))
}

/// Why what needs the operation is not supported.
pub(crate) fn why_off(spec: &Spec) -> String {
    format!("The connection's setting {} turns off what this needs ({}).", spec.setting, spec.what)
}

fn with_words(error: EhrError, words: &str) -> EhrError {
    if words.trim().is_empty() { error } else { error.with_words(words) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_breakdown_leaves_a_write_unknown_and_a_read_failed() {
        for status in [500, 502, 504] {
            let status = StatusCode::from_u16(status).unwrap();
            let write = refused(status, "", Safety::Once);
            assert_eq!((write.kind, write.delivery), (EhrErrorKind::OutcomeUnknown, Delivery::Unknown));
            assert_eq!(refused(status, "", Safety::Read).kind, EhrErrorKind::Failed);
        }
        let away = refused(StatusCode::SERVICE_UNAVAILABLE, "", Safety::Once);
        assert_eq!((away.kind, away.delivery), (EhrErrorKind::Failed, Delivery::Rejected));
    }

    #[test]
    fn no_code_is_invented_for_kaddios_words() {
        let error = mutation_refused("Personnumret 191212121212 finns redan");
        let EhrErrorKind::Invalid(faults) = &error.kind else { panic!("{error:?}") };
        assert_eq!((faults[0].code, faults[0].path.as_deref()), (FaultCode::BadInput, None));
        assert_eq!(faults[0].emr_error.as_deref(), Some("Personnumret *** finns redan"));
    }
}

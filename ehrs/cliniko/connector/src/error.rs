//! What Cliniko's refusals mean.

use std::time::Duration;

use bytes::Bytes;
use http::{Response, StatusCode};
use jiff::Timestamp;
use serde::Deserialize;
use vardbro_ehr::scrub::scrub;
use vardbro_ehr::wire::{Delivery, Safety};
use vardbro_ehr::{EhrError, EhrErrorKind};
use vardbro_model::error::{Fault, FaultCode};

use crate::wire::Unreadable;

/// What may be wrong when it is not Cliniko's API that answers.
const ADDRESS: &str = "look at the setting base_url, which is https://api.{shard}.cliniko.com/v1";

/// An answer that is not 2xx. `words` has the connection's secrets taken out already.
pub(crate) fn refused(response: &Response<Bytes>, words: &str, safety: Safety, now: Timestamp) -> EhrError {
    let status = response.status();
    let error = match status {
        StatusCode::UNPROCESSABLE_ENTITY => EhrError::invalid(faults(words)),
        StatusCode::TOO_MANY_REQUESTS => EhrError {
            retry_after: reset(response, now),
            ..EhrError::new(EhrErrorKind::RateLimited, "The EHR's quota is used up for now.")
        },
        StatusCode::UNAUTHORIZED => EhrError::failed(
            "Cliniko refused the connection's API key (HTTP 401): the setting api_key is wrong, or its key was revoked, or is of another \
             shard than the one that is called.",
        ),
        StatusCode::FORBIDDEN => EhrError::failed(
            "Cliniko does not allow this to the user of the connection's API key (HTTP 403).",
        ),
        StatusCode::SERVICE_UNAVAILABLE => EhrError::failed("Cliniko is out of service (HTTP 503)."),
        StatusCode::NOT_FOUND => EhrError::failed(format!(
            "Cliniko has nothing where it was asked (HTTP 404). If every call ends so: {ADDRESS}."
        )),
        _ if status.is_redirection() => EhrError::failed(format!(
            "Cliniko's address leads elsewhere (HTTP {}), and nobody follows: {ADDRESS}.",
            status.as_u16()
        )),
        _ if status.is_server_error() && safety != Safety::Read => {
            return EhrError::outcome_unknown(format!(
                "Cliniko broke while it worked on the write (HTTP {}): it may or may not have happened. Look before you repeat it.",
                status.as_u16()
            ))
            .with_words(words);
        }
        _ => EhrError::failed(format!("Cliniko answered HTTP {}.", status.as_u16())),
    };
    let error = error.delivered(Delivery::Rejected);
    if words.trim().is_empty() { error } else { error.with_words(words) }
}

/// A 2xx answer that is not what it should be.
pub(crate) fn unreadable(endpoint: &str, at: &Unreadable, safety: Safety) -> EhrError {
    let detail = format!("Cliniko's answer to {endpoint} could not be read at {}.", at.path);
    match safety {
        Safety::Read if at.is_all() => EhrError::failed(format!(
            "{detail} If every call ends so, it is not Cliniko's API that answers: {ADDRESS}."
        ))
        .delivered(Delivery::Rejected),
        Safety::Read => EhrError::failed(detail).delivered(Delivery::Rejected),
        Safety::Idempotent | Safety::Once => EhrError::outcome_unknown(format!(
            "{detail} The write may have happened. Look before you repeat it."
        )),
    }
}

/// Seconds until the quota's window resets.
fn reset(response: &Response<Bytes>, now: Timestamp) -> Option<Duration> {
    let at: i64 = response.headers().get("x-ratelimit-reset")?.to_str().ok()?.trim().parse().ok()?;
    let seconds = u64::try_from(at.checked_sub(now.as_second())?).unwrap_or(0);
    Some(Duration::from_secs(seconds.min(3600)))
}

/// The body of a 422. `errors` is an object of field → one string; a general error has the key `base`.
#[derive(Deserialize)]
struct Refusal {
    #[serde(default)]
    errors: Option<serde_json::Map<String, serde_json::Value>>,
}

fn faults(words: &str) -> Vec<Fault> {
    let errors = serde_json::from_str::<Refusal>(words).ok().and_then(|refusal| refusal.errors);
    let mut faults: Vec<Fault> = errors
        .iter()
        .flatten()
        .map(|(field, said)| {
            let (path, code) = our_field(field);
            let said = match said {
                serde_json::Value::String(text) => text.clone(),
                serde_json::Value::Null => "is invalid".to_owned(),
                other => other.to_string(),
            };
            Fault {
                code,
                detail: "The EHR refused the value.".to_owned(),
                path: path.map(str::to_owned),
                emr_error: Some(scrub(&format!("{field} {said}"))),
            }
        })
        .collect();
    if faults.is_empty() {
        faults.push(Fault {
            emr_error: Some(scrub(words)),
            ..Fault::of_request(FaultCode::BadInput, "The EHR refused the request.")
        });
    }
    faults
}

/// Our field for Cliniko's. An unknown appointment type is reported as a fault of `max_attendees`.
fn our_field(native: &str) -> (Option<&'static str>, FaultCode) {
    match native {
        "patient_id" | "patient" => (Some("patient_id"), FaultCode::InvalidPatientId),
        "practitioner_id" | "practitioner" => (Some("resource_id"), FaultCode::InvalidResourceId),
        "appointment_type_id" | "appointment_type" | "max_attendees" => {
            (Some("healthcare_service_id"), FaultCode::InvalidHealthcareServiceId)
        }
        "business_id" | "business" => (Some("care_unit_id"), FaultCode::InvalidCareUnitId),
        "booking_id" | "booking" => (Some("appointment_id"), FaultCode::InvalidAppointmentId),
        "starts_at" => (Some("start"), FaultCode::BadInput),
        "ends_at" => (Some("end"), FaultCode::BadInput),
        "notes" | "cancellation_note" => (Some("comment"), FaultCode::BadInput),
        "first_name" => (Some("first_name"), FaultCode::BadInput),
        "last_name" => (Some("last_name"), FaultCode::BadInput),
        "date_of_birth" => (Some("date_of_birth"), FaultCode::BadInput),
        "sex" => (Some("gender"), FaultCode::BadInput),
        "email" => (Some("emails.0"), FaultCode::BadInput),
        "old_reference_id" => (Some("external_id"), FaultCode::BadInput),
        "address_1" => (Some("address.street"), FaultCode::BadInput),
        "address_2" => (Some("address.co_address"), FaultCode::BadInput),
        "city" => (Some("address.city"), FaultCode::BadInput),
        "post_code" => (Some("address.postal_code"), FaultCode::BadInput),
        "country" | "country_code" => (Some("address.country"), FaultCode::BadInput),
        "content" => (Some("content"), FaultCode::InvalidNoteContent),
        "treatment_note_template_id" | "treatment_note_template" => {
            (Some("template_id"), FaultCode::InvalidNoteContent)
        }
        "title" | "description" => (Some("title"), FaultCode::BadInput),
        "filename" => (Some("format"), FaultCode::BadInput),
        "temp_attachment_url" | "upload_url" => (Some("content"), FaultCode::InvalidDocument),
        _ if native.starts_with("patient_phone_numbers") => (Some("phones"), FaultCode::BadInput),
        _ => (None, FaultCode::BadInput),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &'static str) -> Response<Bytes> {
        Response::builder().status(status).body(Bytes::from_static(body.as_bytes())).unwrap()
    }

    fn said(status: u16, body: &'static str, safety: Safety) -> EhrError {
        refused(&answer(status, body), body, safety, Timestamp::UNIX_EPOCH)
    }

    fn faults_of(error: EhrError) -> Vec<Fault> {
        match error.kind {
            EhrErrorKind::Invalid(faults) => faults,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_fault_of_a_422_has_our_path() {
        let body = r#"{"message":"Validation Failed","errors":{"starts_at":"can’t be blank","base":"Case has been archived."}}"#;
        let faults = faults_of(said(422, body, Safety::Once));
        let told: Vec<_> =
            faults.iter().map(|f| (f.path.as_deref(), f.emr_error.as_deref().unwrap())).collect();
        assert_eq!(
            told,
            [(Some("start"), "starts_at can’t be blank"), (None, "base Case has been archived.")]
        );
    }

    #[test]
    fn the_misleading_fault_of_max_attendees_means_the_appointment_type() {
        let body = r#"{"errors":{"max_attendees":"is not a number"},"message":"Validation Failed"}"#;
        let faults = faults_of(said(422, body, Safety::Once));
        assert_eq!(faults[0].code, FaultCode::InvalidHealthcareServiceId);
    }

    #[test]
    fn a_422_without_errors_or_with_null_ones_is_still_told() {
        assert_eq!(
            faults_of(said(422, r#"{"message":"must be an object"}"#, Safety::Once))[0].code,
            FaultCode::BadInput
        );
        let faults = faults_of(said(
            422,
            r#"{"message":"Validation Failed","errors":{"content":null}}"#,
            Safety::Once,
        ));
        assert_eq!(faults[0].code, FaultCode::InvalidNoteContent);
    }

    #[test]
    fn a_breakdown_leaves_a_write_unknown_and_a_read_failed() {
        for status in [500, 502, 504] {
            assert_eq!(said(status, "", Safety::Once).kind, EhrErrorKind::OutcomeUnknown);
            assert_eq!(said(status, "", Safety::Once).delivery, Delivery::Unknown);
            assert_eq!(said(status, "", Safety::Read).kind, EhrErrorKind::Failed);
        }
        let unavailable = said(503, "", Safety::Once);
        assert_eq!((unavailable.kind, unavailable.delivery), (EhrErrorKind::Failed, Delivery::Rejected));
    }

    #[test]
    fn the_reset_of_the_quota_is_told() {
        let mut response = answer(429, "");
        response.headers_mut().insert("x-ratelimit-reset", "1030".parse().unwrap());
        let error = refused(&response, "", Safety::Read, Timestamp::from_second(1000).unwrap());
        assert_eq!(error.retry_after, Some(Duration::from_secs(30)));
    }
}

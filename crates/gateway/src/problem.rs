//! Failures as clients see them: `application/problem+json` (RFC 9457).

use std::time::Duration;

use axum::response::{IntoResponse, Response};
use http::header::{CONNECTION, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use utoipa::ToSchema;
use vardbro_ehr::{EhrError, EhrErrorKind, Thing};
use vardbro_model::error::{ErrorCode, Fault};

use crate::limits::{Standing, whole_seconds};

/// A failure of a call. It becomes an answer when the request's id is known.
#[derive(Debug, Clone)]
pub(crate) struct Problem(Box<Parts>);

#[derive(Debug, Clone)]
struct Parts {
    code: ErrorCode,
    detail: String,
    faults: Vec<Fault>,
    emr_error: Option<String>,
    retry_after: Option<Duration>,
    emr_quota: Option<EmrQuota>,
    closing: bool,
}

/// The quota of an EHR, which is used up.
#[derive(Debug, Clone, Default)]
struct EmrQuota {
    calls_per_minute: Option<u32>,
}

impl Problem {
    pub(crate) fn new(code: ErrorCode, detail: impl Into<String>) -> Self {
        Self(Box::new(Parts {
            code,
            detail: detail.into(),
            faults: Vec::new(),
            emr_error: None,
            retry_after: None,
            emr_quota: None,
            closing: false,
        }))
    }

    /// The request has these faults.
    pub(crate) fn faults(faults: Vec<Fault>) -> Self {
        let detail = match faults.as_slice() {
            [only] => only.detail.clone(),
            several => format!("The request has {} faults; see errors.", several.len()),
        };
        let mut problem = Self::new(ErrorCode::BadRequest, detail);
        problem.0.faults = faults;
        problem
    }

    /// The id in the path names nothing.
    pub(crate) fn not_found(thing: Thing) -> Self {
        let mut problem = Self::new(ErrorCode::NotFound, format!("There is no such {}.", thing.name()));
        problem.0.faults = vec![Fault::at(thing.parameter(), thing.fault_code(), problem.0.detail.clone())];
        problem
    }

    /// A state that cannot be, and whose inside is nobody's business.
    pub(crate) fn bug() -> Self {
        Self::new(
            ErrorCode::UnknownError,
            "Something went wrong inside the gateway. Quote the instance to the operator.",
        )
    }

    /// The failure of an EHR's operation; `in_path` are the things whose ids stand in the request's path.
    pub(crate) fn of_ehr(error: EhrError, in_path: &[Thing]) -> Self {
        let EhrError { kind, detail, delivery: _, retry_after, emr_error, unanswered: _ } = error;
        let code = match kind {
            EhrErrorKind::Invalid(faults) => return Self::faults(faults),
            EhrErrorKind::NotFound(thing) if in_path.contains(&thing) => return Self::not_found(thing),
            EhrErrorKind::NotFound(thing) => {
                return Self::faults(vec![Fault::at(thing.parameter(), thing.fault_code(), detail)]);
            }
            EhrErrorKind::Conflict => ErrorCode::Conflict,
            EhrErrorKind::RateLimited => ErrorCode::RateLimited,
            EhrErrorKind::Failed => ErrorCode::EmrError,
            EhrErrorKind::Unavailable => ErrorCode::ServiceUnavailable,
            EhrErrorKind::Timeout => ErrorCode::EmrTimeout,
            EhrErrorKind::OutcomeUnknown => ErrorCode::OutcomeUnknown,
        };
        let mut problem = Self::new(code, detail);
        problem.0.emr_error = emr_error;
        problem.0.retry_after = retry_after;
        problem.0.emr_quota = (code == ErrorCode::RateLimited).then(EmrQuota::default);
        problem
    }

    /// What is known of the EHR's quota, if that is what is used up.
    pub(crate) fn with_quota(mut self, calls_per_minute: Option<u32>) -> Self {
        self.0.emr_quota = self.0.emr_quota.map(|_| EmrQuota { calls_per_minute });
        self
    }

    /// Trying again makes sense after so long.
    pub(crate) fn after(mut self, wait: Duration) -> Self {
        self.0.retry_after = Some(wait);
        self
    }

    /// The connection ends with this answer, because the rest of the request was not read.
    pub(crate) fn closing(mut self) -> Self {
        self.0.closing = true;
        self
    }

    pub(crate) fn code(&self) -> ErrorCode {
        self.0.code
    }

    /// The codes of its faults, or its own.
    pub(crate) fn codes(&self) -> Vec<&'static str> {
        match self.0.faults.as_slice() {
            [] => vec![self.0.code.as_str()],
            faults => faults.iter().map(|fault| fault.code.as_str()).collect(),
        }
    }

    /// The body, for the request of this id.
    pub(crate) fn body(&self, instance: &str) -> ProblemBody {
        let Parts { code, detail, faults, emr_error, .. } = &*self.0;
        let errors = if faults.is_empty() {
            vec![ProblemFault {
                error_code: code.as_str(),
                details: detail.clone(),
                emr_error: emr_error.clone(),
                path: None,
            }]
        } else {
            faults.iter().map(ProblemFault::from).collect()
        };
        ProblemBody {
            code: *code,
            r#type: format!("/docs/errors#{}", code.as_str().to_ascii_lowercase()),
            title: code.title(),
            status: code.status(),
            detail: detail.clone(),
            instance: instance.to_owned(),
            errors,
        }
    }

    /// The answer, for the request of this id.
    pub(crate) fn answer(self, instance: &str) -> Response {
        let status = StatusCode::from_u16(self.0.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, axum::Json(self.body(instance))).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if self.0.code == ErrorCode::Unauthorized {
            headers.insert(
                WWW_AUTHENTICATE,
                HeaderValue::from_static("Basic realm=\"vardbro\", charset=\"UTF-8\""),
            );
        }
        if self.0.closing {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        let code = self.0.code;
        let waits = matches!(code, ErrorCode::RateLimited | ErrorCode::ServiceUnavailable);
        if let Some(wait) = self.0.retry_after.or(waits.then_some(DEFAULT_WAIT)) {
            headers.insert(RETRY_AFTER, HeaderValue::from(whole_seconds(wait)));
            if let Some(EmrQuota { calls_per_minute }) = self.0.emr_quota {
                let policy = calls_per_minute.map(|calls| (calls, Duration::from_secs(60)));
                Standing { name: "emr", policy, remaining: 0, more_in: wait }.tell(headers);
            }
        }
        response
    }
}

/// The wait that is advised when nobody knows a better one.
const DEFAULT_WAIT: Duration = Duration::from_secs(5);

/// Leaves the handlers as a response that carries the problem; the outermost layer gives it the request's id.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Why a call failed (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemBody {
    /// What kind of failure.
    code: ErrorCode,
    /// Where the failure is explained.
    #[schema(example = "/docs/errors#bad_request")]
    r#type: String,
    /// The failure in a few words, the same for every call.
    #[schema(example = "Request validation failed")]
    title: &'static str,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599, example = 400)]
    status: u16,
    /// What happened this time and what to do.
    #[schema(example = "The timeslot is no longer free.")]
    detail: String,
    /// The id of the request, also in `X-Request-Id`.
    #[schema(format = "uuid", example = "d3e84cc1-148a-4edf-9579-5dcef1d6dbfa")]
    instance: String,
    /// Every fault of the request; for other failures one entry that repeats the code.
    errors: Vec<ProblemFault>,
}

/// One fault.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProblemFault {
    /// What kind of fault.
    #[schema(example = "NO_TIMESLOTS_AVAILABLE")]
    error_code: &'static str,
    /// What is wrong and what to do.
    #[schema(example = "No timeslots available for the given parameters")]
    details: String,
    /// The EHR's own words, without secrets and personal numbers.
    emr_error: Option<String>,
    /// The field or parameter.
    #[schema(example = "start")]
    path: Option<String>,
}

impl From<&Fault> for ProblemFault {
    fn from(fault: &Fault) -> Self {
        let Fault { code, detail, path, emr_error } = fault.clone();
        Self { error_code: code.as_str(), details: detail, emr_error, path }
    }
}

#[cfg(test)]
mod tests {
    use vardbro_model::error::FaultCode;

    use super::*;

    #[test]
    fn an_id_in_the_path_is_not_found_and_elsewhere_a_fault() {
        let in_path = Problem::of_ehr(EhrError::not_found(Thing::Patient), &[Thing::Patient]);
        let in_body = Problem::of_ehr(EhrError::not_found(Thing::Patient), &[]);
        assert_eq!(in_path.code(), ErrorCode::NotFound);
        assert_eq!(in_body.code(), ErrorCode::BadRequest);
        assert_eq!(in_body.0.faults[0].code, FaultCode::InvalidPatientId);
    }

    #[test]
    fn a_wait_is_told_in_whole_seconds_rounded_up() {
        let mut error = EhrError::new(EhrErrorKind::RateLimited, "later");
        error.retry_after = Some(Duration::from_millis(1200));
        let answer = Problem::of_ehr(error, &[]).answer("x");
        assert_eq!(answer.headers()[RETRY_AFTER], "2");
    }
}

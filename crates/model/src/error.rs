//! What can go wrong, in the API's own words: the problem codes and the codes of single faults.

use serde::Serialize;
use utoipa::ToSchema;

macro_rules! codes {
    ($(#[$doc:meta])* $name:ident { $($(#[doc = $text:literal])+ $variant:ident = $code:tt,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ToSchema)]
        pub enum $name {
            $($(#[doc = $text])+ #[serde(rename = $code)] $variant,)+
        }

        impl $name {
            /// Every code, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The code as it stands in answers.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// What it means and what to do, as the documentation prints it.
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$variant => concat!($($text,)+).trim_ascii_start(),)+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

codes! {
    /// The `code` of a problem: one for each way in which a call as a whole can fail.
    ErrorCode {
        /// The request cannot be carried out as it stands. `errors` names every fault with its path; mend them and send it again.
        BadRequest = "BAD_REQUEST",
        /// The credentials are missing, unknown or wrong. Send `x-leyr-client-id` and `x-leyr-client-secret`, or HTTP Basic.
        Unauthorized = "UNAUTHORIZED",
        /// This EHR is off for the application. Ask the operator for a connection.
        Forbidden = "FORBIDDEN",
        /// The path names nothing: an unknown path, EHR code or id, or a thing of another care unit.
        NotFound = "NOT_FOUND",
        /// The path exists but not with this method; `Allow` lists those that do.
        MethodNotAllowed = "METHOD_NOT_ALLOWED",
        /// No acceptable format: the API answers JSON.
        NotAcceptable = "NOT_ACCEPTABLE",
        /// The state of the thing forbids it. Read it again and decide anew.
        Conflict = "CONFLICT",
        /// The body is larger than the limit: 32 MiB for documents, 1 MiB elsewhere.
        PayloadTooLarge = "PAYLOAD_TOO_LARGE",
        /// The body is not `application/json`.
        UnsupportedMediaType = "UNSUPPORTED_MEDIA_TYPE",
        /// The same `Idempotency-Key` came with another body. Use a new key for a new intent.
        IdempotencyKeyReused = "IDEMPOTENCY_KEY_REUSED",
        /// A quota is used up, the gateway's or the EHR's. Wait for `Retry-After` seconds.
        RateLimited = "RATE_LIMITED",
        /// A fault of the gateway. Nothing of the inside is shown; quote `instance` to the operator.
        UnknownError = "UNKNOWN_ERROR",
        /// The EHR broke, answered nonsense, or refused the connection's credentials. Its own words are in `emr_error`.
        EmrError = "EMR_ERROR",
        /// The gateway is overloaded or the EHR is known to be down. Wait for `Retry-After` seconds.
        ServiceUnavailable = "SERVICE_UNAVAILABLE",
        /// The EHR did not answer a read in time. Nothing was changed; try again.
        EmrTimeout = "EMR_TIMEOUT",
        /// The EHR's answer to a write was lost: it may or may not have happened. Look before you repeat it.
        OutcomeUnknown = "OUTCOME_UNKNOWN",
    }
}

impl ErrorCode {
    /// The HTTP status that carries it.
    pub fn status(self) -> u16 {
        match self {
            Self::BadRequest => 400,
            Self::Unauthorized => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::NotAcceptable => 406,
            Self::Conflict => 409,
            Self::PayloadTooLarge => 413,
            Self::UnsupportedMediaType => 415,
            Self::IdempotencyKeyReused => 422,
            Self::RateLimited => 429,
            Self::UnknownError => 500,
            Self::EmrError => 502,
            Self::ServiceUnavailable => 503,
            Self::EmrTimeout | Self::OutcomeUnknown => 504,
        }
    }

    /// The short title of the problem.
    pub fn title(self) -> &'static str {
        match self {
            Self::BadRequest => "Request validation failed",
            Self::Unauthorized => "Credentials missing or wrong",
            Self::Forbidden => "The EHR is off for this application",
            Self::NotFound => "Not found",
            Self::MethodNotAllowed => "Method not allowed",
            Self::NotAcceptable => "Not acceptable",
            Self::Conflict => "The state of the thing forbids it",
            Self::PayloadTooLarge => "The body is too large",
            Self::UnsupportedMediaType => "The body is not JSON",
            Self::IdempotencyKeyReused => "Idempotency key used with another body",
            Self::RateLimited => "Too many requests",
            Self::UnknownError => "Unknown error",
            Self::EmrError => "The EHR failed",
            Self::ServiceUnavailable => "Service unavailable",
            Self::EmrTimeout => "The EHR did not answer in time",
            Self::OutcomeUnknown => "The outcome of the write is unknown",
        }
    }
}

codes! {
    /// The `error_code` of one fault in a request (status 400).
    FaultCode {
        /// The patient id names nobody, or its value fails its shape or checksum.
        InvalidPatientId = "INVALID_PATIENT_ID",
        /// The care unit id names nothing.
        InvalidCareUnitId = "INVALID_CARE_UNIT_ID",
        /// The healthcare service id names nothing at this care unit.
        InvalidHealthcareServiceId = "INVALID_HEALTHCARE_SERVICE_ID",
        /// The resource id names nothing at this care unit, is of an unknown type, or fails its shape or checksum.
        InvalidResourceId = "INVALID_RESOURCE_ID",
        /// The appointment id names nothing.
        InvalidAppointmentId = "INVALID_APPOINTMENT_ID",
        /// Nobody may write as this author here; where the EHR fixes the author the details name the right one.
        InvalidCreatedById = "INVALID_CREATED_BY_ID",
        /// The note id names nothing.
        InvalidNoteId = "INVALID_NOTE_ID",
        /// The document id names nothing.
        InvalidDocumentId = "INVALID_DOCUMENT_ID",
        /// The slot is not free, or not there. Read the timeslots again and choose another.
        NoTimeslotsAvailable = "NO_TIMESLOTS_AVAILABLE",
        /// Several timeslots match; the details list them. Name the resource and the healthcare service.
        AmbiguousTimeslots = "AMBIGUOUS_TIMESLOTS",
        /// Several patients match. Use `external_id` or the patient's id.
        AmbiguousPatient = "AMBIGUOUS_PATIENT",
        /// The comment is longer than the EHR takes; the details name the limit.
        InvalidCommentLength = "INVALID_COMMENT_LENGTH",
        /// The note's template or a field is unknown, not mapped, empty, or holds what the EHR cannot.
        InvalidNoteContent = "INVALID_NOTE_CONTENT",
        /// The document is not base64, of a refused format, empty, or too large.
        InvalidDocument = "INVALID_DOCUMENT",
        /// The confirmation code is wrong; the appointment stays as it is.
        InvalidConfirmationCode = "INVALID_CONFIRMATION_CODE",
        /// A required field is missing or null.
        MissingRequiredField = "MISSING_REQUIRED_FIELD",
        /// The list has more items than are allowed.
        MaxItemsExceeded = "MAX_ITEMS_EXCEEDED",
        /// A value is of the wrong type or shape, out of range, unknown, or refused by the EHR.
        BadInput = "BAD_INPUT",
        /// This EHR cannot look patients up by this type of id.
        PatientIdLookupTypeNotSupported = "PATIENT_ID_LOOKUP_TYPE_NOT_SUPPORTED",
        /// There is no such type of patient id.
        InvalidPatientIdType = "INVALID_PATIENT_ID_TYPE",
        /// The EHR cannot do this; the details name the capability. Nothing was sent.
        NotSupported = "NOT_SUPPORTED",
    }
}

/// One fault of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What kind of fault.
    pub code: FaultCode,
    /// What is wrong and what to do, without personal data.
    pub detail: String,
    /// The field or parameter, such as `address.city`.
    pub path: Option<String>,
    /// The EHR's own words, already scrubbed.
    pub emr_error: Option<String>,
}

impl Fault {
    /// A fault of one field or parameter.
    pub fn at(path: impl Into<String>, code: FaultCode, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), path: Some(path.into()), emr_error: None }
    }

    /// A fault of the request as a whole.
    pub fn of_request(code: FaultCode, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), path: None, emr_error: None }
    }
}

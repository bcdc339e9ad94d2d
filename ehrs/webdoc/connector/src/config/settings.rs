//! What a connection must be given.

use vardbro_ehr::connection::Setting;

/// The settings of a connection to Webdoc.
pub const SETTINGS: &[Setting] = &[
    required(
        "api_url",
        "The API host's address: https://api.atlan.se, or https://api-integration.carasent.net for tests.",
    ),
    required(
        "token_url",
        "The whole address that hands out tokens: https://auth.atlan.se/oauth/token, or \
         https://auth-integration.carasent.net/oauth/token for tests.",
    ),
    required("client_id", "The client id that Carasent gave the integration for this customer."),
    Setting {
        name: "client_secret",
        description: "The client secret that belongs to the client id.",
        secret: true,
        required: true,
        default: None,
    },
    optional(
        "scopes",
        "The scopes to ask for, with spaces between. Without it, those that the operations need. What is left out here makes the \
         operations that need it unsupported. Add system-admin to have the length of notes checked by Webdoc's record templates.",
        None,
    ),
    optional(
        "token_renewal_seconds",
        "How long before its end a token is renewed; at most half its life.",
        Some("600"),
    ),
    optional(
        "time_zone",
        "The IANA time zone of the clinics. Webdoc tells local times without one, so this is assumed.",
        Some("Europe/Stockholm"),
    ),
    optional(
        "requests_per_minute",
        "Calls that Webdoc allows in a minute. No limit is known; without it none is kept.",
        None,
    ),
    optional("page_size", "Rows of a full page of bookings: a shorter page is the last one.", Some("100")),
    optional(
        "free_slot_query",
        "Where free times are found: bookings (GET /v1/bookings?isBooked=0) or clinic_bookings (GET \
         /v1/clinics/{clinicId}/bookings?booked=false). Both are assumed.",
        Some("bookings"),
    ),
    optional(
        "take_slot",
        "How a free time is taken: post (a booking with the same times) or patch (the free row gets the patient; then two who come \
         through different gateways at the same moment can both be told that they have it). Both are assumed.",
        Some("post"),
    ),
    optional(
        "timeslot_services",
        "Of which booking types free times are shown: self_service (those that patients may book themselves) or all.",
        Some("self_service"),
    ),
    optional(
        "acting_user_id",
        "The Webdoc user (UUID) in whose name bookings are changed and cancelled, and notes and documents written where the request \
         names nobody. Without it, bookings are changed in the name of their caregiver, and notes need created_by_id.",
        None,
    ),
    optional(
        "default_patient_type",
        "The id of the patient type that new patients, bookings and notes get. Without it, the patient's own type, else the \
         caregiver's preset one, else the first of the patient types.",
        None,
    ),
    optional(
        "default_patient_type_name",
        "The name of default_patient_type. With it patients can be created without the scope patient-types:read.",
        None,
    ),
    optional(
        "default_document_type",
        "The document type, by name or id, of documents whose request names none. Without it the request must.",
        None,
    ),
    optional(
        "booking_search_days",
        "Days before and after its supposed day in which a booking is searched.",
        Some("30"),
    ),
    optional(
        "identification_prefix",
        "What the identification numbers begin with that patients without a national number get; one to eight letters.",
        Some("VB"),
    ),
];

const fn required(name: &'static str, description: &'static str) -> Setting {
    Setting { name, description, secret: false, required: true, default: None }
}

const fn optional(name: &'static str, description: &'static str, default: Option<&'static str>) -> Setting {
    Setting { name, description, secret: false, required: false, default }
}

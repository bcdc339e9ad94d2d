//! What a connection to TakeCare must be given.

use vardbro_ehr::connection::Setting;

use super::services::Service;

const fn required(name: &'static str, description: &'static str) -> Setting {
    Setting { name, description, secret: false, required: true, default: None }
}

const fn optional(name: &'static str, description: &'static str) -> Setting {
    Setting { name, description, secret: false, required: false, default: None }
}

const fn secret(setting: Setting) -> Setting {
    Setting { secret: true, ..setting }
}

const fn defaulted(setting: Setting, default: &'static str) -> Setting {
    Setting { default: Some(default), ..setting }
}

const fn service(service: Service, description: &'static str) -> Setting {
    defaulted(optional(service.setting(), description), service.default_place())
}

/// The settings of a connection to TakeCare.
pub const SETTINGS: &[Setting] = &[
    required(
        "booking_url",
        "The address of the Booking service of XChange at the customer's node: it ends in booking/booking.asmx.",
    ),
    secret(required(
        "externaluser",
        "The external user (extern användare) that was agreed with CGM and the customer.",
    )),
    secret(required(
        "invokingsystem",
        "The name of the calling system (InvokingSystem) that was agreed with CGM.",
    )),
    optional("tcusername", "A TakeCare user name, where the node wants one. Public clients send none."),
    secret(optional("tcpassword", "The password of tcusername.")),
    optional(
        "client_certificate",
        "The client certificate (SITHS) that CGM has allowed, as PEM, with those that vouch for it. With client_key.",
    ),
    secret(optional("client_key", "The unencrypted private key of client_certificate, as PEM.")),
    secret(optional(
        "client_pkcs12",
        "The client certificate and its key as a PKCS#12 file (.p12, .pfx) in base64, instead of client_certificate and \
         client_key.",
    )),
    secret(optional("client_pkcs12_password", "The password of client_pkcs12.")),
    optional(
        "authorities",
        "The authorities (PEM) that the server's certificate must come from, where it is not publicly trusted.",
    ),
    optional(
        "care_units",
        "The ids of the care units, separated by commas. With them only published calls are made to list care units; without, \
         get_care_units, which is assumed.",
    ),
    optional(
        "care_unit_id_type",
        "What kind of id care units have (careunitidtype). Without it, hsaid for ids with a letter and takecareid for others; \
         get_care_units then asks for takecareid.",
    ),
    defaulted(
        optional("time_zone", "The IANA time zone of TakeCare's local times (assumed)."),
        "Europe/Stockholm",
    ),
    defaulted(
        optional(
            "inner_xml",
            "How the message stands in its string: escaped or cdata. Both are legal; one public sample works with cdata only.",
        ),
        "escaped",
    ),
    defaulted(
        optional(
            "signed_order",
            "In which order a case note has Signed and Signer: signed_first or signer_first. The public copies disagree.",
        ),
        "signed_first",
    ),
    optional(
        "user_ids",
        "The user ids of resources who write notes and file documents, where they differ from their ResourceId: \
         991890000019=U1, 991890000027=U2.",
    ),
    secret(optional(
        "default_user_id",
        "The user id of notes and documents without created_by_id. Without it, externaluser (assumed).",
    )),
    defaulted(
        optional(
            "resource_horizon_days",
            "How many days ahead free times are looked through to learn which resources there are.",
        ),
        "92",
    ),
    defaulted(
        optional(
            "availability_days_per_call",
            "How many days one question for free times may span (assumed).",
        ),
        "31",
    ),
    optional("requests_per_minute", "Calls that TakeCare allows in a minute. No limit is known."),
    defaulted(optional("attempt_timeout_seconds", "How long one call may take."), "8"),
    service(
        Service::GetCareUnits,
        "Where care units are listed: path#Operation, or off. The path hangs on the node; it may be a whole address (assumed).",
    ),
    service(Service::GetPatient, "Where a patient is read: path#Operation, or off (assumed)."),
    service(Service::CreatePatient, "Where a patient is created: path#Operation, or off (assumed)."),
    service(Service::GetCaseNotes, "Where case notes are read: path#Operation, or off (assumed)."),
    service(
        Service::CreateCaseNote,
        "Where a case note is written: path#Operation, or off. The message is public, its address is assumed.",
    ),
    service(Service::GetDocuments, "Where documents are listed: path#Operation, or off (assumed)."),
    service(Service::CreateDocument, "Where a document is filed: path#Operation, or off (assumed)."),
];

//! The table of the operations: what each document is given and what is read of its answer.

use vardbro_ehr::wire::Safety;

use super::{Answer, Spec, Variable};

/// A variable that the document must take, and that has a value in every call.
const fn always(name: &'static str) -> Variable {
    Variable { name, needed: true, always: true }
}

/// A variable that the document must take, though not every call has a value for it.
const fn needed(name: &'static str) -> Variable {
    Variable { name, needed: true, always: false }
}

/// A variable that the document may take, and that has a value in every call.
const fn at_hand(name: &'static str) -> Variable {
    Variable { name, needed: false, always: true }
}

/// A variable that the document may take, though not every call has a value for it.
const fn optional(name: &'static str) -> Variable {
    Variable { name, needed: false, always: false }
}

const fn must(path: &'static str) -> Answer {
    Answer { path, needed: true }
}

const fn may(path: &'static str) -> Answer {
    Answer { path, needed: false }
}

macro_rules! patient {
    ($root:literal) => {
        &[
            must($root),
            must(concat!($root, ".id")),
            must(concat!($root, ".first_name")),
            must(concat!($root, ".last_name")),
            must(concat!($root, ".personal_number")),
            must(concat!($root, ".email")),
            must(concat!($root, ".phone")),
            must(concat!($root, ".street")),
            must(concat!($root, ".postal_code")),
            must(concat!($root, ".city")),
            may(concat!($root, ".custom_fields")),
            must(concat!($root, ".custom_fields.field")),
            must(concat!($root, ".custom_fields.value")),
        ]
    };
}

macro_rules! appointment {
    ($root:literal) => {
        &[
            must($root),
            must(concat!($root, ".id")),
            may(concat!($root, ".care_unit_id")),
            must(concat!($root, ".resource_id")),
            must(concat!($root, ".patient_id")),
            must(concat!($root, ".healthcare_service_id")),
            must(concat!($root, ".start")),
            must(concat!($root, ".end")),
            may(concat!($root, ".comment")),
            must(concat!($root, ".status")),
            may(concat!($root, ".created_at")),
            may(concat!($root, ".updated_at")),
        ]
    };
}

macro_rules! note {
    ($root:literal) => {
        &[
            must($root),
            must(concat!($root, ".id")),
            must(concat!($root, ".patient_id")),
            may(concat!($root, ".appointment_id")),
            must(concat!($root, ".template_id")),
            may(concat!($root, ".title")),
            must(concat!($root, ".fields")),
            must(concat!($root, ".fields.id")),
            must(concat!($root, ".fields.name")),
            must(concat!($root, ".fields.text")),
            must(concat!($root, ".signed")),
            may(concat!($root, ".created_by_id")),
            may(concat!($root, ".created_by")),
            may(concat!($root, ".created_at")),
            may(concat!($root, ".updated_at")),
        ]
    };
}

macro_rules! operations {
    ($($variant:ident $name:literal $safety:ident $what:literal $variables:expr, $answers:expr;)+) => {
        /// An operation.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Name {
            $(#[doc = $what] $variant,)+
        }

        impl Name {
            /// Every operation, in the order of the README.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// What its document must be.
            pub fn spec(self) -> &'static Spec {
                match self {
                    $(Self::$variant => {
                        const SPEC: Spec = Spec {
                            name: $name,
                            setting: concat!("operation_", $name),
                            endpoint: concat!("POST /graphql ", $name),
                            what: $what,
                            shipped: include_str!(concat!("../../operations/", $name, ".graphql")),
                            safety: Safety::$safety,
                            variables: $variables,
                            answers: $answers,
                        };
                        &SPEC
                    })+
                }
            }
        }
    };
}

operations! {
    Catalogue "catalogue" Read "who and what can be booked where"
        &[],
        &[
            must("organisation"),
            must("organisation.id"),
            must("organisation.name"),
            may("organisation.time_zone"),
            may("organisation.phone"),
            may("organisation.email"),
            may("organisation.street"),
            may("organisation.postal_code"),
            may("organisation.city"),
            may("care_units"),
            must("care_units.id"),
            must("care_units.name"),
            may("care_units.phone"),
            may("care_units.email"),
            may("care_units.street"),
            may("care_units.postal_code"),
            may("care_units.city"),
            must("resources"),
            must("resources.id"),
            must("resources.first_name"),
            must("resources.last_name"),
            may("resources.title"),
            may("resources.slug"),
            may("resources.care_unit_ids"),
            must("resources.healthcare_service_ids"),
            must("healthcare_services"),
            must("healthcare_services.id"),
            must("healthcare_services.name"),
            may("healthcare_services.slug"),
            may("healthcare_services.description"),
            may("healthcare_services.category"),
            must("healthcare_services.duration_minutes"),
            may("healthcare_services.bookable_online"),
            may("healthcare_services.group_cap"),
        ];
    FreeTimes "free_times" Read "the free times in a window"
        &[always("from"), always("to"), optional("care_unit_id"), optional("resource_id"), optional("healthcare_service_id")],
        &[
            must("timeslots"),
            must("timeslots.start"),
            must("timeslots.end"),
            must("timeslots.resource_id"),
            must("timeslots.healthcare_service_id"),
            may("timeslots.care_unit_id"),
        ];
    Client "client" Read "one client"
        &[always("patient_id")],
        patient!("patient");
    Clients "clients" Read "the clients of a number or a name"
        &[
            needed("personal_number"),
            optional("first_name"),
            optional("last_name"),
            optional("archived"),
            at_hand("offset"),
            at_hand("limit"),
        ],
        patient!("patients");
    CreateClient "create_client" Once "makes a client"
        &[
            needed("personal_number"),
            needed("first_name"),
            needed("last_name"),
            optional("email"),
            optional("phone"),
            optional("street"),
            optional("postal_code"),
            optional("city"),
        ],
        &[must("patient_id")];
    UpdateUser "update_user" Once "writes custom fields of a client"
        &[always("patient_id"), always("custom_fields")],
        &[may("updated")];
    Bookings "bookings" Read "the bookings of a place, a client, a window"
        &[
            needed("patient_id"),
            needed("from"),
            needed("to"),
            optional("care_unit_id"),
            optional("resource_id"),
            optional("healthcare_service_id"),
            at_hand("offset"),
            at_hand("limit"),
        ],
        appointment!("appointments");
    Booking "booking" Read "one booking"
        &[always("appointment_id")],
        appointment!("appointment");
    CreateBooking "create_booking" Once "books"
        &[
            always("patient_id"),
            always("resource_id"),
            always("healthcare_service_id"),
            always("start"),
            at_hand("end"),
            optional("care_unit_id"),
            optional("comment"),
        ],
        appointment!("appointment");
    Contacts "contacts" Read "the journal entries of a client"
        &[always("patient_id"), at_hand("offset"), at_hand("limit")],
        note!("notes");
    Contact "contact" Read "one journal entry"
        &[always("note_id")],
        note!("note");
    CreateContact "create_contact" Once "writes a journal entry"
        &[always("patient_id"), always("template_id"), optional("appointment_id"), always("fields")],
        note!("note");
    ContactTypes "contact_types" Read "the templates of journal entries, to make and to check the note mapping"
        &[],
        &[
            must("note_templates"),
            must("note_templates.id"),
            may("note_templates.name"),
            must("note_templates.fields"),
            must("note_templates.fields.id"),
            may("note_templates.fields.name"),
            may("note_templates.fields.kind"),
        ];
}

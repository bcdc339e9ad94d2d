//! Resources of which the account has no records. Their lists are there, empty, and know their filters.

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::get;

use crate::filter::Kind;
use crate::id::Id;
use crate::listing::Query;
use crate::refusal::Refusal;
use crate::state::{App, World};

struct Vacant {
    name: &'static str,
    /// Further lists under the same name: of removed records only, or of some.
    also: &'static [&'static str],
    under: &'static [(Parent, &'static str)],
    /// Filterable fields besides id, created_at and updated_at.
    filters: &'static [(&'static str, Kind)],
}

#[derive(Clone, Copy)]
enum Parent {
    Appointment,
    Attendee,
    Patient,
    Practitioner,
}

impl Parent {
    fn resource(self) -> &'static str {
        match self {
            Self::Appointment => "appointments",
            Self::Attendee => "attendees",
            Self::Patient => "patients",
            Self::Practitioner => "practitioners",
        }
    }

    fn is_known(self, id: Id, world: &World) -> bool {
        match self {
            Self::Appointment => world.appointments.contains_key(&id),
            Self::Attendee => world.attendees.contains_key(&id),
            Self::Patient => world.patients.contains_key(&id),
            Self::Practitioner => world.practitioners.contains_key(&id),
        }
    }
}

const ARCHIVED: (&str, Kind) = ("archived_at", Kind::Instant);
const DELETED: (&str, Kind) = ("deleted_at", Kind::Instant);
const PATIENT: (&str, Kind) = ("patient_id", Kind::Number);
const PRACTITIONER: (&str, Kind) = ("practitioner_id", Kind::Number);
const BUSINESS: (&str, Kind) = ("business_id", Kind::Number);
const TYPE: (&str, Kind) = ("appointment_type_id", Kind::Number);

const VACANT: [Vacant; 22] = [
    Vacant {
        name: "appointment_type_billable_items",
        also: &[],
        under: &[],
        filters: &[TYPE, ("billable_item_id", Kind::Number)],
    },
    Vacant {
        name: "appointment_type_products",
        also: &[],
        under: &[],
        filters: &[TYPE, ("product_id", Kind::Number)],
    },
    Vacant { name: "billable_items", also: &[], under: &[], filters: &[ARCHIVED, ("tax_id", Kind::Number)] },
    Vacant {
        name: "communications",
        also: &[],
        under: &[],
        filters: &[
            ARCHIVED,
            PATIENT,
            ("category_code", Kind::Number),
            ("letter_id", Kind::Number),
            ("type_code", Kind::Number),
        ],
    },
    Vacant {
        name: "concession_prices",
        also: &[],
        under: &[],
        filters: &[("billable_item_id", Kind::Number), ("concession_type_id", Kind::Number)],
    },
    Vacant { name: "concession_types", also: &[], under: &[], filters: &[ARCHIVED] },
    Vacant {
        name: "contacts",
        also: &[],
        under: &[],
        filters: &[
            ARCHIVED,
            DELETED,
            ("company_name", Kind::Text),
            ("email", Kind::Text),
            ("first_name", Kind::Text),
            ("last_name", Kind::Text),
            ("occupation", Kind::Text),
            ("type_code", Kind::Number),
        ],
    },
    Vacant {
        name: "group_appointments",
        also: &["deleted"],
        under: &[],
        filters: &[
            TYPE,
            ARCHIVED,
            BUSINESS,
            DELETED,
            PRACTITIONER,
            ("starts_at", Kind::Instant),
            ("ends_at", Kind::Instant),
            ("patient_ids", Kind::Many),
            ("repeated_from_id", Kind::Number),
        ],
    },
    Vacant {
        name: "invoice_items",
        also: &["deleted"],
        under: &[],
        filters: &[ARCHIVED, DELETED, ("invoice_id", Kind::Number), ("source_item_id", Kind::Number)],
    },
    Vacant {
        name: "invoices",
        also: &["deleted"],
        under: &[
            (Parent::Appointment, "invoices"),
            (Parent::Attendee, "invoices"),
            (Parent::Patient, "invoices"),
            (Parent::Patient, "invoices/deleted"),
            (Parent::Practitioner, "invoices"),
            (Parent::Practitioner, "invoices/deleted"),
        ],
        filters: &[
            ARCHIVED,
            BUSINESS,
            DELETED,
            PATIENT,
            PRACTITIONER,
            ("appointment_id", Kind::Number),
            ("attendee_id", Kind::Number),
            ("closed_at", Kind::Instant),
            ("issue_date", Kind::Date),
            ("number", Kind::Number),
            ("original_invoice_id", Kind::Number),
            ("status", Kind::Number),
        ],
    },
    Vacant {
        name: "medical_alerts",
        also: &["deleted"],
        under: &[(Parent::Patient, "medical_alerts"), (Parent::Patient, "medical_alerts/deleted")],
        filters: &[ARCHIVED, DELETED, PATIENT],
    },
    Vacant {
        name: "patient_cases",
        also: &["active"],
        under: &[],
        filters: &[
            ARCHIVED,
            PATIENT,
            ("closed_at", Kind::Instant),
            ("expiry_date", Kind::Date),
            ("issue_date", Kind::Date),
            ("name", Kind::Text),
            ("referral_type", Kind::Text),
        ],
    },
    Vacant { name: "patient_form_templates", also: &[], under: &[], filters: &[ARCHIVED] },
    Vacant {
        name: "patient_forms",
        also: &[],
        under: &[(Parent::Attendee, "patient_forms")],
        filters: &[ARCHIVED, PATIENT, ("attendee_id", Kind::Number), ("completed_at", Kind::Instant)],
    },
    Vacant {
        name: "practitioner_reference_numbers",
        also: &[],
        under: &[(Parent::Practitioner, "practitioner_reference_numbers")],
        filters: &[BUSINESS, PRACTITIONER, ("reference_number", Kind::Text)],
    },
    Vacant { name: "product_suppliers", also: &[], under: &[], filters: &[("name", Kind::Text)] },
    Vacant {
        name: "products",
        also: &[],
        under: &[],
        filters: &[ARCHIVED, ("name", Kind::Text), ("tax_id", Kind::Number)],
    },
    Vacant { name: "referral_source_types", also: &[], under: &[], filters: &[ARCHIVED] },
    Vacant {
        name: "referral_sources",
        also: &[],
        under: &[],
        filters: &[ARCHIVED, ("referral_source_type_id", Kind::Number), ("referrer_id", Kind::Number)],
    },
    Vacant { name: "relationships", also: &[], under: &[], filters: &[ARCHIVED, PATIENT] },
    Vacant {
        name: "stock_adjustments",
        also: &[],
        under: &[],
        filters: &[ARCHIVED, ("product_id", Kind::Number)],
    },
    Vacant { name: "taxes", also: &[], under: &[], filters: &[] },
];

pub fn routes() -> Router<App> {
    let mut routes = Router::new();
    for Vacant { name, also, under, filters } in VACANT {
        let list = move |State(app): State<App>, query: Query| async move {
            query.none(name, filters, &app.session().view())
        };
        routes = routes.route(&format!("/v1/{name}"), get(list));
        for part in also {
            routes = routes.route(&format!("/v1/{name}/{part}"), get(list));
        }
        for (parent, path) in under {
            let list = move |State(app): State<App>, Path(id): Path<Id>, query: Query| async move {
                let session = app.session();
                if !parent.is_known(id, &session) {
                    return Err(Refusal::NotFound);
                }
                query.none(name, filters, &session.view())
            };
            routes = routes.route(&format!("/v1/{}/{{parent_id}}/{path}", parent.resource()), get(list));
        }
    }
    routes
}

use serde_json::{Value, json};

use super::{founded, ids};
use crate::id::Id;
use crate::note_templates::{NoteTemplate, PHYSIOTHERAPY, SHORT_NOTE, STANDARD_CONSULTATION};
use crate::resources::appointment_type::AppointmentType;
use crate::resources::business::Business;
use crate::resources::treatment_note_template::{TreatmentNoteTemplate, print_settings};
use crate::resources::unavailable_block_type::UnavailableBlockType;
use crate::row::Stamps;
use crate::state::World;

pub fn add(world: &mut World) {
    for business in businesses() {
        world.businesses.insert(business.stamps.id, business);
    }
    for kind in appointment_types() {
        world.appointment_types.insert(kind.stamps.id, kind);
    }
    for template in templates() {
        world.treatment_note_templates.insert(template.stamps.id, template);
    }
    for (n, name, minutes) in [(1, "Meeting", 60), (2, "Holiday", 480)] {
        let stamps = stamps(ids::unavailable_block_type(n), n);
        let row = UnavailableBlockType {
            stamps,
            name: Some(name.to_owned()),
            color: Some("#8a8f98".to_owned()),
            duration_in_minutes: minutes,
            system_controlled: false,
        };
        world.unavailable_block_types.insert(row.stamps.id, row);
    }
}

/// Created one after the other, so that lists have one order.
pub fn stamps(id: Id, n: i64) -> Stamps {
    Stamps::new(id, crate::time::after(founded(), n))
}

fn businesses() -> [Business; 2] {
    let business =
        |n, id, name: &str, city, state, post_code, address_1, registration_number, time_zone: &str| {
            let texts = [
                ("address_1", address_1),
                ("city", city),
                ("state", state),
                ("post_code", post_code),
                ("contact_information", "Phone: (03) 5550 0100"),
                ("email_reply_to", "hello@harbour-health.example.com"),
                ("website_address", "https://clinic.example.com"),
                ("business_registration_name", "ABN"),
                ("business_registration_value", registration_number),
            ];
            Business {
                business_name: Some(name.to_owned()),
                texts: texts.into_iter().map(|(field, text)| (field.to_owned(), Value::from(text))).collect(),
                time_zone: time_zone.to_owned(),
                ..Business::blank(stamps(id, n))
            }
        };
    [
        business(
            1,
            ids::MELBOURNE,
            "Harbour Health Melbourne",
            "Melbourne",
            "VIC",
            "3000",
            "12 Example Street",
            "11000000948",
            "Australia/Melbourne",
        ),
        business(
            2,
            ids::PERTH,
            "Harbour Health Perth",
            "Perth",
            "WA",
            "6000",
            "34 Sample Terrace",
            "11000000949",
            "Australia/Perth",
        ),
    ]
}

/// (Melbourne, Perth): the numbers of the practitioners who offer the type. Twelve pairs at each business are bookable
/// online.
type Offered = (&'static [i64], &'static [i64]);

const TYPES: [(&str, &str, i64, Offered); 6] = [
    ("Initial consultation", "General practice", 45, (&[1, 2, 3], &[6, 7, 8])),
    ("Standard consultation", "General practice", 30, (&[1, 2, 3], &[6, 7, 8])),
    ("Follow-up", "General practice", 40, (&[1, 2], &[6, 7])),
    ("Physiotherapy", "Physiotherapy", 60, (&[4, 5], &[9, 10])),
    ("Extended assessment", "Physiotherapy", 90, (&[5], &[10])),
    ("Health check", "Prevention", 75, (&[4], &[9])),
];

fn appointment_types() -> Vec<AppointmentType> {
    let mut types = Vec::new();
    for (n, (name, category, minutes, (melbourne, perth))) in (1..).zip(TYPES) {
        let mut kind = AppointmentType::named(stamps(ids::appointment_type(n), n), name, category, minutes);
        kind.business_ids = vec![ids::MELBOURNE, ids::PERTH];
        kind.practitioner_ids = melbourne.iter().chain(perth).map(|n| ids::practitioner(*n)).collect();
        kind.treatment_note_template = Some(ids::template(if category == "Physiotherapy" { 2 } else { 1 }));
        if name == "Extended assessment" {
            kind.online_bookings_lead_time_hours = Some(24);
        }
        types.push(kind);
    }
    let mut retired = AppointmentType::named(
        stamps(ids::appointment_type(8), 8),
        "Telephone advice",
        "General practice",
        15,
    );
    retired.stamps.archive(crate::time::after(founded(), 60 * 24 * 90));
    types.push(retired);
    types
}

fn templates() -> Vec<TreatmentNoteTemplate> {
    let template = |n, template: NoteTemplate, content| TreatmentNoteTemplate {
        stamps: stamps(ids::template(n), n),
        name: Some(template.name.to_owned()),
        content,
        print_settings: print_settings(template.name),
    };
    vec![
        template(1, STANDARD_CONSULTATION, paragraphs(STANDARD_CONSULTATION)),
        template(
            2,
            PHYSIOTHERAPY,
            json!({"sections": [
                {"name": "Subjective", "questions": [
                    {"name": "Reason of visit", "type": "paragraph"},
                    {"name": "Onset", "type": "date"},
                    {"name": "Pain score", "type": "text"},
                ]},
                {"name": "Objective", "description": "What was examined.", "questions": [
                    {"name": "Status", "type": "paragraph"},
                    {"name": "Side", "type": "radiobuttons", "answers": [{"value": "Left"}, {"value": "Right"}]},
                    {"name": "Tests", "type": "checkboxes", "answers": [{"value": "Strength"}, {"value": "Range"}],
                     "other": {"enabled": true}},
                ]},
                {"name": "Plan", "questions": [{"name": "Plan", "type": "paragraph", "answer": "<p>Review in two weeks.</p>"}]},
            ]}),
        ),
        template(3, SHORT_NOTE, paragraphs(SHORT_NOTE)),
    ]
}

/// The template's content, with a paragraph for every question.
fn paragraphs(template: NoteTemplate) -> Value {
    let question = |name: &&str| json!({"name": name, "type": "paragraph"});
    let sections = template.sections.iter().map(|section| {
        let questions: Vec<Value> = section.questions.iter().map(question).collect();
        json!({"name": section.name, "questions": questions})
    });
    json!({"sections": sections.collect::<Vec<Value>>()})
}

//! The objects of the API: which fields they have, and of which kind.

use serde_json::Value;

use crate::client::keys;

/// An object's name and its fields. Each field is there in every answer.
pub struct Shape {
    name: &'static str,
    fields: &'static [(&'static str, Kind)],
}

/// What a field may hold.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    Text,
    Number,
    Flag,
    Texts,
    Object,
    OneOf(&'static [&'static str]),
    /// A date-time to the second with an offset.
    Time,
    Date,
    /// Any of them, or null.
    MayBe(&'static Kind),
}

use Kind::{Date, Flag, MayBe, Number, Object, OneOf, Text, Texts, Time};

pub const CARE_UNIT: Shape = Shape {
    name: "CareUnit",
    fields: &[
        ("id", Text),
        ("emr_id", Text),
        ("name", Text),
        ("time_zone", Text),
        ("hsa_id", MayBe(&Text)),
        ("phone", MayBe(&Text)),
        ("email", MayBe(&Text)),
        ("address", MayBe(&Object)),
    ],
};

pub const ADDRESS: Shape = Shape {
    name: "Address",
    fields: &[
        ("street", MayBe(&Text)),
        ("co_address", MayBe(&Text)),
        ("postal_code", MayBe(&Text)),
        ("city", MayBe(&Text)),
        ("country", MayBe(&Text)),
    ],
};

pub const RESOURCE: Shape = Shape {
    name: "Resource",
    fields: &[
        ("id", Text),
        ("emr_id", Text),
        ("care_unit_id", Text),
        ("name", Text),
        ("kind", OneOf(&["practitioner", "equipment", "room", "unknown"])),
        ("title", MayBe(&Text)),
        ("first_name", MayBe(&Text)),
        ("last_name", MayBe(&Text)),
        ("hsa_id", MayBe(&Text)),
        ("healthcare_service_ids", Texts),
    ],
};

pub const HEALTHCARE_SERVICE: Shape = Shape {
    name: "HealthcareService",
    fields: &[
        ("id", Text),
        ("emr_id", Text),
        ("care_unit_id", Text),
        ("name", Text),
        ("description", MayBe(&Text)),
        ("category", MayBe(&Text)),
        ("duration_minutes", MayBe(&Number)),
        ("bookable_online", MayBe(&Flag)),
    ],
};

pub const TIMESLOT: Shape = Shape {
    name: "Timeslot",
    fields: &[
        ("start", Time),
        ("end", Time),
        ("resource_id", Text),
        ("healthcare_service_id", Text),
        ("care_unit_id", Text),
    ],
};

pub const PATIENT: Shape = Shape {
    name: "Patient",
    fields: &[
        ("id", Text),
        ("emr_id", Text),
        ("care_unit_id", Text),
        ("external_id", MayBe(&Text)),
        ("external_id_type", MayBe(&Text)),
        ("first_name", MayBe(&Text)),
        ("last_name", MayBe(&Text)),
        ("date_of_birth", MayBe(&Date)),
        ("gender", OneOf(&["female", "male", "other", "unknown"])),
        ("phones", Texts),
        ("emails", Texts),
        ("address", MayBe(&Object)),
    ],
};

pub const APPOINTMENT: Shape = Shape {
    name: "Appointment",
    fields: &[
        ("id", Text),
        ("emr_id", Text),
        ("care_unit_id", Text),
        ("status", OneOf(&["booked", "awaiting_confirmation", "completed", "cancelled"])),
        ("emr_status", MayBe(&Text)),
        ("start", Time),
        ("end", Time),
        ("patient_id", MayBe(&Text)),
        ("resource_id", MayBe(&Text)),
        ("healthcare_service_id", MayBe(&Text)),
        ("comment", MayBe(&Text)),
        ("confirmation", MayBe(&Object)),
        ("created_at", MayBe(&Time)),
        ("updated_at", MayBe(&Time)),
    ],
};

pub const MEDICAL_NOTE: Shape = Shape {
    name: "MedicalNote",
    fields: &[
        ("id", MayBe(&Text)),
        ("emr_id", MayBe(&Text)),
        ("care_unit_id", Text),
        ("patient_id", Text),
        ("appointment_id", MayBe(&Text)),
        ("template_id", MayBe(&Text)),
        ("title", MayBe(&Text)),
        ("content", Object),
        ("status", OneOf(&["draft", "unsigned", "signed"])),
        ("created_by_id", MayBe(&Text)),
        ("created_by", MayBe(&Text)),
        ("created_at", MayBe(&Time)),
        ("updated_at", MayBe(&Time)),
    ],
};

pub const DOCUMENT: Shape = Shape {
    name: "Document",
    fields: &[
        ("id", MayBe(&Text)),
        ("emr_id", MayBe(&Text)),
        ("care_unit_id", Text),
        ("patient_id", Text),
        ("title", MayBe(&Text)),
        ("type", MayBe(&Text)),
        ("format", MayBe(&Text)),
        ("size_bytes", MayBe(&Number)),
        ("status", OneOf(&["processing", "available"])),
        ("created_by_id", MayBe(&Text)),
        ("created_at", MayBe(&Time)),
    ],
};

pub const SCHEDULE_BLOCK: Shape = Shape {
    name: "ScheduleBlock",
    fields: &[
        ("id", MayBe(&Text)),
        ("care_unit_id", Text),
        ("resource_id", Text),
        ("start", Time),
        ("end", Time),
        ("kind", OneOf(&["available", "blocked"])),
        ("comment", MayBe(&Text)),
    ],
};

impl Shape {
    /// Checks that the object has exactly these fields, and that each is of its kind.
    #[track_caller]
    pub fn check(&self, object: &Value) {
        self.check_with(object, &[]);
    }

    /// The same for an object that has more fields here.
    #[track_caller]
    pub fn check_with(&self, object: &Value, more: &[&str]) {
        let mut expected: Vec<&str> =
            self.fields.iter().map(|(name, _)| *name).chain(more.iter().copied()).collect();
        expected.sort_unstable();
        assert_eq!(keys(object), expected, "the fields of {}: {object}", self.name);
        for (name, kind) in self.fields {
            assert!(kind.holds(&object[*name]), "{}.{name} is not {kind:?}: {object}", self.name);
        }
    }
}

impl Kind {
    fn holds(self, value: &Value) -> bool {
        match self {
            Self::Text => value.as_str().is_some_and(|text| !text.is_empty()),
            Self::Number => value.as_u64().is_some(),
            Self::Flag => value.is_boolean(),
            Self::Texts => value.as_array().is_some_and(|all| all.iter().all(Value::is_string)),
            Self::Object => value.is_object(),
            Self::OneOf(words) => value.as_str().is_some_and(|word| words.contains(&word)),
            Self::Time => value.as_str().is_some_and(is_date_time),
            Self::Date => value.as_str().is_some_and(|text| text.parse::<jiff::civil::Date>().is_ok()),
            Self::MayBe(kind) => value.is_null() || kind.holds(value),
        }
    }
}

/// `2024-03-25T14:00:00+01:00`, and nothing else.
pub fn is_date_time(text: &str) -> bool {
    let pattern = "dddd-dd-ddTdd:dd:dd±dd:dd";
    text.chars().count() == pattern.chars().count()
        && text.chars().zip(pattern.chars()).all(|(c, expected)| match expected {
            'd' => c.is_ascii_digit(),
            '±' => matches!(c, '+' | '-'),
            other => c == other,
        })
}

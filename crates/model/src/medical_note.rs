//! Medical notes and their templates.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Map;
use utoipa::ToSchema;

use crate::id::{AppointmentId, CareUnitId, NoteId, PatientId, ResourceId};
use crate::time::DateTime;
use crate::typed_id::ResourceRef;

/// The templates that every connection maps to the EHR's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TemplateId {
    /// Free text.
    LeyrUnstructured,
    /// An acute visit.
    LeyrAcuteVisit,
    /// A first visit in psychology.
    LeyrNewVisitPsychology,
    /// A later visit in psychology.
    LeyrFollowUpVisitPsychology,
    /// The state of care.
    LeyrCareStatus,
}

impl TemplateId {
    /// Every template.
    pub const ALL: &'static [Self] = &[
        Self::LeyrUnstructured,
        Self::LeyrAcuteVisit,
        Self::LeyrNewVisitPsychology,
        Self::LeyrFollowUpVisitPsychology,
        Self::LeyrCareStatus,
    ];

    /// Reads the id; the prefix `leyr_` is optional.
    pub fn parse(text: &str) -> Option<Self> {
        let bare = text.strip_prefix("leyr_").unwrap_or(text);
        Self::ALL.iter().copied().find(|template| template.as_str().strip_prefix("leyr_") == Some(bare))
    }

    /// The id as it stands in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::LeyrUnstructured => "leyr_unstructured",
            Self::LeyrAcuteVisit => "leyr_acute_visit",
            Self::LeyrNewVisitPsychology => "leyr_new_visit_psychology",
            Self::LeyrFollowUpVisitPsychology => "leyr_follow_up_visit_psychology",
            Self::LeyrCareStatus => "leyr_care_status",
        }
    }

    /// The template's name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::LeyrUnstructured => "Free text",
            Self::LeyrAcuteVisit => "Acute visit",
            Self::LeyrNewVisitPsychology => "New visit, psychology",
            Self::LeyrFollowUpVisitPsychology => "Follow-up visit, psychology",
            Self::LeyrCareStatus => "Care status",
        }
    }

    /// The fields of its content, in order.
    pub fn fields(self) -> &'static [&'static str] {
        match self {
            Self::LeyrUnstructured => &["unstructured"],
            Self::LeyrAcuteVisit => &["reason_of_visit", "anamnesis", "status", "assessment", "plan"],
            Self::LeyrNewVisitPsychology => &["reason_of_visit", "anamnesis", "assessment", "plan"],
            Self::LeyrFollowUpVisitPsychology => &["status", "assessment", "plan"],
            Self::LeyrCareStatus => &["status", "plan"],
        }
    }
}

/// One field of a template, as mapped for this EHR.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct NoteTemplateField {
    /// The key in `content`.
    pub name: String,
    /// The EHR's id or name of the field.
    pub emr_id: Option<String>,
    /// Characters that it takes at most; `null`: no known limit.
    pub max_length: Option<u32>,
}

/// A template, as mapped for this EHR.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "leyr_care_status", "name": "Care status", "emr_id": "1390726237298634001",
    "fields": [{"name": "status", "emr_id": "Status", "max_length": null}, {"name": "plan", "emr_id": "Plan", "max_length": null}]
}))]
pub struct NoteTemplate {
    /// The id to give when a note is written.
    pub id: TemplateId,
    /// Its name.
    pub name: String,
    /// The EHR's id of the template.
    pub emr_id: Option<String>,
    /// Its fields, in order.
    pub fields: Vec<NoteTemplateField>,
}

/// Whether a clinician has signed a note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NoteStatus {
    /// Begun.
    Draft,
    /// Written, to be signed in the EHR.
    Unsigned,
    /// Signed.
    Signed,
}

/// Text by field name, in the template's order.
pub type NoteContent = Map<String, serde_json::Value>;

/// A medical note. Does not print what it holds.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "1390726237298632001", "emr_id": "1390726237298632001", "care_unit_id": "1390726237298631001",
    "patient_id": "837047015488620153", "appointment_id": "1390726237298631770", "template_id": "leyr_unstructured",
    "title": "Video visit", "content": {"unstructured": "Feels well."}, "status": "draft",
    "created_by_id": "1390710863102485699", "created_by": "Dr Ada Berg", "created_at": "2024-03-25T14:31:02+01:00",
    "updated_at": "2024-03-25T14:31:02+01:00"
}))]
pub struct MedicalNote {
    /// Use this in every later call; `null` where the EHR does not tell.
    pub id: Option<NoteId>,
    /// The EHR's own id, for people and debugging.
    pub emr_id: Option<String>,
    /// The care unit that was asked.
    pub care_unit_id: CareUnitId,
    /// Whose it is.
    pub patient_id: PatientId,
    /// The appointment that it belongs to.
    pub appointment_id: Option<AppointmentId>,
    /// The template; `null` where the EHR's is not mapped.
    pub template_id: Option<TemplateId>,
    /// Its title.
    pub title: Option<String>,
    /// Text by field name; fields that no template maps bear the EHR's own names.
    #[schema(value_type = std::collections::HashMap<String, String>, example = json!({"unstructured": "Feels well."}))]
    pub content: NoteContent,
    /// Whether a clinician has signed it.
    pub status: NoteStatus,
    /// Who wrote it.
    pub created_by_id: Option<ResourceId>,
    /// The name of who wrote it.
    pub created_by: Option<String>,
    /// When it was written.
    pub created_at: Option<DateTime>,
    /// When it was last changed.
    pub updated_at: Option<DateTime>,
}

impl fmt::Debug for MedicalNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MedicalNote")
            .field("id", &self.id)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

/// A note to be written. Does not print what it holds.
#[derive(Clone)]
pub struct NewNote {
    /// The template.
    pub template: TemplateId,
    /// Its title.
    pub title: Option<String>,
    /// Field name and text, in the template's order; every name is one of the template's.
    pub content: Vec<(&'static str, String)>,
    /// Who writes it; `None`: whoever the EHR or the connection decides.
    pub created_by: Option<ResourceRef>,
    /// The appointment that it belongs to.
    pub appointment: Option<AppointmentId>,
}

impl fmt::Debug for NewNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewNote").field("template", &self.template).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prefix_of_a_template_is_optional() {
        assert_eq!(TemplateId::parse("leyr_acute_visit"), Some(TemplateId::LeyrAcuteVisit));
        assert_eq!(TemplateId::parse("acute_visit"), Some(TemplateId::LeyrAcuteVisit));
        assert_eq!(TemplateId::parse("leyr_leyr_acute_visit"), None);
        assert_eq!(TemplateId::parse(""), None);
    }
}

//! The note templates that an EHR itself offers, so that an operator can map ours to them.

use serde::Serialize;

/// A template of the EHR. Its ids are those that a [`NoteMapping`](crate::connection::NoteMapping) takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EmrTemplate {
    /// The id for [`MappedTemplate::emr_id`](crate::connection::MappedTemplate::emr_id).
    pub emr_id: String,
    /// Its name in the EHR.
    pub name: String,
    /// What can be written into it, in the EHR's order.
    pub fields: Vec<EmrTemplateField>,
}

/// A field of a template of the EHR.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EmrTemplateField {
    /// The id for [`MappedField::emr_id`](crate::connection::MappedField::emr_id).
    pub emr_id: String,
    /// Its name in the EHR, with the heading that it stands under.
    pub name: String,
    /// Characters that it takes at most; `None`: no limit is told.
    pub max_length: Option<u32>,
    /// What it takes, in the EHR's own word; `None`: it does not tell.
    pub kind: Option<String>,
    /// Whether the EHR wants it filled in; `None`: it does not tell.
    pub required: Option<bool>,
}

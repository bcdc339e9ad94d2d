//! Medical notes: our templates are contact types (kontakttyper), our fields their headings.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use jiff::Timestamp;
use vardbro_ehr::connection::{MappedTemplate, NoteMapping};
use vardbro_ehr::{EhrError, EhrResult, EmrTemplate, EmrTemplateField};
use vardbro_model::error::{Fault, FaultCode};
use vardbro_model::id::{CareUnitId, PatientId};
use vardbro_model::medical_note::{
    MedicalNote, NewNote, NoteContent, NoteStatus, NoteTemplate, NoteTemplateField, TemplateId,
};
use vardbro_model::time::DateTime;

use super::{id, text};
use crate::wire::Id;
use crate::wire::catalogue::{ContactType, Heading};
use crate::wire::contacts::{Contact, HeadingValue, HeadingValueInput};

/// The templates that are mapped, with the fields that are.
pub(crate) fn templates(mapping: &NoteMapping) -> Vec<NoteTemplate> {
    let mapped = TemplateId::ALL.iter().filter_map(|id| Some((*id, mapping.0.get(id)?)));
    mapped
        .map(|(id, template)| NoteTemplate {
            id,
            name: id.name().to_owned(),
            emr_id: Some(template.emr_id.clone()),
            fields: id
                .fields()
                .iter()
                .filter_map(|name| Some((name, template.fields.get(*name)?)))
                .map(|(name, field)| NoteTemplateField {
                    name: (*name).to_owned(),
                    emr_id: Some(field.emr_id.clone()),
                    max_length: field.max_length,
                })
                .collect(),
        })
        .collect()
}

/// A heading that holds no text (assumed).
const PICTURE: &str = "picture";

/// A contact type, by the ids that a mapping takes.
pub(crate) fn offered(native: &ContactType) -> EmrTemplate {
    let is_picture =
        |heading: &&Heading| heading.kind.as_deref().is_some_and(|kind| kind.eq_ignore_ascii_case(PICTURE));
    let field = |heading: &Heading| EmrTemplateField {
        emr_id: heading.id.to_string(),
        name: text(heading.name.as_ref()).unwrap_or_else(|| heading.id.to_string()),
        max_length: None,
        kind: text(heading.kind.as_ref()),
        required: None,
    };
    EmrTemplate {
        emr_id: native.id.to_string(),
        name: text(native.name.as_ref()).unwrap_or_else(|| native.id.to_string()),
        fields: native.fields.iter().filter(|heading| !is_picture(heading)).map(field).collect(),
    }
}

/// The contact type and headings of a new note; every fault of it at once.
pub(crate) fn headings(new: &NewNote, mapping: &NoteMapping) -> EhrResult<(Id, Vec<HeadingValueInput>)> {
    let wrong = |path: &str, detail: String| Fault::at(path, FaultCode::InvalidNoteContent, detail);
    let name = new.template.as_str();
    let unmapped = |detail: String| EhrError::invalid(vec![wrong("template_id", detail)]);
    let template = mapping
        .0
        .get(&new.template)
        .ok_or_else(|| unmapped(format!("{name} is not mapped to a template of this EHR.")))?;
    let contact_type = Id::parse(&template.emr_id)
        .ok_or_else(|| unmapped(format!("{name} is mapped to something that is no id of Kaddio's.")))?;

    let mut faults = Vec::new();
    let mut headings: Vec<HeadingValueInput> = Vec::new();
    for (field, text) in &new.content {
        let path = format!("content.{field}");
        let mapped = template.fields.get(*field);
        let Some((mapped, heading_id)) = mapped.and_then(|mapped| Some((mapped, Id::parse(&mapped.emr_id)?)))
        else {
            faults.push(wrong(
                &path,
                format!("The field {field} of {name} is not mapped to a field of this EHR."),
            ));
            continue;
        };
        if let Some(most) = mapped.max_length.filter(|most| exceeds(text, *most)) {
            faults.push(wrong(&path, format!("The EHR takes at most {most} characters here.")));
        }
        if text.trim().is_empty() {
            continue;
        }
        match headings.iter_mut().find(|heading| heading.heading_id == heading_id) {
            Some(shared) => shared.text = format!("{}\n{text}", shared.text),
            None => headings.push(HeadingValueInput { heading_id, text: text.clone() }),
        }
    }
    if faults.is_empty() && headings.is_empty() {
        faults.push(wrong("content", "The note has no text.".to_owned()));
    }
    if faults.is_empty() { Ok((contact_type, headings)) } else { Err(EhrError::invalid(faults)) }
}

fn exceeds(text: &str, most: u32) -> bool {
    usize::try_from(most).is_ok_and(|most| text.chars().count() > most)
}

pub(crate) fn note(
    native: &Contact,
    (care_unit, patient): (&CareUnitId, &PatientId),
    mapping: &NoteMapping,
    at: impl Fn(Timestamp) -> DateTime,
) -> MedicalNote {
    let template = template_of(native, mapping);
    MedicalNote {
        id: Some(id::note(&native.id)),
        emr_id: Some(native.id.to_string()),
        care_unit_id: care_unit.clone(),
        patient_id: patient.clone(),
        appointment_id: native.appointment_id.as_ref().map(id::appointment),
        template_id: template.map(|(id, _)| id),
        title: text(native.title.as_ref()),
        content: content(&native.fields, template),
        status: if native.signed { NoteStatus::Signed } else { NoteStatus::Unsigned },
        created_by_id: native.created_by_id.as_ref().map(id::resource),
        created_by: text(native.created_by.as_ref()),
        created_at: native.created_at.map(&at),
        updated_at: native.updated_at.map(&at),
    }
}

type Template<'a> = (TemplateId, &'a MappedTemplate);

/// Ours for an entry's contact type. Where several are mapped to it: the one whose fields hold the most of the entry, and of equals
/// the one that leaves the fewest fields open.
fn template_of<'a>(native: &Contact, mapping: &'a NoteMapping) -> Option<Template<'a>> {
    let emr_id = native.template_id.as_ref()?.as_str();
    let candidates = mapping.0.iter().filter(|(_, template)| template.emr_id == emr_id);
    candidates.map(|(id, template)| (*id, template)).min_by_key(|candidate| {
        let filled = native.fields.iter().filter(|heading| text(heading.text.as_ref()).is_some());
        let held = filled.filter(|heading| field_of(heading, *candidate).is_some()).count();
        (Reverse(held), candidate.1.fields.len())
    })
}

fn field_of(heading: &HeadingValue, (id, template): Template<'_>) -> Option<&'static str> {
    let is_it = |field: &&&str| {
        template.fields.get(**field).is_some_and(|mapped| mapped.emr_id == heading.id.as_str())
    };
    id.fields().iter().find(is_it).copied()
}

/// Our fields in their order, then headings that no field of ours is mapped to, by Kaddio's own names.
fn content(headings: &[HeadingValue], template: Option<Template<'_>>) -> NoteContent {
    let mut ours: BTreeMap<&'static str, String> = BTreeMap::new();
    let mut theirs = Vec::new();
    for heading in headings {
        let Some(said) = heading.text.clone().filter(|text| !text.trim().is_empty()) else { continue };
        match template.and_then(|template| field_of(heading, template)) {
            Some(field) => {
                ours.insert(field, said);
            }
            None => {
                theirs.push((text(heading.name.as_ref()).unwrap_or_else(|| heading.id.to_string()), said))
            }
        }
    }
    let mut content = NoteContent::new();
    for field in template.map(|(id, _)| id.fields()).unwrap_or_default() {
        if let Some(said) = ours.remove(field) {
            content.insert((*field).to_owned(), said.into());
        }
    }
    for (name, said) in theirs {
        // A heading of Kaddio's own must not pass for a field of ours, nor for another heading.
        let mut key = name.clone();
        let mut number = 2_u32;
        while content.contains_key(&key) {
            key = format!("{name} ({number})");
            number = number.saturating_add(1);
        }
        content.insert(key, said.into());
    }
    content
}

#[cfg(test)]
mod tests;

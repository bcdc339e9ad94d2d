//! Treatment notes: our templates' fields are questions of Cliniko's, named `Section/Question` or just `Question`. A slash within a name
//! is written `%2F`.

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

use super::{html, id, text};
use crate::wire::Id;
use crate::wire::treatment_notes::{Content, Question, Section, TreatmentNote, TreatmentNoteTemplate};

const PARAGRAPH: &str = "paragraph";

/// A mapped field's place: its section, if the mapping names one, and its question.
fn place(emr_id: &str) -> (Option<String>, String) {
    let name = |written: &str| written.trim().replace("%2F", "/");
    match emr_id.split_once('/') {
        Some((section, question)) => (Some(name(section)), name(question)),
        None => (None, name(emr_id)),
    }
}

/// The other way round.
fn named(section: Option<&str>, question: &str) -> String {
    let written = |name: &str| name.trim().replace('/', "%2F");
    match section {
        Some(section) => format!("{}/{}", written(section), written(question)),
        None => written(question),
    }
}

/// A template of Cliniko's, by the ids that a mapping takes. Of questions that bear one name in one section, one is told: answers could
/// not be told apart.
pub(crate) fn offered(native: &TreatmentNoteTemplate) -> EmrTemplate {
    let content = native.content.as_ref();
    let mut fields: Vec<EmrTemplateField> = Vec::new();
    for (section, question) in content.into_iter().flat_map(questions) {
        let section = Some(section.trim()).filter(|name| !name.is_empty());
        let emr_id = named(section, &question.name);
        let name = question.name.trim();
        if name.is_empty() || fields.iter().any(|known| known.emr_id == emr_id) {
            continue;
        }
        fields.push(EmrTemplateField {
            emr_id,
            name: section.map_or_else(|| name.to_owned(), |section| format!("{section} / {name}")),
            max_length: None,
            kind: Some(question.kind.clone()),
            required: None,
        });
    }
    let name = text(native.name.as_ref()).unwrap_or_else(|| native.id.to_string());
    EmrTemplate { emr_id: native.id.to_string(), name, fields }
}

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

/// The native template and content of a new note; every fault of it at once.
pub(crate) fn content(new: &NewNote, mapping: &NoteMapping) -> EhrResult<(Id, Content)> {
    let wrong = |path: &str, detail: String| Fault::at(path, FaultCode::InvalidNoteContent, detail);
    let name = new.template.as_str();
    let template = mapping.0.get(&new.template).ok_or_else(|| {
        EhrError::invalid(vec![wrong(
            "template_id",
            format!("{name} is not mapped to a template of this EHR."),
        )])
    })?;
    let template_id = Id::parse(&template.emr_id).ok_or_else(|| {
        let detail = format!("{name} is mapped to something that is no template id of Cliniko.");
        EhrError::invalid(vec![wrong("template_id", detail)])
    })?;

    let mut faults = Vec::new();
    let mut sections: Vec<Section> = Vec::new();
    for (field, answer) in &new.content {
        let path = format!("content.{field}");
        let Some(mapped) = template.fields.get(*field) else {
            faults.push(wrong(
                &path,
                format!("The field {field} of {name} is not mapped to a field of this EHR."),
            ));
            continue;
        };
        if let Some(most) = mapped.max_length.filter(|most| exceeds(answer, *most)) {
            faults.push(wrong(&path, format!("The EHR takes at most {most} characters here.")));
        }
        // Cliniko refuses empty answers.
        if answer.trim().is_empty() {
            continue;
        }
        let (section, question) = place(&mapped.emr_id);
        let question = Question {
            name: question,
            kind: PARAGRAPH.to_owned(),
            answer: Some(html::from_text(answer)),
            answers: Vec::new(),
            other: None,
        };
        let section = section.unwrap_or_else(|| new.template.name().to_owned());
        match sections.iter_mut().find(|known| known.name.as_ref() == Some(&section)) {
            Some(known) => known.questions.push(question),
            None => {
                sections.push(Section { name: Some(section), description: None, questions: vec![question] })
            }
        }
    }
    let sharing = mapping.0.values().filter(|other| other.emr_id == template.emr_id).count();
    if let Some(first) = sections.first_mut().filter(|_| sharing > 1) {
        first.description = Some(new.template.name().to_owned());
    }
    if faults.is_empty() && sections.is_empty() {
        faults.push(wrong("content", "The note has no text.".to_owned()));
    }
    if faults.is_empty() { Ok((template_id, Content { sections })) } else { Err(EhrError::invalid(faults)) }
}

fn exceeds(text: &str, most: u32) -> bool {
    usize::try_from(most).is_ok_and(|most| text.chars().count() > most)
}

pub(crate) fn note(
    native: &TreatmentNote,
    (care_unit, patient): (&CareUnitId, &PatientId),
    mapping: &NoteMapping,
    at: impl Fn(Timestamp) -> DateTime,
) -> MedicalNote {
    let empty = Content::default();
    let content = native.content.as_ref().unwrap_or(&empty);
    let template = native.treatment_note_template.id().and_then(|id| template_of(id, content, mapping));
    MedicalNote {
        id: Some(id::note(native.id)),
        emr_id: Some(native.id.to_string()),
        care_unit_id: care_unit.clone(),
        patient_id: patient.clone(),
        appointment_id: native.booking.id().map(id::appointment),
        template_id: template.map(|(id, _)| id),
        title: text(native.title.as_ref()),
        content: read_content(content, template),
        status: if native.draft == Some(false) { NoteStatus::Signed } else { NoteStatus::Draft },
        created_by_id: native.practitioner.id().map(id::resource),
        created_by: text(native.author_name.as_ref()),
        created_at: native.created_at.map(&at),
        updated_at: native.updated_at.map(&at),
    }
}

type Template<'a> = (TemplateId, &'a MappedTemplate);

/// Ours for a note's native template. Where several are mapped to it: the one that a section's description names, as we write it;
/// else the one whose fields answer the most of the note, and of equals the one that leaves the fewest fields open.
fn template_of<'a>(native: Id, content: &Content, mapping: &'a NoteMapping) -> Option<Template<'a>> {
    let emr_id = native.to_string();
    let candidates = mapping.0.iter().filter(|(_, template)| template.emr_id == emr_id);
    candidates.map(|(id, template)| (*id, template)).min_by_key(|candidate| {
        let named = content.sections.iter().any(|s| s.description.as_deref() == Some(candidate.0.name()));
        let answered = questions(content).filter(|(s, q)| field_of(s, q, *candidate).is_some()).count();
        (!named, std::cmp::Reverse(answered), candidate.1.fields.len())
    })
}

fn questions(content: &Content) -> impl Iterator<Item = (&str, &Question)> {
    content.sections.iter().flat_map(|section| {
        let name = section.name.as_deref().unwrap_or_default();
        section.questions.iter().map(move |question| (name, question))
    })
}

fn field_of(section: &str, question: &Question, (id, template): Template<'_>) -> Option<&'static str> {
    id.fields().iter().copied().find(|field| {
        template.fields.get(*field).is_some_and(|mapped| {
            let (wanted_section, wanted) = place(&mapped.emr_id);
            wanted == question.name.trim()
                && wanted_section.is_none_or(|wanted| section.is_empty() || wanted == section.trim())
        })
    })
}

fn read_content(content: &Content, template: Option<Template<'_>>) -> NoteContent {
    let mut ours: BTreeMap<&'static str, String> = BTreeMap::new();
    let mut theirs = NoteContent::new();
    for (section, question) in questions(content) {
        let Some(answer) = answer(question) else { continue };
        match template.and_then(|template| field_of(section, question, template)) {
            Some(field) => {
                ours.entry(field).and_modify(|text| *text = format!("{text}\n{answer}")).or_insert(answer)
            }
            None => {
                let name = question.name.trim().to_owned();
                let name = if theirs.contains_key(&name) { format!("{section}/{name}") } else { name };
                theirs.insert(name, answer.into());
                continue;
            }
        };
    }
    let mut read = NoteContent::new();
    for field in template.map(|(id, _)| id.fields()).unwrap_or_default() {
        if let Some(text) = ours.remove(field) {
            read.insert((*field).to_owned(), text.into());
        }
    }
    for (name, text) in theirs {
        // A question of the EHR's own must not pass for one of ours.
        let name = if read.contains_key(&name) { format!("{name} (EHR)") } else { name };
        read.insert(name, text);
    }
    read
}

fn answer(question: &Question) -> Option<String> {
    if let Some(answer) = text(question.answer.as_ref()) {
        return Some(if question.kind == PARAGRAPH { html::to_text(&answer) } else { answer });
    }
    let chosen =
        question.answers.iter().chain(&question.other).filter(|choice| choice.selected == Some(true));
    let chosen: Vec<String> = chosen.filter_map(|choice| text(choice.value.as_ref())).collect();
    (!chosen.is_empty()).then(|| chosen.join(", "))
}

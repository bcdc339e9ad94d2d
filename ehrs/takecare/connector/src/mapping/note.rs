//! Case notes: our templates' fields are keywords of TakeCare's templates, by `TermId`.

use std::cmp::Reverse;

use jiff::tz::TimeZone;
use vardbro_ehr::connection::{MappedTemplate, NoteMapping};
use vardbro_ehr::{EhrError, EhrResult};
use vardbro_model::error::{Fault, FaultCode};
use vardbro_model::id::{CareUnitId, PatientId, ResourceId};
use vardbro_model::medical_note::{
    MedicalNote, NewNote, NoteContent, NoteStatus, NoteTemplate, NoteTemplateField, TemplateId,
};

use super::{id, times};
use crate::wire::case_notes::{CaseNote, Keyword};

/// Signs beside printable ASCII that TakeCare keeps. Letters are those of Latin-1.
const KEPT_SIGNS: &str = "€¡¢£¤¥§¨¯´¶·¿µ";

/// A template of ours and TakeCare's ids for it.
#[derive(Debug)]
struct Template {
    id: TemplateId,
    native: i32,
    fields: Vec<Field>,
}

#[derive(Debug)]
struct Field {
    name: &'static str,
    term: i32,
    max_length: Option<u32>,
}

/// The connection's note mapping, read.
#[derive(Debug)]
pub(crate) struct Templates(Vec<Template>);

impl Templates {
    /// An error names what is mapped to no number.
    pub(crate) fn read(mapping: &NoteMapping) -> EhrResult<Self> {
        let mapped = TemplateId::ALL.iter().filter_map(|id| Some((*id, mapping.0.get(id)?)));
        mapped.map(|(id, template)| read_template(id, template)).collect::<EhrResult<_>>().map(Self)
    }

    /// `TemplateId` and keywords of a new note; every fault of it at once.
    pub(crate) fn keywords(&self, new: &NewNote) -> EhrResult<(i32, Vec<(i32, String)>)> {
        let name = new.template.as_str();
        let template = self.0.iter().find(|template| template.id == new.template).ok_or_else(|| {
            EhrError::fault(
                "template_id",
                FaultCode::InvalidNoteContent,
                format!("{name} is not mapped to a template of this EHR."),
            )
        })?;
        let mut faults = Vec::new();
        let mut keywords = Vec::new();
        for (field, text) in &new.content {
            let path = format!("content.{field}");
            let wrong = |detail: String| Fault::at(&path, FaultCode::InvalidNoteContent, detail);
            let Some(mapped) = template.fields.iter().find(|mapped| mapped.name == *field) else {
                faults.push(wrong(format!(
                    "The field {field} of {name} is not mapped to a field of this EHR."
                )));
                continue;
            };
            let line = one_line(text);
            if let Some(most) = mapped.max_length.filter(|most| exceeds(&line, *most)) {
                faults.push(wrong(format!("The EHR takes at most {most} characters here.")));
            }
            if let Some(lost) = line.chars().find(|c| !is_kept(*c)) {
                let shown = if lost.is_control() { String::new() } else { format!("“{lost}” ") };
                let code = u32::from(lost);
                faults.push(wrong(format!("TakeCare cannot hold the character {shown}(U+{code:04X}).")));
            }
            // TakeCare refuses keywords without text.
            if !line.is_empty() {
                keywords.push((mapped.term, line));
            }
        }
        if faults.is_empty() && keywords.is_empty() {
            let detail = "The note has no text.";
            faults.push(Fault::at("content", FaultCode::InvalidNoteContent, detail));
        }
        if faults.is_empty() { Ok((template.native, keywords)) } else { Err(EhrError::invalid(faults)) }
    }

    /// Ours for a note's template. Where several are mapped to it: the one whose fields answer the most of the note, and of equals
    /// the one that leaves the fewest fields open.
    fn of(&self, note: &CaseNote) -> Option<&Template> {
        let candidates = self.0.iter().filter(|template| template.native == note.template);
        candidates.min_by_key(|template| {
            let answered = note.keywords.iter().filter(|keyword| template.field(keyword.term).is_some());
            (Reverse(answered.count()), template.fields.len())
        })
    }
}

impl Template {
    fn field(&self, term: i32) -> Option<&'static str> {
        self.fields.iter().find(|field| field.term == term).map(|field| field.name)
    }
}

fn read_template(id: TemplateId, mapped: &MappedTemplate) -> EhrResult<Template> {
    let wrong = |what: &str| {
        let name = id.as_str();
        EhrError::failed(format!("The connection's note mapping of {name} is wrong: {what} is not a number."))
    };
    let native = mapped.emr_id.trim().parse().map_err(|_| wrong("the template's id (TemplateId)"))?;
    let fields = id.fields().iter().filter_map(|name| Some((*name, mapped.fields.get(*name)?)));
    let fields = fields.map(|(name, field)| {
        let term = field.emr_id.trim().parse();
        let term = term.map_err(|_| wrong(&format!("the id of the field {name} (TermId)")))?;
        Ok(Field { name, term, max_length: field.max_length })
    });
    Ok(Template { id, native, fields: fields.collect::<EhrResult<_>>()? })
}

/// The templates that are mapped, with the fields that are.
pub(crate) fn templates(mapping: &NoteMapping) -> EhrResult<Vec<NoteTemplate>> {
    let template = |template: Template| NoteTemplate {
        id: template.id,
        name: template.id.name().to_owned(),
        emr_id: Some(template.native.to_string()),
        fields: template.fields.into_iter().map(field).collect(),
    };
    Ok(Templates::read(mapping)?.0.into_iter().map(template).collect())
}

fn field(field: Field) -> NoteTemplateField {
    NoteTemplateField {
        name: field.name.to_owned(),
        emr_id: Some(field.term.to_string()),
        max_length: field.max_length,
    }
}

/// TakeCare keeps a text in one line: breaks and tabs become spaces, several in a row one.
fn one_line(text: &str) -> String {
    let parts = text.split(['\r', '\n', '\t']).map(str::trim).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join(" ")
}

fn is_kept(c: char) -> bool {
    let latin_letter = matches!(c, 'À'..='ÿ') && c.is_alphabetic();
    matches!(c, ' '..='~') || latin_letter || KEPT_SIGNS.contains(c)
}

fn exceeds(text: &str, most: u32) -> bool {
    usize::try_from(most).is_ok_and(|most| text.chars().count() > most)
}

/// Where a note stands and who wrote it.
pub(crate) struct Setting<'a> {
    pub(crate) unit: &'a CareUnitId,
    pub(crate) patient: &'a PatientId,
    pub(crate) zone: &'a TimeZone,
    pub(crate) author: Option<ResourceId>,
    pub(crate) author_name: Option<String>,
}

pub(crate) fn note(native: &CaseNote, templates: &Templates, setting: Setting<'_>) -> MedicalNote {
    let template = templates.of(native);
    let created = native.created.and_then(|at| times::at(at, setting.zone));
    let saved = native.saved.and_then(|at| times::at(at, setting.zone));
    MedicalNote {
        id: id::note(&native.id),
        emr_id: Some(native.id.clone()),
        care_unit_id: setting.unit.clone(),
        patient_id: setting.patient.clone(),
        appointment_id: None,
        template_id: template.map(|template| template.id),
        title: native.title.clone(),
        content: content(&native.keywords, template),
        status: if native.is_signed { NoteStatus::Signed } else { NoteStatus::Unsigned },
        created_by_id: setting.author,
        created_by: setting.author_name,
        created_at: created,
        updated_at: saved.or(created),
    }
}

/// Our fields in our order, then TakeCare's own under their own names.
fn content(keywords: &[Keyword], template: Option<&Template>) -> NoteContent {
    let mut read = NoteContent::new();
    let told = |keyword: &Keyword| keyword.value.clone();
    for field in template.map(|template| template.fields.as_slice()).unwrap_or_default() {
        let texts: Vec<String> =
            keywords.iter().filter(|keyword| keyword.term == field.term).filter_map(told).collect();
        if !texts.is_empty() {
            read.insert(field.name.to_owned(), texts.join("\n").into());
        }
    }
    for keyword in keywords {
        if template.is_some_and(|template| template.field(keyword.term).is_some()) {
            continue;
        }
        let Some(text) = told(keyword) else { continue };
        let name = keyword.name.clone().unwrap_or_else(|| keyword.term.to_string());
        // A keyword of TakeCare's own must not pass for one of ours, nor for another one of the same name.
        let name = if read.contains_key(&name) { format!("{name} ({})", keyword.term) } else { name };
        read.insert(name, text.into());
    }
    read
}

#[cfg(test)]
mod tests;

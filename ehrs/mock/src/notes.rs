//! Medical notes and their templates.

use jiff::Timestamp;
use vardbro_ehr::connection::{MappedField, MappedTemplate, NoteMapping};
use vardbro_ehr::{EhrError, EhrResult, EmrTemplate, EmrTemplateField, Thing};
use vardbro_model::error::{Fault, FaultCode};
use vardbro_model::id::{AppointmentId, CareUnitId, NoteId, PatientId, ResourceId};
use vardbro_model::medical_note::{
    MedicalNote, NewNote, NoteContent, NoteStatus, NoteTemplate, NoteTemplateField, TemplateId,
};
use vardbro_model::page::{Page, PageRequest};
use vardbro_model::time::DateTime;
use vardbro_model::typed_id::{PatientRef, ResourceRef};

use crate::state::{State, Unit, certain, page_of};

/// A note as the EHR keeps it.
pub(crate) struct Written {
    pub(crate) id: NoteId,
    pub(crate) patient: PatientId,
    pub(crate) appointment: Option<AppointmentId>,
    pub(crate) template: TemplateId,
    pub(crate) title: Option<String>,
    pub(crate) content: NoteContent,
    pub(crate) status: NoteStatus,
    pub(crate) created_by: Option<ResourceId>,
    pub(crate) created_at: Timestamp,
}

/// The EHR's own templates: all of ours, its ids being the names without `leyr_`.
pub fn note_mapping() -> NoteMapping {
    let field = |name: &&'static str| {
        ((*name).to_owned(), MappedField { emr_id: format!("field-{name}"), max_length: None })
    };
    let template = |id: &TemplateId| {
        let name = id.as_str().strip_prefix("leyr_").unwrap_or(id.as_str());
        let fields = id.fields().iter().map(field).collect();
        (*id, MappedTemplate { emr_id: format!("template-{name}"), fields })
    };
    NoteMapping(TemplateId::ALL.iter().map(template).collect())
}

/// The same templates, as the EHR lists them.
pub(crate) fn offered() -> Vec<EmrTemplate> {
    let field = |(name, field): (String, MappedField)| EmrTemplateField {
        emr_id: field.emr_id,
        name,
        max_length: field.max_length,
        kind: Some("text".to_owned()),
        required: Some(false),
    };
    let template = |(id, template): (TemplateId, MappedTemplate)| EmrTemplate {
        emr_id: template.emr_id,
        name: id.name().to_owned(),
        fields: template.fields.into_iter().map(field).collect(),
    };
    let mut offered: Vec<_> = note_mapping().0.into_iter().map(template).collect();
    offered.sort_by(|a, b| a.name.cmp(&b.name));
    offered
}

/// What the connection maps; a connection that maps nothing has the EHR's own templates.
pub(crate) fn mapping_of(connection: &NoteMapping) -> NoteMapping {
    if connection.0.is_empty() { note_mapping() } else { connection.clone() }
}

pub(crate) fn templates(mapping: &NoteMapping) -> Vec<NoteTemplate> {
    let fields = |id: TemplateId, template: &MappedTemplate| {
        let mapped = |name: &&'static str| {
            template.fields.get(*name).map(|field| NoteTemplateField {
                name: (*name).to_owned(),
                emr_id: Some(field.emr_id.clone()),
                max_length: field.max_length,
            })
        };
        id.fields().iter().filter_map(mapped).collect()
    };
    mapping
        .0
        .iter()
        .map(|(id, template)| NoteTemplate {
            id: *id,
            name: id.name().to_owned(),
            emr_id: Some(template.emr_id.clone()),
            fields: fields(*id, template),
        })
        .collect()
}

impl State {
    pub(crate) fn notes(
        &self,
        care_unit: &CareUnitId,
        patient: &PatientRef,
        page: &PageRequest,
    ) -> EhrResult<Page<MedicalNote>> {
        let unit = self.unit(care_unit)?;
        let patient = self.patient_id(patient)?;
        let newest_first: Vec<&Written> =
            self.notes.iter().rev().filter(|note| note.patient == patient).collect();
        Ok(page_of(newest_first, page)?.map(|note| self.view_of_note(note, unit)))
    }

    pub(crate) fn note(
        &self,
        care_unit: &CareUnitId,
        patient: &PatientRef,
        id: &NoteId,
    ) -> EhrResult<MedicalNote> {
        let unit = self.unit(care_unit)?;
        let patient = self.patient_id(patient)?;
        let note = self.notes.iter().find(|note| note.patient == patient && note.id == *id);
        note.map(|note| self.view_of_note(note, unit)).ok_or_else(|| EhrError::not_found(Thing::Note))
    }

    pub(crate) fn create_note(
        &mut self,
        care_unit: &CareUnitId,
        patient: &PatientRef,
        new: NewNote,
        mapping: &NoteMapping,
        now: Timestamp,
    ) -> EhrResult<MedicalNote> {
        self.unit(care_unit)?;
        let patient = self.patient_id(patient)?;
        let mut faults = unmapped(&new, mapping);
        let created_by = match &new.created_by {
            None => None,
            Some(named) => self.author(care_unit, named).map_err(|fault| faults.push(fault)).ok(),
        };
        if let Some(id) = &new.appointment
            && !self
                .appointments
                .get(id)
                .is_some_and(|held| held.patient == patient && held.care_unit == *care_unit)
        {
            faults.push(Fault::at(
                "appointment_id",
                FaultCode::InvalidAppointmentId,
                "The patient has no such appointment at this care unit.",
            ));
        }
        if !faults.is_empty() {
            return Err(EhrError::invalid(faults));
        }
        let note = Written {
            id: certain(NoteId::parse(&format!("note-{}", self.next_number()))),
            patient,
            appointment: new.appointment,
            template: new.template,
            title: new.title,
            content: new.content.into_iter().map(|(field, text)| (field.to_owned(), text.into())).collect(),
            status: NoteStatus::Unsigned,
            created_by,
            created_at: now,
        };
        let view = self.view_of_note(&note, self.unit(care_unit)?);
        self.notes.push(note);
        Ok(view)
    }

    /// The resource of this care unit that writes or files something.
    pub(crate) fn author(&self, care_unit: &CareUnitId, named: &ResourceRef) -> Result<ResourceId, Fault> {
        self.resource(care_unit, named).map(|bookable| bookable.resource.id.clone()).map_err(|_| {
            Fault::at(
                "created_by_id",
                FaultCode::InvalidCreatedById,
                "There is no such resource at this care unit.",
            )
        })
    }

    fn view_of_note(&self, note: &Written, unit: &Unit) -> MedicalNote {
        let author = note.created_by.as_ref().and_then(|id| self.bookable(id).ok());
        MedicalNote {
            id: Some(note.id.clone()),
            emr_id: Some(note.id.as_str().to_owned()),
            care_unit_id: unit.unit.id.clone(),
            patient_id: note.patient.clone(),
            appointment_id: note.appointment.clone(),
            template_id: Some(note.template),
            title: note.title.clone(),
            content: note.content.clone(),
            status: note.status,
            created_by_id: note.created_by.clone(),
            created_by: author.map(|author| author.resource.name.clone()),
            created_at: Some(DateTime::in_zone(note.created_at, &unit.zone)),
            updated_at: Some(DateTime::in_zone(note.created_at, &unit.zone)),
        }
    }
}

/// What of the note the connection does not map, and what is longer than its field.
fn unmapped(note: &NewNote, mapping: &NoteMapping) -> Vec<Fault> {
    let Some(template) = mapping.0.get(&note.template) else {
        let detail = format!("The template {} is not mapped.", note.template.as_str());
        return vec![Fault::at("template_id", FaultCode::InvalidNoteContent, detail)];
    };
    let fault = |(name, text): &(&'static str, String)| {
        let detail = match template.fields.get(*name) {
            None => format!("The field {name} is not mapped."),
            Some(MappedField { max_length: Some(most), .. }) => {
                let fits = u32::try_from(text.chars().count()).is_ok_and(|characters| characters <= *most);
                (!fits).then(|| format!("The field {name} takes at most {most} characters."))?
            }
            Some(_) => return None,
        };
        Some(Fault::at(format!("content.{name}"), FaultCode::InvalidNoteContent, detail))
    };
    note.content.iter().filter_map(fault).collect()
}

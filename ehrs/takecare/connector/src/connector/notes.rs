//! Case notes. Writing is a published message; reading is assumed.

use vardbro_ehr::{EhrError, EhrResult, Thing};
use vardbro_model::error::FaultCode;
use vardbro_model::id::{NoteId, PatientId};
use vardbro_model::medical_note::{MedicalNote, NewNote};
use vardbro_model::national::SwedishNumber;
use vardbro_model::page::{Page, PageRequest};
use vardbro_model::typed_id::PatientRef;

use super::authors::{Names, patient_id};
use super::paging::{Key, Order, page};
use super::session::{Session, is_lost};
use super::units::Unit;
use crate::config::Service;
use crate::mapping::note::{self as mapping, Setting, Templates};
use crate::mapping::{id, patient};
use crate::wire::case_notes::{self as native, CaseNote, NewCaseNote, Written};

impl Session<'_> {
    async fn native_notes(&self, unit: &Unit, number: &SwedishNumber) -> EhrResult<Vec<CaseNote>> {
        let endpoint = self.config.services.at(Service::GetCaseNotes)?;
        self.run(native::get(&self.api, endpoint, &unit.key, number.digits())).await
    }

    pub(super) async fn notes(
        &self,
        unit: &Unit,
        patient: &PatientRef,
        request: PageRequest,
    ) -> EhrResult<Page<MedicalNote>> {
        let number = patient::number(patient, self.today())?;
        let templates = Templates::read(&self.ctx.connection.note_mapping)?;
        let found = self.native_notes(unit, &number).await?;
        if found.is_empty() {
            self.require_patient(unit, &number).await?;
            return page(Vec::new(), &request, Order::Descending, |_| Key::new(0, ""));
        }
        let (names, patient) = (self.names(unit).await, patient_id(&number)?);
        let read = found.iter().map(|one| self.read_note(unit, &patient, one, &templates, &names));
        let second = |note: &MedicalNote| note.created_at.map_or(0, |at| at.timestamp().as_second());
        page(read.collect(), &request, Order::Descending, |note| {
            Key::new(second(note), note.emr_id.as_deref().unwrap_or_default())
        })
    }

    pub(super) async fn note(
        &self,
        unit: &Unit,
        patient: &PatientRef,
        note: &NoteId,
    ) -> EhrResult<MedicalNote> {
        let missing = || EhrError::not_found(Thing::Note);
        let number = patient::number(patient, self.today())?;
        let templates = Templates::read(&self.ctx.connection.note_mapping)?;
        let wanted = id::native(note.as_str()).ok_or_else(missing)?;
        let notes = self.native_notes(unit, &number).await?;
        if notes.is_empty() {
            self.require_patient(unit, &number).await?;
        }
        let found = notes.iter().find(|note| note.id == wanted).ok_or_else(missing)?;
        Ok(self.read_note(unit, &patient_id(&number)?, found, &templates, &self.names(unit).await))
    }

    fn read_note(
        &self,
        unit: &Unit,
        patient: &PatientId,
        native: &CaseNote,
        templates: &Templates,
        names: &Names,
    ) -> MedicalNote {
        let author = self.resource_of(unit, native.created_by.as_deref());
        let setting = Setting {
            unit: &unit.id,
            patient,
            zone: &self.config.zone,
            author_name: author.as_ref().and_then(|(native, _)| names.get(native).cloned()),
            author: author.map(|(_, id)| id),
        };
        mapping::note(native, templates, setting)
    }

    /// `uuid` tells the note again if the answer is lost.
    pub(super) async fn create_note(
        &self,
        unit: &Unit,
        patient: &PatientRef,
        new: NewNote,
        uuid: &str,
    ) -> EhrResult<MedicalNote> {
        if new.appointment.is_some() {
            let detail = "A case note in TakeCare belongs to no booking.";
            return Err(EhrError::fault("appointment_id", FaultCode::NotSupported, detail));
        }
        let endpoint = self.config.services.at(Service::CreateCaseNote)?;
        let number = patient::number(patient, self.today())?;
        let templates = Templates::read(&self.ctx.connection.note_mapping)?;
        let (template, keywords) = templates.keywords(&new)?;
        let author = self.author(unit, new.created_by.as_ref()).await?;
        let note = NewCaseNote {
            patient: number.digits(),
            author: &author,
            event: self.api.now,
            signed_order: self.config.signed_order,
            template,
            uuid,
            keywords: &keywords,
        };
        let written = match self.exchange(native::create(&self.api, endpoint, &unit.key, &note)).await {
            Ok(Ok(written)) => written,
            Ok(Err(refused)) => {
                return Err(match self.require_patient(unit, &number).await {
                    Err(error) if error.kind == EhrError::not_found(Thing::Patient).kind => {
                        refused.says(error)
                    }
                    _ => refused.error(),
                });
            }
            Err(error) if is_lost(&error) => self.written(unit, &number, uuid).await.ok_or(error)?,
            Err(error) => return Err(error),
        };
        let kept = self.native_notes(unit, &number).await.unwrap_or_default();
        let kept = kept.into_iter().find(|note| note.id == written.id);
        let native = kept.unwrap_or_else(|| as_written(written, &note));
        Ok(self.read_note(unit, &patient_id(&number)?, &native, &templates, &self.names(unit).await))
    }

    /// The note that was written although the answer was lost. `None`: that is not certain.
    async fn written(&self, unit: &Unit, number: &SwedishNumber, uuid: &str) -> Option<Written> {
        let notes = self.native_notes(unit, number).await.ok()?;
        let is_ours =
            |note: &CaseNote| note.uuid.as_deref().is_some_and(|told| told.eq_ignore_ascii_case(uuid));
        let found = notes.into_iter().find(is_ours)?;
        Some(Written { id: found.id, created: found.created })
    }
}

/// A note that was written and cannot be read again.
fn as_written(written: Written, new: &NewCaseNote<'_>) -> CaseNote {
    let keyword =
        |(term, text): &(i32, String)| native::Keyword { term: *term, name: None, value: Some(text.clone()) };
    CaseNote {
        id: written.id,
        uuid: None,
        title: None,
        template: new.template,
        created_by: Some(new.author.to_owned()),
        created: written.created.or(Some(new.event)),
        saved: None,
        is_signed: false,
        keywords: new.keywords.iter().map(keyword).collect(),
    }
}

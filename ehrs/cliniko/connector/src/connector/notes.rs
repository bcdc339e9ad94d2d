//! Treatment notes. Their author is the practitioner whose key the connection has.

use futures::try_join;
use http::StatusCode;
use vardbro_ehr::wire::Delivery;
use vardbro_ehr::{EhrError, EhrResult, EmrTemplate, Thing};
use vardbro_model::error::FaultCode;
use vardbro_model::id::{AppointmentId, NoteId};
use vardbro_model::medical_note::{MedicalNote, NewNote};
use vardbro_model::page::{Page, PageRequest};
use vardbro_model::time::DateTime;
use vardbro_model::typed_id::ResourceRef;

use super::paging::{Listing, Order};
use super::session::Session;
use super::units::Unit;
use crate::mapping::{id, note as mapping};
use crate::wire::treatment_notes::{self as native, NewTreatmentNote, TreatmentNote};
use crate::wire::{Filters, Id};

const NEWEST_FIRST: Listing<TreatmentNote> = Listing {
    list: native::list,
    field: "created_at",
    order: Order::Descending,
    at: |note| note.created_at,
    id: |note| note.id,
};

const NO_PRACTITIONER: &str = "The connection's API key is of a user who is no practitioner, and Cliniko lets only practitioners write notes: use a practitioner's key.";

impl Session<'_> {
    pub(super) async fn notes(
        &self,
        unit: &Unit,
        patient: Id,
        request: PageRequest,
    ) -> EhrResult<Page<MedicalNote>> {
        let filters = Filters::default().is("patient_id", patient);
        let page = NEWEST_FIRST.page(self, filters, (None, None), &request, is_kept).await?;
        if page.items.is_empty() && request.cursor.is_none() {
            self.live_patient(patient).await?;
        }
        Ok(page.map(|row| self.read_note(unit, patient, &row)))
    }

    pub(super) async fn note(&self, unit: &Unit, patient: Id, note: &NoteId) -> EhrResult<MedicalNote> {
        let missing = || EhrError::not_found(Thing::Note);
        let note = Id::parse(note.as_str()).ok_or_else(missing)?;
        let found = self.get(native::get(self.api(), note), Thing::Note).await?;
        if found.patient.id() != Some(patient) || !is_kept(&found) {
            return Err(missing());
        }
        Ok(self.read_note(unit, patient, &found))
    }

    fn read_note(&self, unit: &Unit, patient: Id, native: &TreatmentNote) -> MedicalNote {
        let at = |at| DateTime::in_zone(at, &unit.zone);
        let mapped = &self.ctx.connection.note_mapping;
        mapping::note(native, (&unit.id, &id::patient(patient)), mapped, at)
    }

    pub(super) async fn create_note(&self, unit: &Unit, patient: Id, new: NewNote) -> EhrResult<MedicalNote> {
        let (template, content) = mapping::content(&new, &self.ctx.connection.note_mapping)?;
        let (_, booking, ()) = try_join!(
            self.live_patient(patient),
            self.booking_of(unit, patient, new.appointment.as_ref()),
            self.require_author(new.created_by.as_ref()),
        )?;
        let title = new.title.as_deref().map(str::trim).filter(|title| !title.is_empty());
        let call = native::create(
            self.api(),
            &NewTreatmentNote {
                patient_id: patient,
                booking_id: booking,
                treatment_note_template_id: template,
                title: title.unwrap_or_else(|| new.template.name()),
                draft: true,
                content: &content,
            },
        );
        match self.exchange(call).await? {
            Ok(created) => Ok(self.read_note(unit, patient, &created)),
            Err(refusal) if refusal.status() == StatusCode::FORBIDDEN => {
                Err(EhrError::failed(NO_PRACTITIONER).delivered(Delivery::Rejected))
            }
            Err(refusal) => Err(self.refuse(&refusal)),
        }
    }

    /// The templates that the practice has made, by name.
    pub(super) async fn offered_templates(&self) -> EhrResult<Vec<EmrTemplate>> {
        let rows = self.all(native::templates(self.api())).await;
        let rows = rows.map_err(|error| error.at(self.place(), self.api().base()))?;
        let live = rows.iter().filter(|row| row.archived_at.is_none() && row.deleted_at.is_none());
        let mut templates: Vec<EmrTemplate> = live.map(mapping::offered).collect();
        templates.sort_by(|a, b| (&a.name, &a.emr_id).cmp(&(&b.name, &b.emr_id)));
        Ok(templates)
    }

    /// The appointment that a note belongs to: the patient's own, at this care unit.
    async fn booking_of(
        &self,
        unit: &Unit,
        patient: Id,
        appointment: Option<&AppointmentId>,
    ) -> EhrResult<Option<Id>> {
        let Some(appointment) = appointment else { return Ok(None) };
        let found = self.appointment_at(unit, appointment).await?;
        if found.patient.id() == Some(patient) {
            Ok(Some(found.id))
        } else {
            Err(EhrError::not_found(Thing::Appointment))
        }
    }

    /// Refuses any author but the practitioner whose key the connection has.
    pub(super) async fn require_author(&self, created_by: Option<&ResourceRef>) -> EhrResult<()> {
        let Some(created_by) = created_by else { return Ok(()) };
        let author = self.author().await?;
        let named = match created_by {
            ResourceRef::Id(named) => Id::parse(named.as_str()),
            _ => None,
        };
        let detail = match author.practitioner {
            Some(practitioner) if named == Some(practitioner) => return Ok(()),
            Some(practitioner) => format!(
                "Cliniko fixes the author to the owner of the connection's API key: leave created_by_id out, or give {practitioner}."
            ),
            None => "The connection's API key is of a user who is no practitioner: leave created_by_id out."
                .to_owned(),
        };
        Err(EhrError::fault("created_by_id", FaultCode::InvalidCreatedById, detail))
    }
}

fn is_kept(note: &TreatmentNote) -> bool {
    note.archived_at.is_none() && note.deleted_at.is_none()
}

//! Medical notes: contacts, written in the name of a host.

use futures::join;
use vardbro_ehr::{EhrError, EhrResult, EmrTemplate, Thing};
use vardbro_model::error::FaultCode;
use vardbro_model::id::{AppointmentId, NoteId};
use vardbro_model::medical_note::{MedicalNote, NewNote};
use vardbro_model::page::{Page, PageRequest};
use vardbro_model::time::DateTime;
use vardbro_model::typed_id::{PatientRef, ResourceRef};

use super::session::Session;
use super::units::Unit;
use crate::mapping::{id, note as mapping};
use crate::operations::Name;
use crate::wire::Id;
use crate::wire::bookings::Booking;
use crate::wire::catalogue;
use crate::wire::contacts::{self, Contact, Contacts};

impl Session<'_> {
    pub(super) async fn notes(
        &self,
        unit: &Unit,
        patient: &PatientRef,
        request: PageRequest,
    ) -> EhrResult<Page<MedicalNote>> {
        let client = self.client_id(patient).await?;
        let of_client = |row: &Contact| row.patient_id == client;
        let page =
            self.page::<Contacts>(&request, |offset| contacts::list_of(&client, offset), of_client).await?;
        if page.items.is_empty() && request.cursor.is_none() {
            self.client_of(&client).await?;
        }
        Ok(page.map(|row| self.read_note(unit, &row)))
    }

    pub(super) async fn note(
        &self,
        unit: &Unit,
        patient: &PatientRef,
        note: &NoteId,
    ) -> EhrResult<MedicalNote> {
        let missing = || EhrError::not_found(Thing::Note);
        let client = self.client_id(patient).await?;
        let note = Id::parse(note.as_str()).ok_or_else(missing)?;
        let found = self.ask(contacts::one(&note)).await?.note;
        let found =
            found.filter(|found| found.id == note && found.patient_id == client).ok_or_else(missing)?;
        Ok(self.read_note(unit, &found))
    }

    fn read_note(&self, unit: &Unit, native: &Contact) -> MedicalNote {
        let at = |at| DateTime::in_zone(at, &unit.zone);
        let patient = id::patient(&native.patient_id);
        mapping::note(native, (&unit.id, &patient), &self.ctx.connection.note_mapping, at)
    }

    pub(super) async fn create_note(
        &self,
        unit: &Unit,
        patient: &PatientRef,
        new: NewNote,
    ) -> EhrResult<MedicalNote> {
        let (contact_type, headings) = mapping::headings(&new, &self.ctx.connection.note_mapping)?;
        let author = self.author(unit, new.created_by.as_ref())?;
        let (client, booking) = join!(self.client(patient), self.booking_of(unit, new.appointment.as_ref()));
        let (client, booking) = (client?, booking?);
        if booking.as_ref().is_some_and(|booking| booking.patient_id.as_ref() != Some(&client.id)) {
            return Err(EhrError::not_found(Thing::Appointment));
        }
        let booking = booking.map(|booking| booking.id);
        let asked = contacts::create(&client.id, &contact_type, booking.as_ref(), &headings);
        let written = match self.exchange(asked, author.as_ref()).await? {
            Ok(answer) => answer.note.ok_or_else(unsaid)?,
            Err(words) => return Err(Self::refused(&words)),
        };
        let writer = author.as_ref().or(self.config.api.host());
        if writer.is_some() && written.created_by_id.is_some() && writer != written.created_by_id.as_ref() {
            tracing::warn!("Kaddio wrote a note in the name of another host than the one who was named");
        }
        Ok(self.read_note(unit, &written))
    }

    /// The organisation's contact types, by name.
    pub(super) async fn offered_templates(&self) -> EhrResult<Vec<EmrTemplate>> {
        let types = self.ask(catalogue::contact_types()).await.map_err(|error| match error.unanswered {
            Some(_) => error.at("url", self.config.api.url()),
            None => EhrError { detail: format!("{} {ELSEWHERE}", error.detail), ..error },
        })?;
        let mut templates: Vec<EmrTemplate> = types.note_templates.iter().map(mapping::offered).collect();
        templates.sort_by(|a, b| (&a.name, &a.emr_id).cmp(&(&b.name, &b.emr_id)));
        Ok(templates)
    }

    /// In whose name a note is written; `None`: of whoever acts for the connection.
    fn author(&self, unit: &Unit, created_by: Option<&ResourceRef>) -> EhrResult<Option<Id>> {
        let Some(created_by) = created_by else { return Ok(self.config.default_author.clone()) };
        let named = match created_by {
            ResourceRef::Id(named) => Id::parse(named.as_str()).filter(|id| unit.host(id).is_some()),
            _ => None,
        };
        named.map(Some).ok_or_else(|| {
            let detail = "It is no resource of this care unit: give the id of one, or leave it out.";
            EhrError::fault("created_by_id", FaultCode::InvalidCreatedById, detail)
        })
    }

    /// The appointment that a note belongs to, at this care unit.
    async fn booking_of(
        &self,
        unit: &Unit,
        appointment: Option<&AppointmentId>,
    ) -> EhrResult<Option<Booking>> {
        let Some(appointment) = appointment else { return Ok(None) };
        if !self.config.documents.take(Name::CreateContact, "appointment_id") {
            let setting = Name::CreateContact.spec().setting;
            let detail = format!("The connection's {setting} does not take it.");
            return Err(EhrError::fault("appointment_id", FaultCode::NotSupported, detail));
        }
        self.appointment_at(unit, appointment).await.map(Some)
    }
}

/// The query that lists contact types is assumed.
const ELSEWHERE: &str = "How Kaddio lists its contact types (kontakttyper) is assumed: if no other query fails, give one that works in \
                         the organisation's playground as operation_contact_types, or read the ids there.";

fn unsaid() -> EhrError {
    EhrError::outcome_unknown(
        "Kaddio answered create_contact with nothing: the note may or may not have been written. Look before you repeat it.",
    )
}

//! Reading and cancelling appointments.

use jiff::Timestamp;
use vardbro_ehr::{EhrError, EhrResult, Thing};
use vardbro_model::appointment::{Appointment, AppointmentQuery, AppointmentStatus};
use vardbro_model::id::AppointmentId;
use vardbro_model::page::{Page, PageRequest};

use super::paging::{Listing, Order};
use super::session::Session;
use super::turns::Turn;
use super::units::{Unit, patient_id, resource_id, service_id};
use crate::mapping;
use crate::wire::individual_appointments::{self as native, IndividualAppointment};
use crate::wire::{Filters, Id};

const BY_START: Listing<IndividualAppointment> = Listing {
    list: native::list,
    field: "starts_at",
    order: Order::Ascending,
    at: |appointment| Some(appointment.starts_at),
    id: |appointment| appointment.id,
};

impl Session<'_> {
    pub(super) async fn appointments(
        &self,
        unit: &Unit,
        query: AppointmentQuery,
        request: PageRequest,
    ) -> EhrResult<Page<Appointment>> {
        let patient = query.patient.as_ref().map(patient_id).transpose()?;
        let practitioner = query.resource.as_ref().map(resource_id).transpose()?;
        let kind = query.healthcare_service.as_ref().map(service_id).transpose()?;
        let now = self.ctx.clock.now();

        let mut filters = Filters::default().is("business_id", unit.native());
        if let Some(patient) = patient {
            filters = filters.is("patient_id", patient);
        }
        if let Some(practitioner) = practitioner {
            filters = filters.is("practitioner_id", practitioner);
        }
        if let Some(kind) = kind {
            filters = filters.is("appointment_type_id", kind);
        }
        match query.status {
            Some(AppointmentStatus::Cancelled) => filters = filters.is_set("cancelled_at"),
            Some(AppointmentStatus::Booked) => filters = filters.after("ends_at", now),
            Some(AppointmentStatus::Completed) | None => {}
            Some(AppointmentStatus::AwaitingConfirmation) => {
                return Ok(Page { items: Vec::new(), next: None });
            }
        }
        let bounds = (query.window.map(|window| window.start), query.window.map(|window| window.end));
        let wanted =
            |row: &IndividualAppointment| is_kept(row) && query.wants(mapping::appointment::status(row, now));
        let page = BY_START.page(self, filters, bounds, &request, wanted).await?;
        if page.items.is_empty() && request.cursor.is_none() {
            self.explain_emptiness(unit, patient, practitioner, kind).await?;
        }
        Ok(page.map(|row| self.answer(unit, &row)))
    }

    /// Nothing was found: because nothing is there, or because one of the ids names nothing?
    async fn explain_emptiness(
        &self,
        unit: &Unit,
        patient: Option<Id>,
        practitioner: Option<Id>,
        kind: Option<Id>,
    ) -> EhrResult<()> {
        if let Some(patient) = patient {
            self.live_patient(patient).await?;
        }
        match (practitioner, kind) {
            (Some(practitioner), None) => self.require_resource(unit, None, practitioner).await,
            (_, Some(_)) => self.require_offered(unit, &self.offer(unit).await?, practitioner, kind).await,
            (None, None) => Ok(()),
        }
    }

    /// One appointment of the care unit, a cancelled one too.
    pub(super) async fn appointment_at(
        &self,
        unit: &Unit,
        id: &AppointmentId,
    ) -> EhrResult<IndividualAppointment> {
        let missing = || EhrError::not_found(Thing::Appointment);
        let id = Id::parse(id.as_str()).ok_or_else(missing)?;
        let found = self.get(native::get(self.api(), id), Thing::Appointment).await?;
        let here = found.business.id() == Some(unit.native());
        if here && is_kept(&found) { Ok(found) } else { Err(missing()) }
    }

    pub(super) fn answer(&self, unit: &Unit, native: &IndividualAppointment) -> Appointment {
        mapping::appointment::appointment(native, &unit.id, &unit.zone, self.ctx.clock.now())
    }

    pub(super) async fn cancel(
        &self,
        unit: &Unit,
        id: &AppointmentId,
        comment: Option<&str>,
    ) -> EhrResult<Appointment> {
        let turn = Id::parse(id.as_str()).map(Turn::Appointment);
        let _turn = self.take_turns(turn).await?;
        let found = self.appointment_at(unit, id).await?;
        if found.cancelled_at.is_some() {
            return Ok(self.answer(unit, &found));
        }
        let comment = comment.map(str::trim).filter(|comment| !comment.is_empty());
        let cancel = native::cancel(self.api(), found.id, comment);
        self.get(cancel, Thing::Appointment).await?;
        let cancelled = match self.find(native::get(self.api(), found.id)).await {
            Ok(Some(read)) if read.cancelled_at.is_some() => read,
            // It is cancelled, whatever became of reading it again.
            _ => IndividualAppointment {
                cancelled_at: Some(self.ctx.clock.now()),
                cancellation_note: comment.map(str::to_owned),
                ..found
            },
        };
        Ok(self.answer(unit, &cancelled))
    }
}

/// Not archived: an archived appointment is gone.
pub(super) fn is_kept(appointment: &IndividualAppointment) -> bool {
    appointment.archived_at.is_none() && appointment.deleted_at.is_none()
}

/// Whether two spans share time.
pub(super) fn overlap(a: (Timestamp, Timestamp), b: (Timestamp, Timestamp)) -> bool {
    a.0 < b.1 && b.0 < a.1
}

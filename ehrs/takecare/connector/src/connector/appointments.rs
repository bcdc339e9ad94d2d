//! Reading and cancelling appointments.

use vardbro_ehr::{EhrError, EhrResult, Thing};
use vardbro_model::appointment::{Appointment, AppointmentQuery, AppointmentStatus};
use vardbro_model::id::AppointmentId;
use vardbro_model::page::{Page, PageRequest};

use super::availability::Filter;
use super::booking::reason;
use super::paging::{Key, Order, page};
use super::session::{Refused, Session, is_lost};
use super::units::{Unit, service_id};
use crate::error;
use crate::mapping::{appointment as mapping, id, offer, patient};
use crate::wire::booking as native;
use crate::wire::bookings::{self, Booking as NativeBooking, Wanted};

const CANCELLED: &str = "CANCELLED";

impl Session<'_> {
    pub(super) async fn native_bookings(
        &self,
        unit: &Unit,
        wanted: Wanted<'_>,
    ) -> EhrResult<Vec<NativeBooking>> {
        let mut bookings = self.run(bookings::get(&self.api, &unit.key, wanted)).await?;
        bookings.retain(|booking| is_here(booking, unit) && is_wanted(booking, wanted));
        Ok(bookings)
    }

    pub(super) async fn appointments(
        &self,
        unit: &Unit,
        query: AppointmentQuery,
        request: PageRequest,
    ) -> EhrResult<Page<Appointment>> {
        let today = self.today();
        let patient = query.patient.as_ref().map(|patient| patient::number(patient, today)).transpose()?;
        let resource = query.resource.as_ref().map(|resource| unit.resource(resource)).transpose()?;
        let service = query.healthcare_service.as_ref().map(service_id).transpose()?;
        let wanted = match &patient {
            Some(number) => Wanted::Patient(number.digits()),
            None => Wanted::All,
        };
        let mut rows = self.readable(unit, &self.native_bookings(unit, wanted).await?);
        let resource_id = resource.and_then(|native| id::resource(&unit.id, native));
        let service_id = service.and_then(offer::service_id);
        rows.retain(|row| {
            query.wants(row.status)
                && query.window.is_none_or(|window| window.contains(row.start.timestamp()))
                && resource_id.as_ref().is_none_or(|id| row.resource_id.as_ref() == Some(id))
                && service_id.as_ref().is_none_or(|id| row.healthcare_service_id.as_ref() == Some(id))
        });
        if rows.is_empty() {
            // Because nothing is there, or because one of the ids names nothing?
            if let Some(patient) = &patient {
                self.require_patient(unit, patient).await?;
            }
            self.require_offer(unit, Filter { resource, service }).await?;
        }
        let key = |row: &Appointment| Key::new(row.start.timestamp().as_second(), row.id.as_str());
        page(rows, &request, Order::Ascending, key)
    }

    fn readable(&self, unit: &Unit, bookings: &[NativeBooking]) -> Vec<Appointment> {
        let now = self.ctx.clock.now();
        let read = |one| mapping::appointment(one, &unit.id, &self.config.zone, now);
        bookings.iter().filter_map(read).collect()
    }

    pub(super) fn answer(&self, unit: &Unit, booking: &NativeBooking) -> EhrResult<Appointment> {
        mapping::appointment(booking, &unit.id, &self.config.zone, self.ctx.clock.now()).ok_or_else(|| {
            EhrError::failed("TakeCare has this appointment at a local time that does not exist.")
        })
    }

    /// A booking of the care unit by TakeCare's own id.
    pub(super) async fn find_booking(&self, unit: &Unit, id: &str) -> EhrResult<Option<NativeBooking>> {
        Ok(self.native_bookings(unit, Wanted::Booking(id)).await?.into_iter().next())
    }

    /// The booking that an id names.
    pub(super) async fn booking_at(&self, unit: &Unit, id: &AppointmentId) -> EhrResult<NativeBooking> {
        let missing = || EhrError::not_found(Thing::Appointment);
        let native = id::native(id.as_str()).ok_or_else(missing)?;
        self.find_booking(unit, &native).await?.ok_or_else(missing)
    }

    pub(super) async fn cancel(
        &self,
        unit: &Unit,
        id: &AppointmentId,
        comment: Option<&str>,
    ) -> EhrResult<Appointment> {
        let reason = reason(comment)?;
        let present = self.booking_at(unit, id).await?;
        if !present.cancel_allowed {
            return Err(EhrError::conflict("TakeCare does not allow this appointment to be cancelled."));
        }
        let status = match self.exchange(native::cancel(&self.api, &unit.key, &present.id, &reason)).await {
            Ok(Ok(answer)) if answer.says(&present.id, CANCELLED) => answer.status,
            Ok(Ok(_)) => {
                let unclear =
                    error::lost("TakeCare did not say that the appointment is cancelled".to_owned());
                self.gone(unit, &present).await.ok_or(unclear)?
            }
            Ok(Err(refused)) => return Err(self.why_not_cancelled(unit, &present, &refused).await),
            Err(error) if is_lost(&error) => self.gone(unit, &present).await.ok_or(error)?,
            Err(error) => return Err(error),
        };
        let said = (!reason.is_empty()).then_some(reason);
        let present = self.answer(unit, &present)?;
        Ok(Appointment {
            status: AppointmentStatus::Cancelled,
            emr_status: Some(status),
            comment: said.or(present.comment),
            ..present
        })
    }

    /// TakeCare's word for a booking that is there no more. `None`: it is there, or that is not certain.
    async fn gone(&self, unit: &Unit, booking: &NativeBooking) -> Option<String> {
        match self.find_booking(unit, &booking.id).await {
            Ok(None) => Some(CANCELLED.to_owned()),
            _ => None,
        }
    }

    /// TakeCare's codes do not tell why: it is looked again.
    async fn why_not_cancelled(&self, unit: &Unit, booking: &NativeBooking, refused: &Refused) -> EhrError {
        match self.find_booking(unit, &booking.id).await {
            Ok(None) => refused.says(EhrError::not_found(Thing::Appointment)),
            Ok(Some(now)) if !now.cancel_allowed => {
                refused.says(EhrError::conflict("TakeCare does not allow this appointment to be cancelled."))
            }
            _ => refused.error(),
        }
    }
}

/// The question is not trusted blindly: nobody may see somebody else's bookings as theirs.
fn is_wanted(booking: &NativeBooking, wanted: Wanted<'_>) -> bool {
    match wanted {
        Wanted::Patient(number) => booking.patient.as_deref().is_none_or(|patient| patient == number),
        Wanted::Booking(id) => booking.id.eq_ignore_ascii_case(id),
        Wanted::All => true,
    }
}

/// Whether a booking is of the care unit. Ids of another kind cannot be compared, and were asked for as these.
fn is_here(booking: &NativeBooking, unit: &Unit) -> bool {
    booking.care_unit.as_ref().is_none_or(|(kind, id)| {
        !kind.eq_ignore_ascii_case(&unit.key.id_type) || id.eq_ignore_ascii_case(&unit.key.id)
    })
}

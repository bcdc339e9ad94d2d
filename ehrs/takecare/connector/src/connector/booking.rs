//! Booking: verify that the time is free, and book it. TakeCare takes no two bookings for one time.

use futures::join;
use vardbro_ehr::{EhrError, EhrResult};
use vardbro_model::appointment::{Appointment, Booking, Chosen, choose};
use vardbro_model::error::FaultCode;
use vardbro_model::national::SwedishNumber;
use vardbro_model::time::{Window, window_to_local};
use vardbro_model::timeslot::Timeslot;

use super::availability::{Filter, FreeTime};
use super::session::{Refused, Session, is_lost};
use super::units::{Unit, service_id};
use crate::capabilities::MAX_COMMENT_LENGTH;
use crate::error;
use crate::mapping::{appointment as mapping, id, offer, patient, times};
use crate::wire::booking::{self as native, Confirmation, NewBooking};
use crate::wire::bookings::{Booking as NativeBooking, Wanted};
use crate::wire::xml;

impl Session<'_> {
    pub(super) async fn book(&self, unit: &Unit, booking: Booking) -> EhrResult<Appointment> {
        let reason = reason(booking.comment.as_deref())?;
        let (patient, filter) = self.named(unit, &booking)?;
        let window = booking.slot.window;
        let slot = self.slot_to_book(unit, window, filter, &patient).await?;
        let new = NewBooking {
            start: slot.native.start,
            end: slot.native.end,
            time_type: slot.native.time_type,
            resource: slot.native.resource.id,
            patient: patient.digits(),
            reason: &reason,
        };
        let booked = match self.exchange(native::make(&self.api, &unit.key, &new)).await {
            Ok(Ok(confirmation)) => confirmed(confirmation, &new)?,
            Ok(Err(refused)) => return Err(self.why_not_booked(unit, window, &new, &refused).await),
            Err(error) if is_lost(&error) => self.made(unit, window, &new).await.ok_or(error)?,
            Err(error) => return Err(error),
        };
        self.answer(unit, &booked)
    }

    /// The patient, resource and service that are meant, or everything that is wrong with them.
    fn named(&self, unit: &Unit, booking: &Booking) -> EhrResult<(SwedishNumber, Filter)> {
        let patient = patient::number(&booking.patient, self.today());
        let resource = booking.slot.resource.as_ref().map(|resource| unit.resource(resource)).transpose();
        let service = booking.slot.healthcare_service.as_ref().map(service_id).transpose();
        match (patient, resource, service) {
            (Ok(patient), Ok(resource), Ok(service)) => Ok((patient, Filter { resource, service })),
            (patient, resource, service) => {
                let mut errors = [patient.err(), resource.err(), service.err()].into_iter().flatten();
                let first = errors.next().unwrap_or_else(EhrError::no_timeslots);
                Err(EhrError::together(first, errors))
            }
        }
    }

    async fn slot_to_book(
        &self,
        unit: &Unit,
        window: Window,
        filter: Filter,
        patient: &SwedishNumber,
    ) -> EhrResult<FreeTime> {
        let writable = window_to_local(window, &self.config.zone).is_some();
        let mut free = if writable && window.start >= self.ctx.clock.now() {
            self.free_times(unit, times::beginning(window), filter).await?
        } else {
            Vec::new()
        };
        match choose(self.timeslots_of(unit, &free), window) {
            Chosen::Several(slots) => Err(ambiguous(&slots)),
            Chosen::One(slot) => {
                let is_it = |one: &FreeTime| {
                    one.window == window
                        && offer::service_id(one.native.time_type) == Some(slot.healthcare_service_id.clone())
                        && id::resource(&unit.id, one.native.resource.id) == Some(slot.resource_id.clone())
                };
                free.iter()
                    .position(is_it)
                    .map(|found| free.swap_remove(found))
                    .ok_or_else(EhrError::no_timeslots)
            }
            Chosen::None => {
                // Because it is not free, or because an id names nothing?
                let (offer, patient) =
                    join!(self.require_offer(unit, filter), self.require_patient(unit, patient));
                let mut errors = [patient.err(), offer.err()].into_iter().flatten();
                let first = errors.next().unwrap_or_else(EhrError::no_timeslots);
                Err(EhrError::together(first, errors))
            }
        }
    }

    /// Whether that very time is free now.
    async fn is_free(&self, unit: &Unit, window: Window, new: &NewBooking<'_>) -> EhrResult<bool> {
        let filter = Filter { resource: Some(new.resource), service: Some(new.time_type) };
        let free = self.free_times(unit, times::beginning(window), filter).await?;
        Ok(free.iter().any(|one| one.window == window))
    }

    /// TakeCare's codes do not tell why: it is looked again.
    async fn why_not_booked(
        &self,
        unit: &Unit,
        window: Window,
        new: &NewBooking<'_>,
        refused: &Refused,
    ) -> EhrError {
        let patient = self.native_patient(unit, new.patient);
        let (free, patient) = join!(self.is_free(unit, window, new), patient);
        match (free, patient) {
            (Ok(false), _) => refused.says(EhrError::no_timeslots()),
            (_, Ok(None)) => refused.says(EhrError::fault(
                "patient_id",
                FaultCode::InvalidPatientId,
                "There is no such patient.",
            )),
            _ => refused.error(),
        }
    }

    /// The booking that was made although its answer was lost. `None`: that is not certain. The time was free before, so if it is
    /// taken now, and by this patient, then the booking was made.
    async fn made(&self, unit: &Unit, window: Window, new: &NewBooking<'_>) -> Option<NativeBooking> {
        let (bookings, free) =
            join!(self.native_bookings(unit, Wanted::Patient(new.patient)), self.is_free(unit, window, new));
        if free.ok()? {
            return None;
        }
        only(bookings.ok()?.into_iter().filter(|booking| is_of(booking, new)))
    }
}

/// The one item there is.
pub(super) fn only<T>(mut items: impl Iterator<Item = T>) -> Option<T> {
    let first = items.next();
    if items.next().is_none() { first } else { None }
}

/// Whether a booking is the one that was asked for.
pub(super) fn is_of(booking: &NativeBooking, new: &NewBooking<'_>) -> bool {
    booking.start == new.start
        && booking.end == new.end
        && booking.time_type == new.time_type
        && booking.resources.iter().any(|resource| resource.id == new.resource)
        && booking.patient.as_deref().is_none_or(|patient| patient == new.patient)
}

/// What TakeCare confirms must be what was asked for: nobody may come at another time than they were told.
pub(super) fn confirmed(confirmation: Confirmation, new: &NewBooking<'_>) -> EhrResult<NativeBooking> {
    let booking = mapping::confirmed(confirmation, new.patient, new.reason);
    if is_of(&booking, new) {
        return Ok(booking);
    }
    let what = format!("TakeCare confirmed booking {} with other values than were asked for", booking.id);
    Err(error::lost(what))
}

/// A comment as TakeCare takes it; empty where there is none.
pub(super) fn reason(comment: Option<&str>) -> EhrResult<String> {
    let reason = comment.unwrap_or_default().trim();
    if reason.chars().count() > MAX_COMMENT_LENGTH {
        let detail = format!("TakeCare takes at most {MAX_COMMENT_LENGTH} characters.");
        return Err(EhrError::fault("comment", FaultCode::InvalidCommentLength, detail));
    }
    if !reason.chars().all(xml::holds) {
        let detail = "The comment has a character that TakeCare cannot hold.";
        return Err(EhrError::fault("comment", FaultCode::BadInput, detail));
    }
    Ok(reason.to_owned())
}

fn ambiguous(slots: &[Timeslot]) -> EhrError {
    let listed: Vec<String> = slots
        .iter()
        .map(|slot| {
            format!(
                "start {}, resource_id {}, healthcare_service_id {}",
                slot.start, slot.resource_id, slot.healthcare_service_id
            )
        })
        .collect();
    let detail = format!(
        "Several timeslots match; name the resource and the healthcare service: {}.",
        listed.join("; ")
    );
    EhrError::fault("start", FaultCode::AmbiguousTimeslots, detail)
}

//! Moving appointments. TakeCare gives a moved booking a new id.

use vardbro_ehr::{EhrError, EhrResult, Thing};
use vardbro_model::appointment::{Appointment, AppointmentChange};
use vardbro_model::error::FaultCode;
use vardbro_model::id::AppointmentId;
use vardbro_model::time::{Window, window_to_local};

use super::availability::{Filter, FreeTime};
use super::booking::{confirmed, is_of, only, reason};
use super::session::{Refused, Session, is_lost};
use super::units::Unit;
use crate::mapping::{appointment as mapping, times};
use crate::wire::booking::{self as native, NewBooking};
use crate::wire::bookings::{Booking as NativeBooking, Wanted};

impl Session<'_> {
    pub(super) async fn change_appointment(
        &self,
        unit: &Unit,
        id: &AppointmentId,
        change: AppointmentChange,
    ) -> EhrResult<Appointment> {
        let wanted_resource = change.resource.as_ref().map(|resource| unit.resource(resource)).transpose()?;
        let new_reason = change.comment.map(|comment| reason(comment.as_deref())).transpose()?;
        let present = self.booking_at(unit, id).await?;
        let (here, resource) = self.place_of(&present)?;
        let window = change.window.unwrap_or(here);
        let target = wanted_resource.unwrap_or(resource);
        let old_reason = present.reason.clone().unwrap_or_default();
        if window == here && target == resource {
            return match new_reason {
                Some(reason) if reason != old_reason => Err(EhrError::fault(
                    "comment",
                    FaultCode::NotSupported,
                    "TakeCare changes a comment only together with a move.",
                )),
                _ => self.answer(unit, &present),
            };
        }
        if !present.reschedule_allowed {
            return Err(EhrError::conflict("TakeCare does not allow this appointment to be moved."));
        }

        let Some(patient) = present.patient.as_deref() else {
            return Err(EhrError::conflict("TakeCare names no patient of this appointment: move it there."));
        };

        let slot = self.slot_to_move_to(unit, &present, window, target).await?;
        let reason = new_reason.unwrap_or(old_reason);
        let new = NewBooking {
            start: slot.native.start,
            end: slot.native.end,
            time_type: slot.native.time_type,
            resource: slot.native.resource.id,
            patient,
            reason: &reason,
        };
        let moved = match self.exchange(native::reschedule(&self.api, &unit.key, &present.id, &new)).await {
            Ok(Ok(confirmation)) => confirmed(confirmation, &new)?,
            Ok(Err(refused)) => return Err(self.why_not_moved(unit, &present, window, &new, &refused).await),
            Err(error) if is_lost(&error) => self.moved(unit, &present, &new).await.ok_or(error)?,
            Err(error) => return Err(error),
        };
        self.answer(unit, &moved)
    }

    fn place_of(&self, booking: &NativeBooking) -> EhrResult<(Window, u64)> {
        let window = mapping::span(booking, &self.config.zone);
        let resource = mapping::resource(booking).map(|resource| resource.id);
        window.zip(resource).ok_or_else(|| {
            EhrError::conflict(
                "TakeCare has this appointment at a local time that does not exist: move it there.",
            )
        })
    }

    async fn slot_to_move_to(
        &self,
        unit: &Unit,
        present: &NativeBooking,
        window: Window,
        target: u64,
    ) -> EhrResult<FreeTime> {
        let writable = window_to_local(window, &self.config.zone).is_some();
        let filter = Filter { resource: Some(target), service: Some(present.time_type) };
        let free = if writable && window.start >= self.ctx.clock.now() {
            self.free_times_for_move(unit, &present.id, times::beginning(window), filter).await?
        } else {
            Vec::new()
        };
        match free.into_iter().find(|one| one.window == window) {
            Some(slot) => Ok(slot),
            None => {
                let stays = mapping::resource(present).is_some_and(|resource| resource.id == target);
                self.require_resource(unit, (!stays).then_some(target)).await?;
                Err(EhrError::no_timeslots())
            }
        }
    }

    /// TakeCare's codes do not tell why: it is looked again.
    async fn why_not_moved(
        &self,
        unit: &Unit,
        present: &NativeBooking,
        window: Window,
        new: &NewBooking<'_>,
        refused: &Refused,
    ) -> EhrError {
        match self.find_booking(unit, &present.id).await {
            Ok(None) => return refused.says(EhrError::not_found(Thing::Appointment)),
            Ok(Some(now)) if !now.reschedule_allowed => {
                let detail = "TakeCare does not allow this appointment to be moved.";
                return refused.says(EhrError::conflict(detail));
            }
            _ => {}
        }
        match self.slot_to_move_to(unit, present, window, new.resource).await {
            Err(error) if error.kind == EhrError::no_timeslots().kind => refused.says(error),
            _ => refused.error(),
        }
    }

    /// The booking that was moved although the answer was lost. `None`: that is not certain. The new time was free before, so if
    /// the old booking is gone and the patient has another one there, then it was moved.
    async fn moved(
        &self,
        unit: &Unit,
        present: &NativeBooking,
        new: &NewBooking<'_>,
    ) -> Option<NativeBooking> {
        let bookings = self.native_bookings(unit, Wanted::Patient(new.patient)).await.ok()?;
        if bookings.iter().any(|booking| booking.id.eq_ignore_ascii_case(&present.id)) {
            return None;
        }
        only(bookings.into_iter().filter(|booking| is_of(booking, new)))
    }
}
